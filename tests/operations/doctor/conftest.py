"""A broker that hangs, for the doctor's tests."""

from tests.operations.exporter.conftest import deaf

__all__ = ["deaf"]
