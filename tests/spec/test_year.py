"""A year of a clinic, and nobody lost: the call list is worked every working day, with whatever comes of it, and the
books kept beside the store (`practice`) say each week where every site must be, and at the end what the year came to.
"""

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clinic
from tests.spec import practice
from tests.spec.practice import (
    DAY,
    OPEN,
    WORKED,
    Appointment,
    Books,
    Harm,
    Page,
    Patient,
    Score,
    Session,
    Standing,
    Where,
)
from tests.store.places import place
from tpi_cli import clock
from tpi_cli.acts import adverse, appointment, contact, hold, inject, outcome, patient, site, void
from tpi_cli.errors import Conflict
from tpi_cli.rules.standing import HELD, LISTED, STATUSES, Thresholds
from tpi_cli.rules.values import Dose, Pain, Place, Shot, Strength
from tpi_cli.store import connect, write
from tpi_cli.store.read import due

MONDAY = date(2025, 11, 24)
AT = Thresholds(upcoming=14, due=0, overdue=14, lapsed=90)
ZONE = "Europe/London"
SPOTS: list[Where] = [
    ("trapezius_upper", "L"),
    ("trapezius_upper", "R"),
    ("levator_scapulae", "L"),
    ("levator_scapulae", "R"),
    ("infraspinatus", "R"),
    ("gluteus_medius", "L"),
]
LIDO = (Dose("lidocaine", Strength(Decimal(1), "%"), Decimal(1)),)
OFTEN = """book message no-answer wrong-number reached later declined cancelled no-show move clash resolve find
void stop snooze resume look harm score archived active deceased"""
"""What must have happened in a year, for it to show something."""
DOCTORS = ["AM", "JS", "PK"]
CHANNELS = ["phone", "phone", "sms", "mail", "email"]
FOLLOW_UPS = ["4w", "6w", "6w", "30d", "8w", "2mo", "3mo", "none"]
SHORT = ["5d", "1w", "1w", "10d", "2w", "3w", "1mo", "none"]


