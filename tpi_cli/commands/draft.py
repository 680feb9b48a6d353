"""What `inject` and `again` were told, read into a draft session: every option checked, nothing recorded."""

import re
from datetime import date
from typing import Annotated, NamedTuple

import typer

from tpi_cli.commands import names
from tpi_cli.commands.parse import dates, intervals
from tpi_cli.commands.parse.items import Stock, items
from tpi_cli.commands.parse.pain import pain as read_pain
from tpi_cli.commands.parse.sites import site as read_site
from tpi_cli.errors import Conflict, Usage
from tpi_cli.reference import adverse as complications
from tpi_cli.reference import agents
from tpi_cli.rules import checks
from tpi_cli.rules.values import Pain, Shot
from tpi_cli.show.out import allowed
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.stock import own_agents, stocked

PainOption = Annotated[str | None, typer.Option("--pain", metavar="7:3", help="Pain 0 to 10, before:after.")]
Next = Annotated[str | None, typer.Option("--next", metavar="INTERVAL|DATE|none", help="When to come back.")]
Consent = Annotated[str | None, typer.Option("--consent", metavar="written|verbal", help="How it was given.")]
Lots = Annotated[
    list[str] | None,
    typer.Option("--lot", metavar="AGENT=LOT[@EXPIRY]", help="What the vial says; repeatable."),
]
Needle = Annotated[str | None, typer.Option("--needle", metavar="25Gx38mm", help="Gauge and length.")]
Guidance = Annotated[
    str | None, typer.Option("--guidance", metavar="palpation|ultrasound|emg", help="How it was guided.")
]
Position = Annotated[
    str | None, typer.Option("--position", metavar="sitting|prone|supine|side", help="How the patient lay.")
]
Twitch = Annotated[str | None, typer.Option("--twitch", metavar="SITE,..|none", help="Where it twitched.")]
Adverse = Annotated[
    list[str] | None, typer.Option("--adverse", metavar="TYPE[:TEXT]", help="What went wrong; repeatable.")
]
With = Annotated[
    str | None,
    typer.Option("--with", metavar="massage,..", help="What else was done: massage, stretching, exercise."),
]
Override = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="RULE=REASON", help="Record past a rule, and why; repeatable."),
]
Diagnosis = Annotated[str | None, typer.Option("--dx", metavar="CODE", help="ICD-10-CM: M79.18.")]

SIDE = "laterality_missing"
"""The one rule that no reason goes past."""
POSITIONS = ("sitting", "prone", "supine", "side")
GUIDANCE = ("palpation", "ultrasound", "emg")
_NEEDLE = re.compile(r"[1-3][0-9]G(?:x[0-9]{1,3}(?:\.[0-9])?mm)?")
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_WORDS = re.compile(r"[a-z][a-z -]{0,40}")


class Told(NamedTuple):
    """The options as typed."""

    pain: str | None = None
    next: str | None = None
    consent: str | None = None
    lots: tuple[str, ...] = ()
    needle: str | None = None
    guidance: str | None = None
    position: str | None = None
    twitch: str | None = None
    adverse: tuple[str, ...] = ()
    alongside: str | None = None
    diagnosis: str | None = None
    note: str | None = None
    overrides: tuple[str, ...] = ()


class Checked(NamedTuple):
    """The options understood; `follow_up` as `acts.inject.Draft` keeps it, lots by agent id."""

    pain: Pain | None
    follow_up: str | None
    consent: str | None
    lots: dict[str, tuple[str, date | None]]
    needle: str | None
    guidance: str | None
    position: str | None
    twitch: frozenset[tuple[str, str]] | None
    adverse: tuple[tuple[str, str | None], ...]
    alongside: str | None
    diagnosis: str | None
    note: str | None
    overrides: dict[str, str]


def stock(db: Database) -> Stock:
    """The agents and strengths that the items may name."""
    return Stock(own_agents(db), stocked(db))


def read_items(db: Database, text: str) -> tuple[Shot, ...]:
    """The item list understood. Raises Grammar."""
    return items(text, stock(db))


def check(told: Told, shots: tuple[Shot, ...], on: date, today: date, own: Stock) -> Checked:
    """Every option understood. Raises Usage or Grammar."""
    return Checked(
        pain=read_pain(told.pain) if told.pain else None,
        follow_up=_follow_up(told.next, today, on),
        consent=_choice("--consent", told.consent, ("written", "verbal")),
        lots=_lots(told.lots, shots, own),
        needle=_needle(told.needle),
        guidance=_choice("--guidance", told.guidance, GUIDANCE),
        position=_choice("--position", told.position, POSITIONS),
        twitch=_twitch(told.twitch, shots),
        adverse=tuple(adverse_event(text) for text in told.adverse),
        alongside=_alongside(told.alongside),
        diagnosis=_matching("--dx", told.diagnosis, _CODE, "M79.18", upper=True),
        note=_note(told.note),
        overrides=_overrides(told.overrides),
    )


def _follow_up(text: str | None, today: date, on: date) -> str | None:
    if not text:
        return None
    return str(intervals.follow_up(text, today, on) or "none")


def _choice(name: str, text: str | None, values: tuple[str, ...]) -> str | None:
    return allowed(name, text.lower(), values) if text else None


