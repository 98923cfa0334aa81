"""What is wrong with an installation, and the command or setting that mends it.

Each check looks at one thing and says one `Finding`. `kafka` and `clickhouse` look at the servers,
`host` at this machine; `topics` and `group` judge what `kafka` read.
"""
