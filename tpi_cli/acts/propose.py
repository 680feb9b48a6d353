"""The plan of a session that names none: carried on, or proposed from how the site's last sessions worked.

Reads only: the preview shows it, the record keeps it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from tpi_cli.reference import intervals
from tpi_cli.rules import eligibility, past, propose, recall
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.propose import UNSAID, Course, Plan, Steps
from tpi_cli.rules.recall import Treatment
from tpi_cli.store import facts
from tpi_cli.store.chart import Chart
from tpi_cli.store.database import Database
from tpi_cli.store.read.plans import Standing, standing


def plans(
    db: Database, chart: Chart, patient_id: str, places: Iterable[Where], said: str | None, on: date
) -> dict[Where, Plan]:
    """The plan of each place for a session of that day; `said` goes before everything, and holds for all of them."""
    if said is not None:
        return {where: Plan(said, "stated") for where in places}
    known = {(one.muscle, one.side): one for one in standing(db, patient_id)}
    episodes = facts.episodes(db, patient_id) if known else {}
    return {where: _unnamed(chart, known.get(where), episodes, where, on) for where in places}


def _unnamed(
    chart: Chart, site: Standing | None, episodes: Mapping[str, list[Treatment]], where: Where, on: date
) -> Plan:
    """What goes on: nothing at a new or closed site, nor where a newer session has its own plan."""
    if site is None or site.closed not in {None, recall.UNREACHABLE} or recall.overtaken(on, site.anchor):
        return UNSAID
    if site.anchor == on:  # entered a second time: the day has its plan
        return Plan(site.follow_up, "carried") if site.follow_up else UNSAID
    steps = intervals.in_force(on)
    return propose.planned(tuple(_courses(chart, episodes[site.id], where, on, steps)), steps)


def _courses(chart: Chart, episode: list[Treatment], where: Where, on: date, steps: Steps | None) -> Iterator[Course]:
    """The site's sessions of this episode before that day; of several on a day the last one's plan counts."""
    wanted = eligibility.wanted(eligibility.in_force(chart.policies, on))
    earlier = chart.past.before(on)
    treated = {one.on: one for one in sorted(earlier.treated, key=lambda one: one.session) if one.where == where}
    for day, plan in {one.on: one.follow_up for one in episode if one.on < on}.items():
        yield Course(day, plan, past.response(earlier, treated[day], steps.wanted(wanted) if steps else wanted))