def _needle(text: str | None) -> str | None:
    if text is None:
        return None
    found = text.strip().replace("g", "G").replace("X", "x").replace("MM", "mm").replace(" ", "")
    return _matching("--needle", found, _NEEDLE, "25Gx38mm")


def _matching(name: str, text: str | None, form: re.Pattern[str], sample: str, *, upper: bool = False) -> str | None:
    if text is None:
        return None
    found = text.strip().upper() if upper else text.strip()
    if not form.fullmatch(found):
        raise Usage(f"{name} {text!r} cannot be read", hint=f"write it like {sample}")
    return found


def _lots(texts: tuple[str, ...], shots: tuple[Shot, ...], own: Stock) -> dict[str, tuple[str, date | None]]:
    """Lots by agent id. Raises Usage for a second lot of one agent: which site got which could not be told."""
    out: dict[str, tuple[str, date | None]] = {}
    for text in texts:
        agent, lot = _lot(text, shots, own)
        if agent in out:
            raise Usage(
                f"two lots of {agent.replace('_', ' ')}", hint="record the sites of each vial as its own session line"
            )
        out[agent] = lot
    return out


def _lot(text: str, shots: tuple[Shot, ...], own: Stock) -> tuple[str, tuple[str, date | None]]:
    name, _, lot = text.partition("=")
    number, _, expiry = lot.partition("@")
    found = agents.by_name(name, own.agents)
    if not number.strip() or len(found) != 1:
        raise Usage(f"--lot {text!r} cannot be read", hint="--lot lido=LX2409A@2027-03-31")
    given = {dose.agent for shot in shots for dose in shot.doses}
    if found[0].agent not in given:
        raise Usage(f"--lot: no {found[0].name} was given", hint=f"given: {', '.join(sorted(given)) or 'no agent'}")
    return found[0].agent, (_short("--lot", number.strip()), _expiry(expiry))


def _expiry(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
        if found.isoformat() != text:
            raise ValueError
    except ValueError:
        raise Usage(f"the expiry {text!r} is no day", hint="--lot lido=LX2409A@2027-03-31") from None
    return found


def _short(name: str, text: str) -> str:
    wrong = checks.text(text, checks.LONGEST_NAME)
    if wrong:
        raise Usage(f"{name} {wrong}", hint="write it shorter and plainly")
    return text


def _twitch(text: str | None, shots: tuple[Shot, ...]) -> frozenset[tuple[str, str]] | None:
    if text is None:
        return None
    if text.strip().lower() == "none":
        return frozenset()
    treated = {(place.muscle, place.side) for shot in shots for place in shot.places}
    found = {place for part in text.split(",") for place in _places(part)}
    if found - treated:
        raise Usage("--twitch names a site that was not treated", hint="name sites of this session: --twitch 'ut l'")
    return frozenset(found)


def _places(text: str) -> list[tuple[str, str]]:
    muscle, side = read_site(text.strip())
    return [(muscle, "L"), (muscle, "R")] if side == "both" else [(muscle, side)]


def adverse_event(text: str) -> tuple[str, str | None]:
    """The type of `TYPE[:TEXT]` and its own words. Raises Usage."""
    kind, _, told = text.partition(":")
    known = complications.by_name(kind)
    if known is None:
        types = ", ".join(complications.all_types())
        raise Usage(f"{kind!r} is no type of adverse event", hint=f"one of {types}")
    return known.type, _short("--adverse", told.strip()) or None


def _alongside(text: str | None) -> str | None:
    if text is None:
        return None
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not words or not all(_WORDS.fullmatch(word) for word in words):
        raise Usage(f"--with {text!r} cannot be read", hint="--with massage,stretching,exercise")
    return ",".join(dict.fromkeys(words))


def _overrides(texts: tuple[str, ...]) -> dict[str, str]:
    """Reasons by rule. Raises Usage for an unknown rule, one without a reason, or one that gives way to none."""
    out: dict[str, str] = {}
    for text in texts:
        rule, _, reason = text.partition("=")
        known = names.screening_rule(rule)
        if not reason.strip():
            raise Usage(f"--override {known} has no reason", hint=f"--override {known}='why it was done all the same'")
        if known in out:
            raise Usage(f"two reasons for {known}", hint="give one --override for each rule")
        wrong = checks.reason(reason)
        if wrong:
            raise Usage(f"the reason {wrong}", hint="say in a few words why it was done all the same")
        if known == SIDE:
            raise Usage("no reason goes past a missing side", hint="name the side: ut l")
        out[known] = reason.strip()
    return out


def _note(text: str | None) -> str | None:
    wrong = checks.text(text) if text else None
    if wrong:
        raise Usage(f"the note {wrong}", hint="write it shorter and plainly")
    return text or None


def echo(on: date, today: date) -> str:
    """The day of the session in words, when it is not today."""
    return "" if on == today else f"on {dates.words(on, today)}"


def in_life(who: people.Patient, on: date, today: date) -> None:
    """See that the day lies in the patient's life. Raises Usage, Conflict."""
    if on < who.born:
        raise Usage(f"{dates.words(on, today)} is before {who.code} was born ({who.born})", hint="check --on")
    if who.status == "deceased" and who.status_on and on > who.status_on:
        raise Conflict(f"{who.code} died before {on}", hint=f"tpi patient edit {who.code} --status active, if not")
