"""Whose column is which: headings matched by name, by words that mean them, and by a map. Two for one are refused."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tpi_cli.errors import Usage
from tpi_cli.exchange import lacking
from tpi_cli.exchange.fields import MAPS, shown
from tpi_cli.exchange.foreign_cells import whole_mix
from tpi_cli.exchange.foreign_rows import WHOLE, Reading, kept_out, renamed, rows
from tpi_cli.exchange.map import PLACEHOLDER, Map, Part, folded
from tpi_cli.reference.headings import all_headings, field, fold

KINDS = tuple(all_headings())
FIRST, LAST = frozenset({"first", "firstname", "given", "givenname", "fname"}), frozenset(
    {"last", "lastname", "surname", "familyname", "lname"}
)  # fmt: skip
"""Headings of half a name, folded."""
OURS = frozenset({"refused"})
"""Columns that tpi itself adds to a file of refused rows: passed over without a word."""
NOTHING = {"alerts": "no alert in it", "weights": "no weight in it"}
"""Why a row that is taken gives none."""
_TELLING: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("holds", frozenset({"act"}), frozenset({"born", "agent"})),
    ("calls", frozenset({"channel"}), frozenset({"born", "agent"})),
    ("appointments", frozenset({"start"}), frozenset({"born", "muscle", "agent"})),
    ("outcomes", frozenset({"pain", "relief_pct"}), frozenset({"agent", "mix"})),
    ("injections", frozenset({"muscle", "agent", "site", "mix"}), frozenset()),
    ("alerts", frozenset({"kind"}), frozenset({"born"})),
    ("patients", frozenset({"name", "born"}), frozenset()),
    ("weights", frozenset({"weight_kg"}), frozenset()),
)
"""A kind of table by a field that it has and some that it has not; the first that fits."""


class Made(NamedTuple):
    """What became of one row: rows with their kinds, or why nothing did.

    `wrong` is what could not be read, by their column.
    """

    rows: tuple[tuple[str, dict[str, str]], ...]
    skipped: str = ""
    wrong: tuple[tuple[str, str], ...] = ()


class Translation:
    """How one table becomes our rows. `kinds` are those of the rows, none where the whole table is left out by `skip`.

    `unknown` are columns nobody knows. `missing` are, by kind, fields that its rows need and no column holds.
    """

    def __init__(
        self, readings: Iterable[Reading], unknown: Sequence[str], skip: str = "", *, plain: bool = False
    ) -> None:
        self._plain = plain
        self.readings = tuple(readings)
        self.kinds = tuple(dict.fromkeys(one.kind for one in self.readings))
        self.unknown = tuple(unknown)
        self.missing = {one.kind: wanted for one in self.readings if (wanted := _missing(one))}
        self.skip = skip

    def made(self, raw: dict[str, str]) -> Made:
        """Our rows of one of theirs, by their column names.

        Without a map the cells are taken to be written as ours are.
        """
        if self._plain:
            return Made(tuple((one.kind, renamed(one, raw)) for one in self.readings))
        out = []
        reasons = []
        wrong: dict[tuple[str, str], None] = {}
        for reading in self.readings:
            far, why = kept_out(reading, raw)
            found, faults = ([], ()) if why else rows(reading, raw)
            out += [(reading.kind, row) for row in found]
            wrong.update(dict.fromkeys(faults))
            reasons.append((far, why or NOTHING.get(reading.kind, "")))
        skipped = "" if out else max(reasons)[1]  # of several readings, that of the one that got farthest
        return Made(tuple(out), skipped, tuple(wrong))

    def told(self, kind: str, row: dict[str, str], name: str, what: str, raw: dict[str, str]) -> tuple[str, str]:
        """Their column for a field of ours, and what is wrong with it in a row, with the map's line that mends it."""
        column = self.theirs(kind, name)
        mixed = any(one.sources.get("mix") == column for one in self.readings)
        if mixed and name == "strength" and what.startswith("which"):
            what += f' write it: [values.mix] "{raw[column]}" = "{whole_mix(row)}"'
        if name == "side" and not self._plain and "paired" in what:
            what += ", or both for two rows"
        return column, what

    def theirs(self, kind: str, name: str) -> str:
        """The column of their file under which a field of ours is found; the field where there is none."""
        return next((one.theirs(name) for one in self.readings if one.kind == kind), name)


