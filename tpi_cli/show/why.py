"""Why a site is, or is not, on the list."""

from datetime import timedelta
from typing import Any

from tpi_cli.reference.names import title
from tpi_cli.rules import identity, standing
from tpi_cli.show import due
from tpi_cli.show.adverse import words
from tpi_cli.show.report import Column
from tpi_cli.store.read.adverse import Event
from tpi_cli.store.read.due import Row

COLUMNS: tuple[Column, ...] = (
    Column("patient", lambda row: identity.patient(row.patient)),
    Column("name", lambda row: row.name),
    Column("sites", lambda row: " ".join(map(due.site_code, row.sites))),
    Column("status", lambda row: row.status or "unplanned"),
    Column("due", lambda row: str(row.due or "")),
    Column("anchor", lambda row: str(row.sites[0].anchor or "")),
    Column("interval", lambda row: row.sites[0].follow_up or ""),
    due.explained(),
)


def record(row: Row) -> dict[str, Any]:
    """A site with everything that speaks for and against it, for programs."""
    site = row.sites[0]
    return {
        **due.record(row),
        "status": row.status or "unplanned",
        "site": site.site,
        "muscle": site.muscle,
        "side": site.side,
        "anchor": site.anchor,
        "interval": site.follow_up,
        "listed": listed(row),
    }


def listed(row: Row) -> bool:
    """Whether the plain list shows it today."""
    return row.status in standing.LISTED


def lines(row: Row, at: standing.Thresholds) -> list[str]:
    """A site explained, line by line: where it stands, then every reason with rule and source."""
    site = row.sites[0]
    out = [f"site {site.site}  {title(site.muscle)} {site.side}: {_stands(row, at)}"]
    if site.session:
        score = f", pain {due.pain(*row.pain)}" if row.pain[0] is not None else ""
        given = " + ".join(row.agents)
        out.append(f"  last session {identity.session(site.session)} of {site.anchor}: {given}{score}")
    return out + [f"  {_reason(reason)}" for reason in due.reasons(row)]


def event_lines(one: Event) -> list[str]:
    """An adverse event that wants a look, and what ends that."""
    since = f"on the list from {one.look_on}, whatever else holds the patient back"
    return [
        f"adverse event {one.number}  {words(one.type, one.text)} of {one.on}: {since}",
        f"  - closed by tpi adverse close PATIENT {one.number} --outcome TEXT   [recall.adverse]",
    ]


def _reason(reason: dict[str, Any]) -> str:
    return f"- {reason['text']}   [{reason['rule']}; {reason['source']}]"


def _stands(row: Row, at: standing.Thresholds) -> str:
    if row.status is None:
        return "no follow-up planned, not on the list"
    if row.due is None or row.late_days is None:
        return f"{row.status}, not on the list"
    if row.status == "upcoming":
        capped, listed_on = row.sites[0].held_until, row.due + timedelta(days=at.due)
        then = f"then capped until {capped}, held back from the list" if capped else f"comes on the list {listed_on}"
        return f"upcoming, due {row.due} (in {_days(-row.late_days)}); {then}"
    if not listed(row):
        until = row.sites[0].held_until
        word = "for" if row.status == "booked" else "until"
        return f"{row.status}{f' {word} {until}' if until else ''}, held back from the list; due {row.due}"
    return f"{row.status}, on the list; due {row.due} ({_since(row.late_days)}){_next(row, at)}"


def _since(late: int) -> str:
    return "today" if late == 0 else f"{_days(late)} ago"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _next(row: Row, at: standing.Thresholds) -> str:
    """When the status changes for the worse."""
    later = {"due": ("overdue", at.overdue), "overdue": ("lapsed", at.lapsed)}
    if row.status not in later or row.due is None:
        return ""
    name, days = later[row.status]
    return f"; {name} from {row.due + timedelta(days=days)}"
