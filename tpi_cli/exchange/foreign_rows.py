"""A row of somebody else's table made into rows of ours, as a part of a map has it."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tpi_cli.exchange import foreign_alerts, foreign_cells
from tpi_cli.exchange.fields import Fault, Gathered, shown
from tpi_cli.exchange.foreign_days import day, moment
from tpi_cli.exchange.foreign_numbers import PLAIN, figures, number
from tpi_cli.exchange.map import PLACEHOLDER, Part, folded
from tpi_cli.reference import muscles
from tpi_cli.reference.headings import all_headings
from tpi_cli.rules.identity import PART_OF
from tpi_cli.rules.values import plain

DAYS = frozenset({"date", "born", "since", "died"})
JOINED = ("strength", "volume_ml")
"""Columns of a value for each agent of a mix, joined by +."""
WHOLE = {"muscle": "site", "side": "site", "agent": "mix", "strength": "mix", "volume_ml": "mix"}
"""Which cell of several fields holds a field."""
NUMBERS = frozenset({"weight_kg", "height_cm", "pain", "pain_before", "pain_after", "relief_pct", "minutes", "passes"})
SHARE = 'sharing = "each" or sharing = "total" in the map says which'
_INTERVAL = re.compile(r"([1-9][0-9]{0,3})\s*(d|days?|w|weeks?|wks?|mos?|mths?|months?|y|years?|yrs?)", re.IGNORECASE)
_WORD = re.compile(r"[0-9]*[^0-9]*")
"""What is no day in any form: a word, or a number of something."""
_SEVERAL = re.compile(r"[,;/&+\n]|\band\b", re.IGNORECASE)


class Reading(NamedTuple):
    """A part of a map over the header of one file: `sources` is their column by our field, `joins` a text with columns.

    `where` holds, by their column, the values of rows that are taken, folded; `left_out` why others are not.
    """

    kind: str
    part: Part
    sources: dict[str, str]
    joins: dict[str, str]
    where: dict[str, frozenset[str]]
    left_out: Mapping[str, str] = {}

    def theirs(self, field: str) -> str:
        """What a person finds the field under in their file; the field itself where no column stands for it."""
        whole = {"status": "died", "status_on": "died", "kind": "text", "passes": "mix", **WHOLE}.get(field, "")
        for name in (field, whole):
            if name in self.sources:
                return self.sources[name]
            if name in self.joins:
                return " + ".join(PLACEHOLDER.findall(self.joins[name]))
        return field


def kept_out(reading: Reading, raw: dict[str, str]) -> tuple[int, str]:
    """Why this row is none that is taken, as the map says it or by their column; nothing for one that is.

    Before it how many columns spoke for the row.
    """
    for far, (column, values) in enumerate(reading.where.items()):
        if folded(_cell(reading.part, raw, column)) not in values:
            return far, reading.left_out.get(column, f"by its {column}")
    return len(reading.where), ""


def renamed(reading: Reading, raw: dict[str, str]) -> dict[str, str]:
    """The cells as they are, under the names of our columns."""
    return {name: raw[theirs] for name, theirs in reading.sources.items()}


def rows(reading: Reading, raw: dict[str, str]) -> tuple[list[dict[str, str]], tuple[tuple[str, str], ...]]:
    """Rows in our columns, none where nothing in it is ours to keep; and what is wrong, by the column of the file.

    Several rows come of one that treats several sites. What could not be read is in them as it stood, or missing.
    """
    read = Gathered()
    cells = _spread(reading.part, _translated(reading.part, _taken(reading, raw), read), read)
    several = _several_rows(reading, cells, read)
    made = [_columns(reading, _numbered(one, at) if len(several) > 1 else one) for at, one in enumerate(several, 1)]
    return made, tuple((reading.theirs(field), what) for field, what in read.parts)


def _several_rows(reading: Reading, cells: dict[str, str], read: Gathered) -> list[dict[str, str]]:
    """The rows one row holds: several sites, several alerts; none of a weight that was not taken."""
    if reading.kind == "alerts":
        return read(foreign_alerts.told, cells) or []
    if reading.kind == "weights" and not cells.get("weight_kg"):
        return []
    return read(_sites, reading.part, cells) or [cells]


def _numbered(cells: dict[str, str], at: int) -> dict[str, str]:
    """One of several rows made of one: each has a source_id of its own, the same whenever the file comes again."""
    source = cells.get("source_id")
    return {**cells, "source_id": f"{source}{PART_OF}{at}"} if source else cells


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The columns of our own file of that kind, in their order."""
    return tuple(name for name, one in all_headings()[kind].items() if one.csv)


def _columns(reading: Reading, cells: dict[str, str]) -> dict[str, str]:
    """The row as our own file has it: every column of it, and what else the row is known by."""
    ours = columns(reading.kind)
    extra = [name for name in (*reading.part.patient, "status_on") if name in cells and name not in ours]
    return {name: cells.get(name, "") for name in (*ours, *extra)}


def _cell(part: Part, raw: dict[str, str], column: str) -> str:
    text = raw.get(column, "").strip()
    return "" if text in part.empty else text


def _taken(reading: Reading, raw: dict[str, str]) -> dict[str, str]:
    """The fields as their columns hold them, a value that the map knows in our words."""
    part = reading.part
    cells = {field: _cell(part, raw, column) for field, column in reading.sources.items()}
    cells.update({field: _joined(part, text, raw) for field, text in reading.joins.items()})
    return _in_our_words(part, {**part.constants, **cells})


def _in_our_words(part: Part, cells: dict[str, str]) -> dict[str, str]:
    known = part.values
    if not known:
        return cells
    return {field: known[field].get(folded(text), text) if field in known else text for field, text in cells.items()}


