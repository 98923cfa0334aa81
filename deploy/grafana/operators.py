"""The operators' dashboard: whether the flow keeps up, and if not, where it is stuck.

Its lines and colours change where the alerts of `deploy.prometheus` do.
"""

from collections.abc import Mapping
from string import ascii_uppercase

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphTresholdsStyleMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from deploy.grafana.panels import (
    AnyPanel,
    Section,
    at_least,
    at_most,
    board,
    described,
    newest,
    source,
    source_ref,
    with_legend,
    words,
)
from deploy.prometheus.rules import Times

TYPE = "prometheus"
JOBS = 'job=~"exporter|worker|intake|dashboard"'

_TIMES = Times()
_A_DAY = 86_400
"""In seconds; a drain that takes longer is shown as this, and so is one without an end."""

_FREE = "isegoria_clickhouse_disk_free_bytes / isegoria_clickhouse_disk_size_bytes"
_PLACE = "{{topic}}/{{partition}}"
_PROCESS = "{{job}} {{instance}}"

_GROUP = words({0: ("OK", "green"), 1: ("WARN", "orange"), 2: ("ERR", "red")})
_PARTITION = words(
    {
        0: ("OK", "green"),
        1: ("WARN", "orange"),
        2: ("REBALANCING", "yellow"),
        3: ("STALL", "red"),
        4: ("STOP", "dark-red"),
        5: ("REWIND", "purple"),
    }
)
_SEEN = words({0: ("not seen", "red"), 1: ("seen", "green")})
_UP = words({0: ("down", "red"), 1: ("up", "green")})

Queries = Mapping[str, str]
"""PromQL by the legend of what it gives."""


def build() -> dashboard.Dashboard:
    """The whole of it."""
    return board(
        dashboard.Dashboard("Isegoria: operations")
        .uid("isegoria-operators")
        .description("Whether the flow from Kafka to ClickHouse keeps up, and where it is stuck.")
        .tags(["isegoria"])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(source(TYPE)),
        [_glance(), _lag(), _workers(), _tables(), _intake(), _processes()],
    )


def _glance() -> Section:
    return Section(
        "At a glance",
        [
            _figure(
                "Workers' group",
                "Good is OK; on WARN or ERR run 'isegoria lag' to see which partition is behind.",
                "none",
                {"{{group}}": _numbered("isegoria_consumer_group_status", "group", "warn", "err")},
            ).mappings(_GROUP),
            _figure(
                "Alerts",
                "Good is 0; each alert that fires has a line in docs/operating.md.",
                "none",
                {
                    "firing": 'count(ALERTS{alertname=~"Isegoria.*", alertstate="firing"})'
                    " or vector(0)"
                },
                at_most(red=1),
            ),
            _figure(
                "Furthest behind",
                "Good is a few seconds at most; if it rises, look at the lag below.",
                "s",
                {"oldest": "max(isegoria_consumer_lag_seconds)"},
                at_most(orange=_TIMES.lag_seconds, red=_TIMES.far_seconds),
            ),
            _figure(
                "Age of the tables",
                "Good is a few seconds; if it rises, the first topic that lags is the late step.",
                "s",
                {"age": "max(isegoria_freshness_seconds)"},
                at_most(red=_TIMES.stale_seconds),
            ),
            _figure(
                "Workers",
                "Good is as many as were started; with 0 nothing is read: start one.",
                "none",
                {"{{group}}": "max by (group) (isegoria_consumer_group_members)"},
                at_least(green=1),
            ),
            _figure(
                "Targets down",
                "Good is 0; see under Processes which does not answer, and start it.",
                "none",
                {"down": f"count(up{{{JOBS}}} == 0) or vector(0)"},
                at_most(red=1),
            ),
            _figure(
                "Servers",
                "Good is both seen; otherwise run 'isegoria doctor' and start what is away.",
                "none",
                {"{{source}}": "min by (source) (isegoria_source_up)"},
            ).mappings(_SEEN),
            _figure(
                "Free disk",
                "Good is well above the marks; below them make room or enlarge the disk.",
                "percentunit",
                {"free": f"min({_FREE})"},
                at_least(orange=_TIMES.disk_full, green=_TIMES.disk_low),
            ),
        ],
    )


