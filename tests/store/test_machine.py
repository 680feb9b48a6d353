"""Every act in any order, in a real encrypted store: after each step the stored due dates are the recomputed
ones, and the list is what a model of the clinic, written with the standard library only, says it is."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from unittest import mock

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
from tests.postgres.shelves import SHELVES
from tests.store import model
from tests.store.places import place
from tpi_cli import clock
from tpi_cli.acts import adverse, appointment, contact, elsewhere, hold, inject, outcome, patient, site, void
from tpi_cli.acts import rule as own
from tpi_cli.errors import Conflict
from tpi_cli.rules import eligibility, interval, recall, relief
from tpi_cli.rules.standing import HELD, LISTED, STATUSES, Thresholds
from tpi_cli.rules.values import Dose, Pain, Shot, Strength
from tpi_cli.rules.values import Place as Spot
from tpi_cli.store import connect, facts, keep, write
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.read import due

AT = Thresholds(upcoming=14, due=0, overdue=14, lapsed=90)
SPOTS = [("trapezius_upper", "L"), ("trapezius_upper", "R"), ("levator_scapulae", "L"), ("occipitalis", "mid")]
LIDO = Dose("lidocaine", Strength(Decimal(1), "%"), Decimal(1))
TRIAM = Dose("triamcinolone", mass=Decimal(10))
MIXES = st.sampled_from([(LIDO,), (LIDO,), (LIDO, TRIAM), ()])
"""Nothing in it: a dry needle."""
BASELINE = st.sampled_from([8, 6, 10, 0, None])
PAYERS = ["medicare_mac", "evicore", None, "self_pay", "Acme Health"]
PAYER = st.sampled_from(PAYERS)
PAPERS = st.builds(
    model.Payer,
    st.sampled_from([None, 1, 2, 4]),
    st.sampled_from(["patient", "region"]),
    st.sampled_from([None, "7d", "1mo", "6mo"]),
    st.sampled_from(["site", "region"]),
    st.sampled_from([50, 80]),
    st.sampled_from([2, 12]),
    st.booleans(),
)

ZONE = "Europe/London"
RESULTS = ["booked", "reached", "declined", "later", *sorted(model.MISSED)]
CHANNELS = ["phone", "sms", "mail", "email"]
SLOTS = st.tuples(st.sampled_from([540, 555, 600]), st.sampled_from([15, 30]), st.sampled_from([None, "DR", "AM"]))
"""Minutes after midnight, how long, and with whom."""
SOON = st.sampled_from([0, 0, 1, 3, 14, 60]).map(timedelta)
WRONG = st.sampled_from([("infection", True), ("soreness", False)])
"""What went wrong, and whether it wants a look."""

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
        self.place = place(Clinic(self.home))
        self.today = date(2026, 1, 31)
        self.clinic = model.House()
        self.people: list[model.Person] = []
        self.ids: list[str] = []
        self.sites: list[dict[model.Where, str]] = []
        self.sessions: list[tuple[int, int, str]] = []
        self.appointments: list[tuple[int, str]] = []
        self.order = 0

    def teardown(self) -> None:
        SHELVES.forget(self.home)
        shutil.rmtree(self.home)

    def do(self, act: Callable[[write.Writing], object], *, kept: bool = True) -> None:
        today = mock.patch.dict(os.environ, {clock.PINNED: self.today.isoformat()})
        with today, write.transaction(self.place, "an", keep=kept) as writing:
            act(writing)

    def refused(self, act: Callable[[write.Writing], object]) -> None:
        with pytest.raises(Conflict):
            self.do(act)

    def next(self) -> int:
        self.order += 1
        return self.order

    # --- what happens in a clinic

    @initialize(
        follow_ups=st.lists(INTERVALS, min_size=2, max_size=2), back=BACK, payer=PAYER, ago=st.integers(30, 400)
    )
    def two_patients_are_known(self, follow_ups: list[str], back: int, payer: str | None, ago: int) -> None:
        """Each with a plan, one of them with two: something to decide about from the first step.

        The second was injected twice before, so that the payer soon has something to say.
        """
        for who, (follow_up, where) in enumerate(zip(follow_ups, (SPOTS[:2], SPOTS[:1]), strict=True)):
            self.a_patient_comes(0, "active", payer if who else None)
            for before in (ago, ago // 2) if who else ():
                self.a_session(who, where, None, before + back, (LIDO,), None)
            self.a_session(who, where, follow_up, back, (LIDO,), 8)

    @precondition(lambda self: len(self.people) < 3)
    @rule(born=st.integers(0, 9000), status=st.sampled_from(["active", "active", "active", "archived"]), payer=PAYER)
    def a_patient_comes(self, born: int, status: str, payer: str | None) -> None:
        number = len(self.people) + 1
        day = date(1960, 1, 1) + timedelta(born)
        new = patient.New(f"Patient {number}", day, f"M{number}", status=status, payer=payer)
        self.do(lambda writing: self.ids.append(patient.add(writing, new, self.today).id))
        self.people.append(model.Person(number, status, self.clinic, payer))
        self.sites.append({})

    @rule(
        who=WHO, where=WHERE, follow_up=NEXT, back=BACK, mix=MIXES, pain=BASELINE, wrong=st.none() | st.none() | WRONG
    )
    def a_session(
        self,
        who: int,
        where: list[model.Where],
        follow_up: str | timedelta | None,
        back: int,
        mix: tuple[Dose, ...],
        pain: int | None,
        wrong: tuple[str, bool] | None = None,
    ) -> None:
        """What was booked for its day is done with, and whoever was said to have missed it came after all."""
        person, on = self._who(who), self.today - timedelta(back)
        said = (on + follow_up).isoformat() if isinstance(follow_up, timedelta) else follow_up
        plans = {spot: said or person.goes_on_with(spot, on) for spot in where}
        draft = self._draft(person, on, where, said, mix)._replace(
            pain=None if pain is None else Pain(pain), adverse=((wrong[0], None),) if wrong else ()
        )
        self.do(lambda writing: self._record(writing, person, draft))
        person.sites += [spot for spot in where if spot not in person.sites]
        session = self.next()
        person.entries.append(model.Entry(on, session, "treat", plans=plans, dry=not mix, pain=pain))
        self.sessions[-1] = (*self.sessions[-1][:1], session, self.sessions[-1][2])
        person.events += [model.Event(on, wrong[1], session)] if wrong else []
        for one in person.appointments.values():
            if (one.open or one.status == "no-show") and one.on == on:
                self._done(person, one, "done")
                one.session = session

    def _draft(
        self, person: model.Person, on: date, where: list[model.Where], said: str | None, mix: tuple[Dose, ...]
    ) -> inject.Draft:
        spots = tuple(Spot(*spot) for spot in where)
        shot = Shot(spots, mix, "each" if mix and len(spots) > 1 else None)
        return inject.Draft(self.ids[person.number - 1], on, (shot,), follow_up=said)

    def _record(self, writing: write.Writing, person: model.Person, draft: inject.Draft) -> None:
        kept = inject.record(writing, draft)
        self.sessions.append((person.number - 1, 0, kept.session.id))
        self.sites[person.number - 1].update(kept.sites)

    @rule(who=WHO, where=WHERE, follow_up=INTERVALS)
    def a_session_is_only_tried(self, who: int, where: list[model.Where], follow_up: str) -> None:
        person = self._who(who)
        draft = self._draft(person, self.today, where, follow_up, (LIDO,))
        self.do(lambda writing: void.void(writing, inject.record(writing, draft).session.id, "tried"), kept=False)

    @rule(who=WHO, spot=st.sampled_from(SPOTS), back=BACK, asked=st.booleans())
    def a_site_is_examined(self, who: int, spot: model.Where, back: int, asked: bool) -> None:
        """A new one is on file; at a closed one it is found again; at an open one the findings are, once."""
        person, on = self._who(who), self.today - timedelta(back)
        findings = site.Findings(taut_band=True) if asked else site.NOTHING_ASKED
        known = self.sites[person.number - 1]

        def act(writing: write.Writing) -> None:
            known[spot] = site.add(writing, self.ids[person.number - 1], *spot, findings, on).id

        plan = person.plan(spot)
        entry = model.Entry(on, self.next(), "find", frozenset([spot]))
        if plan is None:
            person.sites.append(spot)
            person.found[spot] = on, entry.order
        elif plan.ended and not plan.away:
            if person.still_closed(spot, entry):
                self.refused(act)
                return
            person.entries.append(entry)
        elif not asked or spot in person.examined:
            self.refused(act)
            return
        self.do(act)
        person.examined |= {spot} if asked else set()

    @precondition(lambda self: self.sessions)
    @rule(which=st.integers(0, 99))
    def a_session_is_voided(self, which: int) -> None:
        """What it closed is open again, unless another session of the day stands for it, its time was given away, or
        the patient comes no more."""
        at, order, session = self.sessions[which % len(self.sessions)]
        person = self.people[at]
        if order in person.voided:
            self.refused(lambda writing: void.void(writing, session, "again"))
            return
        self.do(lambda writing: void.void(writing, session, "wrong patient"))
        person.voided.add(order)
        for one in person.appointments.values():
            if one.session == order:
                same_day = [each.order for each in person.sessions() if each.on == one.on]
                one.session = min(same_day, default=None)
                if one.session is None:
                    one.status = "booked"
                    off = person.status != "active" or self._taken(one)
                    self._done(person, one, "cancel" if off else "reopen")

    # --- calls and appointments

    @rule(
        who=WHO,
        result=st.sampled_from(RESULTS),
        channel=st.sampled_from(CHANNELS),
        back=BACK,
        ahead=st.none() | AHEAD,
    )
    def a_patient_is_called(self, who: int, result: str, channel: str, back: int, ahead: timedelta | None) -> None:
        """With a day to try again, or without; for a call that was put off there is always one."""
        person, on = self._who(who), self.today - timedelta(back)
        again = timedelta(30) if result == "later" and ahead is None else ahead
        until = on + again if again else None
        call = contact.Call(self.ids[person.number - 1], result, channel, on, until)
        if person.status == "deceased":
            self.refused(lambda writing: contact.log(writing, call))
            return
        self.do(lambda writing: contact.log(writing, call))
        waits = model.WAITS.get(result)
        until = until or (on + timedelta(waits) if waits else None)
        person.entries.append(model.Entry(on, self.next(), "call", reason=result, until=until, channel=channel))

    @rule(who=WHO, channels=st.lists(st.sampled_from(["phone", "sms"]), min_size=2, max_size=4), days=st.integers(0, 9))
    def nobody_answers(self, who: int, channels: list[str], days: int) -> None:
        for channel in channels:
            self.a_patient_is_called(who, "no-answer", channel, 0, None)
            self.today += timedelta(days)

    @rule(who=WHO, slot=SLOTS, ahead=SOON)
    def a_time_is_booked(self, who: int, slot: tuple[int, int, str | None], ahead: timedelta) -> None:
        person = self._who(who)
        new = model.Appointment(len(self.appointments) + 1, person.number, self.today + ahead, *slot)
        made: list[str] = []

        def act(writing: write.Writing) -> None:
            made.append(appointment.book(writing, self.ids[person.number - 1], _wish(new)).id)

        if person.status != "active" or self._taken(new):
            self.refused(act)
            return
        self.do(act)
        self.appointments.append((person.number - 1, made[0]))
        person.appointments[new.number] = new
        self._done(person, new, "book")

    @precondition(lambda self: self.appointments)
    @rule(which=st.integers(0, 99), slot=SLOTS, ahead=SOON)
    def an_appointment_is_moved(self, which: int, slot: tuple[int, int, str | None], ahead: timedelta) -> None:
        """To another time, or to another clinician; who is not named anew stays."""
        person, one, key = self._appointment(which)
        minute, minutes, clinician = slot
        wish = replace(one, on=self.today + ahead, minute=minute, minutes=minutes, clinician=clinician)
        moved = replace(wish, clinician=clinician or one.clinician)
        when = (one.on, one.minute, one.minutes, one.clinician)
        same = when == (moved.on, moved.minute, moved.minutes, moved.clinician)
        if not one.open or same or self._taken(moved):
            self.refused(lambda writing: appointment.move(writing, key, _wish(wish)))
            return
        self.do(lambda writing: appointment.move(writing, key, _wish(wish)))
        person.appointments[one.number] = moved
        self._done(person, moved, "move")
        if one.status == "arrived" and when[:2] == (moved.on, moved.minute):
            moved.status = "arrived"  # whoever is here stays here

    @precondition(lambda self: self.appointments)
    @rule(which=st.integers(0, 99))
    def an_appointment_is_called_off(self, which: int) -> None:
        person, one, key = self._appointment(which)
        if self._try(lambda writing: appointment.cancel(writing, key, "is ill"), fine=one.open):
            self._done(person, one, "cancel")

    @precondition(lambda self: self.appointments)
    @rule(which=st.integers(0, 99))
    def a_patient_arrives(self, which: int) -> None:
        person, one, key = self._appointment(which)
        fine = one.status == "booked" and one.on == self.today
        if self._try(lambda writing: appointment.arrive(writing, key), fine=fine):
            self._done(person, one, "arrive")

    @precondition(lambda self: self.appointments)
    @rule(which=st.integers(0, 99))
    def nobody_comes(self, which: int) -> None:
        person, one, key = self._appointment(which)
        treated = any(each.on == one.on for each in person.sessions())
        fine = one.status == "booked" and one.on <= self.today and not treated
        if self._try(lambda writing: appointment.no_show(writing, key, None), fine=fine):
            self._done(person, one, "no-show")

    @precondition(lambda self: any(one.open for person in self.people for one in person.appointments.values()))
    @rule(which=st.integers(0, 99), late=st.sampled_from([0, 0, 1, 30]))
    def the_day_of_an_appointment_comes(self, which: int, late: int) -> None:
        """And it is left open, perhaps, for something else to be done to it."""
        days = [one.on for person in self.people for one in person.appointments.values() if one.open]
        self.today = max(self.today, days[which % len(days)] + timedelta(late))

    @rule(
        who=WHO,
        slot=SLOTS,
        ahead=SOON,
        called=st.lists(st.tuples(st.sampled_from(RESULTS), st.sampled_from(CHANNELS)), max_size=4),
        then=st.sampled_from(["called off", "missed", "arrived", "treated", "treated and voided", "left open"]),
    )
    def an_appointment_and_what_becomes_of_it(
        self,
        who: int,
        slot: tuple[int, int, str | None],
        ahead: timedelta,
        called: list[tuple[str, str]],
        then: str,
    ) -> None:
        """With calls between the booking and its day."""
        which = len(self.appointments)
        self.a_time_is_booked(who, slot, ahead)
        for result, channel in called:
            self.a_patient_is_called(who, result, channel, 0, None)
        if which == len(self.appointments):
            return
        if then == "called off":
            self.an_appointment_is_called_off(which)
        self.today += ahead
        if then == "missed":
            self.nobody_comes(which)
        if then == "arrived":
            self.a_patient_arrives(which)
        if "treated" in then:
            self.a_session(who, SPOTS[:1], None, 0, (LIDO,), 8)
        if "voided" in then:
            self.a_session_is_voided(len(self.sessions) - 1)

    def _appointment(self, which: int) -> tuple[model.Person, model.Appointment, str]:
        number = which % len(self.appointments) + 1
        at, key = self.appointments[number - 1]
        return self.people[at], self.people[at].appointments[number], key

    def _taken(self, new: model.Appointment) -> bool:
        return any(one.in_the_way_of(new) for person in self.people for one in person.appointments.values())

    def _try(self, act: Callable[[write.Writing], object], *, fine: bool) -> bool:
        if fine:
            self.do(act)
        else:
            self.refused(act)
        return fine

    def _done(self, person: model.Person, one: model.Appointment, act: str) -> None:
        """What was done to an appointment, today: as it stands then."""
        one.status = model.STANDS[act]
        person.entries.append(model.Entry(self.today, self.next(), act, appointment=one.number, stands=one.on))

    # --- what goes wrong

    @rule(who=WHO, back=BACK, wrong=WRONG)
    def something_went_wrong(self, who: int, back: int, wrong: tuple[str, bool]) -> None:
        person, on = self._who(who), self.today - timedelta(back)
        happened = adverse.Happened(self.ids[person.number - 1], None, None, on)
        self.do(lambda writing: adverse.add(writing, happened, adverse.Event(wrong[0])))
        person.events.append(model.Event(on, wrong[1]))

    @rule(who=WHO, which=st.integers(0, 9), back=BACK)
    def somebody_looks_at_it_again(self, who: int, which: int, back: int) -> None:
        person, on = self._who(who), self.today - timedelta(back)
        if not person.events:
            return
        number = which % len(person.events) + 1
        event = person.events[number - 1]

        def act(writing: write.Writing) -> None:
            adverse.close(writing, self.ids[person.number - 1], number, on, "healed", None)

        if self._try(act, fine=not event.looked and on >= event.on):
            event.looked = True

    # --- how it worked, who pays, what was decided

    @rule(
        who=WHO,
        spot=st.none() | st.sampled_from(SPOTS),
        back=BACK,
        pain=st.integers(0, 10),
        resolved=st.sampled_from([False, False, True]),
        wrong=st.none() | st.none() | WRONG,
    )
    def it_hurts_so_much_now(
        self,
        who: int,
        spot: model.Where | None,
        back: int,
        pain: int,
        resolved: bool = False,
        wrong: tuple[str, bool] | None = None,
    ) -> None:
        """A score of a site or of the whole patient, which may be the last: refused without a session to measure it
        against, a second time on a day, or where nothing is left to resolve."""
        person, on = self._who(who), self.today - timedelta(back)
        spot = self._known(person, spot)
        where = self.sites[person.number - 1][spot] if spot else None
        score = outcome.Score(self.ids[person.number - 1], on, pain, site_id=where, resolved=resolved,
                              adverse=((wrong[0], None),) if wrong else ())  # fmt: skip
        against = person.last(on, spot)
        entry = model.Entry(on, self.next(), "resolve", frozenset([spot] if spot else []))
        fine = against is not None and not person.has_score(on, spot)
        fine = fine and not (resolved and self._idle(person, entry, spot))
        if self._try(lambda writing: outcome.record(writing, score), fine=fine):
            assert against is not None
            person.scores.append(model.Score(on, pain, spot, against.order))
            person.entries += [entry] if resolved else []
            person.events += [model.Event(on, wrong[1], against.order)] if wrong else []

    @rule(who=WHO, payer=PAYER)
    def somebody_else_pays(self, who: int, payer: str | None) -> None:
        person = self._who(who)
        self._change(person, {"payer": payer})
        self._stands(person, person.status)
        person.payer = payer

    @rule(
        name=st.sampled_from(["no_response", "no_response", *model.PAYER_RULES]),
        level=st.sampled_from(["note", None, "warn"]),
    )
    def the_clinic_changes_a_rule(self, name: str, level: str | None) -> None:
        """None: the shipped level again."""
        self.do(lambda writing: own.set_values(writing, [own.Change(name, "level", level)], "house rule"))
        self.clinic.levels[name] = level

    @rule(who=WHO, days=st.integers(7, 120), follow_up=INTERVALS | st.none(), pain=st.integers(0, 10))
    def a_session_is_scored_after_a_while(self, who: int, days: int, follow_up: str | None, pain: int) -> None:
        self.a_session(who, SPOTS[:1], follow_up, 0, (LIDO,), 8)
        self.today += timedelta(days)
        self.it_hurts_so_much_now(who, None, 0, pain)

    @rule(
        who=WHO,
        first=INTERVALS | st.none(),
        scores=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10)), min_size=1, max_size=3),
    )
    def it_goes_on_as_it_worked(self, who: int, first: str | None, scores: list[tuple[int, int]]) -> None:
        """A session, scores, and a session that names no plan."""
        self.a_session(who, SPOTS[:1], first, 0, (LIDO,), 8)
        for days, pain in scores:
            self.today += timedelta(days)
            self.it_hurts_so_much_now(who, None, 0, pain)
        self.a_session(who, SPOTS[:1], None, 0, (LIDO,), 8)

    @rule(who=WHO, paper=PAPERS, ahead=st.integers(-200, 200))
    def a_payer_writes_new_rules(self, who: int, paper: model.Payer, ahead: int) -> None:
        """Somebody's payer: dated rules, for the patients of that payer alone."""
        payer, starts = self._who(who).payer, self.today + timedelta(ahead)
        payer = payer if payer in model.PAYERS else "self_pay"
        words = [word for word in PAYERS if payer == "self_pay" or word == payer]
        self.do(lambda writing: own.add_policy(writing, _policy(payer, paper, starts), "their letter", words))
        self.clinic.own.setdefault(payer, []).append((starts, paper))

    @rule(who=WHO, spot=st.none() | st.sampled_from(SPOTS), back=BACK)
    def a_steroid_was_given_elsewhere(self, who: int, spot: model.Where | None, back: int) -> None:
        """No day moves for it; the same dose is not entered twice."""
        person, on = self._who(who), self.today - timedelta(back)
        spot = self._known(person, spot)
        where = self.sites[person.number - 1][spot] if spot else None
        given = elsewhere.Given(self.ids[person.number - 1], "triamcinolone", Decimal(40), "mg", on, where)
        fine = (on, spot) not in person.doses_elsewhere
        if self._try(lambda writing: elsewhere.record(writing, given), fine=fine):
            person.doses_elsewhere.add((on, spot))

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

    @rule(who=WHO, by_mistake=st.sampled_from([True, True, False]))
    def a_patient_dies(self, who: int, by_mistake: bool) -> None:
        """Or is said to have."""
        self._decide("stop", who, None, 0, reason="died")
        self._stands(self._who(who), "deceased")
        if by_mistake:
            self.a_patient_is_archived_or_back(who, "active")

    @rule(who=WHO, status=st.sampled_from(["active", "active", "active", "archived", "active", "deceased"]))
    def a_patient_is_archived_or_back(self, who: int, status: str) -> None:
        person = self._who(who)
        self._change(person, {"status": status})
        self._stands(person, status)

    @rule(who=WHO, ahead=AHEAD)
    def a_snooze_runs_out(self, who: int, ahead: timedelta) -> None:
        self._decide("snooze", who, None, 0, until=self.today + ahead)
        self.today += ahead

    @rule(who=WHO, phone=st.sampled_from(["555-0100", None]), name=st.sampled_from(["Tan, Mei", "李小龍"]))
    def a_patient_has_another_name(self, who: int, phone: str | None, name: str) -> None:
        person = self._who(who)
        self._change(person, {"phone": phone, "name": name})
        self._stands(person, person.status)

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    def _who(self, who: int) -> model.Person:
        return self.people[who % len(self.people)]

    def _known(self, person: model.Person, spot: model.Where | None) -> model.Where | None:
        """A site the patient has, for one that may not be hers; None for the whole patient."""
        if spot is None or spot in person.sites:
            return spot
        return person.sites[0] if person.sites else None

    def _change(self, person: model.Person, changes: dict[str, object]) -> None:
        self.do(lambda writing: patient.change(writing, self.ids[person.number - 1], changes, self.today))

    def _stands(self, person: model.Person, status: str) -> None:
        """Who comes no more has no appointments."""
        person.status = status
        for one in person.appointments.values():
            if status != "active" and one.open:
                self._done(person, one, "cancel")

    def _idle(self, person: model.Person, entry: model.Entry, spot: model.Where | None) -> bool:
        sites = [spot] if spot else person.sites
        return person.would_pass_over(entry.act, sites, entry.on) or person.changes_nothing(entry)

    def _decide(
        self, act: str, who: int, spot: model.Where | None, back: int, reason: str = "", until: date | None = None
    ) -> None:
        """For one site the patient has, or (no site) for the patient; what would change nothing is refused."""
        person, on = self._who(who), self.today - timedelta(back)
        spot = self._known(person, spot)
        where = self.sites[person.number - 1][spot] if spot else None
        decision = hold.Decision(act, self.ids[person.number - 1], on, where, reason or None, until)
        sites = frozenset([spot] if spot else []) if spot or act != "resume" else person.resumes(on)
        entry = model.Entry(on, self.next(), act, sites, {}, reason, until)
        fine = reason == "died" or not self._idle(person, entry, spot)
        if self._try(lambda writing: hold.decide(writing, decision), fine=fine):
            person.entries.append(entry)

    # --- what holds after every step

    @invariant()
    def everything_agrees(self) -> None:
        with connect.reading(self.place) as db:
            self.what_is_stored_is_what_would_be_worked_out(db)
            self.the_list_is_who_is_due(db)
            self.whatever_is_asked_for_is_listed(db)
            self.whatever_went_wrong_is_listed(db)
            self.every_site_is_in_exactly_one_place(db)
            self.why_says_the_same(db)
            self.the_diary_is_what_was_agreed(db)

    def what_is_stored_is_what_would_be_worked_out(self, db: connect.Database) -> None:
        names = ("session_id", "anchor_on", "follow_up", "due_on", "eligible_from", "capped_until", "reassess",
                 "closed", "snoozed_until", "booked_until", "call_back_on", "reasons", "agents", "pain_before",
                 "pain_after", "revision")  # fmt: skip
        columns = ", ".join(names)
        house = House(db)
        count = 0
        for (person,) in list(db.rows("SELECT id FROM patient")):
            chart = Chart(db, house, person)
            for where, known in facts.of_patient(db, person).items():
                stored = db.row(f"SELECT {columns} FROM recall WHERE site_id = :site", site=where)
                worked_out = keep.worked_out(chart, where, recall.decide(known))
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
            {"reassess"},
            {"reassess", "upcoming", "capped"},
            {"capped", "overdue"},
            {"adverse"},
            {"adverse", "booked"},
            {"unplanned", "unreachable", "declined"},
        ):
            assert self._rows(db, statuses) == model.listed(self.people, self.today, statuses)

    def whatever_went_wrong_is_listed(self, db: connect.Database) -> None:
        """Unless somebody looked, whatever holds the patient back: booked, held, ended, archived; but for death."""
        for statuses in ({"adverse"}, set(LISTED)):
            found = {number for number, _, status, *_ in self._rows(db, statuses, self.today) if status == "adverse"}
            assert found == {person.number for person in self.people if person.looks()}

    def every_site_is_in_exactly_one_place(self, db: connect.Database) -> None:
        """On the list, to come, held back for one reason; or without a day, since somebody said none or ended it."""
        found = [
            (number, where)
            for statuses in ({"upcoming"}, set(LISTED), *({held} for held in HELD))
            for number, *_, sites in self._rows(db, statuses)
            for where in sites
        ]
        assert len(found) == len(set(found))
        assert set(found) == {(person.number, where) for person in self.people for where in person.standing(self.today)}
        everywhere = {(person.number, where) for person in self.people for where in person.sites}
        for number, where in everywhere - set(found):
            plan = self.people[number - 1].plan(where)
            assert plan is not None
            assert plan.due is None
            assert plan.follow_up in {"none", model.NEVER}

    def why_says_the_same(self, db: connect.Database) -> None:
        """Every site with its day, anchor, status and what holds it back."""
        rows = list(due.of_site(db, self._query(set(STATUSES), None)))
        assert all(row.reasons for row in rows)
        allowed = {(row.patient, (one.muscle, one.side)): row.eligible_from for row in rows for one in row.sites}
        found = {(row.patient, (one.muscle, one.side)): one for row in rows for one in row.sites}
        for person in self.people:
            for where in person.sites:
                told, plan = found.pop((person.number, where)), person.asked_plan(where)
                assert plan is not None
                assert (told.due, told.anchor) == (plan.due, plan.anchor)
                assert allowed[person.number, where] == plan.eligible
                status = plan.status(self.today)
                assert told.status == status
                waits = plan.capped if plan.due and plan.capped and plan.capped > plan.due else None
                ends = {"booked": plan.booked, "snoozed": plan.snoozed, "capped": plan.capped, "upcoming": waits}
                assert told.held_until == ends.get(status or "")
        assert found == {}

    def the_diary_is_what_was_agreed(self, db: connect.Database) -> None:
        sql = """
            SELECT appointment.number, patient.number, on_date, wall, minutes, clinician.code, appointment.status
            FROM appointment JOIN patient ON patient.id = appointment.patient_id
            LEFT JOIN clinician ON clinician.id = appointment.clinician_id ORDER BY appointment.number
        """
        agreed = [one for person in self.people for one in person.appointments.values()]
        assert [tuple(row) for row in db.rows(sql)] == [
            (one.number, one.patient, one.on.isoformat(), _wall(one.minute), one.minutes, one.clinician, one.status)
            for one in sorted(agreed, key=lambda one: one.number)
        ]

    def _query(self, statuses: set[str], until: date | None) -> due.Query:
        return due.Query(today=self.today, at=AT, statuses=frozenset(statuses), until=until)

    def _rows(self, db: connect.Database, statuses: set[str], until: date | None = None) -> list[model.Row]:
        rows = due.rows(db, self._query(statuses, until))
        return [
            (row.patient, row.due, row.status, row.eligible_from, frozenset(map(_where, row.sites)))
            for row in rows
            if row.status
        ]


