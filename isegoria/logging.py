"""Logs: structlog for ours and for those of the libraries, one line each, to standard error."""

import logging
import sys

import structlog

_QUIET = ("aiokafka", "kafka", "faust", "mode", "clickhouse_connect", "asyncio")
"""Libraries that tell their inner life at INFO."""

_MISTAKEN = ("kafka.admin._groups",)
"""kafka-python takes what Faust writes into its membership for damaged, each time it is asked."""


def configure(level: str, style: str) -> None:
    """Set up logging for this process.

    Args:
        level: `DEBUG`, `INFO`, `WARNING` or `ERROR`.
        style: `json`, `console`, or `auto`: readable on a terminal and JSON elsewhere.
    """
    readable = style == "console" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    for name in _MISTAKEN:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
