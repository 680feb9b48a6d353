"""CSV files read into checked rows. What is wrong with a row is kept with its line, never raised on the way."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.acts import patient as acts
from tpi_cli.errors import Usage
from tpi_cli.exchange.csv_text import LONGEST_FIELD, MOST_COLUMNS, Lines, opened
from tpi_cli.exchange.fields import (
    LARGEST,
    SIDES,
    Fault,
    day,
    decimal,
    iso,
    muscle,
    needed,
    number,
    one_of,
    parted,
    past,
    shown,
    sound,
    whole,
    yes_or_no,
)
from tpi_cli.exchange.outcomes_in import OUTCOMES, outcome
from tpi_cli.reference import adverse as complications
from tpi_cli.reference import agents, alerts
from tpi_cli.rules import checks, interval
from tpi_cli.rules.values import Dose, Strength
from tpi_cli.show.delimited import restored
from tpi_cli.store.read.log import Injected, Lot

PATIENTS = (
    "mrn",
    "name",
    "born",
    "sex",
    "weight_kg",
    "height_cm",
    "phone",
    "email",
    "payer",
    "alerts",
    "status",
)
INJECTIONS = (
    *(
        "mrn",
        "date",
        "clinician",
        "muscle",
        "side",
        "agent",
        "strength",
        "volume_ml",
        "passes",
        "pain_before",
    ),
    *("pain_after", "follow_up", "lot", "expiry", "twitch", "adverse", "note", "source_id"),
)
COLUMNS = {"patients": PATIENTS, "injections": INJECTIONS, "outcomes": OUTCOMES}
"""The kinds of file, in the order they have to come in."""
NEEDED = {
    "patients": ("mrn", "name", "born"),
    "injections": ("mrn", "date", "muscle", "side", "agent", "strength", "volume_ml", "follow_up"),
    "outcomes": ("mrn", "date"),
}
EPI = " epi 1:"
"""Stands between a local anaesthetic's strength and the dilution of the epinephrine in it."""
DILUTIONS = {"100000": 100_000, "200000": 200_000}
LARGEST_UNITS = 10_000
"""Units or units/mL: the same as where injections are typed."""
JOINED = frozenset({"alerts", "adverse"})
"""Columns of several texts, each as long as one may be: their parts are checked one by one."""
SHORT = frozenset({"mrn", "phone", "email", "payer"})
"""Columns that are held to the length of a name, as they are where they are typed."""
STRONGEST = {"%": 100, "mg/mL": LARGEST, "units/mL": LARGEST_UNITS}


class Ask(NamedTuple):
    """How files are to be read: the kind that was said, the clinic's day and its own agents."""

    kind: str | None
    today: date
    own: tuple[agents.Agent, ...] = ()


class Table(NamedTuple):
    """A file as its header tells it: its name, its kind, the columns nobody knows, and what makes rows of its lines."""

    file: str
    kind: str
    unknown: list[str]
    parse: Callable[[dict[str, str]], Any]

    def rows(self, raw: dict[str, str]) -> list[Any]:
        """What a line says, checked. Raises Fault."""
        cells = {name: restored(value.strip()) for name, value in raw.items()}
        _texts(cells)
        return [self.parse(cells)]


class Found(NamedTuple):
    """A line of a file: where it begins, its cells as they stand there, and what is wrong with its shape."""

    line: int
    raw: dict[str, str]
    fault: Fault | None = None


@contextmanager
def opened_table(path: str, ask: Ask) -> Iterator[tuple[Table, Iterator[Found]]]:
    """A CSV file (`-` is stdin) as its table and its lines, one at a time. Raises Usage where it cannot be read."""
    with opened(path) as text:
        lines = csv.DictReader(text, strict=True)
        lines.fieldnames = names = _header(lines, text)
        found = ask.kind or _kind(names, path)
        if found not in COLUMNS:
            raise Usage(f"cannot import {found}", hint=f"--kind {', '.join(COLUMNS)}")
        missing = [name for name in NEEDED[found] if name not in names]
        if missing:
            raise Usage(f"{path}: column {missing[0]} is missing", hint=f"{found} need {', '.join(NEEDED[found])}")
        unknown = [name for name in names if name and name not in COLUMNS[found]]
        yield Table(path, found, unknown, _parser(found, ask)), _lines(text, lines)


def _parser(kind: str, ask: Ask) -> Callable[[dict[str, str]], Any]:
    parsers: dict[str, Callable[[dict[str, str]], Any]] = {
        "patients": lambda row: patient(row, ask.today),
        "injections": lambda row: injection(row, ask.today, ask.own),
        "outcomes": lambda row: outcome(row, ask.today),
    }
    return parsers[kind]


