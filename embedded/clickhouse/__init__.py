"""ClickHouse in one process: the chDB engine behind ClickHouse's own HTTP protocol.

`engine` runs statements, `compression` unpacks bodies, `server` speaks HTTP. Run it with
`python -m embedded.clickhouse --data-dir DIR --port N`.

What a ClickHouse server has and this one does not: sessions (`session_id` is accepted and kept
nowhere), external tables, ClickHouse's own block compression (`compress=1`), and every engine that
needs another service.
"""
