"""`tpi patient add|edit|archive`."""

import sys
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import typer

from tpi_cli.acts import patient as acts
from tpi_cli.commands import complete, options, slot
from tpi_cli.commands.parse import stdin
from tpi_cli.commands.parse.typed import meant
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Conflict, Usage
from tpi_cli.reference import agents
from tpi_cli.reference import alerts as kinds
from tpi_cli.rules import checks, identity
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments, people, rules
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.write import Writing

Sex = Annotated[str | None, typer.Option("--sex", metavar="SEX", help="female, male, other or unknown.")]
Weight = Annotated[str | None, typer.Option("--weight", metavar="KG", help="Body weight in kg.")]
Height = Annotated[str | None, typer.Option("--height", metavar="CM", help="Body height in cm.")]
Phone = Annotated[str | None, typer.Option("--phone", metavar="TEXT", help="Phone number.")]
Email = Annotated[str | None, typer.Option("--email", metavar="TEXT", help="E-mail address.")]
Mrn = Annotated[str | None, typer.Option("--mrn", metavar="TEXT", help="The number another system gave.")]
Payer = Annotated[str | None, typer.Option("--payer", metavar="ID", help="Who pays.")]
Allergy = Annotated[
    list[str] | None,
    typer.Option("--allergy", metavar="SUBSTANCE[:REACTION]|none", help="Asked, and what was said."),
]
Bleeding = Annotated[
    list[str] | None,
    typer.Option("--bleeding", metavar="TEXT|none", help="Disorder or blood thinner, or none."),
]


def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|-", help="'Tan, Mei', or - to read the fields from stdin.")],
    born: Annotated[str | None, typer.Argument(metavar="BORN", help="Birth date: 1971-03-04.")] = None,
    sex: Sex = None,
    weight: Weight = None,
    height: Height = None,
    phone: Phone = None,
    email: Email = None,
    mrn: Mrn = None,
    payer: Payer = None,
    allergy: Allergy = None,
    bleeding: Bleeding = None,
) -> None:
    """Add a patient. Allergies and bleeding risk must be asked: answer none, or what it is.

    With - the fields come from stdin as JSON or as `key: value` lines, out of the process list.

    \b
    tpi patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding none
    tpi patient add 'Ruiz, Ana' '4 Mar 1965' --weight 62 --allergy lidocaine:rash --bleeding apixaban
    tpi patient add - < new-patient.json
    """
    given = {"name": name, "born": born, "sex": sex, "weight": weight, "height": height, "phone": phone,
             "email": email, "mrn": mrn, "payer": payer, "allergy": allergy, "bleeding": bleeding}  # fmt: skip
    if name == "-":
        given = _merged(given, stdin.fields(stdin.read(), FIELDS, SEVERAL))
    out: Out = ctx.obj.out()
    if not out.no_input and sys.stdin.isatty():
        _sensible(ctx, given)
    _answered(out, given)
    with options.recording(ctx) as writing:
        new = _new(given, writing.today, ctx.obj.note)
        row = acts.add(writing, new, ctx.obj.on(writing.today))
        code, today = identity.patient(row.number), writing.today
        alerts = people.alerts(writing.db, row.id)
        asks = _payer(new.payer, writing.db)
    out = ctx.obj.out(today)
    line = f"{'would record' if ctx.obj.dry_run else 'recorded'} {redacted_head(row, today, alerts, out.redact)}"
    size = [f"weight {new.weight_kg} kg"] if new.weight_kg is not None else []  # doses go by it: a slip must be seen
    heard = [f"  {said}" for said in (*size, *map(_heard, alerts), *asks) if out.redact == "none"]
    ctx.obj.done(out, code, [line, *heard], "patient-add", {"patient": code})


def _heard(alert: people.Alert) -> str:
    """How an answer was understood, said back."""
    words = kinds.all_alerts()[alert.kind].words
    near = agents.similar(alert.text) if alert.kind == "allergy-other" and alert.text else []
    slip = f" (no drug known here; {meant(near)})" if near else ""
    return f"{alert.text}: {words}{slip}" if alert.text else words


def _payer(text: str | None, db: Database) -> list[str]:
    """Whose rules a payer's name stands for, said back; nothing where none is given."""
    from tpi_cli.reference import payers

    if text is None:
        return []
    own = rules.own_policies(db)
    found = payers.named(text, own)
    if found:
        return [f"payer rules: {found}"]
    look = meant(payers.similar(text, own)) or "tpi payer list names them"
    return [f"no rules for the payer {text!r}: the clinic's default only advises; {look}"]


SEVERAL = ("allergy", "bleeding")
"""Fields that may be given more than once."""
FIELDS = (
    "name",
    "born",
    "sex",
    "weight",
    "height",
    "phone",
    "email",
    "mrn",
    "payer",
    "allergy",
    "bleeding",
    "note",
)


