"""How treatments worked and whether patients came back, counted. Pure.

What is counted is a site treated on a day, once however many entries it was written down in. A score belongs to the
treatment it is measured against; one of the whole patient belongs to every site of that day's session.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tpi_cli.rules import past, recall
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.past import Past, Treated
from tpi_cli.rules.relief import Response, Wanted

DRY = "dry_needling"
"""The group of what was needled without an agent."""
EVERYBODY = "all"
"""The one group of a count that is not broken down."""
ENDED = frozenset({"resolved", "declined", "stopped", "archived", "deceased"})
"""What ends a plan before it falls due. An unreachable patient's goes on: nobody decided against it."""
ONE_DAY = timedelta(days=1)
Visit = tuple[int, date]
"""A patient's number and a day: a session."""


class Asked(NamedTuple):
    """From the first day to the last, as known today; `percents` of relief, the least first.

    A patient who comes up to `grace` days after the due date kept the recall.
    """

    first: date
    last: date
    today: date
    percents: tuple[Decimal, ...]
    grace: int


class Treatment(NamedTuple):
    """A site treated on a day: with what, by whom, how it answered to each percentage asked for.

    `kept` is whether the patient was back in time, None where the plan does not count (`kept` below).
    """

    patient: int
    on: date
    where: Where
    agents: frozenset[str]
    clinicians: frozenset[str]
    responses: tuple[Response, ...]
    kept: bool | None = None

    @property
    def visit(self) -> Visit:
        """The session it was part of."""
        return self.patient, self.on


class Lasted(NamedTuple):
    """Whole weeks of relief over `known` treatments: the median, `at_least` so long where a censored one bears on it.

    `censored` of them had no later score to show that it wore off.
    """

    median: int | None
    at_least: bool
    known: int
    censored: int


class Row(NamedTuple):
    """A group's numbers. `responders` reached each percentage asked for; `kept` of the `judged` plans were kept."""

    group: str
    sessions: int
    patients: int
    treated: int
    scored: int
    responders: tuple[int, ...]
    lasted: Lasted
    kept: int
    judged: int
    events: int


def of_patient(
    number: int, known: Past, plans: Mapping[Where, recall.Facts], by: Mapping[int, str], asked: Asked
) -> Iterator[Treatment]:
    """A patient's treatments from the first day to the last; `by` tells who held the session of a number."""
    so_far = known.until(asked.today)
    found = sorted((one for one in so_far.treated if asked.first <= one.on <= asked.last), key=_place)
    for (on, where), group in groupby(found, key=_place):
        rows = list(group)
        yield Treatment(
            patient=number,
            on=on,
            where=where,
            agents=frozenset(name for one in rows for name in _agents(one)),
            clinicians=frozenset(by[one.session] for one in rows),
            responses=tuple(past.response(so_far, rows[0], Wanted(percent)) for percent in asked.percents),
            kept=kept(plans[where], on, asked),
        )


def _place(one: Treated) -> tuple[date, Where]:
    return one.on, one.where


def _agents(one: Treated) -> list[str]:
    return [dose.agent for dose in one.doses] or [DRY]


def kept(facts: recall.Facts, on: date, asked: Asked) -> bool | None:
    """Whether the site was treated again in time, after a session of that day: by `grace` days after the due date.

    None where there is nothing to judge: no plan, one not due by today, one that still may be kept, or one that was
    ended on or before its due date while nobody had come.
    """
    plan = recall.in_order(tuple(one for one in facts.treatments if one.on == on))[-1]
    due = recall.due_date(plan)
    if due is None or due > asked.today:
        return None
    again = min((one.on for one in facts.treatments if on < one.on <= asked.today), default=None)
    latest = due + timedelta(days=asked.grace)
    came = again is not None and again <= latest
    if not came and asked.today <= latest:
        return None
    return None if _ended(facts, plan, due if again is None else min(due, again - ONE_DAY)) else came


def _ended(facts: recall.Facts, plan: recall.Treatment, by: date) -> bool:
    """Whether the plan was over by the end of that day; who is archived or dead since nobody knows when, was."""
    gone = facts.patient_since is None or facts.patient_since <= by
    then = facts._replace(
        treatments=(plan,),
        holds=tuple(one for one in facts.holds if one.on <= by),
        calls=tuple(one for one in facts.calls if one.on <= by),
        bookings=tuple(one for one in facts.bookings if one.on <= by),
        visits=(),
        patient=facts.patient if gone else "active",
    )
    verdict = recall.decide(then)
    return verdict.due is None or verdict.closed in ENDED


GROUPS: dict[str, Callable[[Treatment], Iterable[str]]] = {
    "muscle": lambda one: [one.where[0]],
    "agent": lambda one: one.agents,
    "clinician": lambda one: one.clinicians,
    "site": lambda one: [" ".join(one.where)],
}
"""What a count can be broken down by: a treatment's groups, by their ids. A mix is in the group of each agent."""


def counted(treatments: Iterable[Treatment], events: Mapping[Visit, int], by: str | None) -> list[Row]:
    """A row for each group, or one for everybody; `events` are adverse events by the session they belong to.

    An event is counted in every group that its session has a treatment in. Where nobody was treated there is no row.
    """
    found = list(treatments)
    if by is None:
        return [_row(EVERYBODY, found, sum(events.values()))] if found else []
    members: dict[str, list[Treatment]] = {}
    for one in found:
        for group in GROUPS[by](one):
            members.setdefault(group, []).append(one)
    return [_row(group, ones, _of(ones, events)) for group, ones in members.items()]


def _of(treatments: list[Treatment], events: Mapping[Visit, int]) -> int:
    return sum(events.get(visit, 0) for visit in {one.visit for one in treatments})


def _row(group: str, treatments: list[Treatment], events: int) -> Row:
    answers = zip(*(one.responses for one in treatments), strict=True)
    judged = [one.kept for one in treatments if one.kept is not None]
    return Row(
        group=group,
        sessions=len({one.visit for one in treatments}),
        patients=len({one.patient for one in treatments}),
        treated=len(treatments),
        scored=sum(map(_scored, treatments)),
        responders=tuple(sum(map(_enough, one)) for one in answers),
        lasted=lasted(one.responses[0] for one in treatments if _enough(one.responses[0])),
        kept=sum(judged),
        judged=len(judged),
        events=events,
    )


def _scored(one: Treatment) -> bool:
    """Whether a later score gives a relief."""
    return one.responses[0].kind not in {"none", "unmeasured"}


def _enough(answer: Response) -> bool:
    """Whether any score reached what was asked for: the best one did."""
    return answer.kind == "enough"


def lasted(answers: Iterable[Response]) -> Lasted:
    """How long the relief of those who had it lasted; of an even number of them, the lower of the two in the middle.

    Relief that no score saw wear off may have gone on. One that did so below or at the median could move it up.
    """
    found = sorted((one.weeks, one.at_least) for one in answers)
    if not found:
        return Lasted(None, at_least=False, known=0, censored=0)
    median = found[(len(found) - 1) // 2][0]
    open_ended = [weeks for weeks, at_least in found if at_least]
    return Lasted(median, any(weeks <= median for weeks in open_ended), len(found), len(open_ended))
