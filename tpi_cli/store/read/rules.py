"""The clinic's own levels and numbers of the rules, and its own rows of what payers ask for."""

from decimal import Decimal
from typing import Any, NamedTuple

from tpi_cli.reference.payers import window
from tpi_cli.rules import interval
from tpi_cli.rules.eligibility import ADVICE_ONLY, Policy
from tpi_cli.rules.relief import Wanted
from tpi_cli.store.columns import day
from tpi_cli.store.database import Database


class Setting(NamedTuple):
    """A clinic's own value of a rule, who set it, when and why; no `value`: the shipped one again."""

    rule: str
    name: str
    value: str | None
    reason: str
    set_at: str
    set_by: str


def settings(db: Database, rule: str | None = None) -> list[Setting]:
    """Every value ever set, of one rule or of all, in the order they were set."""
    where = "" if rule is None else " WHERE rule = :rule"
    sql = f"SELECT rule, name, value, reason, set_at, set_by FROM rule_setting{where} ORDER BY set_at, id"
    return list(map(Setting._make, db.rows(sql, rule=rule)))


def own(db: Database) -> dict[tuple[str, str], str]:
    """The clinic's values that hold now, by rule and name."""
    latest = {(one.rule, one.name): one.value for one in settings(db)}
    return {at: value for at, value in latest.items() if value is not None}


class Own(NamedTuple):
    """A clinic's own payer row with who wrote it, when and why."""

    policy: Policy
    reason: str
    recorded_at: str
    recorded_by: str


_PAYERS = """
SELECT payer, effective_from, effective_to, max_sessions, cap_scope, min_interval, interval_scope,
       min_relief_pct, min_relief_weeks, max_regions, enforced, reason, recorded_at, recorded_by
FROM payer_rule ORDER BY payer, effective_from, recorded_at
"""


def payer_rows(db: Database) -> list[Own]:
    """The clinic's payer rows, by payer and day."""
    return [_payer_row(*row) for row in db.rows(_PAYERS)]


def _payer_row(
    payer: str,
    starts: Any,
    ends: Any,
    sessions: int | None,
    cap_scope: str,
    wait: str | None,
    interval_scope: str,
    percent: Any,
    weeks: int | None,
    regions: int | None,
    enforced: Any,
    *told: str,
) -> Own:
    policy = Policy(
        id=f"{payer} (clinic)",
        payer=payer,
        source=f"clinic rule for {payer} from {day(starts)}: {told[0]}",
        window=window(),
        starts=day(starts),
        ends=day(ends),
        max_sessions=sessions,
        cap_scope=cap_scope,
        min_interval=interval.read(wait or ""),
        interval_scope=interval_scope,
        relief=Wanted(None if percent is None else Decimal(percent), weeks),
        max_regions=regions,
        advisory=frozenset() if enforced else ADVICE_ONLY,
        own=True,
        revision=told[1],
    )
    return Own(policy, *told)


def own_policies(db: Database) -> tuple[Policy, ...]:
    """The clinic's payer rows as the rules take them."""
    return tuple(row.policy for row in payer_rows(db))


def payers(db: Database) -> list[tuple[str, str | None]]:
    """Every patient (UUID) with the payer as it was typed, by number."""
    return [(who, text) for who, text in db.rows("SELECT id, payer FROM patient ORDER BY number")]


def payer_texts(db: Database) -> list[str | None]:
    """What patients have as their payer, each word once."""
    return [text for (text,) in db.rows("SELECT DISTINCT payer FROM patient ORDER BY payer")]
