"""Which exceptions are an answer for the person at the terminal, and not a fault of ours."""

from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from kafka.errors import KafkaError
from pydantic import ValidationError

from dashboard.config import DashboardConfigError
from dashboard.signin.passwords import PasswordError
from embedded.ports import PortTakenError
from embedded.stack import StackError
from intake.delivery import DeliveryError
from intake.http.channels import ChannelsError
from intake.outbox import OutboxError
from intake.pseudonyms import PseudonymKeyError
from intake.tables import InvalidIdError, TableError
from isegoria.connections import NotConnectedError
from isegoria.pipeline import IncompleteError
from isegoria.policy import MixedPoliciesError
from operations.monitoring import MonitoringError
from operations.provisioning import PartitionsMismatchError
from operations.rebuilding.errors import RebuildError
from operations.rejected import RejectedError
from schemas.policy import PolicyError
from sinks.migrate import SchemaError

_ANSWERS = (
    ChannelsError,
    DashboardConfigError,
    DeliveryError,
    IncompleteError,
    InvalidIdError,
    MixedPoliciesError,
    MonitoringError,
    NotConnectedError,
    OutboxError,
    PartitionsMismatchError,
    PasswordError,
    PolicyError,
    PortTakenError,
    PseudonymKeyError,
    RebuildError,
    RejectedError,
    SchemaError,
    StackError,
    TableError,
)


def explain(error: Exception) -> str | None:
    """What to tell the person, or None for what nobody foresaw."""
    match error:
        case KafkaError():
            return f"Kafka: {error}; 'isegoria doctor' says more"
        case ClickHouseError() if error.code is None:
            # Its message is a stack of those of the libraries below.
            return "ClickHouse does not answer as it should; 'isegoria doctor' says more"
        case ClickHouseError():
            return f"ClickHouse: {error}"
        case ValidationError():
            wrong = (f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
            return f"settings (ISEGORIA_…): {'; '.join(wrong)}"
        case _ if isinstance(error, _ANSWERS):
            return str(error)
        case _:
            return None
