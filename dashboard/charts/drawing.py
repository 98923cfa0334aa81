"""From a form and its data to a chart: Altair's specification, drawn by vl-convert.

vl-convert may be called from any thread, and draws one chart after the other. The first one takes
half a second, as it starts a JavaScript engine; `warm` has that over before the first page.
"""

import json
from collections.abc import Mapping, Sequence

import altair as alt
import vl_convert

from dashboard.charts import svg, theme
from dashboard.charts.chart import Caption, Chart

Row = Mapping[str, str | float]


def data(name: str) -> alt.Chart:
    """A chart without a mark, of data that come with the drawing."""
    return alt.Chart(alt.NamedData(name))


def draw(form: alt.LayerChart, datasets: Mapping[str, Sequence[Row]], caption: Caption) -> Chart:
    """A chart of data whose rows the layers of a form name by `data`.

    Raises:
        ValueError: The form is not one that Vega-Lite can draw.
    """
    drawn = form.to_dict(validate=False)
    measured, read = (
        json.dumps(
            {**drawn, "config": theme.theme(font), "datasets": datasets},
            separators=(",", ":"),
            ensure_ascii=False,
        )
        for font in (theme.MEASURED, theme.FONT)
    )
    return Chart(
        **vars(caption),
        svg=svg.compact(
            vl_convert.vegalite_to_svg(measured, allowed_base_urls=[]), caption, theme.FONT
        ),
        spec=read,
    )
