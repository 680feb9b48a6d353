"""The body map as a file of its own: who it is of, front and back, the legend in words."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from tpi_cli.reference.body import HEIGHT
from tpi_cli.reference.names import title
from tpi_cli.show import chart
from tpi_cli.show.markup import Element, as_svg, element
from tpi_cli.show.picture import svg
from tpi_cli.show.picture.svg import FONT, INK, TOP, VIEW
from tpi_cli.store.read.body import SiteNow

SCALE = 3.2
"""Pixels a unit."""


def whole(head: str, sites: Sequence[SiteNow]) -> str:
    """The picture as a file of its own: who it is of, front and back, the legend."""
    markers, told, who = chart.markers(sites), list(legend(sites)), wrap(head, LONGEST)
    notes = [line for note in svg.reading(markers) for line in wrap(note, LONGEST)]
    width, height, top = 2 * VIEW * SCALE, (HEIGHT + TOP + 2) * SCALE, LINE * len(who)
    body = svg.figure(markers, "; ".join(" ".join(row) for row in told))
    for name, value in {"x": 0, "y": top, "width": width, "height": height}.items():
        body.set(name, f"{value:.4g}")
    under = top + height + LINE
    parts = [*_lines(LINE, who, bold=True), body, *_lines(under, notes), *_rows(under + LINE * len(notes), told)]
    deep = under + LINE * (len(notes) + len(told))
    size = {"viewBox": f"0 0 {width:.4g} {deep:.4g}", "width": width, "height": deep}
    paper = element("rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    return as_svg(element("svg", {**size, "font-family": FONT, "fill": INK}, paper, *parts))


def legend(sites: Sequence[SiteNow]) -> Iterator[tuple[str, str, str, str, str]]:
    """What each number stands for, in words: site and side, last treated, last pain, due."""
    for one in sites:
        pain = "no score" if one.pain is None else f"pain {one.pain.pain}"
        last = f"treated {one.last}" if one.last else "not treated"
        due = f"due {one.due}, {one.status}" if one.due else chart.status(one)
        yield str(one.number), f"{title(one.muscle)} {one.side}", last, pain, due


COLUMNS = (12, 40, 224, 342, 400)
"""Where the legend's columns begin, in pixels."""
LINE = 18
"""Pixels from one line of text to the next."""
LONGEST = 76
"""Characters of a line."""


def _rows(top: float, told: Sequence[tuple[str, ...]]) -> Iterator[Element]:
    for row, cells in enumerate(told):
        yield from (_text(x, top + LINE * row, cell) for x, cell in zip(COLUMNS, cells, strict=True))


def _lines(top: float, lines: Sequence[str], *, bold: bool = False) -> Iterator[Element]:
    return (_text(COLUMNS[0], top + LINE * row, line, bold=bold) for row, line in enumerate(lines))


def _text(x: float, y: float, words: str, *, bold: bool = False) -> Element:
    look = {"font-size": 13, "font-weight": "bold"} if bold else {"font-size": 10}
    return element("text", {"x": x, "y": float(y), **look}, words)