def _lag() -> Section:
    partition_status = _numbered(
        "isegoria_consumer_partition_status",
        "topic, partition",
        *("warn", "rebalancing", "stall", "stop", "rewind"),
    )
    of_its_topic = (
        "max by (group, topic) (isegoria_consumer_lag_records)"
        " / sum by (group, topic) (isegoria_consumer_lag_records)"
    )
    drains = f"clamp_max(isegoria_consumer_drain_seconds, {_A_DAY})"
    return Section(
        "Lag",
        [
            _states(
                "Status of the partitions",
                "Good is OK all along; STALL and STOP need somebody now: read the worker's log,"
                " restart it.",
                {_PLACE: partition_status},
            )
            .mappings(_PARTITION)
            .span(24),
            _lines(
                "Lag in time",
                "Age of the first unread record: good is a few seconds; if it stays up, start"
                " another worker.",
                "s",
                {_PLACE: "isegoria_consumer_lag_seconds"},
                at_most(orange=_TIMES.lag_seconds, red=_TIMES.far_seconds),
            ).span(12),
            _lines(
                "Lag in records",
                "Good is a saw that returns to 0 with each commit; if it climbs, more comes in"
                " than is read.",
                "short",
                {_PLACE: "isegoria_consumer_lag_records"},
            ).span(12),
            _lines(
                "Written and read",
                "Good is both alike; while less is read than written, start another worker.",
                "cps",
                {
                    "written {{topic}}": _sum("isegoria_consumer_produced_records_per_second"),
                    "read {{topic}}": _sum("isegoria_consumer_consumed_records_per_second"),
                },
            ),
            _lines(
                "Time to drain",
                "Good is 0 or falling; at a day the lag grows (or drains no faster): start another"
                " worker.",
                "s",
                {_PLACE: drains},
                at_most(red=_A_DAY),
            ),
            _lines(
                "Age of the last commit",
                "Good is below a few seconds while records wait; if it rises, read the worker's"
                " log.",
                "s",
                {_PLACE: "isegoria_consumer_commit_age_seconds"},
                at_most(red=_TIMES.commit_seconds),
            ),
            _lines(
                "Age of the tables",
                "How old the dashboards' figures are: good is a few seconds; if it rises, the first"
                " topic that lags is the late step.",
                "s",
                {"age": "max(isegoria_freshness_seconds)"},
                at_most(red=_TIMES.stale_seconds),
            ).span(12),
            _lines(
                "Lag in one partition",
                "The largest share of a topic's lag in one partition: good is an even share; near"
                " 100 % another worker does not help, find the busy topic.",
                "percentunit",
                {"{{topic}}": of_its_topic},
                at_most(red=_TIMES.skew_share),
            ).span(12),
        ],
    )


