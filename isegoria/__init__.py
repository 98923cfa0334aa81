"""The front door: command line, settings, logging, and the worker process put together."""

__version__ = "0.1.0"
