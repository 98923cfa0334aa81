"""One whole stack for the system tests, started and asked through the command line."""

from collections.abc import Iterator

import pytest

from tests.system.running import System


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A stack that is up, worker included. Tests use consultations of their own on it."""
    running = System(tmp_path_factory.mktemp("system"))
    running.up()
    yield running
    running.cli("down")
