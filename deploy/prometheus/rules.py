"""The alert rules: what is worth waking somebody for, and what only a look in the morning.

    python -m deploy.prometheus.rules

writes `isegoria.rules.yml` beside this module. Thresholds and durations are in `Times`, so that a
test may have the same rules with short ones.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

FILE = Path(__file__).with_name("isegoria.rules.yml")
RUNBOOK = "docs/operating.md"

_HEADER = "# Written by `python -m deploy.prometheus.rules`; change that module, not this file.\n"
_CONTRIBUTIONS = "isegoria_worker_contributions_total"


@dataclass(frozen=True)
class Times:
    """Every threshold and duration; the defaults are those of production.

    Durations are Prometheus', such as `5m`; each `…_for` is how long a condition must hold.

    Attributes:
        lag_seconds: Age of the first unread record that warns.
        far_seconds: The same, that pages.
        lag_for: For both.
        growing_seconds: Younger lag is not told to grow. Between two commits, and two looks of the
            exporter 3 s apart, a healthy age reads as some 4 s.
        growing_for: How long lag must not drain.
        stuck_for: For a group in ERR, a partition in STALL or STOP; longer than a restart takes.
        commit_seconds: Age of the last commit, with records waiting.
        commit_for: For it.
        rejected_window: Over which rejected records are counted.
        rejected_least: Fewer are a channel's typing errors, not a fault.
        rejected_share: Of all events of the window.
        sink_window: Over which retries are counted; longer than the sink's longest wait of 30 s.
        sink_for: Longer than the window, so that a restart of ClickHouse is no alert.
        stale_seconds: Age of the tables.
        stale_for: For it, and for an age that is not known.
        parts: Active parts of a table. ClickHouse slows inserts down at 1,000 in a partition
            (parts_to_delay_insert) and refuses them at 3,000.
        parts_for: Longer than a burst of inserts takes to be merged.
        disk_low: Free share of a disk that warns.
        disk_full: The same, that pages.
        disk_for: For both.
        silent_for: How long a channel must have been silent.
        active_within: How far back its past activity counts.
        active_step: The past is looked at in spans of this length.
        active_steps: In so many of them it must have contributed: an import, which is one burst,
            is not expected again.
        down_for: For a target or a source that does not answer; longer than a restart takes.
        ready_for: Longer than a worker's recovery should take.
        skew_share: Share of a topic's lag that is in one partition.
        skew_for: For it.
    """

    lag_seconds: float = 60
    far_seconds: float = 300
    lag_for: str = "5m"
    growing_seconds: float = 10
    growing_for: str = "10m"
    stuck_for: str = "1m"
    commit_seconds: float = 30
    commit_for: str = "1m"
    rejected_window: str = "10m"
    rejected_least: int = 10
    rejected_share: float = 0.01
    sink_window: str = "2m"
    sink_for: str = "3m"
    stale_seconds: float = 60
    stale_for: str = "5m"
    parts: int = 300
    parts_for: str = "15m"
    disk_low: float = 0.10
    disk_full: float = 0.05
    disk_for: str = "5m"
    silent_for: str = "6h"
    active_within: str = "7d"
    active_step: str = "1h"
    active_steps: int = 24
    down_for: str = "2m"
    ready_for: str = "10m"
    skew_share: float = 0.8
    skew_for: str = "10m"


@dataclass(frozen=True)
class Alert:
    """One alert.

    Attributes:
        name: Its name.
        expr: PromQL; it holds where there is a result.
        held: How long it must hold before the alert fires, a Prometheus duration.
        severity: Whether somebody is woken.
        summary: What is wrong, in one line.
        description: The same with figures; Prometheus' template of labels and value.
        runbook: What to do first.
        anchor: Where the runbook says more.
    """

    name: str
    expr: str
    held: str
    severity: Literal["warning", "page"]
    summary: str
    description: str
    runbook: str
    anchor: str

    def rule(self) -> dict[str, object]:
        """The alert as an entry of a rules file."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.held,
            "labels": {"severity": self.severity},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook": self.runbook,
                "runbook_url": f"{RUNBOOK}#{self.anchor}",
            },
        }


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, which PromQL is."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Dumper.add_representer(str, _text)


def rules(times: Times) -> dict[str, object]:
    """The rules file, as a document."""
    alerts = [
        *_lag(times),
        *_progress(times),
        *_tables(times),
        *_clickhouse(times),
        *_input(times),
        *_processes(times),
    ]
    return {"groups": [{"name": "isegoria", "rules": [alert.rule() for alert in alerts]}]}


def text(times: Times) -> str:
    """The rules file, as text."""
    return _HEADER + yaml.dump(rules(times), Dumper=_Dumper, sort_keys=False, width=98)