def translation(header: Sequence[str], kind: str | None, map: Map | None, file: str = "the table") -> Translation:
    """How a table with that header becomes rows of ours, of that kind where it is said.

    Raises Usage, with what to write in a map, where a field could be two columns; where a map names a column that is
    not there; where nothing tells what the table holds; and where a column that its rows need is missing.
    """
    try:
        found = _translation(header, kind, map, file)
        _whole(found, kind, map, file)
    except Usage:
        other = None if map else lacking.shipped(header, file)
        if other is None:
            raise
        raise other from None
    return found


def _whole(found: Translation, kind: str | None, map: Map | None, file: str) -> None:
    """Raises Usage for a column that is missing, with what to write."""
    for lacks, names in found.missing.items():
        if map is None:
            raise lacking.without_map(lacks, names, file, said=kind is not None)
        given = {name: one.sources.get(name, "") for one in found.readings for name in _given(one)}
        raise lacking.with_map(lacks, names, given, found.unknown, file)


def _translation(header: Sequence[str], kind: str | None, map: Map | None, file: str) -> Translation:
    parts = _of_header(header, map, file) if map else [Part(kind or "")]
    left_out = next((one.skip for one in parts if one.skip), "")
    if left_out:
        return Translation((), (), left_out)
    readings = [_reading(header, one, kind, file) for one in parts if not (kind and one.kind) or one.kind == kind]
    if not readings:
        raise Usage(
            f"{file}: the map makes no {kind} of it", hint=f"it makes {' and '.join(one.kind for one in parts)}"
        )
    known = {name for one in readings for name in _used(one, header)}
    shipped = any(one.has for one in parts)
    unknown = [] if shipped else [name for name in header if name and name not in known and fold(name) not in OURS]
    return Translation(readings, unknown, plain=map is None)


def _of_header(header: Sequence[str], map: Map, file: str) -> list[Part]:
    """The parts of a map that are for a table with that header."""
    there = _folded(header)
    found = [one for one in map.parts if not one.has or there.issuperset(_folded(one.has))]
    most = max((len(one.has) for one in found), default=0)
    found = [one for one in found if len(one.has) == most]
    if not found:
        raise Usage(f"{file}: {map.name} has no table with these columns", hint=f"write a map of your own: {MAPS}")
    return found


def _folded(names: Iterable[str]) -> set[str]:
    return {fold(name) for name in names}


def _reading(header: Sequence[str], part: Part, kind: str | None, file: str) -> Reading:
    sources = {
        ours: name
        for theirs, ours in part.columns.items()
        if ours and (name := _column(header, theirs, part, file)) is not None
    }
    left_out = {_column(header, theirs, part, file) for theirs, ours in part.columns.items() if not ours}
    joins = {ours: _resolved(form, header, part, file) for ours, form in part.join.items()}
    where = {
        name: frozenset(folded(value) for value in values)
        for theirs, values in part.where.items()
        if (name := _column(header, theirs, part, file)) is not None
    }
    why = {name: part.left_out[theirs] for theirs in part.left_out
           if (name := _column(header, theirs, part, file)) is not None}  # fmt: skip
    kind = part.kind or kind or _kind([*sources, *joins, *part.constants], header, file)
    taken = {*sources.values(), *left_out, *where}
    if not part.has:
        given = {*sources, *joins, *part.constants}
        sources |= _by_name([name for name in header if name not in taken], kind, given, part, file)
    return Reading(kind, part, sources, joins, where, why)


