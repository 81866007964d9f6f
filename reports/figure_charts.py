"""The charts of reports with figures: native ones, which tell their series apart without colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from reports.workbook import BODY, HEADING

# Fills that differ in brightness and in pattern.
_FILLS: tuple[dict[str, Any], ...] = (
    {"fill": {"color": "#404040"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#404040", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#BFBFBF"}},
    {"pattern": {"pattern": "small_grid", "fg_color": "#404040", "bg_color": "#FFFFFF"}},
)
_OUTLINE = {"color": "#000000", "width": 0.75}
_TEXT = {"name": BODY["font_name"], "size": 9, "color": "#000000"}
_TITLE = {"name": HEADING["font_name"], "size": 11, "bold": False, "color": "#000000"}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series: the cell with its name, or its name, and the cells with its numbers."""

    name: str
    values: str


def columns_chart(
    workbook: Workbook,
    title: str,
    categories: str,
    series: Sequence[Series],
    *,
    stacked: bool,
    size: tuple[int, int],
    shows: str = "0;;",
) -> Chart:
    """Return a chart of columns with its numbers written on it. size: in pixels. shows: their format."""
    chart: Chart = workbook.add_chart({"type": "column", **({"subtype": "stacked"} if stacked else {})})
    for place, each in enumerate(series):
        dark = place == 0
        position = {"position": "center"} if stacked else {"position": "outside_end"}
        inside = {"color": "#FFFFFF"} if stacked and dark else {}
        # On a pattern a number is read only with a ground of its own.
        ground = {"fill": {"color": "#FFFFFF"}} if stacked and "pattern" in _FILLS[place] else {}
        chart.add_series(
            {
                "name": each.name,
                "categories": categories,
                "values": each.values,
                "border": _OUTLINE,
                "gap": 60,
                "data_labels": {"value": True, "num_format": shows, "font": _TEXT | inside, **position, **ground},
                **_FILLS[place],
            }
        )
    chart.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    chart.set_x_axis({"num_font": _TEXT, "line": _OUTLINE})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    if len(series) > 1:
        chart.set_legend({"position": "bottom", "font": _TEXT})
    else:
        chart.set_legend({"none": True})
    chart.set_chartarea({"border": _OUTLINE})
    chart.set_size({"width": size[0], "height": size[1]})
    return chart
