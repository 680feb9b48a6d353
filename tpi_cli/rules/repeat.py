"""What payer and last outcome make of a planned repeat: from when it may be, and whether to look first. Pure."""

from datetime import date
from typing import NamedTuple

from tpi_cli.rules import eligibility, ledger, past, relief
from tpi_cli.rules.eligibility import Eligible, Place, Policy, Visit
from tpi_cli.rules.past import Past, Treated
from tpi_cli.rules.recall import Reason


class Repeat(NamedTuple):
    """The first day every rule holds, the day an enforced rule holds it back to, whether it wants a look, and why."""

    eligible_from: date | None = None
    capped_until: date | None = None
    reassess: bool = False
    reasons: tuple[Reason, ...] = ()


def judged(
    known: Past,
    visits: tuple[Visit, ...],
    last: Treated,
    policies: tuple[Policy, ...],
    due: date | None,
    *,
    asks: bool,
    source: str,
) -> Repeat:
    """A repeat at the site of `last`, its last session, planned for `due`; `visits` are those of the past.

    `asks` is whether the clinic wants an outcome before a repeat, `source` where that stands if not in the policy.
    A site last needled dry is held back by nobody, for no payer counts that; the day from which it may be injected
    is told all the same.
    """
    latest = known.last or last.on
    place = Place(last.where, last.region)
    found = eligibility.eligible(visits, place, policies, latest, due)
    answer, reason, enforced = _answer(known, last, policies, due or latest, source)
    reassess = asks and relief.calls_for_reassessment(answer, enforced=enforced)
    capped = capped_until(found, due) if last.doses else None
    return Repeat(found.since, capped, reassess, (*found.reasons, reason))


def capped_until(found: Eligible, due: date | None) -> date | None:
    """The day the enforced rules let go, where that is after the due date; nobody is held back without a reason."""
    free = found.enforced_since
    return free if found.held and due is not None and free is not None and free > due else None


def _answer(
    known: Past, last: Treated, policies: tuple[Policy, ...], on: date, source: str
) -> tuple[relief.Response, Reason, bool]:
    """How the last session worked by the policy of the day a repeat is due, in words, and whether a payer asks."""
    policy = eligibility.in_force(policies, on)
    wanted = eligibility.wanted(policy)
    answer = past.response(known, last, wanted)
    enforced = policy is not None and policy.enforces(eligibility.RESPONSE)
    asked = policy.source if policy is not None and wanted.percent is not None else source
    return answer, Reason(eligibility.RESPONSE, relief.words(answer, wanted), asked), enforced


def steroid_again(
    given: tuple[ledger.Steroid, ...], where: eligibility.Where, wait_days: int
) -> tuple[date, date] | None:
    """The last day the site had a steroid and the first it may again; it moves no date, the next mix may do without."""
    days = ledger.days_at(given, where)
    free = ledger.steroid_free(given, where, days[0], wait_days) if days else None
    return (days[0], free) if free else None
