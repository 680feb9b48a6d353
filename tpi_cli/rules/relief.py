"""How well the last injection worked, from the dated pain scores after it. Pure.

Relief is (baseline - score) / baseline in percent: undefined at baseline 0, below zero for worse. Its duration
runs from the session to the last dated score still at the threshold; without a later score it is "at least".
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

WEEK = 7
HUNDRED = Decimal(100)


class Score(NamedTuple):
    """A dated score after the session: pain 0 to 10, or relief in percent as the patient said."""

    on: date
    pain: int | None = None
    relief_pct: Decimal | None = None


class Wanted(NamedTuple):
    """The relief a repeat asks for, in percent, lasting so many weeks; None where nobody asks."""

    percent: Decimal | None = None
    weeks: int | None = None


class Response(NamedTuple):
    """How the site answered to the session of `since`.

    `kind` is `none` (no score), `unmeasured` (no pain before to measure it by), `low` (too little, or worn off too
    early), `short` (enough so far, not yet shown to last) or `enough`. `percent` is the best relief still counted,
    `until` the last score that had it, `worn_off` the first one after that, which had it no more.
    """

    kind: str
    since: date
    percent: Decimal | None = None
    until: date | None = None
    at_least: bool = False
    worn_off: date | None = None

    @property
    def meaningless(self) -> bool:
        """Whether scores are there and not one of them was enough."""
        return self.kind == "low" and self.until is None

    @property
    def weeks(self) -> int:
        """Whole weeks the relief is known to have lasted."""
        return (self.until - self.since).days // WEEK if self.until else 0


def percent(baseline: int | None, score: Score) -> Decimal | None:
    """Relief of a score against the baseline; what the patient said goes first. None where it is undefined."""
    if score.relief_pct is not None:
        return score.relief_pct
    if not baseline or score.pain is None:
        return None
    return (baseline - score.pain) * HUNDRED / baseline


def response(since: date, baseline: int | None, scores: Iterable[Score], wanted: Wanted) -> Response:
    """What the scores say of the session, measured against what is wanted."""
    told = sorted(scores, key=lambda one: one.on)
    known = [(score.on, found) for score in told if (found := percent(baseline, score)) is not None]
    if not known:
        return Response("unmeasured" if told else "none", since, until=told[-1].on if told else None)
    good = [(on, found) for on, found in known if _enough(found, wanted)]
    if not good:
        return Response("low", since, known[-1][1])
    until, best = good[-1]
    after = [on for on, _ in known if on > until]
    open_end = not after
    long_enough = until >= since + timedelta(days=(wanted.weeks or 0) * WEEK)
    kind = "enough" if long_enough else "short" if open_end else "low"
    return Response(kind, since, best, until, open_end, min(after, default=None))


def _enough(found: Decimal, wanted: Wanted) -> bool:
    """At the threshold; where nobody gives one, better than before."""
    return found > 0 if wanted.percent is None else found >= wanted.percent


def calls_for_reassessment(answer: Response, *, enforced: bool) -> bool:
    """Whether a repeat is not just due: no score, too little relief, or, for a payer, not yet shown to last."""
    return answer.kind in {"none", "unmeasured", "low"} or (enforced and answer.kind == "short")


def words(answer: Response, wanted: Wanted) -> str:
    """`no outcome score since 2026-08-23`, `relief 33 % since 2026-08-23, below 50 %`."""
    if answer.kind == "none":
        return f"no outcome score since {answer.since}"
    if answer.kind == "unmeasured":
        return f"score of {answer.until} without a pain before to measure it by (tpi outcome --relief)"
    assert answer.percent is not None, "an answer other than none has a relief"
    told = f"relief {whole(answer.percent)} % since {answer.since}"
    if answer.until is None:
        return f"{told}, {f'below {whole(wanted.percent)} %' if wanted.percent is not None else 'no better'}"
    lasted = f"{'at least ' if answer.at_least else ''}{answer.weeks} weeks"
    asked = f" of {wanted.weeks} asked for" if answer.kind in {"short", "low"} and wanted.weeks else ""
    return f"{told}, for {lasted}{asked}"


def whole(percent: Decimal) -> Decimal:
    """Percent as it is told: without decimal places."""
    return percent.quantize(Decimal(1), rounding="ROUND_HALF_UP")
