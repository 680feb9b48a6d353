"""A patient's sites on the body: the picture, the legend that says the same in words, the sessions behind it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tpi_cli.reference.body import places
from tpi_cli.reference.names import title
from tpi_cli.rules import trend
from tpi_cli.rules.body import seen
from tpi_cli.show.clean import clean
from tpi_cli.show.out import Out, room
from tpi_cli.show.picture import body, spark
from tpi_cli.show.picture.body import SIDES, Marker
from tpi_cli.show.report import Column
from tpi_cli.show.session import agents_of, pain_words, sites_of
from tpi_cli.show.table import coloured
from tpi_cli.store.read.body import Known, SiteNow
from tpi_cli.store.read.log import Session

NO_PLAN = "no follow-up"
SESSIONS = 10
"""The newest so many sessions stand below the legend."""


def columns(*, glyphs: bool) -> tuple[Column, ...]:
    """The legend's columns; in blocks the scores are also told in numbers."""
    bars = spark.drawn if glyphs else spark.words
    return (
        Column("site", lambda one: str(one.number), right=True),
        Column("muscle", lambda one: title(one.muscle)),
        Column("side", lambda one: one.side),
        Column("last", lambda one: str(one.last or ""), 2),
        Column("pain", lambda one: "" if one.pain is None else str(one.pain.pain), right=True),
        Column("scored", lambda one: "" if one.pain is None else str(one.pain.on), 4),
        Column("trend", lambda one: bars(one.scores), 3),
        Column("due", lambda one: str(one.due or "")),
        Column("status", status),
    )


def status(one: SiteNow) -> str:
    """How its recall stands."""
    return one.status or NO_PLAN


def record(one: SiteNow) -> dict[str, Any]:
    """A site for programs: `drawn` says where, x from the midline to the viewer's right, in 200ths of a body."""
    place = places().get(one.muscle)
    at = seen(place, one.side) if place else None
    return {
        "site": one.number,
        "muscle": one.muscle,
        "side": one.side,
        "last_session": one.last,
        "pain": None if one.pain is None else {"score": one.pain.pain, "on": one.pain.on},
        "scores": one.scores,
        "due": one.due,
        "status": one.status,
        "drawn": at and {"view": at.view, "x": f"{at.x:g}", "y": f"{at.y:g}"},
    }


def markers(sites: Sequence[SiteNow]) -> list[Marker]:
    """The sites as the picture takes them."""
    return [Marker(one.number, one.muscle, one.side) for one in sites]


def picture(sites: Sequence[SiteNow], out: Out, *, ascii_only: bool) -> list[str]:
    """The body with the sites on it, and what is to be known to read it."""
    shown = markers(sites)
    lines = body.drawn(shown, room(out), ascii_only=ascii_only or not out.glyphs, coloured=coloured(out.colour))
    if not lines:
        return ["no room for the picture", ""]
    told = {"not drawn": body.unplaced(shown), "moved aside to make room": body.moved(shown)}
    notes = [f"{words}: {clean(', '.join(map(body.named, ones)))}" for words, ones in told.items() if ones]
    return [*lines, "", SIDES, *notes, ""]


def history(sessions: Sequence[Session]) -> list[str]:
    """The newest sessions in a line each, below the legend."""
    lines = [clean(f"{one.date}  {one.code}  {_done(one)}") for one in sessions[:SESSIONS]]
    more = len(sessions) - SESSIONS
    return ["", "sessions", *lines, *([f"and {more} earlier (tpi session list)"] if more > 0 else [])] if lines else []


def counted(sessions: Iterable[Session], known: Known, today: date) -> list[Session]:
    """The sessions that count up to a day, each with its pain where it hurt most."""
    return [one._replace(pain=trend.worst(known.scores, {one.number}))
            for one in sessions if one.voided_at is None and one.date <= today]  # fmt: skip


def _done(one: Session) -> str:
    return "  ".join(filter(None, [sites_of(one), agents_of(one), pain_words(*one.pain)]))


def session_record(one: Session) -> dict[str, Any]:
    """A session for programs."""
    return {
        "session": one.code,
        "date": one.date,
        "sites": [{"muscle": muscle, "side": side} for muscle, side in one.sites],
        "agents": one.agents,
        "pain": {"before": one.pain[0], "after": one.pain[1]},
    }
