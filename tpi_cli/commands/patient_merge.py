"""`tpi patient duplicates|merge|unmerge|erase`: two records of one person, and one of somebody who must go."""

from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, options
from tpi_cli.errors import Cancelled, Conflict, Usage
from tpi_cli.rules import checks, duplicates, identity
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head, spelled
from tpi_cli.show.report import NOTHING, Column, Report, many
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.duplicates import everybody, person
from tpi_cli.store.read.people import Patient

Kept = Annotated[str, typer.Argument(metavar="KEEP", help="The record that stays.", autocompletion=complete.patients)]
Dropped = Annotated[
    str, typer.Argument(metavar="DROP", help="The record that goes into it.", autocompletion=complete.patients)
]
_COMPARED = ("name", "born", "mrn", "sex", "phone", "email", "payer", "weight_kg", "height_cm", "status")

COLUMNS: tuple[Column, ...] = (
    Column("patient", lambda row: row[0].code),
    Column("name", lambda row: row[0].name),
    Column("born", lambda row: str(row[0].born), 3),
    Column("other", lambda row: row[1].code),
    Column("other_name", lambda row: row[1].name),
    Column("other_born", lambda row: str(row[1].born), 2),
    Column("because", lambda row: ", ".join(row[2])),
)


def list_(ctx: typer.Context) -> None:
    """Pairs of records that may be one person, and why. Nothing is merged by itself.

    \b
    tpi patient duplicates
    tpi patient duplicates --json
    tpi patient duplicates --format csv -o pairs.csv
    """
    with options.reading(ctx) as db:
        found = [(_by_number(db, pair.one), _by_number(db, pair.other), pair.why)
                 for pair in duplicates.pairs(everybody(db))]  # fmt: skip
        out: Out = ctx.obj.out(clinic(db).today)
        report = Report("patient-duplicates", _columns(out.redact), found, _record,
                        footer=lambda: _footer(len(found)))  # fmt: skip
        out.report(report)


def _footer(count: int) -> str:
    return (
        f"{many(count, 'pair')}; tpi patient merge KEEP DROP, if they are one"
        if count
        else "nobody is on file twice, it seems"
    )


def _columns(redact: str) -> tuple[Column, ...]:
    """The columns; of the other person too nothing is told that is kept back of the first."""
    kept_back = ("other_name", "other_born") if redact != "none" else ()
    return tuple(one._replace(text=lambda _: NOTHING) if one.key in kept_back else one for one in COLUMNS)


def _by_number(db: Database, number: int) -> Patient:
    return people.patient(db, identity.patient(number))


def _record(row: tuple[Patient, Patient, tuple[str, ...]]) -> dict[str, Any]:
    one, other, why = row
    return {
        "patient": one.code,
        "name": one.name,
        "born": one.born,
        "other": {"patient": other.code, "name": other.name, "born": other.born},
        "because": why,
    }


def merge(ctx: typer.Context, keep: Kept, drop: Dropped) -> None:
    """Take the second record into the first: sessions, sites, alerts, calls, appointments. Shows it first and asks.

    What KEEP has stays; what it has not is taken over. DROP becomes a tombstone that points to KEEP, and
    tpi patient unmerge DROP takes it back.

    \b
    tpi patient merge 7 12 --dry-run
    tpi patient merge 7 12
    tpi patient merge PT-0007 PT-0012 --yes
    """
    from tpi_cli.acts import merge as acts

    ctx.obj.without("on", "note")
    with options.reading(ctx) as db:
        one, other = people.patient(db, keep), people.patient(db, drop)
        alike = duplicates.reasons(person(db, one.number), person(db, other.number))
        today = clinic(db).today
    out: Out = ctx.obj.out(today)
    with options.recording(ctx, keep=False) as writing:
        tried = acts.merge(writing, one.id, other.id)
    lines = [f"keep  {_head(one, out, today)}", f"drop  {_head(other, out, today)}   goes into it"]
    lines += [] if alike else ["  LOOK AGAIN: nothing on file says that these two are one person"]
    lines += _differing(one, other, out.redact, tried.filled)
    lines.append(f"  moves {_counted(tried.moved)}")
    _shown(ctx, out, lines, "merge these two?")
    with options.recording(ctx) as writing:
        if people.patient(writing.db, keep) != one or people.patient(writing.db, drop) != other:
            raise Conflict("a record changed meanwhile", hint="look at both again")
        acts.merge(writing, one.id, other.id)
    said = "would be merged" if ctx.obj.dry_run else "merged"
    told = [*(lines if ctx.obj.dry_run else []), f"{said}: {other.code} into {_head(one, out, today)}"]
    ctx.obj.done(
        out, one.code, told, "patient-merge", {"patient": one.code, "merged": other.code, "moved": tried.moved}
    )