def _column(header: Sequence[str], theirs: str, part: Part, file: str) -> str | None:
    """The column of the file that a map means, None for one that may lack. Raises Usage."""
    if theirs in header:
        return theirs
    found = [name for name in header if fold(name) == fold(theirs)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Usage(f"{file}: {shown(theirs)} could be {' or '.join(found)}", hint="write it as the file does")
    if theirs in part.optional:
        return None
    from difflib import get_close_matches

    free = lacking.free(header, part.named)
    close = get_close_matches(theirs, free, n=1, cutoff=0.6)
    rest = f"the map does not name: {', '.join(free)}" if free else "the map names every column there is: leave it out"
    hint = f"did you mean {shown(close[0])}?" if close else rest
    raise Usage(f"{file} has no column {shown(theirs)}, which the map names", hint=hint)


def _resolved(form: str, header: Sequence[str], part: Part, file: str) -> str:
    """A joined text with the columns named as the file has them; one that may lack and does is left out."""
    found = {name: _column(header, name, part, file) for name in PLACEHOLDER.findall(form)}
    if not found:
        raise Usage(f"{shown(form)} names no column", hint='write their columns in braces: "{Last}, {First}"')
    return PLACEHOLDER.sub(lambda at: f"{{{found[at[1]]}}}" if found[at[1]] else "", form)


def _kind(ours: Iterable[str], header: Sequence[str], file: str) -> str:
    """What the table holds, by its columns. Raises Usage."""
    found = {*ours, *(name for kind in KINDS for one in header if (name := _own(kind, one)))}
    for kind, telling, others in _TELLING:
        if found & telling and not found & others:
            return kind
    raise Usage(
        f"{file}: the header tells neither patients nor injections nor outcomes nor appointments",
        hint="say so: --kind patients, injections, outcomes or appointments; or which column is which: " + MAPS,
    )


def _own(kind: str, heading: str) -> str | None:
    """The field of a kind that a heading means, if our own files have it."""
    found = field(kind, heading)
    return found if found and all_headings()[kind][found].csv else None


def _by_name(columns: Sequence[str], kind: str, given: set[str], part: Part, file: str) -> dict[str, str]:
    """The columns that go by a field's name, or else by a word for it. Raises Usage where two do."""
    out: dict[str, str] = {}
    covered = given | {name for name, whole in WHOLE.items() if whole in given}
    for name in columns:
        ours = field(kind, name)
        if ours is None or ours in covered or not _by_heading(kind, ours, part):
            continue
        if ours in out and (fold(name) == fold(ours)) == (fold(out[ours]) == fold(ours)):
            raise _two(out[ours], name, ours, file)
        if ours in out and fold(name) != fold(ours):
            continue
        out[ours] = name
    if "name" not in covered | set(out) and (kind == "patients" or "name" in part.patient):
        _halves(columns, file)
    return out


def _by_heading(kind: str, ours: str, part: Part) -> bool:
    """Whether a heading alone gives the field: `Site` may be where the clinic is."""
    return all_headings()[kind][ours].csv or ours in {*part.patient, "died"}


def _two(one: str, other: str, ours: str, file: str) -> Usage:
    hint = f'say which in a map: [columns] "{other}" = "{ours}" ({MAPS})'
    return Usage(f"{file}: columns {shown(one)} and {shown(other)} could both be {ours}", hint=hint)


def _halves(columns: Sequence[str], file: str) -> None:
    """Raises Usage for a name in two columns: which comes first is for the clinic to say."""
    first = next((name for name in columns if fold(name) in FIRST), None)
    last = next((name for name in columns if fold(name) in LAST), None)
    if first and last:
        hint = f'say how in a map: [join] name = "{{{last}}}, {{{first}}}" ({MAPS})'
        raise Usage(f"{file}: the name is in two columns, {shown(last)} and {shown(first)}", hint=hint)


def _given(reading: Reading) -> set[str]:
    """Fields that a column, a join or a constant gives."""
    given = {*reading.sources, *reading.joins, *reading.part.constants}
    return given | {name for name, whole in WHOLE.items() if whole in given}


def _missing(reading: Reading) -> list[str]:
    """Fields that the rows need and nothing gives."""
    given = _given(reading)
    if reading.kind == "alerts" and {"text", "what"} <= given:
        given.add("kind")
    wanted = [one.field for one in all_headings()[reading.kind].values() if one.needed]
    patient = reading.part.patient
    return [
        name for name in (*(one for one in wanted if not (patient and one == "mrn")), *patient) if name not in given
    ]


def _used(reading: Reading, header: Sequence[str]) -> set[str]:
    """Their columns that the reading looks at, or was told to leave out."""
    left_out = {name for name in header for theirs, ours in reading.part.columns.items()
                if not ours and fold(theirs) == fold(name)}  # fmt: skip
    joined = {name for form in reading.joins.values() for name in PLACEHOLDER.findall(form)}
    return {*reading.sources.values(), *joined, *reading.where, *left_out}
