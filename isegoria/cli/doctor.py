"""`isegoria doctor`: what is wrong with an installation, and what mends it."""

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import click
from rich import box
from rich.table import Table
from rich.text import Text

from embedded.stack import Stack, running
from isegoria.cli import options
from isegoria.pipeline import STAGES
from isegoria.settings import Settings
from isegoria.show import as_json as to_json
from isegoria.show import console, steps
from operations.doctor import clickhouse, host, kafka
from operations.doctor.finding import Finding, Level, Remedies, not_looked_at, typed, wrong
from streams.app import APP_ID

_CONNECTIONS = "connections"
_KAFKA = "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS"
_CLICKHOUSE = "ISEGORIA_CLICKHOUSE_URL"
_UP = "isegoria up"
_NOWHERE = "nobody says where it is"
_MARKS = {
    Level.OK: Text("✓", "green"),
    Level.WARNING: Text("!", "yellow"),
    Level.WRONG: Text("✗", "bold red"),
}


class _Server(NamedTuple):
    """Kafka or ClickHouse.

    Attributes:
        variable: Which says where it is.
        address: Where it is; None where nobody says. That of ClickHouse holds a password.
        remedies: What mends it.
    """

    variable: str
    address: str | None
    remedies: Remedies


@click.command()
@options.data_dir
@options.as_json
def doctor(data_dir: Path | None, *, as_json: bool) -> None:
    """Look at everything that must hold, and say what is wrong and what mends it.

    The exit code is 0 when nothing is wrong, though there may be warnings (!), and 1 otherwise.
    Nothing is changed. Where the workers are behind, it takes ten seconds to tell why.
    """
    settings = options.settings(data_dir)
    # What the clients would log of servers that are away, the findings say.
    for client in ("kafka", "clickhouse_connect"):
        logging.getLogger(client).setLevel(logging.CRITICAL)
    with steps("looking at everything"):
        findings = [*_machine(settings), *_installation(settings)]
    if as_json:
        click.echo(to_json([asdict(finding) for finding in findings]))
    else:
        _show(findings)
    sys.exit(1 if any(finding.level is Level.WRONG for finding in findings) else 0)


def _machine(settings: Settings) -> list[Finding]:
    return [
        host.python(metadata.metadata("isegoria")["Requires-Python"]),
        host.packages(metadata.requires("isegoria") or ()),
        host.data_directory(settings.data_dir),
        _key(settings),
    ]


def _key(settings: Settings) -> Finding:
    if settings.pseudonym_key is not None:
        return host.pseudonym_key_text(settings.pseudonym_key.get_secret_value())
    file = settings.pseudonym_key_file
    return host.pseudonym_key_file(
        file or settings.data_dir / "pseudonym.key", named=file is not None
    )


def _installation(settings: Settings) -> list[Finding]:
    stack = Stack(settings.data_dir)
    states = stack.states()
    brokers, database = _servers(settings, states)
    findings = [
        *_programs(stack, states, settings.data_dir),
        *_connections(settings.data_dir, [brokers, database]),
    ]
    tables = _tables(database)
    if brokers.address is None:
        return [*findings, *not_looked_at(kafka.CHECKS, _NOWHERE), *tables]
    expected = kafka.Expected(
        bootstrap_servers=brokers.address,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
        group=APP_ID,
        topics=[topic for stage in STAGES for topic in stage],
        remedies=brokers.remedies,
        clickhouse_is_wrong=tables[0].level is Level.WRONG,
    )
    return [*findings, *kafka.examine(expected), *tables]


def _servers(settings: Settings, states: Mapping[str, str]) -> tuple[_Server, _Server]:
    """Kafka and ClickHouse, each where its variable says, else in the stack."""
    folder, embedded = settings.data_dir, running(settings.data_dir)
    brokers, url = settings.kafka_bootstrap_servers, settings.clickhouse_url
    return (
        _embedded(_KAFKA, embedded.kafka, folder, states.get("kafka"))
        if embedded and brokers is None
        else _elsewhere(_KAFKA, brokers, folder),
        _embedded(_CLICKHOUSE, embedded.clickhouse, folder, states.get("clickhouse"))
        if embedded and url is None
        else _elsewhere(_CLICKHOUSE, None if url is None else url.get_secret_value(), folder),
    )


def _embedded(variable: str, address: str, data_dir: Path, state: str | None) -> _Server:
    """A server of the stack, by supervisord's word for its state."""
    up = typed(_UP, data_dir)
    # One that runs and does not answer hangs: `up` would leave it alone.
    mend = f"{typed('isegoria down', data_dir)}\n{up}" if state == "RUNNING" else up
    return _Server(variable, address, Remedies(data_dir, mend, up))


def _elsewhere(variable: str, address: str | None, data_dir: Path) -> _Server:
    """A server that a variable names, or should; it is not ours to start."""
    mend = f"check {variable}, and that a server is up there"
    return _Server(variable, address, Remedies(data_dir, mend, typed("isegoria worker", data_dir)))


def _programs(stack: Stack, states: Mapping[str, str], data_dir: Path) -> list[Finding]:
    """How the programs of the stack do, where it is up."""
    if not states:
        return []
    return [host.programs(states, stack.folder / "logs", typed(_UP, data_dir))]


def _connections(data_dir: Path, servers: Sequence[_Server]) -> list[Finding]:
    """Which variables are missing, where no stack is there instead."""
    missing = [server.variable for server in servers if server.address is None]
    if not missing:
        return []
    says = f"no stack is up in {data_dir}; not set: {', '.join(missing)}"
    mend = f"set {' and '.join(missing)}"
    if len(missing) == len(servers):
        mend = f"{typed(_UP, data_dir)}\nor {mend}"
    return [wrong(_CONNECTIONS, says, mend)]


def _tables(database: _Server) -> list[Finding]:
    """Every check of ClickHouse, that of the server itself first."""
    if database.address is None:
        return not_looked_at(clickhouse.CHECKS, _NOWHERE)
    return clickhouse.examine(database.address, database.remedies)


def _show(findings: Sequence[Finding]) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_header=False)
    table.add_column("Level", no_wrap=True)
    table.add_column("Check", no_wrap=True)
    table.add_column("Found", overflow="fold")
    for finding in findings:
        table.add_row(_MARKS[finding.level], Text(finding.check), Text(finding.says))
    console.print(table)
    for finding in findings:
        if finding.mend:
            console.print(Text.assemble(_MARKS[finding.level], f" {finding.check}, to mend it:"))
            for line in finding.mend.splitlines():
                # As it is, so that it can be copied.
                console.print(Text(f"    {line}"), soft_wrap=True)