def _lag(times: Times) -> list[Alert]:
    where = "{{ $labels.topic }}/{{ $labels.partition }}"
    age, records = "isegoria_consumer_lag_seconds", "isegoria_consumer_lag_records"
    behind = f"{where} has waited for {{{{ $value | humanizeDuration }}}}."
    return [
        Alert(
            name="IsegoriaLag",
            expr=f"{age} > {times.lag_seconds:g}",
            held=times.lag_for,
            severity="warning",
            summary="A partition is read late",
            description=f"The first unread record of {behind}",
            runbook="Run `isegoria lag`; if all partitions lag, start another worker.",
            anchor="lag",
        ),
        Alert(
            name="IsegoriaLagFar",
            expr=f"{age} > {times.far_seconds:g}",
            held=times.lag_for,
            severity="page",
            summary="A partition is read very late",
            description=f"The first unread record of {behind}",
            runbook="Run `isegoria lag` and `isegoria doctor`; start another worker.",
            anchor="lag",
        ),
        Alert(
            name="IsegoriaLagGrowing",
            expr=(
                "isegoria_consumer_drain_seconds == +Inf\n"
                "and isegoria_consumer_produced_records_per_second > 0\n"
                f"and {age} > {times.growing_seconds:g}"
            ),
            held=times.growing_for,
            severity="warning",
            summary="More comes in than is read",
            description=f"{where} lags and does not drain.",
            runbook="Start another worker, up to one for each partition.",
            anchor="growing",
        ),
        Alert(
            name="IsegoriaSkew",
            expr=(
                f"max by (group, topic) ({records}) / sum by (group, topic) ({records})"
                f" > {times.skew_share:g}\n"
                f"and count by (group, topic) ({records}) > 1\n"
                f"and max by (group, topic) ({age}) > {times.lag_seconds:g}"
            ),
            held=times.skew_for,
            severity="warning",
            summary="One partition has most of the lag",
            description=(
                "{{ $value | humanizePercentage }} of what lags in {{ $labels.topic }}"
                " is in one partition."
            ),
            runbook="Another worker will not help: find the busy topic with `isegoria topics`.",
            anchor="skew",
        ),
    ]


def _progress(times: Times) -> list[Alert]:
    where = "{{ $labels.topic }}/{{ $labels.partition }}"
    return [
        Alert(
            name="IsegoriaGroupError",
            expr='isegoria_consumer_group_status{status="err"} == 1',
            held=times.stuck_for,
            severity="page",
            summary="The workers' group is in ERR",
            description="A partition of {{ $labels.group }} is stalled, stopped or rewound.",
            runbook="Run `isegoria lag` to see which partition, and the worker's log to see why.",
            anchor="group-error",
        ),
        Alert(
            name="IsegoriaPartitionStuck",
            expr='isegoria_consumer_partition_status{status=~"stall|stop"} == 1',
            held=times.stuck_for,
            severity="page",
            summary="A partition is not read",
            description=f"{where}: {{{{ $labels.status }}}}, with records waiting.",
            runbook="stop: start a worker. stall: read the worker's log, then restart it.",
            anchor="stalled",
        ),
        Alert(
            name="IsegoriaCommitOld",
            expr=f"isegoria_consumer_commit_age_seconds > {times.commit_seconds:g}",
            held=times.commit_for,
            severity="warning",
            summary="A partition lags and its offset does not move",
            description=f"{where}: the last commit was {{{{ $value | humanizeDuration }}}} ago.",
            runbook="Run `isegoria lag --watch`; read the worker's log.",
            anchor="stalled",
        ),
        Alert(
            name="IsegoriaWorkerNotReady",
            expr="isegoria_worker_ready == 0",
            held=times.ready_for,
            severity="warning",
            summary="A worker runs and does not work",
            description="{{ $labels.instance }} has no partitions, or has not recovered.",
            runbook="Ask its /readyz what is missing; recovery shows in its log.",
            anchor="not-ready",
        ),
    ]


def _tables(times: Times) -> list[Alert]:
    age = "isegoria_freshness_seconds"
    return [
        Alert(
            name="IsegoriaTablesStale",
            expr=f"{age} > {times.stale_seconds:g}",
            held=times.stale_for,
            severity="warning",
            summary="The dashboard shows old figures",
            description="What was published {{ $value | humanizeDuration }} ago is not there yet.",
            runbook="Run `isegoria lag`: the first topic that lags says which step is late.",
            anchor="stale",
        ),
        Alert(
            name="IsegoriaFreshnessUnknown",
            expr=f'isegoria_source_up{{source="kafka"}} == 1 unless on (instance) {age}',
            held=times.stale_for,
            severity="warning",
            summary="Nobody knows how old the dashboard's figures are",
            description="{{ $labels.instance }} sees Kafka and has not seen the flow complete.",
            runbook="Run `isegoria lag`: since the exporter started, something has been stuck.",
            anchor="stale",
        ),
        Alert(
            name="IsegoriaSinkFailing",
            expr=f"sum by (table) (increase(isegoria_sink_retries_total[{times.sink_window}])) > 0",
            held=times.sink_for,
            severity="page",
            summary="ClickHouse does not take what the sink writes",
            description="Inserts into {{ $labels.table }} have been tried again all the time.",
            runbook="Run `isegoria doctor`; nothing is lost, the sink goes on by itself.",
            anchor="sink",
        ),
    ]


