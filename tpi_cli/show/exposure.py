"""The ledger of local anaesthetic and steroid, for everybody and for one patient."""

from decimal import Decimal
from typing import Any

from tpi_cli.rules import identity
from tpi_cli.rules.dose import shown
from tpi_cli.rules.values import plain
from tpi_cli.show.due import site_code
from tpi_cli.show.picture import spark
from tpi_cli.show.report import Column
from tpi_cli.show.session import at
from tpi_cli.store.read.exposure import Asked, Entry, Row, Site


def _amount(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def columns(asked: Asked, *, bars: bool) -> tuple[Column, ...]:
    """A line a patient; with bars, the part of the steroid advice is also seen."""
    return (
        Column("patient", lambda row: identity.patient(row.who.number)),
        Column("name", lambda row: row.who.name, 4),
        Column("born", lambda row: str(row.who.born), 5),
        Column("steroid_mg", lambda row: plain(row.steroid_mg) if row.steroid_days else "", right=True),
        Column("of_advice", lambda row: _of_advice(row, asked, bars=bars), 2),
        Column("days", lambda row: str(row.steroid_days or ""), 3, right=True),
        Column("last_steroid", lambda row: str(row.last_steroid or ""), 6),
        Column("by_site", lambda row: " ".join(map(_by_site, row.sites)), 1),
        Column("peak", lambda row: "" if row.peak is None else str(shown(row.peak)), right=True),
        Column("peak_on", lambda row: str(row.peak_on or ""), 7),
        Column("limit", lambda row: "OVER" if row.over else ""),
    )


def _of_advice(row: Row, asked: Asked, *, bars: bool) -> str:
    return spark.share(row.steroid_mg / asked.most_mg, bars=bars) if row.steroid_days else ""


def _by_site(site: Site) -> str:
    return f"{site_code(at(site.where))}:{site.times}"


def named(where: tuple[str, str]) -> str:
    """`UT-L`."""
    return site_code(at(where))


def record(row: Row, asked: Asked) -> dict[str, Any]:
    """A patient's ledger for programs; mg as text, fractions of the day's limit."""
    return {
        "patient": identity.patient(row.who.number),
        "name": row.who.name,
        "born": row.who.born,
        "steroid": {
            "equivalent_mg": plain(row.steroid_mg),
            "limit_mg": plain(asked.most_mg),
            "days": row.steroid_days,
            "last": row.last_steroid,
            "sites": [
                {"muscle": one.where[0], "side": one.where[1], "equivalent_mg": plain(one.equivalent_mg),
                 "times": one.times, "again_from": one.free}
                for one in row.sites
            ],
        },
        "anaesthetic": {
            "peak_fraction": None if row.peak is None else str(shown(row.peak)),
            "peak_on": row.peak_on,
            "profile": asked.profile,
        },
        "over_limit": row.over,
    }  # fmt: skip


def entries(asked: Asked, *, bars: bool) -> tuple[Column, ...]:
    """A line a dose; `of_limit` is steroid so far of its advice, or the day's anaesthetics of their limit."""
    return (
        Column("date", lambda one: str(one.on)),
        Column("session", lambda one: one.session or "elsewhere", 3),
        Column("site", lambda one: site_code(at(one.where)) if one.where else ""),
        Column("agent", lambda one: one.agent.replace("_", " ")),
        Column("amount", lambda one: f"{plain(one.amount)} {one.unit}", right=True),
        Column("equivalent_mg", lambda one: _amount(one.equivalent_mg), 4, right=True),
        Column("running_mg", lambda one: _amount(one.running_mg), right=True),
        Column("fraction", lambda one: "" if one.fraction is None else str(shown(one.fraction)), 2, right=True),
        Column("of_limit", lambda one: _of_limit(one, asked, bars=bars), 1),
    )


def _of_limit(one: Entry, asked: Asked, *, bars: bool) -> str:
    part = one.fraction if one.running_mg is None else one.running_mg / asked.most_mg
    return "" if part is None else spark.share(part, bars=bars)


def entry(one: Entry) -> dict[str, Any]:
    """A dose for programs."""
    return {
        "date": one.on,
        "session": one.session,
        "muscle": one.where[0] if one.where else None,
        "side": one.where[1] if one.where else None,
        "agent": one.agent,
        "amount": plain(one.amount),
        "unit": one.unit,
        "equivalent_mg": _amount(one.equivalent_mg) or None,
        "running_mg": _amount(one.running_mg) or None,
        "fraction": None if one.fraction is None else str(shown(one.fraction)),
    }
