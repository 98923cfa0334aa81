"""What the tests of lag share."""

import pytest

from operations.lag.offsets import Offsets
from tests.fixtures.processes import wait_for


@pytest.fixture(scope="session")
def kafka(kafka):
    """The broker, once it coordinates groups: it begins to when it is asked for the first."""
    with Offsets(kafka) as offsets:
        wait_for(lambda: offsets.committed("any") is not None)
    return kafka