def _clickhouse(times: Times) -> list[Alert]:
    free = "isegoria_clickhouse_disk_free_bytes / isegoria_clickhouse_disk_size_bytes"
    left = "{{ $value | humanizePercentage }} of disk {{ $labels.disk }} is free."
    return [
        Alert(
            name="IsegoriaParts",
            expr=f"isegoria_clickhouse_table_parts > {times.parts}",
            held=times.parts_for,
            severity="warning",
            summary="A table has too many parts",
            description="{{ $labels.table }} has {{ $value }} parts: merges do not keep up.",
            runbook="Look at ClickHouse's load and disk; merges need both.",
            anchor="parts",
        ),
        Alert(
            name="IsegoriaDiskLow",
            expr=f"{free} < {times.disk_low:g}",
            held=times.disk_for,
            severity="warning",
            summary="ClickHouse's disk fills up",
            description=left,
            runbook="Make room or enlarge the disk.",
            anchor="disk",
        ),
        Alert(
            name="IsegoriaDiskFull",
            expr=f"{free} < {times.disk_full:g}",
            held=times.disk_for,
            severity="page",
            summary="ClickHouse's disk is almost full",
            description=left,
            runbook="Make room now: at 0 % inserts stop, and Kafka too where it shares the disk.",
            anchor="disk",
        ),
    ]


def _input(times: Times) -> list[Alert]:
    rejected = f"max(delta(isegoria_rejected_records[{times.rejected_window}]))"
    events = (
        'sum(increase(isegoria_worker_events_total{topic="participation.events"}'
        f"[{times.rejected_window}]))"
    )
    active = (
        f"count_over_time(({_contributed(times.active_step)})"
        f"[{times.active_within}:{times.active_step}])"
    )
    return [
        Alert(
            name="IsegoriaRejected",
            expr=(
                f"{rejected} > {times.rejected_least}\n"
                f"and {rejected} > {times.rejected_share:g} * ({events} or vector(0))"
            ),
            held="0s",
            severity="warning",
            summary="Many events cannot be read",
            description=(
                f"{{{{ $value | humanize }}}} records were rejected within {times.rejected_window}."
            ),
            runbook="Run 'isegoria rejected list' for the reasons; tell the channel.",
            anchor="rejected",
        ),
        Alert(
            name="IsegoriaChannelSilent",
            expr=f"{active} >= {times.active_steps}\nunless {_contributed(times.silent_for)}",
            held="0s",
            severity="warning",
            summary="A channel that used to publish is silent",
            description=(
                f"Nothing came from {{{{ $labels.channel }}}} for {times.silent_for}; within"
                f" {times.active_within} it contributed in {{{{ $value }}}} spans of"
                f" {times.active_step}."
            ),
            runbook="Ask whoever runs it; silence the alert if its consultation is over.",
            anchor="channel-silent",
        ),
    ]


def _processes(times: Times) -> list[Alert]:
    return [
        Alert(
            name="IsegoriaTargetDown",
            expr='up{job=~"exporter|worker|intake|dashboard"} == 0',
            held=times.down_for,
            severity="page",
            summary="A process does not answer",
            description="{{ $labels.job }} at {{ $labels.instance }} cannot be scraped.",
            runbook="See whether it runs and what its log says; start it.",
            anchor="target-down",
        ),
        Alert(
            name="IsegoriaBlind",
            expr="isegoria_source_up == 0",
            held=times.down_for,
            severity="page",
            summary="The exporter cannot see a server",
            description="{{ $labels.source }} does not answer the exporter: its figures are gone.",
            runbook="Run `isegoria doctor`; start the server that does not answer.",
            anchor="blind",
        ),
    ]


def _contributed(window: str) -> str:
    """Channels that contributed within the window.

    `increase` does not see the first value of a series, which a channel has after each restart of
    a worker: a series that was not there before the window counts too.
    """
    return (
        f"sum by (channel) (increase({_CONTRIBUTIONS}[{window}]) > 0"
        f" or ({_CONTRIBUTIONS} unless {_CONTRIBUTIONS} offset {window}))"
    )


def main() -> None:
    """Write the rules file."""
    FILE.write_text(text(Times()))


if __name__ == "__main__":
    main()