def _workers() -> Section:
    return Section(
        "Workers",
        [
            _lines(
                "Events",
                "Good follows what channels publish; if it drops while lag rises, read the"
                " worker's log.",
                "eps",
                {"{{topic}}": _rate("isegoria_worker_events_total", "topic")},
            ),
            _lines(
                "Verdicts",
                "Good is mostly original; many redelivered mean a channel that sends again what"
                " was taken: tell it.",
                "eps",
                {"{{verdict}}": _rate("isegoria_worker_verdicts_total", "verdict")},
            ),
            _lines(
                "Rejected",
                "Good is 0; otherwise tell the channel what is wrong, by the reason.",
                "eps",
                {"{{reason}}": _rate("isegoria_worker_rejected_total", "reason")},
            ),
            _lines(
                "Contributions by channel",
                "Good is every channel that is open; if one falls silent, ask whoever runs it.",
                "eps",
                {"{{channel}}": _rate("isegoria_worker_contributions_total", "channel")},
            ),
            _lines(
                "Rejected of late",
                "Good is below the mark, a channel's typing errors; above it, tell the channel what"
                " is wrong, by the reasons above.",
                "short",
                {
                    f"in {_TIMES.rejected_window}": "max(delta(isegoria_rejected_records"
                    f"[{_TIMES.rejected_window}]))"
                },
                at_most(red=_TIMES.rejected_least),
            ),
            _lines(
                "Batch sizes",
                "Good is small while idle and large under load; always 1 under load means that"
                " batching is off.",
                "short",
                _quantiles("isegoria_worker_batch_events", "agent"),
            ),
            _lines(
                "Step times",
                "Good is steady; the step that rises with the lag is the one to look into.",
                "s",
                _quantiles("isegoria_worker_step_seconds", "agent", "step"),
            ).span(12),
            _lines(
                "Journal entries",
                "Good grows with the contributions; what is here must be read again at a restart.",
                "short",
                {"{{journal}}": "sum by (journal) (isegoria_journal_entries)"},
            ).span(6),
            _lines(
                "Journal size",
                "Good fits the workers' memory with room to spare; otherwise start another worker.",
                "bytes",
                {"{{journal}}": "sum by (journal) (isegoria_journal_bytes)"},
            ).span(6),
            _lines(
                "Commit time",
                "Good is far below a second; if it rises, look at Kafka's load and disk.",
                "s",
                _quantiles("isegoria_worker_commit_seconds"),
            ).span(6),
            _lines(
                "Recovery",
                "Good is 0, or falling after a start; if it stays, read the worker's log.",
                "short",
                {"{{instance}}": "isegoria_worker_recovery_remaining_records"},
            ).span(6),
            _lines(
                "Partitions assigned",
                "Good is an even share for each worker; a worker with none has nothing to do or"
                " is not ready.",
                "short",
                {"{{instance}}": "sum by (instance) (isegoria_worker_assigned_partitions)"},
            ).span(6),
            _lines(
                "Rebalances",
                "Good is one when a worker starts or stops; if they go on, a worker dies again and"
                " again: read its log.",
                "short",
                {"{{instance}}": "increase(isegoria_worker_rebalances_total[$__rate_interval])"},
            ).span(6),
        ],
    )


def _tables() -> Section:
    return Section(
        "ClickHouse",
        [
            _lines(
                "Insert time",
                "Good is below a second; if it rises, look at ClickHouse's load and disk.",
                "s",
                _quantiles("isegoria_sink_insert_seconds"),
            ),
            _lines(
                "Rows written",
                "Good follows the events; at 0 while lag rises, the sink is stuck: look at the"
                " retries.",
                "rowsps",
                {"{{table}}": _rate("isegoria_sink_rows_total", "table")},
            ),
            _lines(
                "Inserts tried again",
                "Good is 0; otherwise run 'isegoria doctor': nothing is lost, the sink goes on by"
                " itself.",
                "ops",
                {"{{table}}": _rate("isegoria_sink_retries_total", "table")},
            ),
            _lines(
                "Parts",
                "Good is some dozens; if it climbs to the mark, merges do not keep up: look at"
                " ClickHouse's load and disk.",
                "short",
                {"{{table}}": "isegoria_clickhouse_table_parts"},
                at_most(red=_TIMES.parts),
            ),
            _lines(
                "Rows",
                "Good grows with what is said; merges take replaced rows away, so small falls are"
                " well.",
                "short",
                {"{{table}}": "isegoria_clickhouse_table_rows"},
            ),
            _lines(
                "Size",
                "Good leaves room on the disk for merges, which need a table's size once more.",
                "bytes",
                {"{{table}}": "isegoria_clickhouse_table_bytes"},
            ),
            _lines(
                "Free disk",
                "Good is above the marks; below them make room or enlarge the disk.",
                "percentunit",
                {"{{disk}}": _FREE},
                at_least(orange=_TIMES.disk_full, green=_TIMES.disk_low),
            ).span(12),
            _lines(
                "Since the last change of a table",
                "Good is short for tables whose events come in; if all rise while events come, the"
                " sink is stuck.",
                "s",
                {"{{table}}": "time() - isegoria_clickhouse_table_modified_timestamp_seconds"},
            ).span(12),
        ],
    )


