"""`isegoria doctor`: what is wrong with an installation, and what mends it."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from embedded.stack import Stack
from isegoria import connections
from isegoria.cli import options
from isegoria.connections import NotConnectedError
from isegoria.pipeline import STAGES
from isegoria.settings import Settings
from isegoria.show import as_json as to_json
from isegoria.show import console, steps
from operations.doctor import clickhouse, host, kafka
from operations.doctor.finding import Finding, Level, Start, not_looked_at, wrong
from streams.app import APP_ID

_CONNECTIONS = "connections"
_ADDRESSES = "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS and ISEGORIA_CLICKHOUSE_URL"
_MARKS = {
    Level.OK: Text("✓", "green"),
    Level.WARNING: Text("!", "yellow"),
    Level.WRONG: Text("✗", "bold red"),
}


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
    up = f"isegoria up --data-dir {settings.data_dir}"
    try:
        found = connections.find(settings)
    except NotConnectedError:
        says = f"no stack is up in {settings.data_dir}, and the settings name no servers"
        mend = f"{up}\nor set {_ADDRESSES}"
        unseen = not_looked_at([*kafka.CHECKS, *clickhouse.CHECKS], "nobody says where it is")
        return [wrong(_CONNECTIONS, says, mend), *unseen]
    stack = Stack(settings.data_dir)
    states = stack.states()
    findings = [host.programs(states, stack.folder / "logs", up)] if states else []
    # Servers elsewhere are not ours to start.
    there = Start(f"start it, or correct {_ADDRESSES}", "isegoria worker")
    start = Start(up, up) if states else there
    expected = kafka.Expected(
        bootstrap_servers=found.kafka,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
        group=APP_ID,
        topics=[topic for stage in STAGES for topic in stage],
        start=start,
    )
    findings += kafka.examine(expected)
    findings += clickhouse.examine(found.clickhouse.get_secret_value(), start)
    return findings


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
            console.print(Text.assemble(_MARKS[finding.level], f" {finding.check}: mend it with"))
            for line in finding.mend.splitlines():
                # As it is, so that it can be copied.
                console.print(Text(f"    {line}"), soft_wrap=True)
