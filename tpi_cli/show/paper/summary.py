"""A patient on one sheet: for the patient in plain words, for the referrer, for the paper chart."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tpi_cli.reference import alerts as kinds
from tpi_cli.reference.names import title
from tpi_cli.rules import past, trend
from tpi_cli.rules.relief import Wanted, whole
from tpi_cli.rules.values import Shot, plain
from tpi_cli.show import chart
from tpi_cli.show.adverse import words as event_words
from tpi_cli.show.due import site_code
from tpi_cli.show.paper import parts
from tpi_cli.show.paper.document import Aside, Block, Document, Heading, Paragraph, Points, Table
from tpi_cli.show.patient import unasked
from tpi_cli.show.person import as_addressed, in_full, redacted_head, spelled
from tpi_cli.show.report import many
from tpi_cli.show.session import mix_words, pain_words
from tpi_cli.show.trend import asked_by
from tpi_cli.store.read.adverse import Event
from tpi_cli.store.read.body import SiteNow
from tpi_cli.store.read.people import Alert
from tpi_cli.store.read.summary import Summary, Treatment

YOUR_SITES = 6
"""The patient's sheet shows so many."""
ROOM = 17
"""Lines for sites and sessions on one page, of A4 and of Letter, where the alerts stand beside the picture."""
BESIDE = 14
"""Lines of alerts that do."""
OF_SESSIONS = 6
"""Lines that sessions get at least."""
A_SITE = 1.4
"""Lines that a site takes."""
ALERT, GIVEN = 44, 66
"""Characters of a line of alerts, and of what was given."""
EVENTS = 2
NAMED = 8
"""At most so many places are named in a sentence; more stand in the table."""


class _Space(NamedTuple):
    """What there is room for: sites, and lines of sessions."""

    sites: int
    lines: float


def document(found: Summary, reader: str, redact: str) -> Document:
    """The sheet for a patient, a referrer or a chart."""
    return _READERS[reader](found, redact)


def _for_patient(found: Summary, redact: str) -> Document:
    sites, others = parts.shown(found.sites, YOUR_SITES)
    more = [Paragraph(f"{many(len(others), 'more place')} on file.")] if others else []
    return Document(
        sender=parts.sender(found),
        title="Your trigger point treatment",
        about=_about_you(found, redact),
        blocks=[*parts.body_map(sites), *_what_was_done(found), Heading("Your next visit"),
                *(Paragraph(words, strong=True) for words in parts.next_visit(found)),
                *parts.expectations(found), *_your_sites(sites), *more, parts.general(found)],
    )  # fmt: skip


def _about_you(found: Summary, redact: str) -> list[str]:
    """The name as one is spoken to, and the birth date: a paper in the wrong hands is seen to be."""
    who = found.who
    if redact != "none":
        return [f"Patient {who.code}"]
    return [f"{as_addressed(who.name)}, born {spelled(who.born)}   ({who.code})"]


def _what_was_done(found: Summary) -> Iterator[Block]:
    """Of the newest day, each mix with the places that got it."""
    if found.last_day is None:
        return
    yield Heading("What was done")
    shots = [shot for one in found.last for shot in one.shots]
    few = sum(len(shot.places) for shot in shots) <= NAMED
    told = "; ".join(f"{_treated(shot, few=few)} with {_mix(found, shot)}" for shot in shots)
    yield Paragraph(f"On {in_full(found.last_day)} we treated {told}.")
    scores, numbers = found.known.scores, {one.session.number for one in found.last}
    before, after = trend.worst(scores, numbers)
    if before is not None and after is not None:
        differ = any(len(trend.of_entries(scores, numbers, phase)) > 1 for phase in (trend.BEFORE, trend.AFTER))
        worst = ", where it hurt most" if differ else ""
        yield Paragraph(f"Your pain was {before} of 10 before and {after} of 10 after{worst}.")


def _treated(shot: Shot, *, few: bool) -> str:
    if not few:
        return many(len(shot.places), "place")
    return ", ".join(f"{title(one.muscle)} {parts.SIDES.get(one.side, one.side)}" for one in shot.places)


def _mix(found: Summary, shot: Shot) -> str:
    """`lidocaine (a local anaesthetic) and triamcinolone acetonide (a steroid)`."""
    return " and ".join(_agent(found, dose.agent) for dose in shot.doses) or "a needle alone"


