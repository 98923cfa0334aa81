"""What Prometheus is told of the pipeline, read from outside the workers.

`watch` looks at a source in a thread, `kafka` and `clickhouse` are the sources, `metrics` names
what they saw, `lag` what was seen of consumer groups.
"""