def _header(lines: Any, text: Lines) -> list[str]:
    """The columns' names, from the first line that is not blank. Raises Usage."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        cells = next((row for row in lines.reader if any(cell.strip() for cell in row)), None)
    except csv.Error:
        hint = "commas between columns, quotes around commas"
        raise Usage(f"{text.name}:{text.first}: the header is not CSV", hint=hint) from None
    if cells is None:
        raise Usage(f"{text.name} is empty", hint="the first line names the columns")
    if len(cells) > MOST_COLUMNS:
        what = f"{text.name}:{text.first}: {len(cells):,} columns, and {MOST_COLUMNS} are the most"
        raise Usage(what, hint="leave out the columns that tpi help csv does not name")
    text.row_ended()
    names = [restored(cell.strip()).lower() for cell in cells]
    long = [name for name in names if len(name) > checks.LONGEST_NAME]
    if long:
        what = f"{text.name}:{text.first}: column {shown(long[0])} has {len(long[0]):,} characters"
        raise Usage(what, hint="is that the line that names the columns?")
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise Usage(f"{text.name}: column {twice[0]} stands there twice", hint="keep one of them")
    return names


def _kind(names: Iterable[str], path: str) -> str:
    found = set(names)
    if "agent" not in found and {"pain", "relief_pct"} & found:
        return "outcomes"
    if {"muscle", "agent"} & found:
        return "injections"
    if {"name", "born"} & found:
        return "patients"
    if any(";" in name or "\t" in name for name in found):
        raise Usage(f"{path}: the columns are not separated by commas", hint="save it as comma-separated CSV")
    raise Usage(
        f"{path}: the header tells neither patients nor injections nor outcomes",
        hint="say so: --kind patients, injections or outcomes",
    )


def _lines(text: Lines, lines: Any) -> Iterator[Found]:
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as fault:
            where = f"{text.name}:{text.first}"
            raise Usage(f"{where}: not CSV: {fault}", hint="mend the quotes from that line on") from None
        yield _found(text.first, row)
        text.row_ended()


_BREAK = re.compile("\r\n|\r|\n")


def _found(line: int, row: dict[str, Any]) -> Found:
    raw = {name: _BREAK.sub("\n", value or "") for name, value in row.items() if name is not None}
    if None in row:
        return Found(line, raw, Fault("-", "more fields than the header has columns"))
    if None in row.values():
        short = next(name for name, value in row.items() if value is None)
        return Found(line, raw, Fault(short, "the row ends before this column"))
    return Found(line, raw)


def _texts(row: dict[str, str]) -> None:
    for name, value in row.items():
        sound(name, checks.text(value, LONGEST_FIELD if name in JOINED else checks.LONGEST_TEXT))
        if name in SHORT:
            sound(name, checks.text(value, checks.LONGEST_NAME))


def patient(row: dict[str, str], today: date) -> acts.New:
    """A row of patients.csv. Raises Fault."""
    name, born = needed(row, "name"), day(row, "born")
    sound("name", checks.name(name))
    sound("born", checks.born(born, today))
    weight, height = decimal(row, "weight_kg"), decimal(row, "height_cm")
    if weight is not None:
        sound("weight_kg", checks.weight(weight))
    if height is not None:
        sound("height_cm", checks.height(height))
    return acts.New(
        name=name,
        born=born,
        mrn=needed(row, "mrn"),
        sex=one_of(row, "sex", {"": "unknown", **SEXES}),
        weight_kg=weight,
        height_cm=height,
        phone=row.get("phone") or None,
        email=row.get("email") or None,
        payer=row.get("payer") or None,
        alerts=_alerts(row),
        status=one_of(
            row, "status", {"": "active", "active": "active", "archived": "archived", "deceased": "deceased"}
        ),
    )


SEXES = {
    **{name: name for name in ("female", "male", "other", "unknown")},
    "f": "female",
    "m": "male",
    "o": "other",
    "u": "unknown",
}


def _alerts(row: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    out = []
    for entry in filter(None, parted(row.get("alerts", ""), ";")):
        kind, _, text = entry.partition(":")
        known = alerts.by_name(kind.strip())
        if known is None:
            raise Fault("alerts", f"{shown(kind)} is no kind of alert (tpi help alerts)")
        sound("alerts", checks.text(text))
        out.append((known.kind, text.strip() or None))
    return tuple(dict.fromkeys(out))


def injection(row: dict[str, str], today: date, own: tuple[agents.Agent, ...]) -> Injected:
    """A row of injections.csv. Raises Fault."""
    on = past(row, "date", today)
    found = _doses(row, own)
    return Injected(
        mrn=needed(row, "mrn"),
        date=on,
        clinician=row.get("clinician", ""),
        muscle=muscle(row),
        side=one_of(row, "side", SIDES),
        doses=found,
        passes=whole(row, "passes", 1, 99),
        pain_before=whole(row, "pain_before", 0, 10),
        pain_after=whole(row, "pain_after", 0, 10),
        follow_up=_follow_up(row, on),
        lots=_lots(row, len(found)),
        twitch=yes_or_no(row, "twitch"),
        adverse=_adverse(row),
        note=row.get("note") or None,
        source_id=row.get("source_id") or None,
    )


def _follow_up(row: dict[str, str], on: date) -> str | None:
    text = row["follow_up"].lower()
    if text in {"", "none"}:
        return text or None
    step = interval.read(text)
    if step is None:
        due = iso(text, "follow_up") if "-" in text else None
        if due is None:
            raise Fault("follow_up", f"{shown(text)} is no interval: write 6w, 90d, 3mo, 1y, a day or none")
        sound("follow_up", None if due > on else "is not after the session")
        return due.isoformat()
    try:
        ends = interval.after(on, step).year
    except OverflowError:
        ends = interval.LAST_YEAR + 1
    sound("follow_up", f"{shown(text)} ends beyond the calendar" if ends > interval.LAST_YEAR else None)
    return str(step)


def _parts(row: dict[str, str], column: str, count: int) -> list[str]:
    text = row.get(column, "")
    parts = parted(text, "+") if text else [""] * count
    if len(parts) != count:
        raise Fault(column, f"{len(parts)} values for {count} agents: join them by + in the same order")
    return parts


def _doses(row: dict[str, str], own: tuple[agents.Agent, ...]) -> tuple[Dose, ...]:
    names = needed(row, "agent").split("+")
    strengths = _parts(row, "strength", len(names))
    volumes = _parts(row, "volume_ml", len(names))
    out = [
        _dose(name.strip(), *one, own) for name, one in zip(names, zip(strengths, volumes, strict=True), strict=True)
    ]
    doses = tuple(dose for dose in out if dose is not None)
    if len(doses) < len(out) and len(out) > 1:
        raise Fault("agent", "dry needling cannot be mixed with an agent")
    return doses


def _dose(name: str, strength: str, volume: str, own: tuple[agents.Agent, ...]) -> Dose | None:
    agent = _agent(name, own)
    if agent.agent_class == "vasoconstrictor_additive":
        raise Fault("agent", f"{agent.name} alone is not injected: write it with the strength, {EPI}200000")
    if agent.agent == "dry_needling":
        sound("volume_ml", "a dry needle has no volume" if volume or strength else None)
        return None
    strength, epi, dilution = strength.partition(EPI)
    known = agents.strength(strength) if strength else None
    if epi and (dilution not in DILUTIONS or agent.agent_class != "local_anaesthetic" or known is None):
        typed = shown(f"{strength}{epi}{dilution}")
        raise Fault("strength", f"{typed}: write 1%{EPI}200000, of a local anaesthetic")
    if known is None:
        return _by_mass(agent, strength, volume)
    sound("strength", _strength_fault(agent, known, strength))
    if not volume:
        raise Fault("volume_ml", "is empty")
    return Dose(agent.agent, known, number(volume, "volume_ml"), None, known.mass_unit, DILUTIONS.get(dilution))


def _strength_fault(agent: agents.Agent, known: Strength, typed: str) -> str | None:
    """What is wrong with a strength: its unit, its size, or a leading zero that may stand for a point."""
    if known.mass_unit != (agent.unit or "mg"):
        return f"{agent.name} is measured in {agent.unit}"
    if known.amount > STRONGEST[known.unit] or re.match(r"0[0-9]", typed):
        return f"{shown(typed)} is out of range: write 1%, 10mg/mL or 50units/mL"
    return None


def _agent(name: str, own: tuple[agents.Agent, ...]) -> agents.Agent:
    found = agents.by_name(name, own)
    if len(found) == 1:
        return found[0]
    if found:
        raise Fault("agent", f"{shown(name)} could be {' or '.join(one.agent for one in found)}")
    close = agents.similar(name, own)
    raise Fault("agent", f"unknown agent {shown(name)}" + (f": did you mean {' or '.join(close)}?" if close else ""))


def _by_mass(agent: agents.Agent, strength: str, volume: str) -> Dose:
    """`10mg` or `20units` where a strength stands: a mass alone."""
    compact = strength.replace(" ", "").lower()
    unit = agent.unit or "mg"
    if volume or not compact.endswith(unit):
        what = f"{shown(strength)} is no strength: write 1%, 10mg/mL or 50units/mL" if strength else "is empty"
        raise Fault("strength", what)
    largest = LARGEST_UNITS if unit == "units" else LARGEST
    return Dose(agent.agent, None, None, number(compact.removesuffix(unit), "strength", largest), unit)


def _lots(row: dict[str, str], count: int) -> tuple[Lot, ...]:
    if not row.get("lot") and not row.get("expiry"):
        return ()
    lots, expiries = _parts(row, "lot", count), _parts(row, "expiry", count)
    return tuple(
        Lot(lot or None, iso(expiry, "expiry") if expiry else None) for lot, expiry in zip(lots, expiries, strict=True)
    )


def _adverse(row: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    out = []
    for entry in filter(None, parted(row.get("adverse", ""), ";")):
        kind, _, text = entry.partition(":")
        known = complications.by_name(kind.strip())
        if known is None:
            raise Fault("adverse", f"{shown(kind)} is no adverse event (tpi help adverse)")
        sound("adverse", checks.text(text))
        out.append((known.type, text.strip() or None))
    return tuple(sorted(out, key=lambda one: (one[0], one[1] or "")))
