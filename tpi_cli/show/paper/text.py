"""A document as lines of plain text: the same words, without the picture."""

from collections.abc import Iterator
from textwrap import wrap

from tpi_cli.show import plain
from tpi_cli.show.clean import clean
from tpi_cli.show.paper.document import Aside, Block, BodyMap, Document, Heading, Paragraph, Points, Table

WIDTH = 72


def lines(document: Document) -> Iterator[str]:
    """The lines of the whole document, clean."""
    yield from map(clean, document.sender)
    yield from _folded(document.title)
    yield from map(clean, document.about)
    for block in document.blocks:
        yield from _block(block)


def _block(one: Block) -> Iterator[str]:
    match one:
        case Heading(words):
            yield from ("", clean(words))
        case Points(points):
            for point in points:
                yield from _folded(point, "- ", "  ")
        case Table():
            yield from ("", clean(one.caption))
            cells = [[clean(cell) for cell in row] for row in one.rows]
            yield from plain.lines(list(one.headings), cells, [False] * len(one.headings))
        case BodyMap():
            return
        case Paragraph(words) | Aside(words):
            yield ""
            yield from _folded(words)


def _folded(words: str, first: str = "", more: str = "") -> Iterator[str]:
    fold = wrap(clean(words), WIDTH, initial_indent=first, subsequent_indent=more, break_long_words=False,
                break_on_hyphens=False)  # fmt: skip
    yield from fold
