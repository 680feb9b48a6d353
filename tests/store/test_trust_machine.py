"""Signing, amending, voiding, undoing, merging and unmerging in any order, among what else happens in a clinic.

After each step the store is what its log says, every stored due date is the recomputed one, no record is of two
patients, and whatever was signed is signed.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
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

from tests.commands.test_merge import MIXED
from tests.conftest import Clinic
from tpi_cli import clock
from tpi_cli.acts import amend, contact, hold, inject, merge, outcome, patient, sign, undo, void
from tpi_cli.errors import Conflict, NotFound
from tpi_cli.rules.values import Dose, Pain, Shot, Strength
from tpi_cli.rules.values import Place as Spot
from tpi_cli.store import account, connect, versions, write
from tpi_cli.store.place import Place
from tpi_cli.store.verify import Proof, findings

SPOTS = [("trapezius_upper", "L"), ("trapezius_upper", "R"), ("levator_scapulae", "L")]
LIDO = Dose("lidocaine", Strength(Decimal(1), "%"), Decimal(1))
WHERE = st.lists(st.sampled_from(SPOTS), min_size=1, max_size=2, unique=True)
WHICH = st.integers(0, 99)
WHO = st.integers(0, 2)
BACK = st.integers(0, 60)
NEXT = st.sampled_from(["6w", "1mo", "none", None])


class Trust(RuleBasedStateMachine):
    """A clinic of three patients, two of whom are likely one."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="tpi-trust-"))
        shutil.copytree(self.template, self.home, dirs_exist_ok=True)
        self.place = Place(str(self.home / "data/tpi/tpi.db"), str(self.home / "config/tpi/tpi.key"))
        self.today = date(2026, 1, 31)
        self.people: list[str] = []
        self.sessions: list[str] = []
        self.signed: set[str] = set()

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    def do(self, name: str, act: Callable[[write.Writing], Any]) -> bool:
        """Whether it was done; what is refused leaves no trace, and every refusal is one that has words."""
        today = mock.patch.dict(os.environ, {clock.PINNED: self.today.isoformat()})
        try:
            with today, write.transaction(self.place, None, act=name) as writing:
                act(writing)
        except (Conflict, NotFound):
            return False
        return True

    @initialize()
    def three_patients_are_known(self) -> None:
        """Each was treated, two of them at one place."""
        for number in range(3):
            new = patient.New(f"Patient {number}", date(1960, 1, 1 + number), f"M{number}" if number else None)
            self.do("patient add", partial(self.comes, new))
            self.a_session(number, sorted({*SPOTS[number : number + 2], SPOTS[0]}), 70 + number, "6w", 7)

    def comes(self, new: patient.New, writing: write.Writing) -> None:
        self.people.append(patient.add(writing, new, self.today).id)

    def draft(self, who: str, where: list[tuple[str, str]], back: int, plan: str | None, pain: int) -> inject.Draft:
        shot = Shot(tuple(Spot(*one) for one in where), (LIDO,), "each" if len(where) > 1 else None)
        return inject.Draft(who, self.today - timedelta(back), (shot,), follow_up=plan, pain=Pain(pain))

    @rule(who=WHO, where=WHERE, back=BACK, plan=NEXT, pain=st.integers(0, 10))
    def a_session(self, who: int, where: list[tuple[str, str]], back: int, plan: str | None, pain: int) -> None:
        draft = self.draft(self.people[who], where, back, plan, pain)

        def act(writing: write.Writing) -> None:
            if self.stands(writing, self.people[who]):
                self.sessions.append(inject.record(writing, draft).session.id)

        self.do("inject", act)

    def stands(self, writing: write.Writing, who: str) -> bool:
        sql = "SELECT 1 FROM patient WHERE id = :who AND merged_into IS NULL"
        return bool(writing.db.value(sql, who=who))

    @precondition(lambda self: self.sessions)
    @rule(which=WHICH)
    def it_is_signed(self, which: int) -> None:
        one = self.sessions[which % len(self.sessions)]
        if self.do("sign", lambda writing: sign.sign(writing, one)):
            self.signed.add(one)

    @precondition(lambda self: self.sessions)
    @rule(which=WHICH, where=WHERE, back=BACK, plan=NEXT, pain=st.integers(0, 10))
    def it_is_amended(self, which: int, where: list[tuple[str, str]], back: int, plan: str | None, pain: int) -> None:
        one = self.sessions[which % len(self.sessions)]

        def act(writing: write.Writing) -> None:
            row = amend.take_out(writing, one)
            amend.put(writing, row, self.draft(row.patient_id, where, back, plan, pain), "misread")

        self.do("session amend", act)

    @precondition(lambda self: self.sessions)
    @rule(which=WHICH)
    def it_is_voided(self, which: int) -> None:
        one = self.sessions[which % len(self.sessions)]
        self.do("session void", lambda writing: void.void(writing, one, "wrong patient"))

    @rule(who=WHO, pain=st.integers(0, 10))
    def a_score(self, who: int, pain: int) -> None:
        def act(writing: write.Writing) -> None:
            if self.stands(writing, self.people[who]):
                outcome.record(writing, outcome.Score(self.people[who], self.today, pain))

        self.do("outcome", act)

    @rule(who=WHO, result=st.sampled_from(["declined", "reached"]), back=BACK)
    def a_call(self, who: int, result: str, back: int) -> None:
        def act(writing: write.Writing) -> None:
            if self.stands(writing, self.people[who]):
                contact.log(
                    writing, contact.Call(self.people[who], result, "phone", self.today - timedelta(back), None)
                )

        self.do("call", act)

    @rule(who=WHO, ahead=st.integers(1, 60))
    def a_snooze(self, who: int, ahead: int) -> None:
        until = self.today + timedelta(ahead)

        def act(writing: write.Writing) -> None:
            if self.stands(writing, self.people[who]):
                hold.decide(writing, hold.Decision("snooze", self.people[who], self.today, None, None, until))

        self.do("snooze", act)

    @rule(keep=WHO, drop=WHO)
    def two_are_merged(self, keep: int, drop: int) -> None:
        def act(writing: write.Writing) -> None:
            if self.stands(writing, self.people[keep]) and self.stands(writing, self.people[drop]):
                merge.merge(writing, self.people[keep], self.people[drop])

        self.do("patient merge", act)

    @rule(drop=WHO)
    def and_parted(self, drop: int) -> None:
        self.do("patient unmerge", lambda writing: merge.unmerge(writing, drop + 1))

    @rule(keep=WHO, drop=WHO, where=WHERE, which=WHICH)
    def something_happens_while_two_are_one(
        self, keep: int, drop: int, where: list[tuple[str, str]], which: int
    ) -> None:
        """A treatment of the survivor, and an amendment of whatever session."""
        self.two_are_merged(keep, drop)
        self.a_session(keep, where, 0, "1mo", 5)
        self.it_is_amended(which, where, 3, None, 6)
        self.a_score(keep, 2)
        self.and_parted(drop)

    @rule(which=WHICH, where=WHERE)
    def a_signed_one_is_amended_and_that_is_to_be_taken_back(self, which: int, where: list[tuple[str, str]]) -> None:
        self.it_is_signed(which)
        self.it_is_amended(which, where, 3, None, 6)
        self.the_last_change_is_taken_back()

    @rule()
    def the_last_change_is_taken_back(self) -> None:
        def act(writing: write.Writing) -> None:
            undo.take_back(writing, undo.last(writing.db, account.name()))

        before, signed = self.content(), self.of_signed()
        if not self.do("undo", act):
            assert self.content() == before
        assert self.of_signed() == signed

    def of_signed(self) -> list[Any]:
        """The signed sessions and what was given in them, as they stand."""
        mine = tuple(f'"{one}"' for one in self.signed)
        tables = {"session", "mixture", "injection", "plan"}
        return [one for one in self.content() if one.table in tables and any(key in one.content for key in mine)]

    @rule(days=st.integers(1, 60))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    def content(self) -> list[Any]:
        with connect.reading(self.place) as db:
            return [one for table, keys in versions.tables(db).items() for one in versions.standing(db, table, keys)]

    @invariant()
    def the_store_is_what_its_log_says(self) -> None:
        today = mock.patch.dict(os.environ, {clock.PINNED: self.today.isoformat()})
        with today, connect.reading(self.place) as db:
            assert list(findings(db, Proof())) == []
            mixed = [kind for kind, sql in MIXED.items() if list(db.rows(sql))]
            assert mixed == []
            signed = {one for (one,) in db.rows("SELECT id FROM session WHERE signed_at IS NOT NULL")}
            assert signed == self.signed
            kept = {one for (one,) in db.rows("SELECT id FROM session")}
            assert kept == set(self.sessions), "a number that was told stays on file"


def run(clinic: Clinic, examples: int, steps: int) -> None:
    machine = type("Machine", (Trust,), {"template": clinic.home})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, report_multiple_bugs=False)
    )


@pytest.mark.slow
def test_whatever_is_taken_back_or_merged_the_store_is_whole(clinic: Clinic) -> None:
    run(clinic, 15, 12)


@pytest.mark.slow
def test_whatever_is_taken_back_or_merged_a_hundred_times(clinic: Clinic) -> None:
    run(clinic, 100, 25)
