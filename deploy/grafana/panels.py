"""What the panels and dashboards have in common: their place, their words, their colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    barchart,
    common,
    dashboard,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

_SOURCE = "datasource"


AnyPanel = TypeVar(
    "AnyPanel", barchart.Panel, stat.Panel, statetimeline.Panel, table.Panel, timeseries.Panel
)
AnyChart = TypeVar("AnyChart", barchart.Panel, statetimeline.Panel, timeseries.Panel)


@dataclass(frozen=True)
class Section:
    """Panels under a heading, from left to right; their columns fill rows of 24."""

    title: str
    panels: Sequence[
        barchart.Panel | stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel
    ]


def board(made: dashboard.Dashboard, sections: Sequence[Section]) -> dashboard.Dashboard:
    """Put the sections on a dashboard, one below the other, and number their panels."""
    number = 0
    for section in sections:
        number += 1
        made = made.with_row(dashboard.Row(section.title).id(number))
        for panel in section.panels:
            number += 1
            made = made.with_panel(panel.id(number))
    return made


def source(type_val: str) -> dashboard.DatasourceVariable:
    """The variable that says which data source the panels ask."""
    return dashboard.DatasourceVariable(_SOURCE).label("Data source").type(type_val)


def source_ref(type_val: str) -> DataSourceRef:
    """What refers to that variable."""
    return DataSourceRef(type_val=type_val, uid=f"${{{_SOURCE}}}")


def described(panel: AnyPanel, type_val: str, title: str, description: str, unit: str) -> AnyPanel:
    """Give a panel its words, its unit, and the data source of the variable.

    Args:
        panel: The panel.
        type_val: The kind of the data source.
        title: Its title.
        description: A sentence: what good looks like, and what to do otherwise.
        unit: One of Grafana's, for all figures in it.
    """
    ref = source_ref(type_val)
    return (
        panel.title(title)
        .description(description)
        .datasource(ref)
        .unit(unit)
        # Without any, Grafana would have its own: red from 80 on.
        .thresholds(at_most())
    )


def newest() -> common.ReduceDataOptions:
    """Show the last figure. Where it is missing now, an older one would hide it."""
    return common.ReduceDataOptions().calcs(["last"])


def with_legend(panel: AnyChart) -> AnyChart:
    """Say below what is what, and all of it at the pointer, largest first."""
    return panel.legend(
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
    ).tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))


def at_most(**marks: float) -> dashboard.ThresholdsConfig:
    """Green, and from each mark on the colour of its name."""
    return _thresholds("green", marks)


def at_least(**marks: float) -> dashboard.ThresholdsConfig:
    """Red, and from each mark on the colour of its name."""
    return _thresholds("red", marks)


def words(meanings: Mapping[int, tuple[str, str]]) -> list[ValueMapping]:
    """Show a word and a colour in place of each number."""
    options = {
        str(number): ValueMappingResult(text=text, color=color, index=index)
        for index, (number, (text, color)) in enumerate(meanings.items())
    }
    return [ValueMap(options)]


def _thresholds(base: str, marks: Mapping[str, float]) -> dashboard.ThresholdsConfig:
    steps = [Threshold(color=base), *(Threshold(value, color) for color, value in marks.items())]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
