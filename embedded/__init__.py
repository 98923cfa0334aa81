"""Kafka and ClickHouse from PyPI: the whole stack in one command, with nothing installed before.

`kafka` and `clickhouse` run one server each, `ports` picks their ports, `stack` keeps them and the
workers alive under supervisord.
"""