def _agent(found: Summary, agent: str) -> str:
    known = found.agents.get(agent)
    if known is None:
        return agent.replace("_", " ")
    what = {"local_anaesthetic": " (a local anaesthetic)", "corticosteroid": " (a steroid)"}
    return known.name + what.get(known.agent_class, "")


def _your_sites(sites: Sequence[SiteNow]) -> Iterator[Block]:
    if sites:
        rows = [[str(one.number), parts.plain_site(one), _day(one.last), _score(one)] for one in sites]
        yield Table("The places on the picture", ("Number", "Muscle", "Last treated", "Last pain score"), rows)


def _day(day: date | None) -> str:
    return spelled(day) if day else "not yet"


def _score(one: SiteNow) -> str:
    return "none" if one.pain is None else f"{one.pain.pain} of 10 on {spelled(one.pain.on)}"


def _for_referrer(found: Summary, redact: str) -> Document:
    sites, others = parts.shown(found.sites, _space(found).sites)
    status = [] if found.who.status == "active" else [_status(found)]
    return Document(
        sender=parts.sender(found),
        title="Trigger point treatment: summary for the referrer",
        about=[redacted_head(found.who, found.today, (), redact), *status],
        blocks=[*parts.body_map(sites), *_alerts(found, redact), *_sites(found, sites), *_left_out(others),
                *_sessions(found), *_events(found, redact), Heading("Plan"),
                *(Paragraph(words) for words in _plan(found)), _measured(found)],
    )  # fmt: skip


def _for_chart(found: Summary, redact: str) -> Document:
    sites, others = parts.shown(found.sites, _space(found).sites)
    return Document(
        sender=parts.sender(found),
        title="Trigger point chart",
        about=[redacted_head(found.who, found.today, (), redact), *_person(found, redact), _status(found)],
        blocks=[*parts.body_map(sites), *_alerts(found, redact), Heading("Plan"),
                *(Paragraph(words) for words in _plan(found)), *_sites(found, sites), *_left_out(others),
                *_sessions(found), *_events(found, redact), _measured(found)],
    )  # fmt: skip


def _status(found: Summary) -> str:
    """`deceased since 2026-03-04`."""
    who = found.who
    return f"Status: {who.status}{f' since {who.status_on}' if who.status_on else ''}"


def _left_out(others: Sequence[SiteNow]) -> Iterator[Block]:
    """Every site that found no room, by its short name."""
    if others:
        yield Paragraph(f"Not on this sheet: {', '.join(site_code(one) for one in others)}.")


_READERS: dict[str, Callable[[Summary, str], Document]] = {
    "patient": _for_patient,
    "referrer": _for_referrer,
    "chart": _for_chart,
}
READERS = tuple(_READERS)


def _person(found: Summary, redact: str) -> list[str]:
    """Mrn, sex, weight, payer: what a chart has under the name."""
    who = found.who
    weight = f"{plain(who.weight_kg)} kg on {who.weight_on}" if who.weight_kg is not None else None
    told = {"mrn": who.mrn, "sex": None if who.sex == "unknown" else who.sex, "weight": weight, "payer": who.payer}
    line = ", ".join(f"{name} {value}" for name, value in told.items() if value)
    return [line] if line and redact == "none" else []


def _alerts(found: Summary, redact: str) -> Iterator[Block]:
    """What is on file, what was asked and is not there, and what nobody asked: unknown is not none."""
    yield Heading("Alerts")
    told = [_alert(one, redact) for one in found.alerts]
    yield Points([*told, *(f"{question}: not asked" for question in unasked(found.alerts))])


def _alert(one: Alert, redact: str) -> str:
    known = kinds.all_alerts().get(one.kind)
    text = f": {one.text}" if one.text and redact == "none" else ""
    return f"{known.words if known else one.kind}{text}"


def _sites(found: Summary, sites: Sequence[SiteNow]) -> Iterator[Block]:
    heads = ("Site", "Muscle and side", "Last treated", "Last pain", "Response to the last session", "Due")
    rows = [
        [str(one.number), f"{title(one.muscle)} {one.side}", str(one.last or "-"), _last_pain(one),
         _answer(found, one), f"{one.due}, {one.status}" if one.due else chart.status(one)]
        for one in sites
    ]  # fmt: skip
    yield Table("Sites", heads, rows) if rows else Paragraph("No site on file.")


def _last_pain(one: SiteNow) -> str:
    return "-" if one.pain is None else f"{one.pain.pain} on {one.pain.on}"