def _policy(payer: str, paper: model.Payer, starts: date) -> eligibility.Policy:
    return eligibility.Policy(
        id="",
        payer=payer,
        source="",
        window=interval.Interval(12, "mo"),
        starts=starts,
        max_sessions=paper.sessions,
        cap_scope=paper.counted_by,
        min_interval=interval.read(paper.wait or ""),
        interval_scope=paper.waits_by,
        relief=relief.Wanted(Decimal(paper.relief), paper.weeks),
        advisory=frozenset() if paper.binds else eligibility.ADVICE_ONLY,
    )


def _wish(one: model.Appointment) -> appointment.Wish:
    wall = _wall(one.minute)
    starts = clock.stamped(clock.on_wall(one.on, wall, ZONE)[0])
    return appointment.Wish(appointment.Slot(one.on, wall, starts, one.minutes), one.clinician)


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _where(one: due.Site) -> model.Where:
    return (one.muscle, one.side)


def run(clinic: Clinic, examples: int, steps: int) -> None:
    machine = type("Machine", (Practice,), {"template": clinic.home})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, report_multiple_bugs=False)
    )


def test_the_list_is_right_whatever_happens(shipped: Clinic) -> None:
    run(shipped, 40, 15)


@pytest.mark.slow
def test_the_list_is_right_whatever_happens_eighty_times(shipped: Clinic) -> None:
    run(shipped, 80, 20)
