"""`isegoria up`: the embedded stack, started and left running."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.embedding import start, start_dashboard, start_exporter
from isegoria.policy import configured, put_in_force
from isegoria.show import show_addresses, steps


@click.command()
@options.data_dir
@options.kafka_port(None)
@options.clickhouse_port(None)
@options.dashboard_port(None)
@click.option("--dashboard/--no-dashboard", default=True, help="Whether the dashboard runs, too.")
def up(
    data_dir: Path | None,
    kafka_port: int | None,
    clickhouse_port: int | None,
    dashboard_port: int | None,
    *,
    dashboard: bool,
) -> None:
    """Start Kafka, ClickHouse, the worker, the exporter and the dashboard; leave them running.

    What runs already is left alone; what was killed is started again. The data stay in the data
    directory when the stack goes down. The policy of ISEGORIA_POLICY_FILE takes effect.
    """
    settings = options.settings(data_dir)
    policy = configured(settings)
    with steps("starting the stack") as on_step:
        connections = start(
            settings, kafka_port=kafka_port, clickhouse_port=clickhouse_port, on_step=on_step
        )
        if policy is not None:
            on_step("putting the policy in force")
            put_in_force(policy, connections, settings.kafka_partitions)
        on_step("starting the exporter")
        metrics = start_exporter(settings, connections)
        address = None
        if dashboard:
            on_step("starting the dashboard")
            address = start_dashboard(settings, connections, dashboard_port)
    show_addresses(connections, settings.data_dir, address, metrics)
    click.echo(f"Stop it with: isegoria down --data-dir {settings.data_dir}")
