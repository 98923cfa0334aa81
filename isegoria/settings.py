"""Every setting, declared once. Its environment variable is `ISEGORIA_` and the field's name."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from sinks.address import read_url

_SERVERS = re.compile(r"[^\s:,/]+:[0-9]{1,5}(,[^\s:,/]+:[0-9]{1,5})*|\[[0-9a-fA-F:]+\]:[0-9]{1,5}")


class Settings(BaseSettings):
    """What an operator can set. Without Kafka and ClickHouse, the embedded stack is used."""

    model_config = SettingsConfigDict(env_prefix="ISEGORIA_", frozen=True)

    kafka_bootstrap_servers: str | None = Field(
        default=None, description="Brokers as host:port, separated by commas."
    )
    kafka_partitions: int = Field(
        default=4, ge=1, le=1024, description="Partitions of every topic; fixed once there is data."
    )
    kafka_replication: int = Field(
        default=1, ge=1, le=10, description="Replicas of every topic that a worker makes."
    )
    kafka_session_seconds: float = Field(
        default=10.0, ge=1, le=300, description="After this silence a worker loses its partitions."
    )
    clickhouse_url: SecretStr | None = Field(
        default=None, description="http(s)://USER:PASSWORD@HOST:PORT/DATABASE."
    )
    data_dir: Path = Field(
        default=Path(".isegoria"), description="Where the embedded stack keeps its data."
    )
    pseudonym_key_file: Path | None = Field(
        default=None,
        description="The secret that pseudonyms are made with; default: DATA_DIR/pseudonym.key.",
    )
    pseudonym_key: SecretStr | None = Field(
        default=None,
        description="That secret itself, in hexadecimal or base64, where there is no file for it.",
    )
    masking: Masking | None = Field(
        default=None,
        description="Contact data that imports mask in texts, as JSON: {} for e-mail addresses,"
        ' phone numbers and IBANs; {"region": "AT"} says where phone numbers without a country'
        " code are.",
    )
    intake_channels_file: Path | None = Field(
        default=None,
        description="The channels that may publish over HTTP, with their tokens' hashes (TOML).",
    )
    dashboard_file: Path | None = Field(
        default=None,
        description="Where the dashboard is served, and who may sign in (TOML); absent: to this"
        " machine alone, without signing in.",
    )
    policy_file: Path | None = Field(
        default=None,
        description="A policy that 'isegoria up' and 'isegoria demo' put in force (TOML).",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: readable on a terminal, JSON elsewhere."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe messages that are logged."
    )

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _names_brokers(cls, servers: str | None) -> str | None:
        if servers is not None and not _SERVERS.fullmatch(servers):
            raise ValueError("expected host:port, several separated by commas")
        return servers

    @field_validator("clickhouse_url")
    @classmethod
    def _names_a_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            read_url(url.get_secret_value())
        return url

    def pseudonymiser(self) -> Pseudonymiser:
        """What gives people their pseudonyms here.

        Raises:
            PseudonymKeyError: The key is none.
        """
        if self.pseudonym_key is not None:
            return Pseudonymiser.from_text(self.pseudonym_key.get_secret_value())
        return Pseudonymiser.from_file(self.pseudonym_key_file or self.data_dir / "pseudonym.key")
