"""The policy teams' dashboard: what was said in a consultation, by whom, and what came of it."""

from textwrap import dedent

from grafana_foundation_sdk.builders import barchart, common, dashboard, stat, table, timeseries
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphDrawStyle,
    StackingMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, VariableRefresh

from deploy.grafana import queries
from deploy.grafana.clickhouse import TYPE, Query
from deploy.grafana.panels import (
    Section,
    board,
    described,
    newest,
    source,
    source_ref,
    with_legend,
)

_SHARE = [DynamicConfigValue("unit", "percentunit"), DynamicConfigValue("decimals", 0)]
_WIDE = [DynamicConfigValue("custom.width", 420)]


def build() -> dashboard.Dashboard:
    """The whole of it."""
    consultation = (
        dashboard.QueryVariable("consultation")
        .label("Consultation")
        .datasource(source_ref(TYPE))
        .query(dedent(queries.CONSULTATIONS).strip())
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
    )
    return board(
        dashboard.Dashboard("Isegoria: consultation")
        .uid("isegoria-policy")
        .description("An open consultation: who spoke, how much weight each has, what came of it.")
        .tags(["isegoria"])
        .refresh("5m")
        .time("now-1y", "now")
        .timezone("utc")
        .with_variable(source(TYPE))
        .with_variable(consultation),
        [_glance(), _who(), _what(), _answers()],
    )


def _glance() -> Section:
    return Section(
        "At a glance",
        [
            _figures(
                "The consultation",
                "Contributions and voices of participants: effective voices are how many equally"
                " active people would weigh the same; if they are few, look at who dominates.",
                "short",
                queries.GLANCE,
            ).span(16),
            _figures(
                "Answers",
                "Good is every topic answered within weeks; see below which ones wait.",
                "d",
                queries.ANSWERED,
            )
            .override_by_name("Answered", _SHARE)
            .span(8),
        ],
    )


def _who() -> Section:
    return Section(
        "Who spoke",
        [
            _table(
                "Topics",
                "Good is effective voices near the voices; where the top 1 or top 5 wrote much,"
                " read the balanced stance before the counted one.",
                queries.TOPICS,
            )
            .override_by_name("Top 1", _SHARE)
            .override_by_name("Top 5", _SHARE)
            .span(24),
            _days(
                "Contributions by day, online and offline",
                "Good is both; without offline ones ask who could not take part, and if it is empty"
                " choose the time of the consultation above.",
                Query(queries.DAYS_BY_MODE),
            ),
            _days(
                "Contributions by day and channel",
                "Good is every channel that was offered; if one is missing, ask whoever runs it.",
                Query(queries.DAYS_BY_CHANNEL, by_series=True),
            ).display_name("${__field.labels.channel}"),
            _table(
                "Weight in the numbers",
                "Who wrote so much that a reader should know; it is no judgement on a person: read"
                " what the others say as well.",
                queries.FLAGS,
            )
            .override_by_name("Topic", _WIDE)
            .span(24),
        ],
    )


def _what() -> Section:
    return Section(
        "What they said",
        [
            _bars(
                "Verdicts",
                "Every contribution is kept: what was said again or copied is marked, what was"
                " delivered twice is not counted.",
                "short",
                queries.VERDICTS,
            ).stacking(StackingMode.NORMAL),
            _bars(
                "Stance, counted and balanced",
                "Where the three pictures differ, few people or a letter made the count: say so in"
                " the report.",
                "short",
                queries.STANCES,
            ).stacking(StackingMode.PERCENT),
            _table(
                "How far the stance moves",
                "Share of the stance that changes sides when each person, or each letter, has one"
                " vote: near 0 % the count can be trusted.",
                queries.SHIFTS,
            )
            .override_by_name("A person, a vote", _SHARE)
            .override_by_name("A letter, a vote", _SHARE)
            .span(8),
            _table(
                "Letters",
                "The same text from several people: each sender keeps their voice, so read a"
                " letter once and give its co-signers.",
                queries.LETTERS,
            )
            .override_by_name("Begins with", _WIDE)
            .span(16),
        ],
    )


def _answers() -> Section:
    return Section(
        "You said, we did",
        [
            _table(
                "Answered and waiting",
                "Good is a short wait: those without an answer come first, where most people have"
                " waited longest; answer these.",
                queries.WAITING,
            ).span(24),
        ],
    )


def _figures(title: str, description: str, unit: str, sql: str) -> stat.Panel:
    panel = described(stat.Panel(), TYPE, title, description, unit)
    panel = panel.graph_mode(BigValueGraphMode.NONE).reduce_options(newest())
    return panel.height(4).no_value("none").with_target(Query(sql))


def _table(title: str, description: str, sql: str) -> table.Panel:
    panel = described(table.Panel(), TYPE, title, description, "short")
    return panel.height(9).show_header(show_header=True).with_target(Query(sql))


def _days(title: str, description: str, query: Query) -> timeseries.Panel:
    panel = with_legend(described(timeseries.Panel(), TYPE, title, description, "short"))
    stacked = common.StackingConfig().mode(StackingMode.NORMAL)
    panel = panel.draw_style(GraphDrawStyle.BARS).fill_opacity(80).stacking(stacked)
    return panel.span(12).height(8).with_target(query)


def _bars(title: str, description: str, unit: str, sql: str) -> barchart.Panel:
    panel = with_legend(described(barchart.Panel(), TYPE, title, description, unit))
    panel = panel.orientation(VizOrientation.HORIZONTAL).x_field("Topic")
    panel = panel.show_value(VisibilityMode.NEVER).fill_opacity(80)
    return panel.span(12).height(12).with_target(Query(sql))
