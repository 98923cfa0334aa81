"""Every setting, declared once. Its environment variable is `ISEGORIA_` and the field's name."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
