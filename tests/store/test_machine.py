"""Every act in any order, in a real encrypted store: after each step the stored due dates are the recomputed
ones, and the list is what a model of the clinic, written with the standard library only, says it is."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import Clinic
from tests.store import model
from tpi_cli.acts import hold, inject, patient, site, void
from tpi_cli.errors import Conflict
from tpi_cli.rules import recall
from tpi_cli.rules.standing import HELD, LISTED, STATUSES, Thresholds
from tpi_cli.rules.values import Dose, Shot, Strength
from tpi_cli.rules.values import Place as Spot
from tpi_cli.store import connect, facts, keep, tables, write
from tpi_cli.store.place import Place
from tpi_cli.store.read import due

AT = Thresholds(upcoming=14, due=0, overdue=14, lapsed=90)
SPOTS = [("trapezius_upper", "L"), ("trapezius_upper", "R"), ("levator_scapulae", "L"), ("occipitalis", "mid")]
LIDO = Dose("lidocaine", Strength(Decimal(1), "%"), Decimal(1))

WHO = st.integers(0, 2)
WHERE = st.lists(st.sampled_from(SPOTS), min_size=1, max_size=3, unique=True)
BACK = st.just(0) | st.just(0) | st.integers(0, 200)
"""Days: most things are recorded on the day."""
AHEAD = st.integers(1, 240).map(timedelta)
INTERVALS = st.sampled_from(["1d", "2w", "6w", "90d", "1mo", "3mo", "1y"])
NEXT = st.none() | st.none() | st.just("none") | INTERVALS | AHEAD


class Practice(RuleBasedStateMachine):
    """A clinic and its model, side by side."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="tpi-machine-"))
        shutil.copytree(self.template, self.home, dirs_exist_ok=True)
        self.place = Place(str(self.home / "data/tpi/tpi.db"), str(self.home / "config/tpi/tpi.key"))
        self.today = date(2026, 1, 31)
        self.people: list[model.Person] = []
        self.ids: list[str] = []
        self.sites: list[dict[model.Where, str]] = []
        self.sessions: list[tuple[int, int, str]] = []
        self.order = 0

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    def do(self, act: Callable[[write.Writing], None], *, kept: bool = True) -> None:
        with write.transaction(self.place, "an", keep=kept) as writing:
            act(writing)

    def next(self) -> int:
        self.order += 1
        return self.order

    # --- what happens in a clinic

    @initialize(follow_ups=st.lists(INTERVALS, min_size=2, max_size=2), back=BACK)
    def two_patients_are_known(self, follow_ups: list[str], back: int) -> None:
        """Each with a plan, one of them with two: something to decide about from the first step."""
        for who, (follow_up, where) in enumerate(zip(follow_ups, (SPOTS[:2], SPOTS[:1]), strict=True)):
            self.a_patient_comes(0, "active")
            self.a_session(who, where, follow_up, back, dry=False)

    @precondition(lambda self: len(self.people) < 3)
    @rule(born=st.integers(0, 9000), status=st.sampled_from(["active", "active", "active", "archived"]))
    def a_patient_comes(self, born: int, status: str) -> None:
        number = len(self.people) + 1
        new = patient.New(f"Patient {number}", date(1960, 1, 1) + timedelta(born), f"M{number}", status=status)
        self.do(lambda writing: self.ids.append(patient.add(writing, new, self.today).id))
        self.people.append(model.Person(number, status))
        self.sites.append({})

    @rule(who=WHO, where=WHERE, follow_up=NEXT, back=BACK, dry=st.booleans())
    def a_session(
        self, who: int, where: list[model.Where], follow_up: str | timedelta | None, back: int, dry: bool
    ) -> None:
        person, on = self._who(who), self.today - timedelta(back)
        said = (on + follow_up).isoformat() if isinstance(follow_up, timedelta) else follow_up
        plans = {spot: said or person.goes_on_with(spot, on) for spot in where}
        self.do(lambda writing: self._record(writing, person, self._draft(person, on, where, said, dry=dry)))
        person.sites += [spot for spot in where if spot not in person.sites]
        person.entries.append(model.Entry(on, self.next(), "treat", plans=plans))
        self.sessions[-1] = (*self.sessions[-1][:1], self.order, self.sessions[-1][2])

    def _draft(
        self, person: model.Person, on: date, where: list[model.Where], said: str | None, *, dry: bool
    ) -> inject.Draft:
        spots = tuple(Spot(*spot) for spot in where)
        shot = Shot(spots) if dry else Shot(spots, (LIDO,), "each" if len(spots) > 1 else None)
        return inject.Draft(self.ids[person.number - 1], on, (shot,), follow_up=said)

    def _record(self, writing: write.Writing, person: model.Person, draft: inject.Draft) -> None:
        kept = inject.record(writing, draft)
        self.sessions.append((person.number - 1, 0, kept.session.id))
        self.sites[person.number - 1].update({(one.muscle, one.side): one.id for one in kept.sites})

    @rule(who=WHO, where=WHERE, follow_up=INTERVALS)
    def a_session_is_only_tried(self, who: int, where: list[model.Where], follow_up: str) -> None:
        person = self._who(who)
        draft = self._draft(person, self.today, where, follow_up, dry=False)
        self.do(lambda writing: void.void(writing, inject.record(writing, draft).session.id, "tried"), kept=False)

    @rule(who=WHO, spot=st.sampled_from(SPOTS))
    def a_site_is_only_examined(self, who: int, spot: model.Where) -> None:
        person = self._who(who)
        added: list[tables.Site] = []

        def act(writing: write.Writing) -> None:
            added.append(site.add(writing, self.ids[person.number - 1], *spot, site.NOTHING_ASKED, self.today))

        if spot in person.sites:
            with pytest.raises(Conflict):
                self.do(act)
        else:
            self.do(act)
            person.sites.append(spot)
            self.sites[person.number - 1][spot] = added[0].id

    @precondition(lambda self: self.sessions)
    @rule(which=st.integers(0, 99))
    def a_session_is_voided(self, which: int) -> None:
        at, order, session = self.sessions[which % len(self.sessions)]
        person = self.people[at]
        if order in person.voided:
            with pytest.raises(Conflict):
                self.do(lambda writing: void.void(writing, session, "again"))
        else:
            self.do(lambda writing: void.void(writing, session, "wrong patient"))
            person.voided.add(order)

    @rule(who=WHO, spot=st.none() | st.sampled_from(SPOTS), back=BACK,
          reason=st.sampled_from(["resolved", "declined", "moved", "other"]))  # fmt: skip
    def a_recall_is_stopped(self, who: int, spot: model.Where | None, back: int, reason: str) -> None:
        self._decide("stop", who, spot, back, reason=reason)

    @rule(who=WHO, spot=st.sampled_from(SPOTS), back=BACK)
    def a_site_is_resolved(self, who: int, spot: model.Where, back: int) -> None:
        self._decide("resolve", who, spot, back)

    @rule(who=WHO, back=BACK, ahead=AHEAD)
    def a_recall_is_snoozed(self, who: int, back: int, ahead: timedelta) -> None:
        self._decide("snooze", who, None, back, until=self.today + ahead)

    @rule(who=WHO, spot=st.none() | st.sampled_from(SPOTS), back=BACK)
    def a_recall_is_reopened(self, who: int, spot: model.Where | None, back: int) -> None:
        self._decide("resume", who, spot, back)

    @rule(who=WHO)
    def a_patient_dies(self, who: int) -> None:
        self._decide("stop", who, None, 0, reason="died")
        self._who(who).status = "deceased"

    @rule(who=WHO, status=st.sampled_from(["active", "archived", "active", "deceased"]))
    def a_patient_is_archived_or_back(self, who: int, status: str) -> None:
        person = self._who(who)
        self._change(person, {"status": status})
        person.status = status

    @rule(who=WHO, ahead=AHEAD)
    def a_snooze_runs_out(self, who: int, ahead: timedelta) -> None:
        self._decide("snooze", who, None, 0, until=self.today + ahead)
        self.today += ahead

    @rule(who=WHO, phone=st.sampled_from(["555-0100", None]), name=st.sampled_from(["Tan, Mei", "李小龍"]))
    def a_patient_has_another_name(self, who: int, phone: str | None, name: str) -> None:
        self._change(self._who(who), {"phone": phone, "name": name})

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    def _who(self, who: int) -> model.Person:
        return self.people[who % len(self.people)]

    def _change(self, person: model.Person, changes: dict[str, object]) -> None:
        self.do(lambda writing: patient.change(writing, self.ids[person.number - 1], changes, self.today) and None)

    def _decide(
        self, act: str, who: int, spot: model.Where | None, back: int, reason: str = "", until: date | None = None
    ) -> None:
        """For one site the patient has, or (no site) for the patient; what would change nothing is refused."""
        person, on = self._who(who), self.today - timedelta(back)
        if spot is not None and spot not in person.sites:
            spot = person.sites[0] if person.sites else None
        where = self.sites[person.number - 1][spot] if spot else None
        decision = hold.Decision(act, self.ids[person.number - 1], on, where, reason or None, until)
        sites = frozenset([spot] if spot else [])
        entry = model.Entry(on, self.next(), act, sites, {}, reason, until)
        idle = person.would_pass_over(act, [spot] if spot else person.sites, on) or person.changes_nothing(entry)
        if reason != "died" and idle:
            with pytest.raises(Conflict):
                self.do(lambda writing: hold.decide(writing, decision) and None)
            return
        self.do(lambda writing: hold.decide(writing, decision) and None)
        person.entries.append(entry)

    # --- what holds after every step

    @invariant()
    def everything_agrees(self) -> None:
        with connect.reading(self.place) as db:
            self.what_is_stored_is_what_would_be_worked_out(db)
            self.the_list_is_who_is_due(db)
            self.whatever_is_asked_for_is_listed(db)
            self.every_plan_is_in_exactly_one_place(db)
            self.why_says_the_same(db)

    def what_is_stored_is_what_would_be_worked_out(self, db: connect.Database) -> None:
        columns = "session_id, anchor_on, follow_up, due_on, closed, snoozed_until, reasons, agents, revision"
        names = ("session", "anchor", "follow_up", "due", "closed", "snoozed_until", "reasons", "agents", "revision")
        clinic = db.value("SELECT id FROM clinic")
        count = 0
        for (person,) in list(db.rows("SELECT id FROM patient")):
            for where, known in facts.of_patient(db, person).items():
                stored = db.row(f"SELECT {columns} FROM recall WHERE site_id = :site", site=where)
                worked_out = keep.worked_out(db, clinic, where, recall.decide(known))
                assert stored == tuple(worked_out[name] for name in names)
                count += 1
        assert count == db.value("SELECT COUNT(*) FROM site") == db.value("SELECT COUNT(*) FROM recall")

    def the_list_is_who_is_due(self, db: connect.Database) -> None:
        until = due.horizon(self.today, AT, LISTED)
        assert self._rows(db, set(LISTED), until) == model.listed(self.people, self.today, model.LISTED)
        assert due.held_back(db, self._query(set(LISTED), until)) == model.held_back(self.people, self.today)

    def whatever_is_asked_for_is_listed(self, db: connect.Database) -> None:
        for statuses in (
            set(STATUSES),
            {"upcoming"},
            {"due", "lapsed"},
            {"overdue", "snoozed"},
            {"stopped", "resolved"},
        ):
            assert self._rows(db, statuses) == model.listed(self.people, self.today, statuses)

    def every_plan_is_in_exactly_one_place(self, db: connect.Database) -> None:
        planned = {(person.number, where) for person in self.people for where in person.standing(self.today)}
        found = [
            (number, where)
            for statuses in ({"upcoming"}, set(LISTED), *({held} for held in HELD))
            for number, _, _, sites in self._rows(db, statuses)
            for where in sites
        ]
        assert len(found) == len(set(found))
        assert set(found) == planned

    def why_says_the_same(self, db: connect.Database) -> None:
        """Treated sites with day, anchor and status; sites never treated with none of them."""
        rows = list(due.of_site(db, self._query(set(STATUSES), None)))
        assert all(row.reasons for row in rows)
        found = {(row.patient, (one.muscle, one.side)): one for row in rows for one in row.sites}
        for person in self.people:
            for where in person.sites:
                told, plan = found.pop((person.number, where)), person.plan(where)
                assert plan is not None
                anchor = None if plan.follow_up == model.NEVER else plan.anchor
                assert (told.due, told.anchor) == (plan.due, anchor)
                assert plan.due is None or told.status == plan.status(self.today)
        assert found == {}

    def _query(self, statuses: set[str], until: date | None) -> due.Query:
        return due.Query(self.today, AT, frozenset(statuses), until)

    def _rows(self, db: connect.Database, statuses: set[str], until: date | None = None) -> list[model.Row]:
        rows = due.rows(db, self._query(statuses, until))
        return [
            (row.patient, row.due, row.status, frozenset((one.muscle, one.side) for one in row.sites))
            for row in rows
            if row.status
        ]


def run(clinic: Clinic, examples: int, steps: int) -> None:
    machine = type("Machine", (Practice,), {"template": clinic.home})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, report_multiple_bugs=False)
    )  # type: ignore[no-untyped-call]


def test_the_list_is_right_whatever_happens(clinic: Clinic) -> None:
    run(clinic, 40, 15)


@pytest.mark.slow
def test_the_list_is_right_whatever_happens_two_hundred_times(clinic: Clinic) -> None:
    run(clinic, 250, 25)
