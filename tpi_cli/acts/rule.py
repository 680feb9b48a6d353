"""The clinic's own values over the shipped rules; the dates they move follow in the same transaction."""

from typing import NamedTuple

from tpi_cli.rules.eligibility import ADVICE_ONLY, Policy
from tpi_cli.store import keep, tables
from tpi_cli.store.read import plans, rules
from tpi_cli.store.write import Writing

MOVES_DATES = ADVICE_ONLY | {"steroid_interval"}
"""The rules that decide about eligible dates and statuses, or whose days stand in the reasons."""


class Change(NamedTuple):
    """A value of a rule to set: `name` is level or one of its numbers; None takes the shipped one back."""

    rule: str
    name: str
    value: str | None


def set_values(writing: Writing, changes: list[Change], reason: str) -> int:
    """Keep the clinic's own values; returns how many sites stand differently afterwards."""
    for change in changes:
        row = tables.RuleSetting(**writing.record(), **change._asdict(), reason=reason, set_at=writing.stamp,
                                 set_by=writing.by)  # fmt: skip
        writing.add(row)
    return _refreshed(writing, None) if any(change.rule in MOVES_DATES for change in changes) else 0


def add_policy(writing: Writing, policy: Policy, reason: str, payers: list[str | None]) -> int:
    """Keep a payer's row of the clinic's; `payers` are the words by which patients have that payer.

    Returns how many sites stand differently afterwards.
    """
    assert policy.starts is not None, "a clinic's row begins on a day"
    writing.add(
        tables.PayerRule(
            **writing.record(),
            payer=policy.payer,
            effective_from=policy.starts,
            effective_to=policy.ends,
            max_sessions=policy.max_sessions,
            cap_scope=policy.cap_scope,
            min_interval=str(policy.min_interval) if policy.min_interval else None,
            interval_scope=policy.interval_scope,
            min_relief_pct=policy.relief.percent,
            min_relief_weeks=policy.relief.weeks,
            max_regions=policy.max_regions,
            enforced=not policy.advisory,
            reason=reason,
            recorded_at=writing.stamp,
            recorded_by=writing.by,
        )
    )
    return _refreshed(writing, payers)


def _refreshed(writing: Writing, payers: list[str | None] | None) -> int:
    """Work out anew the recalls of patients with these payers (None: of all); how many sites changed."""
    before = plans.limits(writing.db)
    patients = [who for who, payer in rules.payers(writing.db) if payers is None or payer in payers]
    keep.refresh(writing.db, writing.clinic.id, patients)
    return sum(before.get(site) != limits for site, limits in plans.limits(writing.db).items())
