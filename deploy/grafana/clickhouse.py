"""A query of Grafana's ClickHouse data source, for which the SDK has none."""

from dataclasses import dataclass
from textwrap import dedent
from typing import Final

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery

from deploy.grafana.panels import source_ref

TYPE = "grafana-clickhouse-datasource"

_TIME_SERIES: Final = 0
_TABLE: Final = 1


@dataclass(frozen=True)
class Query(Builder[Dataquery], Dataquery):
    """SQL, as the plugin keeps it from its version 4 on.

    Attributes:
        sql: The statement.
        by_series: Whether rows of (time, name, figure) become a line for each name; else the answer
            is taken as the table that it is.
    """

    sql: str
    by_series: bool = False

    def build(self) -> Dataquery:
        """The query is built already."""
        return self

    def to_json(self) -> dict[str, object]:
        """As it stands in a dashboard."""
        return {
            "datasource": source_ref(TYPE),
            "editorType": "sql",
            "format": _TIME_SERIES if self.by_series else _TABLE,
            "queryType": "timeseries" if self.by_series else "table",
            "rawSql": dedent(self.sql).strip(),
            "refId": "A",
        }