def _merged(given: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Options and fields from stdin together. Raises Usage for one that comes from both: neither may win."""
    twice = [key for key in read if key != "name" and given.get(key) is not None]
    if twice:
        raise Usage(f"{twice[0]} is given twice, as an option and on stdin", hint="leave one of them out")
    return {**given, **read}


def _sensible(ctx: typer.Context, given: dict[str, Any]) -> None:
    """What was typed is refused before anything is asked: no answer is lost."""
    with options.reading(ctx) as db:
        today = clinic(db).today
    asked = {key: given[key] or ["none"] for key in ("allergy", "bleeding")}
    _new({**given, **asked}, today, None)


def _answered(out: Out, given: dict[str, Any]) -> None:
    """See that the two screening questions were asked: on a terminal they are, elsewhere they must be answered."""
    for key, question in (("allergy", "Allergies? SUBSTANCE[:REACTION], or none:"),
                          ("bleeding", "Bleeding disorder or blood thinner? TEXT, or none:")):  # fmt: skip
        while not given[key]:
            if out.no_input or not sys.stdin.isatty():
                raise Usage(f"--{key} was not answered", hint=f"--{key} none, or what it is")
            answer = out.ask(question)
            given[key] = [answer] if answer else None


def _new(given: dict[str, Any], today: date, note: str | None) -> acts.New:
    from tpi_cli.commands.parse.dates import birth

    if not given["born"]:
        raise Usage("the birth date is missing", hint="tpi patient add 'Tan, Mei' 1971-03-04")
    values = _values({**given, "name": given["name"].strip()})
    return acts.New(
        born=birth(given["born"], today),
        alerts=_alerts(given["allergy"], given["bleeding"]),
        note=options.storable("the note", given.get("note")) or note,
        **{"sex": "unknown", **values},
    )


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """The plain fields that were given, checked. Raises Usage."""
    values: dict[str, Any] = {}
    for key in ("name", "phone", "email", "mrn", "payer"):
        if given.get(key) is not None:
            wrong = checks.name(given[key]) if key == "name" else checks.text(given[key], checks.LONGEST_NAME)
            if wrong or not given[key].strip():
                raise Usage(f"the {key} {wrong or 'is empty'}", hint=f"give another {key}")
            values[key] = given[key].strip()
    if values.get("mrn", "").upper().startswith("PT-"):
        raise Usage("an mrn cannot look like a short id", hint="PT- ids are given by tpi; leave --mrn out")
    if given.get("sex") is not None:
        values["sex"] = _sex(given["sex"])
    if given.get("weight") is not None:
        values["weight_kg"] = _number("weight", given["weight"], "kg", checks.weight)
    if given.get("height") is not None:
        values["height_cm"] = _number("height", given["height"], "cm", checks.height)
    return values


def _sex(text: str) -> str:
    names = {"f": "female", "m": "male", "o": "other", "u": "unknown"}
    found = names.get(text.lower(), text.lower())
    if found not in names.values():
        raise Usage(f"--sex cannot be {text!r}", hint="female, male, other or unknown")
    return found


def _number(name: str, text: str, unit: str, check: Any) -> Decimal:
    compact = text.strip().lower().removesuffix(unit).strip()
    if not compact.isascii() or not compact.replace(".", "", 1).isdigit():
        raise Usage(f"--{name} {text!r} is no number", hint=f"--{name} 62.5 (in {unit})")
    wrong = check(Decimal(compact))
    if wrong:
        raise Usage(f"--{name} {text} {wrong}", hint=f"give it in {unit}")
    return Decimal(compact)


def _alerts(allergy: list[str] | None, bleeding: list[str] | None) -> tuple[tuple[str, str | None], ...]:
    """The answers as kinds of alert, with the words said. Raises Usage where none and something were said."""
    out: list[tuple[str, str | None]] = []
    for answers, told in ((allergy, kinds.kinds_of_allergy), (bleeding, kinds.kinds_of_bleeding)):
        found = [(kind, answer.strip()) for answer in answers or [] for kind in told(_substance(answer))]
        none = [kind for kind, _ in found if kind.endswith("-none")]
        if none and len(found) > len(none):
            raise Usage(f"{none[0].replace('-', ': ')} and something else cannot both be", hint="leave one out")
        out += [(kind, None if kind.endswith("-none") else text) for kind, text in found]
    return tuple(out)


NO_ANSWER = frozenset({"", "unknown", "not known", "not asked", "unsure", "n/a", "na"})
"""What is said for want of an answer: kept, it would pass for one."""


def _substance(answer: str) -> str:
    wrong = checks.text(answer, checks.LONGEST_NAME) or (None if answer.strip() else "is empty")
    if wrong:
        raise Usage(f"the answer {wrong}", hint="say none, or what it is")
    if answer.strip().strip(".?").casefold() in NO_ANSWER:
        raise Usage(f"{answer.strip()!r} is no answer", hint="ask the patient, then say none, or what it is")
    return answer


def edit(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The name.")] = None,
    born: Annotated[str | None, typer.Option("--born", metavar="DATE", help="The birth date.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="active, archived, deceased.")
    ] = None,
    sex: Sex = None,
    weight: Weight = None,
    height: Height = None,
    phone: Phone = None,
    email: Email = None,
    mrn: Mrn = None,
    payer: Payer = None,
    allergy: Allergy = None,
    bleeding: Bleeding = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why: kept with the version.")] = None,
) -> None:
    """Change what is on file about a patient; a new weight is dated today, or --on.

    What it was stays in the history: tpi patient show 7 --history.

    \b
    tpi patient edit 7 --weight 63.5
    tpi patient edit 7 --name 'Tan, May' --reason 'misheard on the telephone'
    tpi patient edit 7 --status active
    """
    given = {"name": name, "sex": sex, "weight": weight, "height": height, "phone": phone, "email": email,
             "mrn": mrn, "payer": payer}  # fmt: skip
    changes = _values(given) | _status(status)
    if ctx.obj.given.get("note") is not None:
        changes["note"] = ctx.obj.note
    alerts = _alerts(allergy, bleeding)
    if not (changes or born or alerts):
        raise Usage("nothing to change", hint="tpi patient edit 7 --weight 63.5")
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        if born:
            changes["born"] = _birth(writing, who, born)
        on = ctx.obj.on(writing.today)
        booked = _booked(writing.db, who, changes.get("status"), writing.today)
        row = acts.change(writing, who.id, changes, on, options.storable("the reason", reason))
        _not_denied(people.alerts(writing.db, who.id), alerts)
        acts.add_alerts(writing, who.id, alerts, on)
        told = [f"  {key}: {_shown(getattr(who, key))} -> {_shown(value)}" for key, value in changes.items()]
        told += [f"  {said}" for said in _payer(changes.get("payer"), writing.db)]
        told += [f"  {_heard(alert)}" for alert in people.alerts(writing.db, who.id) if alerts]
        told += booked
    _say(ctx, row, writing.today, "changed", "patient-edit", told)


def _booked(db: Database, who: people.Patient, status: str | None, today: date) -> list[str]:
    """What becomes of the appointments to come: called off with the patient, and not back with the patient."""
    if status in {None, who.status}:
        return []
    if status != "active":
        return slot.left(appointments.still_open(db, who.id, today), "is called off with it")
    gone = appointments.Wanted(today, patient_id=who.id, statuses=("cancelled",))
    return slot.left(appointments.appointments(db, gone), "stays called off: tpi book")


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)


def _not_denied(on_file: list[people.Alert], answers: tuple[tuple[str, str | None], ...]) -> None:
    """Raises Conflict for an answer of none where something is on file: it cannot be talked away."""
    for kind, _ in answers:
        known = [one for one in on_file if acts.answers(one.kind, kind)]
        if known:
            raise Conflict(f"on file: {_heard(known[0])}", hint="an alert on file is not ended by an answer of none")


def _status(status: str | None) -> dict[str, str]:
    if status is None:
        return {}
    from tpi_cli.show.out import allowed

    return {"status": allowed("--status", status, ("active", "archived", "deceased"))}


def _birth(writing: Writing, who: people.Patient, text: str) -> date:
    from tpi_cli.commands.parse.dates import birth

    found = birth(text, writing.today)
    first = people.first_treated(writing.db, who.id)
    if first and first < found:
        raise Usage(f"born {found}, but treated on {first}", hint="check the year")
    return found


def archive(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
) -> None:
    """Take a patient off every list; the record stays, and tpi patient edit --status active brings it back.

    \b
    tpi patient archive 7
    tpi patient archive 7 --note 'moved to another clinic'
    tpi patient archive 7 --dry-run
    """
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        changes = {"status": "archived"} | ({"note": ctx.obj.note} if ctx.obj.given.get("note") else {})
        if who.status == "archived":
            raise Conflict(f"{who.code} is archived already", hint=f"tpi patient edit {who.code} --status active")
        off = _booked(writing.db, who, "archived", writing.today)
        row = acts.change(writing, who.id, changes, ctx.obj.on(writing.today))
    _say(ctx, row, writing.today, "archived", "patient-archive", off)


def _say(ctx: typer.Context, row: Any, today: date, verb: str, name: str, more: list[str]) -> None:
    out: Out = ctx.obj.out(today)
    code = identity.patient(row.number)
    said = f"would have {verb}" if ctx.obj.dry_run else verb
    lines = [f"{said} {redacted_head(row, today, (), out.redact)}", *(more if out.redact == "none" else [])]
    ctx.obj.done(out, code, lines, name, {"patient": code})