def unmerge(ctx: typer.Context, drop: Dropped) -> None:
    """Take a merge back: what came from DROP goes back to it; what was recorded since stays with the survivor.

    \b
    tpi patient unmerge 12 --dry-run
    tpi patient unmerge 12
    tpi patient unmerge PT-0012 --yes
    """
    from tpi_cli.acts import merge as acts

    ctx.obj.without("on", "note")
    with options.reading(ctx) as db:
        number = people.number_of(db, drop)
        today = clinic(db).today
    out: Out = ctx.obj.out(today)
    with options.recording(ctx, keep=False) as writing:
        count = acts.unmerge(writing, number)
    code = identity.patient(number)
    _shown(ctx, out, [f"{count} records go back to {code}"], "take the merge back?")
    with options.recording(ctx) as writing:
        acts.unmerge(writing, number)
        one = people.patient(writing.db, code)
    said = "would be on its own" if ctx.obj.dry_run else "on its own again"
    ctx.obj.done(
        out, code, [f"{said}: {_head(one, out, today)}"], "patient-unmerge", {"patient": code, "records": count}
    )


def erase(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    authority: Annotated[
        str, typer.Option("--authority", metavar="TEXT", help="On whose word: a request, an order, its date.")
    ] = "",
) -> None:
    """Erase a patient for good: every record and every earlier version of it. Only the number stays.

    There is no way back. Most laws want medical records kept for years: ask before you erase. Backups and
    exports made before still hold the patient.

    \b
    tpi patient erase 12 --authority 'request of 2026-11-02, agreed by the data officer' --dry-run
    tpi patient erase 12 --authority 'court order 3 C 114/26'
    tpi patient erase 11 --authority 'court order 3 C 115/26' --yes
    """
    from tpi_cli.acts import erase as acts

    if not authority.strip() or checks.text(authority):
        raise Usage("erasing needs an authority", hint="--authority 'request of 2026-11-02, agreed by ...'")
    ctx.obj.without("on", "note")
    with options.reading(ctx) as db:
        one = people.patient(db, patient)
        today = clinic(db).today
    out: Out = ctx.obj.out(today)
    with options.recording(ctx, keep=False) as writing:
        count = acts.erase(writing, one.id, authority.strip())
    lines = [f"erase {_head(one, out, today)}", f"  {count} records and earlier versions lose every word, for good"]
    _typed(ctx, out, lines, one.code)
    with options.recording(ctx) as writing:
        acts.erase(writing, one.id, authority.strip())
    said = "would be erased" if ctx.obj.dry_run else "erased"
    who = _head(one, out, today) if ctx.obj.dry_run else one.code
    told = [f"{said}: {who}; {count} records and earlier versions; backups and exports still hold them"]
    ctx.obj.done(out, one.code, told, "patient-erase", {"patient": one.code, "records": count})


def _shown(ctx: typer.Context, out: Out, lines: list[str], question: str) -> None:
    """What would happen, and a yes to it, unless it is given or nothing is kept."""
    if ctx.obj.yes or ctx.obj.dry_run:
        return
    out.insist(lines)
    out.confirm(question)


def _typed(ctx: typer.Context, out: Out, lines: list[str], code: str) -> None:
    """The same for what has no way back: the patient's id must be typed. Raises Cancelled."""
    if ctx.obj.yes or ctx.obj.dry_run:
        return
    out.insist(lines)
    if out.ask(f"type {code} to erase it:").upper() != code:
        raise Cancelled()


def _head(one: Patient, out: Out, today: Any) -> str:
    return redacted_head(one, today, (), out.redact)


def _differing(one: Patient, other: Patient, redact: str, filled: dict[str, Any]) -> list[str]:
    """Where the two differ: what stays and what it had been, or what is taken over."""
    if redact != "none":
        return []
    out = []
    for name in _COMPARED:
        ours, theirs = getattr(one, name), getattr(other, name)
        if name in filled:
            out.append(f"  {name.replace('_kg', '').replace('_cm', '')}: {theirs} is taken over")
        elif theirs not in {None, ours, "unknown"}:
            out.append(f"  {name.replace('_', ' ')}: {_told(ours)} stays, {_told(theirs)} is kept with the tombstone")
    return out


def _told(value: Any) -> str:
    return "-" if value is None else spelled(value) if hasattr(value, "year") else str(value)


def _counted(moved: dict[str, int]) -> str:
    return ", ".join(many(count, name) for name, count in moved.items()) or "no records"
