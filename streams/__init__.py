"""The Faust app: what happens to an event between the channel and the tables.

`transport` brings whole record batches from Kafka to the agents. `screening`, `text` and
`dominance` are pure logic: what is a repeat, how much weight has whom. `state` is what the worker
remembers, `journal` what it would remember after a crash. `agents` has the order of one step.
"""