def _intake() -> Section:
    return Section(
        "Intake over HTTP",
        [
            _lines(
                "Requests by code",
                "Good is 2xx; 4xx is for the channel to mend, 5xx for you: read the intake's log.",
                "reqps",
                {"{{channel}} {{code}}": _rate("isegoria_intake_requests_total", "channel, code")},
            ),
            _lines(
                "Time to answer",
                "Good is far below a second; if it rises, look at Kafka: an answer waits for it.",
                "s",
                _quantiles("isegoria_intake_request_seconds"),
            ),
            _lines(
                "Events by channel",
                "Good is every channel that is open; if one falls silent, ask whoever runs it.",
                "eps",
                {"{{channel}}": _rate("isegoria_intake_events_total", "channel")},
            ),
        ],
    )


def _processes() -> Section:
    return Section(
        "Processes",
        [
            _states(
                "Targets",
                "Good is up; if one is down, see whether it runs and what its log says.",
                {_PROCESS: f"up{{{JOBS}}}"},
            ).mappings(_UP),
            _lines(
                "Memory",
                "Good is flat, for workers in step with their journals; if it climbs on, restart"
                " the process and report it.",
                "bytes",
                {_PROCESS: f"process_resident_memory_bytes{{{JOBS}}}"},
            ),
            _lines(
                "CPU",
                "Good is below one core a process; a worker at one core with lag needs another"
                " beside it.",
                "short",
                {_PROCESS: f"rate(process_cpu_seconds_total{{{JOBS}}}[$__rate_interval])"},
            ),
        ],
    )


def _figure(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    marks: dashboard.ThresholdsConfig | None = None,
) -> stat.Panel:
    panel = described(stat.Panel(), TYPE, title, description, unit).thresholds(marks or at_most())
    panel = panel.color_mode(BigValueColorMode.BACKGROUND).reduce_options(newest())
    return _asking(panel.span(3).height(4).no_value("unknown"), queries)


def _lines(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    marks: dashboard.ThresholdsConfig | None = None,
) -> timeseries.Panel:
    panel = with_legend(described(timeseries.Panel(), TYPE, title, description, unit))
    if marks is not None:
        style = common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
        panel = panel.thresholds(marks).thresholds_style(style)
    return _asking(panel.span(8).height(8).min(0).fill_opacity(8), queries)


def _states(title: str, description: str, queries: Queries) -> statetimeline.Panel:
    panel = with_legend(described(statetimeline.Panel(), TYPE, title, description, "none"))
    return _asking(panel.span(8).height(8).show_value(VisibilityMode.NEVER), queries)


def _asking(panel: AnyPanel, queries: Queries) -> AnyPanel:
    for letter, (legend, expr) in zip(ascii_uppercase, queries.items(), strict=False):
        query = prometheus.Dataquery().datasource(source_ref(TYPE)).ref_id(letter)
        panel = panel.with_target(query.expr(expr).legend_format(legend).range())
    return panel


def _sum(metric: str) -> str:
    return f"sum by (topic) ({metric})"


def _rate(counter: str, by: str) -> str:
    return f"sum by ({by}) (rate({counter}[$__rate_interval]))"


def _quantiles(histogram: str, *by: str) -> Queries:
    """The median and the 95th percentile, for each value of the labels."""
    labels = "".join(f" {{{{{label}}}}}" for label in by)
    buckets = _rate(f"{histogram}_bucket", ", ".join(("le", *by)))
    return {
        f"p{round(100 * q)}{labels}": f"histogram_quantile({q}, {buckets})" for q in (0.5, 0.95)
    }


def _numbered(metric: str, by: str, *statuses: str) -> str:
    """The status as a number: 0 for OK, then as they stand here."""
    terms = (
        f'{number} * {metric}{{status="{status}"}}' for number, status in enumerate(statuses, 1)
    )
    return f"max by ({by}) ({' or '.join(terms)})"
