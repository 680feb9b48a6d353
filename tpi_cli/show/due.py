"""The due list and its explanation, as people and programs read them."""

from typing import Any

from tpi_cli.reference import names
from tpi_cli.rules import identity, standing
from tpi_cli.show.report import Column
from tpi_cli.store.read.due import Row, Site


def site_code(site: Any) -> str:
    """`UT-L`: a site in a list."""
    return f"{names.short(site.muscle)}-{site.side}"


def pain(before: int | None, after: int | None) -> str:
    """`7:3`, `7`, or nothing."""
    if before is None:
        return "" if after is None else f"?:{after}"
    return str(before) if after is None else f"{before}:{after}"


def late(row: Row) -> str:
    """`14d`; a date ahead counts below zero."""
    return "" if row.late_days is None else f"{row.late_days}d"


COLUMNS: tuple[Column, ...] = (
    Column("due", lambda row: str(row.due or "")),
    Column("late", late, 2, right=True),
    Column("patient", lambda row: identity.patient(row.patient)),
    Column("name", lambda row: row.name),
    Column("born", lambda row: str(row.born), 4),
    Column("phone", lambda row: row.phone or "", 3),
    Column("sites", lambda row: " ".join(map(site_code, row.sites)), 1),
    Column("last", lambda row: str(row.last_session or ""), 7),
    Column("agent", lambda row: " + ".join(row.agents), 8),
    Column("pain", lambda row: pain(*row.pain), 6),
    Column("status", lambda row: row.status or ""),
    Column("eligible", lambda row: str(row.eligible_from or ""), 5),
    Column("flags", lambda row: " ".join(names.flags(row.alerts))),
)


CLINIC = Column("clinic", lambda row: row.clinic)
"""The column before the others where several clinics are listed: each has its own PT-0007."""


def explained() -> Column:
    """The column `--explain` adds: why."""
    return Column("reasons", lambda row: "; ".join(reason["text"] for reason in reasons(row)))


def reasons(row: Row) -> list[dict[str, Any]]:
    """Every reason with its rule, words, source and the day it ends."""
    import json

    found: list[dict[str, Any]] = json.loads(row.reasons)
    return found


QUOTING = (
    *("held on", "stopped", "resolved", "reopened", "recorded all the same", "called", "appointment", "found again"),
)
"""How the reasons begin that may end in a colon and somebody's own words."""


def discreet(row: Row) -> Row:
    """The row without the free text in its reasons, for `--redact`."""
    import json

    told = [{**one, "text": _bare(one["rule"], one["text"])} for one in reasons(row)]
    return row._replace(reasons=json.dumps(told))


def _bare(rule: str, text: str) -> str:
    return text.partition(": ")[0] if text.startswith(QUOTING) or rule == "recall.adverse" else text


def record(row: Row) -> dict[str, Any]:
    """A patient on the list, for programs."""
    return {
        "patient": identity.patient(row.patient),
        "mrn": row.mrn,
        "name": row.name,
        "born": row.born,
        "phone": row.phone,
        "due": row.due,
        "late_days": row.late_days,
        "status": row.status,
        "eligible_from": row.eligible_from,
        "last_session": row.last_session,
        "agents": row.agents,
        "pain": {"before": row.pain[0], "after": row.pain[1]},
        "flags": [kind for kind in row.alerts if not kind.endswith("-none")],
        "sites": [_site(site) for site in row.sites],
        "reasons": reasons(row),
    }


def record_of_several(row: Row) -> dict[str, Any]:
    """The same where several clinics are listed."""
    return {"clinic": row.clinic, **record(row)}


def _site(site: Site) -> dict[str, Any]:
    return {
        "site": site.site,
        "muscle": site.muscle,
        "side": site.side,
        "due": site.due,
        "status": site.status,
        "held_until": site.held_until,
        "session": identity.session(site.session) if site.session else None,
    }


class Tally:
    """Counts the rows as they pass, for the footer."""

    def __init__(self) -> None:
        self.listed = self.late = self.today = 0

    def count(self, row: Row) -> Row:
        """Take note of a row and hand it on."""
        self.listed += 1
        if row.status in standing.LISTED and row.late_days is not None:
            self.late += row.late_days > 0
            self.today += row.late_days == 0
        return row

    def footer(self, until: str, held: dict[str, int], *, cut: bool = False) -> str:
        """`2 due by 2026-11-30 (1 late, 1 today); held back: 3 booked`."""
        head = f"{self.listed} {until}{self._of_these()}" if self.listed else f"nobody {until}"
        head = f"the first {head}; more are not shown" if cut else head
        back = ", ".join(f"{count} {reason}" for reason, count in held.items())
        return head + (f"; held back: {back}" if back else "")

    def _of_these(self) -> str:
        return f" ({self.late} late, {self.today} today)" if self.late or self.today else ""