def _answer(found: Summary, one: SiteNow) -> str:
    """`71 % for at least 6 weeks`: the last relief that was enough, and how long it is known to have lasted."""
    if one.last is None:
        return "-"
    answer = past.answered(found.known.past, one.last, (one.muscle, one.side), Wanted(found.known.percent))
    if answer.percent is None:
        return "no later score" if answer.kind == "none" else "no score before"
    told = f"{whole(answer.percent)} %"
    if answer.until is None:
        return f"{told}, too little"
    return f"{told} for {'at least ' if answer.at_least else ''}{many(answer.weeks, 'week')}"


def _space(found: Summary) -> _Space:
    """Alerts are never left out and take what they need; sites and sessions share the rest."""
    lines = sum(1 + len(_alert(one, "none")) // ALERT for one in found.alerts) + len(unasked(found.alerts))
    room = ROOM - max(0, lines - BESIDE)
    sites = min(len(found.sites), max(1, int((room - OF_SESSIONS) / A_SITE)))
    return _Space(sites, room - sites * A_SITE)


def _sessions(found: Summary) -> Iterator[Block]:
    """What was given, the newest first; at least the last session, then as many as there is room for."""
    rows: list[list[str]] = []
    room = _space(found).lines
    for one in found.treatments:
        given = _given(one)
        room -= 1 + len(given) // GIVEN
        if rows and room < 0:
            break
        pain = pain_words(*trend.worst(found.known.scores, {one.session.number}))
        clinician = found.clinicians.get(one.session.clinician, one.session.clinician)
        rows.append([str(one.session.date), given, pain or "-", clinician])
    if rows:
        yield Table("Sessions", ("Day", "Given", "Pain", "Clinician"), rows)
    more = len(found.treatments) - len(rows)
    if more > 0:
        yield Paragraph(f"{many(more, 'earlier session')} on file.")


def _given(one: Treatment) -> str:
    return "; ".join(f"{_places(shot)}: {mix_words(shot)}{_each(shot)}" for shot in one.shots)


def _places(shot: Shot) -> str:
    return ", ".join(f"{title(place.muscle)} {place.side}" for place in shot.places)


def _each(shot: Shot) -> str:
    return " each" if shot.sharing == "each" and len(shot.places) > 1 else ""


def _events(found: Summary, redact: str) -> Iterator[Block]:
    """What went wrong, what somebody has to look at again first."""
    if not found.events:
        return
    yield Heading("Adverse events")
    waiting = found.open_events
    told = [*waiting, *(one for one in found.events if one not in waiting)]
    room = max(EVENTS, len(waiting))
    yield Points([_event(one, redact) for one in told[:room]])
    if len(told) > room:
        yield Paragraph(f"{many(len(told) - room, 'earlier event')} on file.")


def _event(one: Event, redact: str) -> str:
    said = event_words(one.type, one.text if redact == "none" else None)
    if one.closed_on is not None:
        return f"{one.on}: {said}, closed {one.closed_on}"
    return f"{one.on}: {said}" + (f", OPEN: wants a look from {one.look_on}" if one.look_on is not None else "")


def _plan(found: Summary) -> Iterator[str]:
    """What is open, what is booked, when the next session is due; why none is."""
    if found.open_events:
        yield f"{many(len(found.open_events), 'adverse event')} open: to be looked at before anything else."
    if found.booked:
        first, *more = found.booked
        after = f", and {many(len(more), 'appointment')} after it" if more else ""
        yield f"Booked {first.on} {first.wall}{after}."
    day = parts.comes_back(found.sites)
    if day is not None:
        since = "due since" if day < found.today else "due"
        yield f"Next session {since} {day}, if examination and response speak for it."
    elif parts.undecided(found.sites):
        yield "Nobody said yet when the next session is."
    else:
        told = ", ".join(sorted({chart.status(one) for one in found.sites}))
        yield f"No further session is planned{f' ({told})' if told else ''}."


def _measured(found: Summary) -> Aside:
    """What the numbers mean, and that it is a record and no recommendation."""
    known = found.known
    enough = f"{plain(known.percent)} % ({asked_by(known)})"
    return Aside(
        f"Pain 0 to 10. Relief in percent of the pain before; enough from {enough}. A record of what was done; it "
        f"recommends no treatment. Printed {spelled(found.today)}."
    )
