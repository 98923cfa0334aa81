"""The typed events and records: the contract between every other room.

`events` is what channels send, `records` is what the streams say about it, `topics` is where both
travel in Kafka.
"""
