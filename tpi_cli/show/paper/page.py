"""A document as one HTML file: its own style and pictures within it, no script, no address outside."""

import os
from collections.abc import Iterator, Sequence

from tpi_cli.show.markup import Element, as_html, element
from tpi_cli.show.paper.document import Aside, Block, BodyMap, Document, Heading, Paragraph, Points, Table
from tpi_cli.show.picture import svg

_STYLE = os.path.join(os.path.dirname(__file__), "style.css")
TIGHT = 18
"""Characters of a cell that stays on one line."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing."""


def written(document: Document) -> str:
    """The page, ready to be opened and printed."""
    look = {"class": "letter"} if document.letter else None
    root = element("html", {"lang": "en"}, _head(document), element("body", look, _header(document),
                   element("main", None, *_main(document)), element("footer", None, *_footer(document))))  # fmt: skip
    return as_html(root)


def _head(document: Document) -> Element:
    with open(_STYLE, encoding="utf-8") as file:
        style = element("style")
        style.text = file.read()
    return element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("title", None, document.title),
        style,
    )


def _header(document: Document) -> Element:
    return element(
        "header",
        None,
        *(element("p", {"class": "sender"}, line) for line in document.sender),
        element("h1", None, document.title),
        *(element("p", {"class": "about"}, line) for line in document.about),
    )


def _main(document: Document) -> Iterator[Element]:
    return (_block(one) for one in document.blocks if not isinstance(one, Aside))


def _footer(document: Document) -> Iterator[Element]:
    return (element("p", None, one.words) for one in document.blocks if isinstance(one, Aside))


def _block(one: Block) -> Element:
    match one:
        case Heading(words):
            return element("h2", None, words)
        case Points(points):
            return element("ul", None, *(element("li", None, point) for point in points))
        case Table():
            return _table(one)
        case BodyMap(markers, words):
            said = element("figcaption", None, ". ".join(svg.reading(markers)))
            return element("figure", None, svg.figure(markers, words), said)
        case Paragraph(words, strong):
            return element("p", {"class": "strong"} if strong else None, words)
        case Aside(words):
            return element("p", None, words)


def _table(one: Table) -> Element:
    heads = element("tr", None, *(element("th", {"scope": "col"}, words) for words in one.headings))
    rows = (element("tr", None, *_cells(one, row)) for row in one.rows)
    return element("table", None, element("caption", None, one.caption), element("thead", None, heads),
                   element("tbody", None, *rows))  # fmt: skip


def _cells(table: Table, row: Sequence[str]) -> Iterator[Element]:
    """The first cell names its row; the others say under which heading they stand, for a screen that is narrow."""
    for at, (heading, cell) in enumerate(zip(table.headings, row, strict=True)):
        kind = ("td", {}) if at else ("th", {"scope": "row"})
        yield element(kind[0], {**kind[1], "data-heading": heading, **_tight(cell)}, cell)


def _tight(cell: str) -> dict[str, str]:
    """A date or a score is not broken over two lines."""
    return {"class": "tight"} if len(cell) <= TIGHT else {}