def _joined(part: Part, form: str, raw: dict[str, str]) -> str:
    """A text with their columns filled in; an empty one leaves no blank and no comma behind."""
    text = " ".join(PLACEHOLDER.sub(lambda found: _cell(part, raw, found[1]), form).split())
    return re.sub(r"\s+,", ",", text).strip(" ,")


def _spread(part: Part, cells: dict[str, str], read: Gathered) -> dict[str, str]:
    """A mix, and the day of a death, as the fields they hold."""
    if "mix" in cells:
        mix = cells.pop("mix")
        cells.update((mix and read(_mix, part, mix, cells)) or {})
    if "died" in cells:
        died = cells.pop("died")
        cells.update({"status": "deceased", "status_on": died} if died else {})
    return cells


def _mix(part: Part, text: str, cells: dict[str, str]) -> dict[str, str]:
    """What a mix says; its strength or its volume may stand in a column of its own. Raises Fault where both say it."""
    found = _in_our_words(part, foreign_cells.mix(text, part.signs, "mix"))
    for name in (*JOINED, *({"passes"} & found.keys())):
        beside = cells.get(name, "")
        if beside and found[name].strip("+"):
            raise Fault("mix", f"{shown(text)} says the {name}, and a column of its own says {shown(beside)}")
        found[name] = beside or found[name]
    return found


def _translated(part: Part, cells: dict[str, str], read: Gathered) -> dict[str, str]:
    """Days, numbers and intervals in our form; one that cannot be read as it stands."""
    return {field: (text and read(_one, part, field, text)) or text for field, text in cells.items()}


def _one(part: Part, field: str, text: str) -> str:
    if field in DAYS:
        return day(text, part.forms, field)
    if field == "start":
        return moment(text, part.forms, field)
    if field in {"follow_up", "until"}:
        return _ahead(part, field, text)
    if field == "expiry":
        return "+".join(day(one.strip(), part.forms, field) for one in text.split("+"))
    if field in JOINED:
        return "+".join(_quantity(part, field, one.strip()) for one in text.split("+"))
    if field in NUMBERS and (part.units.get(field) or part.signs != PLAIN):
        return number(text, part.signs, part.units.get(field, ()), field)
    return foreign_cells.side(text) if field == "side" else text


def _quantity(part: Part, field: str, text: str) -> str:
    """A volume in the units of the map, or a strength with its own."""
    units = part.units.get(field, ())
    return number(text, part.signs, units, field) if units else figures(text, part.signs, field)


def _ahead(part: Part, field: str, text: str) -> str:
    """`6 weeks` as 6w; a day by the forms of the map; anything else as it is."""
    found = _INTERVAL.fullmatch(text)
    if found:
        unit = found[2][0].lower()
        return found[1] + ("mo" if unit == "m" else unit)
    try:
        return day(text, part.forms, field)
    except Fault:
        if part.forms and _WORD.fullmatch(text):
            return text
        raise


def _sites(part: Part, cells: dict[str, str]) -> list[dict[str, str]]:
    """A row for each site of the cell, its share of the dose with it."""
    places = list(_places(part, cells))
    if len(places) < 2:
        return [{**cells, **places[0]} if places else cells]
    shared = _share(part, cells, len(places))
    return [{**cells, **shared, **place} for place in places]


def _places(part: Part, cells: dict[str, str]) -> Iterator[dict[str, str]]:
    """Muscle and side of each site named."""
    whole = cells.pop("site", None)
    if whole is None and not cells.get("muscle"):
        return
    for text in _apart(part, whole if whole is not None else cells["muscle"]):
        found = {"muscle": text} if whole is None else _site(part, text)
        side = found.get("side") or cells.get("side", "")
        _several(found["muscle"], text)
        for one in ("L", "R") if side == "both" else (side,):
            yield {"muscle": found["muscle"], "side": one}


def _site(part: Part, text: str) -> dict[str, str]:
    muscle, side = foreign_cells.site(text, "site")
    return _in_our_words(part, {"muscle": muscle, "side": side})


def _apart(part: Part, text: str) -> list[str]:
    return [one.strip() for one in text.split(part.between) if one.strip()] if part.between else [text]


def _several(muscle: str, text: str) -> None:
    """Raises Fault for a cell that may name several muscles, and certainly names none."""
    if muscle and _SEVERAL.search(re.sub("b/l", "", text, flags=re.IGNORECASE)) and not muscles.by_name(muscle):
        raise Fault("muscle", f"{shown(text)} may be several: {foreign_cells.BETWEEN}")


def _share(part: Part, cells: dict[str, str], count: int) -> dict[str, str]:
    """The dose of each of so many sites. Raises Fault where the map does not say how it was shared."""
    volumes, strengths = cells.get("volume_ml", ""), cells.get("strength", "")
    if not volumes and not strengths:
        return {}
    if not part.sharing:
        raise Fault("muscle", f"{count} sites in one row: the dose is for each, or in total? {SHARE}")
    if part.sharing == "each":
        return {}
    if volumes:
        return {"volume_ml": "+".join(_divided(one, count, "volume_ml") for one in volumes.split("+"))}
    return {"strength": "+".join(_divided(one, count, "strength") for one in strengths.split("+"))}


def _divided(text: str, count: int, field: str) -> str:
    """A number, with its unit if it has one, by so many; exact, or a Fault."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(\D*)", text)
    share = round(Decimal(found[1]) / count, 4) if found else None
    if found is None or share is None or share * count != Decimal(found[1]):
        raise Fault(field, f"{shown(text)} cannot be shared by {count} sites to the last figure: give each its row")
    return plain(share) + found[2]
