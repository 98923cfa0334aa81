"""ClickHouse: the tables, what writes them, what reads them.

`migrate` makes the tables (`migrations/*.sql`), `writer` fills them from the streams' records,
`queries` reads what policy officers see, and `verify` recomputes all of it by SQL and compares.
`connection` opens the client that each of them takes. Kafka and Faust are not known here.

Every table is a `ReplacingMergeTree` whose key is where a fact came from and whose version is an
offset: a record written twice is there once, whatever was killed in between. Read with `FINAL`.
"""
