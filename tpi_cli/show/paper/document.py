"""A document before it has a form: headings, sentences, lists, tables, a picture with its words."""

from collections.abc import Sequence
from typing import NamedTuple

from tpi_cli.show.picture.body import Marker


class Heading(NamedTuple):
    """What follows is about this."""

    words: str


class Paragraph(NamedTuple):
    """Sentences; `strong` ones are not to be missed."""

    words: str
    strong: bool = False


class Points(NamedTuple):
    """Points in a list."""

    points: Sequence[str]


class Table(NamedTuple):
    """Rows of cells under headings; the first cell of a row names it."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


class BodyMap(NamedTuple):
    """Sites on the body; `words` say the same."""

    markers: Sequence[Marker]
    words: str


class Aside(NamedTuple):
    """What stands beside the other blocks, in smaller letters."""

    words: str


Block = Heading | Paragraph | Points | Table | BodyMap | Aside


class Document(NamedTuple):
    """A sheet: who it comes from, its title, whom it is about, its blocks; a letter has larger words and more room."""

    sender: Sequence[str]
    title: str
    about: Sequence[str]
    blocks: Sequence[Block]
    letter: bool = False