class Practice:
    """The clinic and its books, worked day by day."""

    def __init__(self, clinic: Clinic, patients: int, weeks: int, seed: int = 7, pace: int = 1) -> None:
        """`pace` times as much happens as to the patients of a quiet clinic, after `follow_ups` as much shorter."""
        self.clinic, self.place = clinic, place(clinic)
        self.pace, self.follow_ups = pace, FOLLOW_UPS if pace == 1 else SHORT
        self.dice = random.Random(seed)
        self.books = Books()
        self.weeks = weeks
        self.today = MONDAY
        self.to_score: dict[date, list[Patient]] = {}
        self.did: Counter[str] = Counter()
        self.stood: Counter[str | None] = Counter()
        """How often a site stood where, at the end of a week."""
        arrivals = MONDAY + timedelta(weeks=max(2, weeks // 4))
        self.new = Counter(
            MONDAY + timedelta(self.dice.randrange((arrivals - MONDAY).days // 7) * 7 + self.dice.randrange(5))
            for _ in range(patients)
        )

    # --- the year

    def run(self) -> None:
        self.clinic.ok("config", "set", "clinic.hours", "mon-fri 08:00-18:00")
        for week in range(self.weeks):
            for weekday in range(7):
                self.today = MONDAY + timedelta(weeks=week, days=weekday)
                self.clinic.today = os.environ["TPI_TODAY"] = str(self.today)
                if weekday == 2:
                    self.nobody_is_lost()  # in the morning, before anybody came
                if weekday < 5:
                    self.a_day()
                if weekday == 4:
                    self.the_commands_say_the_same()
            self.nobody_is_lost()
        self.today += DAY
        self.clinic.today = os.environ["TPI_TODAY"] = str(self.today)

    def a_day(self) -> None:
        for one in [one for one in self.books.appointments if one.status in OPEN and one.on < self.today]:
            self.somebody_closes(one)
        for _ in range(self.new[self.today]):
            self.somebody_new()
        for one in [one for one in self.books.appointments if one.status in OPEN and one.on == self.today]:
            self.somebody_is_expected(one)
        self.the_list_is_worked()
        for one in self.to_score.pop(self.today, []):
            self.somebody_is_asked(one)
        for one in self.books.patients:
            self.something_happens(one)

    # --- what happens

    def do(self, act: Callable[[write.Writing], Any], by: str = "AM") -> Any:
        with write.transaction(self.place, by) as writing:
            return act(writing)

    def chance(self, percent: float) -> bool:
        return self.dice.random() * 100 < percent

    def page(self, who: Patient, act: str, **more: Any) -> None:
        who.pages.append(Page(self.today, act, **more))
        self.did[act] += 1

    def somebody_new(self) -> None:
        number = len(self.books.patients) + 1
        who = Patient(number, self.dice.choice([None, None, None, "medicare_mac"]))
        new = patient.New(f"Patient {number}", date(1950, 1, 1) + number * DAY, f"M{number}", payer=who.payer)
        who.id = self.do(lambda writing: patient.add(writing, new, self.today).id)
        self.books.patients.append(who)
        if self.chance(10):
            self.a_site_is_examined(who, self.dice.choice(SPOTS))
        if self.chance(95):
            self.a_session(who, self.dice.sample(SPOTS, self.dice.choice([1, 1, 2, 3])))

    def a_site_is_examined(self, who: Patient, where: Where) -> None:
        """A new one, or one that was closed and is back."""
        found = site.Findings(taut_band=True)
        who.ids[where] = self.do(lambda writing: site.add(writing, who.id, *where, found, self.today).id)
        who.sites.setdefault(where, True)
        self.page(who, "find", where=where)

    def a_session(self, who: Patient, where: list[Where]) -> None:
        known = all(spot in who.sites and who.standing(spot).due for spot in where)
        said = None if self.chance(55 if known else 12) else self.dice.choice(self.follow_ups)
        if said is None and self.chance(10):
            said = str(self.today + self.dice.randrange(20, 90) * DAY)
        plans = {spot: said or who.goes_on(spot, self.today) for spot in where}
        self.did[f"planned:{'said' if said else 'unsaid'}"] += 1
        pain = None if self.chance(8) else self.dice.choice([0, 4, 5, 6, 7, 8, 9, 10, 10])
        one = Session(self.today, plans, pain, self.dice.choice(DOCTORS), dry=self.chance(10))
        shots = (Shot(tuple(Place(*spot) for spot in where), () if one.dry else LIDO, "each"),)
        harm = self.dice.choice(["soreness", "haematoma", "vasovagal"]) if self.chance(4) else None
        draft = inject.Draft(
            who.id,
            self.today,
            shots,
            pain=None if pain is None else Pain(pain),
            follow_up=said,
            adverse=((harm, None),) if harm else (),
        )
        kept = self.do(lambda writing: inject.record(writing, draft), one.by)
        one.id = kept.session.id
        assert list(kept.sites) == list(where)
        for spot, site_id in kept.sites.items():
            who.sites.setdefault(spot, False)
            who.ids[spot] = site_id
        for booked in who.appointments:
            if booked.status in {*OPEN, "no-show"} and booked.on == self.today:
                booked.status, booked.session = "done", one
        self.page(who, "session", session=one)
        if harm:
            who.harms.append(Harm(len(who.harms) + 1, self.today, harm, one))
        for weeks in (2, 6):
            if self.chance(55):
                self.to_score.setdefault(self.today + timedelta(weeks=weeks), []).append(who)

    def somebody_is_expected(self, one: Appointment) -> None:
        what = self.dice.choices(
            ["treated", "walked-in", "late", "missed", "off", "moved", "left"], [55, 8, 4, 12, 8, 7, 6]
        )[0]
        if what in {"treated", "late"}:
            self.do(lambda writing: appointment.arrive(writing, one.id))
            one.status = "arrived"
        if what in {"treated", "walked-in"}:
            self.somebody_is_treated(one.patient)
        elif what == "missed":
            self.ends(one, "no-show")
        elif what == "off":
            self.ends(one, "cancelled")
        elif what == "moved":
            self.is_moved(one)

    def somebody_is_treated(self, who: Patient) -> None:
        """At what is due, mostly; at something else now and then, or in two entries."""
        due_here = [where for where in who.sites if who.standing(where).due and not who.standing(where).closed]
        where = due_here if due_here and self.chance(80) else self.dice.sample(SPOTS, self.dice.choice([1, 2]))
        self.a_session(who, where)
        others = [spot for spot in SPOTS if spot not in where]
        if others and self.chance(5):
            self.a_session(who, [self.dice.choice(others)])

    def somebody_closes(self, one: Appointment) -> None:
        """What was left open yesterday, or longer ago."""
        if self.chance(60):
            self.ends(one, self.dice.choice(["no-show", "no-show", "cancelled"]))

    def ends(self, one: Appointment, status: str) -> None:
        if one.status == "arrived" or any(each.on == one.on for each in one.patient.counting()):
            status = "cancelled"  # who was here did not stay away
        act = appointment.no_show if status == "no-show" else appointment.cancel
        self.do(lambda writing: act(writing, one.id, None))
        one.status = status
        self.page(one.patient, "off")
        self.did[status] += 1
        self.is_where_the_books_say(one.patient)

    def is_moved(self, one: Appointment) -> None:
        wanted = self.a_free_time(one.patient, leaving=one)
        wish = appointment.Wish(self.slot(wanted), wanted.by if wanted.by != one.by else None)
        self.do(lambda writing: appointment.move(writing, one.id, wish))
        one.on, one.start, one.minutes, one.by, one.status = (
            wanted.on,
            wanted.start,
            wanted.minutes,
            wanted.by,
            "booked",
        )
        self.page(one.patient, "move")
        self.is_where_the_books_say(one.patient)

    def a_time(self, who: Patient) -> Appointment:
        on = self.today + self.dice.randrange(0, 8) * DAY
        while on.weekday() > 4:
            on += DAY
        start, minutes = 8 * 60 + 15 * self.dice.randrange(16), self.dice.choice([30, 30, 45, 60])
        return Appointment(who, on, start, minutes, self.dice.choice([*DOCTORS, *DOCTORS, None]))

    def a_free_time(self, who: Patient, leaving: Appointment | None = None) -> Appointment:
        """Times are asked for until one is free; what is taken is refused now and then, and leaves no trace."""
        while True:
            wanted = self.a_time(who)
            wanted.by = wanted.by or (leaving.by if leaving else None)
            stands = leaving.status if leaving else ""
            if leaving:
                leaving.status = "moving"
            taken = self.books.in_the_way(wanted)
            if leaving:
                leaving.status = stands
                same = (wanted.on, wanted.start, wanted.minutes, wanted.by)
                if same == (leaving.on, leaving.start, leaving.minutes, leaving.by):
                    continue
            if not taken:
                return wanted
            if self.chance(50):
                self.is_refused(wanted, leaving)

    def is_refused(self, wanted: Appointment, leaving: Appointment | None) -> None:
        wish = appointment.Wish(self.slot(wanted), wanted.by)
        who = wanted.patient

        def act(writing: write.Writing) -> None:
            if leaving:
                appointment.move(writing, leaving.id, wish)
            else:
                contact.log(writing, contact.Call(who.id, "booked", "phone", self.today))
                appointment.book(writing, who.id, wish)

        with pytest.raises(Conflict, match=r"has A-|has an appointment|no clinician named"):
            self.do(act)
        self.did["clash"] += 1

    def slot(self, one: Appointment) -> appointment.Slot:
        return appointment.Slot(one.on, one.wall, clock.stamped(clock.on_wall(one.on, one.wall, ZONE)[0]), one.minutes)

    def is_booked(self, who: Patient, by_call: bool = True) -> None:
        wanted = self.a_free_time(who)
        wish = appointment.Wish(self.slot(wanted), wanted.by)
        channel = self.dice.choice(CHANNELS)

        def act(writing: write.Writing) -> str:
            if by_call:
                contact.log(writing, contact.Call(who.id, "booked", channel, self.today))
            return appointment.book(writing, who.id, wish).id

        wanted.id = self.do(act)
        if by_call:
            self.books.calls += 1
            self.page(who, "call", reason="booked", channel=channel)
        who.appointments.append(wanted)
        self.page(who, "book")
        self.is_where_the_books_say(who)

    def the_list_is_worked(self) -> None:
        """Whoever is on it, and there is time for: an adverse event is looked at, everybody else is called."""
        with connect.reading(self.place) as db:
            rows = list(due.rows(db, self.query(LISTED)))
        assert {row.patient for row in rows} == set(self.books.to_call(self.today))
        for row in rows:
            who = self.books.patients[row.patient - 1]
            if row.status == "adverse" and self.chance(50):
                self.somebody_looks_at_it(who)
            elif row.sites and self.chance(75):
                self.is_called(who)

    def somebody_looks_at_it(self, who: Patient) -> None:
        harm = next(harm for harm in who.harms if harm.open())
        self.do(lambda writing: adverse.close(writing, who.id, harm.number, self.today, "gone", None))
        harm.closed = self.today
        self.did["look"] += 1

    def is_called(self, who: Patient) -> None:
        results = ["booked", "reached", "later", "declined", "message", "no-answer", "wrong-number"]
        result = self.dice.choices(results, [38, 8, 8, 3, 15, 23, 5])[0]
        if result == "booked":
            return self.is_booked(who)
        channel = self.dice.choice(CHANNELS)
        until = self.today + self.dice.randrange(3, 40) * DAY if result == "later" else None
        if result in {"reached", "no-answer"} and self.chance(10):
            until = self.today + self.dice.randrange(1, 12) * DAY
        self.a_call(who, result, channel, until)
        if result != "wrong-number":
            assert not self.sites_to_call(who), (result, "and listed again today")
        return None

    def a_call(self, who: Patient, result: str, channel: str, until: date | None) -> None:
        self.do(lambda writing: contact.log(writing, contact.Call(who.id, result, channel, self.today, until)))
        self.books.calls += 1
        if until is None and result in practice.WAITS:
            until = self.today + practice.WAITS[result] * DAY
        self.did[result] += 1
        self.page(who, "call", reason=result, channel=channel, until=until, reminder=who.booked(self.today))
        self.is_where_the_books_say(who)

    def somebody_is_asked(self, who: Patient) -> None:
        """How it hurts now: everywhere, or at one site; better more often than not."""
        if who.status != "active" or not who.counting():
            return
        where = self.dice.choice([None, None, self.dice.choice(list(who.sites))])
        sessions = who.counting(where)
        if not sessions or any(
            (one.on, one.where) == (self.today, where) and not one.session.void for one in who.scores
        ):
            return
        session = sessions[-1]
        pain = self.dice.choice([0, 1, 2, 2, 3, 3, 4, 5, 6, 7, 9])
        said = self.dice.choice([-20, 20, 40, 70, 90]) if self.chance(20) else None
        told = outcome.Score(
            who.id,
            self.today,
            pain,
            relief_pct=None if said is None else Decimal(said),
            site_id=who.ids[where] if where else None,
            adverse=(("infection", "red and warm"),) if self.chance(2) else (),
        )
        self.do(lambda writing: outcome.record(writing, told))
        who.scores.append(Score(self.today, pain, said, where, session))
        if told.adverse:
            who.harms.append(Harm(len(who.harms) + 1, self.today, "infection", session))
        self.did["score"] += 1

    def something_happens(self, who: Patient) -> None:
        """To anybody, on any day."""
        if who.status == "deceased":
            return
        if who.status == "archived":
            if self.chance(4):
                self.has_status(who, "active")
            return
        happens: list[tuple[float, Callable[[Patient], None]]] = [
            (0.2, self.a_site_is_resolved),
            (0.8, self.a_site_is_found),
            (0.3, self.a_session_is_voided),
            (0.1, self.it_went_wrong),
            (0.1, self.the_recall_is_stopped),
            (0.1, self.the_recall_is_held),
            (0.5, self.the_recall_is_reopened),
            (0.3, self.rings_up),
            (2.0, self.is_reminded),
            (0.4, self.walks_in),
            (0.05, lambda who: self.has_status(who, "archived")),
            (0.02, self.dies),
        ]
        for percent, act in happens:
            if self.chance(percent * self.pace) and who.status == "active":
                act(who)
                self.is_where_the_books_say(who)

    def open_sites(self, who: Patient) -> list[Where]:
        return [where for where in who.sites if who.standing(where).closed in {None, "unreachable"}]

    def a_site_is_resolved(self, who: Patient) -> None:
        if found := self.open_sites(who):
            where = self.dice.choice(found)
            self.do(lambda w: hold.decide(w, hold.Decision("resolve", who.id, self.today, who.ids[where])))
            self.page(who, "resolve", where=where)

    def a_site_is_found(self, who: Patient) -> None:
        closed = [where for where in who.sites if who.standing(where).closed in {"resolved", "declined", "stopped"}]
        new = [where for where in SPOTS if where not in who.sites]
        if found := closed or (new if self.chance(15) else []):
            self.a_site_is_examined(who, self.dice.choice(found))

    def a_session_is_voided(self, who: Patient) -> None:
        recent = [one for one in who.counting() if one.on > self.today - 20 * DAY]
        if not recent:
            return
        one = self.dice.choice(recent)
        self.do(lambda writing: void.void(writing, one.id, "entered twice"))
        one.void = True
        for booked in who.appointments:
            if booked.session is one:
                self.is_open_again(booked)
        self.did["void"] += 1

    def is_open_again(self, booked: Appointment) -> None:
        """Unless another session of the day stands for it, or its time was given away."""
        booked.session = next((one for one in booked.patient.counting() if one.on == booked.on), None)
        if booked.session is None:
            booked.status = "cancelled" if self.books.in_the_way(booked) else "booked"
            if booked.status == "cancelled":
                self.page(booked.patient, "off")

    def it_went_wrong(self, who: Patient) -> None:
        """Told without a session."""
        kind = self.dice.choice(["weakness", "soreness"])
        happened = adverse.Happened(who.id, None, None, self.today)
        self.do(lambda writing: adverse.add(writing, happened, adverse.Event(kind)))
        who.harms.append(Harm(len(who.harms) + 1, self.today, kind, None))
        self.did["harm"] += 1

    def the_recall_is_stopped(self, who: Patient) -> None:
        reason = self.dice.choice(["declined", "moved", "other", "resolved"])
        where = self.dice.choice(self.open_sites(who)) if self.open_sites(who) and self.chance(30) else None
        if where or self.open_sites(who):
            there = who.ids[where] if where else None
            self.do(lambda w: hold.decide(w, hold.Decision("stop", who.id, self.today, there, reason)))
            self.page(who, "stop", where=where, reason=reason)

    def the_recall_is_held(self, who: Patient) -> None:
        until = self.today + self.dice.randrange(2, 60) * DAY
        if self.open_sites(who) and all(who.standing(where).snoozed != until for where in who.sites):
            self.do(lambda w: hold.decide(w, hold.Decision("snooze", who.id, self.today, None, None, until)))
            self.page(who, "snooze", until=until)

    def the_recall_is_reopened(self, who: Patient) -> None:
        """For a patient who is held by something that was said of the patient."""
        held = [who.standing(where) for where in who.sites]
        if any(one.whole or (one.snoozed and one.snoozed > self.today) for one in held):
            self.do(lambda w: hold.decide(w, hold.Decision("resume", who.id, self.today)))
            self.page(who, "resume")

    def rings_up(self, who: Patient) -> None:
        """To book, whatever was agreed before."""
        if not who.booked(self.today):
            self.is_booked(who, by_call=False)

    def is_reminded(self, who: Patient) -> None:
        """Of an appointment still to come: nobody becomes unreachable by it."""
        if who.booked(self.today) and who.sites:
            self.a_call(who, self.dice.choice(["message", "no-answer", "reached"]), self.dice.choice(CHANNELS), None)

    def walks_in(self, who: Patient) -> None:
        self.somebody_is_treated(who)

    def dies(self, who: Patient) -> None:
        self.do(lambda w: hold.decide(w, hold.Decision("stop", who.id, self.today, None, "died")))
        self.page(who, "died")
        self.is_gone(who, "deceased")

    def has_status(self, who: Patient, status: str) -> None:
        self.do(lambda writing: patient.change(writing, who.id, {"status": status}, self.today))
        self.is_gone(who, status)

    def is_gone(self, who: Patient, status: str) -> None:
        who.statuses.append((self.today, status))
        self.did[status] += 1
        for one in who.appointments:
            if status != "active" and one.status in OPEN:
                one.status = "cancelled"
                self.page(who, "off")

    # --- what holds

    def query(self, statuses: Any, *who: Patient) -> due.Query:
        numbers = tuple(one.number for one in who)
        until = due.horizon(self.today, AT, statuses) if statuses == LISTED else None
        return due.Query(today=self.today, at=AT, statuses=frozenset(statuses), until=until, patients=numbers)

    def sites_to_call(self, who: Patient) -> set[Where]:
        with connect.reading(self.place) as db:
            rows = list(due.rows(db, self.query(LISTED, who)))
        return {(one.muscle, one.side) for row in rows for one in row.sites}

    def is_where_the_books_say(self, who: Patient) -> None:
        """At once: a booked patient is off the list, one who cancelled or missed it is on it again."""
        expected = self.books.to_call(self.today, who).get(who.number, set())
        assert self.sites_to_call(who) == expected, (who.number, self.today)
        if who.booked(self.today):
            assert expected == set()

    def nobody_is_lost(self) -> None:
        """Every site is in one place: to be called, coming up, held back, closed for a reason, or stated to need no
        more; and that is the place the books have it in."""
        expected = self.books.lists(self.today)
        self.stood.update(expected.values())
        with connect.reading(self.place) as db:
            told = {
                (row.patient, (one.muscle, one.side)): one
                for row in due.of_site(db, self.query(STATUSES))
                for one in row.sites
            }
            assert {at: one.status for at, one in told.items()} == expected, self.today
            assert set(told) == {(who.number, where) for who in self.books.patients for where in who.sites}
            for (number, where), one in told.items():
                assert one.due == self.stands(number, where).due, (number, where)
            found: Counter[tuple[int, Where]] = Counter()
            for statuses in ({"upcoming"}, set(WORKED), *({held} for held in HELD)):
                rows = due.rows(db, self.query(statuses))
                found.update((row.patient, (one.muscle, one.side)) for row in rows for one in row.sites)
            counted = {(number, where) for number, where in expected if self.stands(number, where).counts}
            assert set(found) == counted
            assert set(found.values()) <= {1}, "in one place, not in two"
            events = {row.patient for row in due.rows(db, self.query({"adverse"}))}
        open_harm = {who.number for who in self.books.patients if any(harm.open() for harm in who.harms)}
        dead = {who.number for who in self.books.patients if who.status == "deceased"}
        assert events == open_harm - dead

    def stands(self, number: int, where: Where) -> Standing:
        return self.books.patients[number - 1].standing(where)

    def the_commands_say_the_same(self) -> None:
        """`tpi due` lists and counts what the books do, `tpi day` has everybody with an appointment."""
        expected = self.books.lists(self.today)
        said = self.clinic.ok("due", "--json").json
        listed = {
            int(row["patient"][3:]): {(one["muscle"], one["side"]) for one in row["sites"]} for row in said["rows"]
        }
        assert listed == self.books.to_call(self.today)
        held = {(number, status) for (number, where), status in expected.items()
                if status in HELD and self.stands(number, where).counts}  # fmt: skip
        assert said["held_back"] == dict(Counter(status for _, status in held))
        day = self.clinic.ok("day", "--json").rows
        sections = {
            name: [row for row in day if row["section"] == name] for name in ("booked", "left-open", "unsigned")
        }
        appointments = list(self.books.appointments)
        booked = sorted((one.patient.number, one.wall, one.status) for one in appointments
                        if one.on == self.today and one.status not in {"cancelled", "no-show"})  # fmt: skip
        left = Counter(one.patient.number for one in appointments if one.on < self.today and one.status in OPEN)
        assert sorted((int(row["patient"][3:]), row["when"], row["status"]) for row in sections["booked"]) == booked
        assert Counter(int(row["patient"][3:]) for row in sections["left-open"]) == left
        asked = [row for row in day if row["section"] in {"adverse", "due", "call-back"} and row["status"]]
        assert {int(row["patient"][3:]) for row in asked} == set(self.books.to_call(self.today))
        unsigned = [one for who in self.books.patients for one in who.counting() if one.on == self.today]
        assert len(sections["unsigned"]) == len(unsigned)

    def the_year_adds_up(self) -> None:
        first, last = MONDAY, self.today
        numbers = ("sessions", "patients", "treated", "scored", "responders_30", "responders_50", "relief_weeks",
                   "kept", "judged", "events")  # fmt: skip
        for by in (None, "muscle", "clinician", "site", "agent"):
            more = ["--by", by] if by else []
            rows = self.clinic.ok("stats", f"{first}..{last}", *more, "--json").rows
            told = {row["id"]: {name: row[name] for name in numbers} for row in rows}
            if by == "site":
                told = {row["id"]: told[row["id"]] for row in rows}
            assert told == self.books.stats(first, last, by), by
        statuses = Counter(one.status for one in self.books.appointments)
        listed = self.clinic.ok("appt", "list", f"{first}..{last + 60 * DAY}", "--json").rows
        assert Counter(row["status"] for row in listed) == statuses
        with connect.reading(self.place) as db:
            assert db.value("SELECT COUNT(*) FROM contact") == self.books.calls
            sessions = sum(page.session is not None for who in self.books.patients for page in who.pages)
            assert db.value("SELECT COUNT(*) FROM session") == sessions
            assert dict(db.soundness()) in ({}, {"integrity": "ok"})


@pytest.fixture
def at_hand(_shipped: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """A clinic as it comes, in memory where there is such a place: a year is many thousand transactions."""
    memory = Path("/dev/shm")
    home = Path(tempfile.mkdtemp(prefix="tpi-year-", dir=memory if os.access(memory, os.W_OK) else None))
    shutil.copytree(_shipped, home, dirs_exist_ok=True)
    monkeypatch.setenv("TPI_TODAY", str(MONDAY))
    yield Clinic(home)
    shutil.rmtree(home)


def test_two_months_of_a_small_clinic(at_hand: Clinic) -> None:
    clinic = Practice(at_hand, patients=22, weeks=9, pace=4)
    clinic.run()
    clinic.the_year_adds_up()


@pytest.mark.slow
def test_a_year_of_a_clinic(at_hand: Clinic) -> None:
    clinic = Practice(at_hand, patients=200, weeks=52)
    clinic.run()
    clinic.the_year_adds_up()
    assert not [what for what in OFTEN.split() if not clinic.did[what]], "a year without it shows nothing"
    assert set(STATUSES) - {"adverse"} < set(clinic.stood), "every place had somebody in it"


# --- what the year above found, or keeps clear of until it is mended

ON_FILE = "unplanned"


def where(clinic: Clinic) -> dict[int, str]:
    return {row["site"]: row["status"] for row in clinic.ok("why", "1", "--json").rows}


def in_vain(clinic: Clinic) -> None:
    """Treated in June, due in July, and given up in August."""
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-06-01", "--next", "6w")
    for day, channel in (("2026-08-03", "phone"), ("2026-08-05", "sms"), ("2026-08-10", "phone")):
        clinic.ok("call", "1", "no-answer", "--by", channel, "--on", day)
    assert where(clinic) == {1: "unreachable"}


def test_what_was_examined_is_still_found_when_its_session_is_void(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("site", "add", "1", "ut", "l", "--taut-band")
    assert clinic.ok("due", "--json").json["held_back"] == {ON_FILE: 1}
    clinic.ok("session", "void", clinic.inject("1"), "--reason", "wrong patient", "--yes")
    assert clinic.ok("due", "--json").json["held_back"] == {ON_FILE: 1}


def test_a_site_that_is_found_later_was_not_declined(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "gm l lido 1% 1ml", "--on", "2026-06-01", "--next", "6w")
    clinic.ok("call", "1", "declined", "--on", "2026-07-01")
    clinic.ok("site", "add", "1", "ut", "l", "--taut-band")
    assert where(clinic) == {1: "declined", 2: ON_FILE}


def test_who_was_unreachable_and_walks_in_goes_on_as_before(clinic: Clinic) -> None:
    in_vain(clinic)
    clinic.inject("1")
    assert where(clinic) == {1: "upcoming"}


def test_examining_a_site_of_somebody_unreachable_ends_no_episode(clinic: Clinic) -> None:
    in_vain(clinic)
    clinic.ok("site", "add", "1", "ut", "l", "--taut-band")
    clinic.ok("call", "1", "reached")
    assert clinic.ok("why", "1", "--json").rows[0]["due"] == "2026-07-13"


def test_a_site_reopened_goes_on_as_before(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-06-01", "--next", "6w")
    clinic.ok("site", "resolve", "1", "ut", "l", "--on", "2026-07-01")
    clinic.ok("resume", "1", "ut", "l", "--on", "2026-07-02")
    clinic.inject("1")
    assert where(clinic) == {1: "upcoming"}


def test_a_patients_resume_leaves_alone_what_was_decided_for_a_site(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l, gm l lido 1% 1ml each", "--on", "2026-06-01", "--next", "6w")
    clinic.ok("snooze", "1", "2027-03-01", "--reason", "exams", "--on", "2026-07-01")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-01", "--next", "6w")
    clinic.ok("site", "resolve", "1", "ut", "l", "--on", "2026-09-01")
    assert where(clinic) == {1: "resolved", 2: "snoozed"}
    clinic.ok("resume", "1")
    assert where(clinic) == {1: "resolved", 2: "lapsed"}
