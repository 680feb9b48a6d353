"""A patient on one sheet: for the patient in plain words, for the referrer, for the paper chart."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tpi_cli.reference import alerts as kinds
from tpi_cli.reference import sources
from tpi_cli.reference.names import title
from tpi_cli.rules import past
from tpi_cli.rules.relief import Wanted, whole
from tpi_cli.rules.values import Shot, plain
from tpi_cli.show import chart
from tpi_cli.show.adverse import words as event_words
from tpi_cli.show.paper import parts
from tpi_cli.show.paper.document import Aside, Block, Document, Heading, Paragraph, Points, Table
from tpi_cli.show.patient import unasked
from tpi_cli.show.person import as_addressed, in_full, redacted_head, spelled
from tpi_cli.show.report import many
from tpi_cli.show.session import mix_words, pain_words
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


class _Space(NamedTuple):
    """What there is room for: sites, and lines of sessions."""

    sites: int
    lines: float


def document(found: Summary, reader: str, redact: str) -> Document:
    """The sheet for a patient, a referrer or a chart."""
    return _READERS[reader](found, redact)


def _for_patient(found: Summary, redact: str) -> Document:
    sites, more = parts.shown(found.sites, YOUR_SITES)
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
    if found.last is None:
        return
    session = found.last.session
    yield Heading("What was done")
    places = ", ".join(f"{title(muscle)} {parts.SIDES.get(side, side)}" for muscle, side in session.sites)
    agents = " and ".join(_agent(found, agent) for agent in session.agents)
    yield Paragraph(f"On {in_full(session.date)} we treated {places} with {agents}.")
    before, after = session.pain
    if before is not None and after is not None:
        yield Paragraph(f"Your pain was {before} of 10 before and {after} of 10 after.")


def _agent(found: Summary, agent: str) -> str:
    """`lidocaine (a local anaesthetic)`."""
    known = found.agents.get(agent)
    if known is None or agent == "dry_needling":
        return "a needle alone"
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
    sites, more = parts.shown(found.sites, _space(found).sites)
    return Document(
        sender=parts.sender(found),
        title="Trigger point treatment: summary for the referrer",
        about=[redacted_head(found.who, found.today, (), redact)],
        blocks=[*parts.body_map(sites), *_alerts(found, redact), *_sites(found, sites), *more,
                *_sessions(found), *_events(found, redact), Heading("Plan"),
                *(Paragraph(words) for words in _plan(found)), _measured(found)],
    )  # fmt: skip


def _for_chart(found: Summary, redact: str) -> Document:
    sites, more = parts.shown(found.sites, _space(found).sites)
    return Document(
        sender=parts.sender(found),
        title="Trigger point chart",
        about=[redacted_head(found.who, found.today, (), redact), *_person(found, redact)],
        blocks=[*parts.body_map(sites), *_alerts(found, redact), Heading("Plan"),
                *(Paragraph(words) for words in _plan(found)), *_sites(found, sites), *more,
                *_sessions(found), *_events(found, redact), _measured(found)],
    )  # fmt: skip


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
    told = {"mrn": who.mrn, "sex": who.sex, "weight": weight, "payer": who.payer, "status": who.status}
    line = ", ".join(f"{name} {value}" for name, value in told.items() if value)
    return [line] if redact == "none" else []


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
    heads = ("Site", "Muscle and side", "Last treated", "Last pain", "Answer to the last session", "Due")
    rows = [
        [str(one.number), f"{title(one.muscle)} {one.side}", str(one.last or "-"), _last_pain(one),
         _answer(found, one), f"{one.due}, {one.status}" if one.due else chart.status(one)]
        for one in sites
    ]  # fmt: skip
    yield Table("Sites", heads, rows) if rows else Paragraph("No site on file.")


def _last_pain(one: SiteNow) -> str:
    return "-" if one.pain is None else f"{one.pain.pain} on {one.pain.on}"


def _answer(found: Summary, one: SiteNow) -> str:
    """`71 % for at least 6 weeks`: the best relief that was enough, and how long it is known to have lasted."""
    if one.last is None:
        return "-"
    answer = past.answered(found.known.past, one.last, (one.muscle, one.side), Wanted(found.known.percent))
    if answer.percent is None:
        return "no score yet" if answer.kind == "none" else "no score before"
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
        rows.append([str(one.session.date), given, pain_words(*one.session.pain) or "-", one.session.clinician])
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
    if not found.events:
        return
    yield Heading("Adverse events")
    told = [f"{one.on}: {event_words(one.type, one.text if redact == 'none' else None)}" for one in found.events]
    yield Points(told[:EVENTS])
    if len(told) > EVENTS:
        yield Paragraph(f"{many(len(told) - EVENTS, 'earlier event')} on file.")


def _plan(found: Summary) -> Iterator[str]:
    """Bookings and the next day, for a colleague."""
    for one in found.booked:
        yield f"Booked {one.on} {one.wall}{f' with {one.clinician}' if one.clinician else ''}."
    day = parts.comes_back(found.sites)
    if day is None:
        yield "No further session is planned."
    else:
        since = "due since" if day < found.today else "due"
        yield f"Next session {since} {day}, on the findings and the answer by then."


def _measured(found: Summary) -> Aside:
    """What the numbers mean, and that it is a record and no recommendation."""
    known = found.known
    enough = f"{plain(known.percent)} % ({sources.title(known.source)})"
    return Aside(
        f"Pain 0 to 10. Relief in percent of the pain before; enough from {enough}. A record of what was done; it "
        f"recommends no treatment. Printed {spelled(found.today)}."
    )
