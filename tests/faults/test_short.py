"""The scripts of this folder in a short form: the program comes through, and each broken one is caught.

The full runs, by `python -m tests.faults.NAME`, take from a minute to half an hour each.
"""

import os
import sys

import pytest

from tests.faults import failing_disk, kill_calls, kill_upkeep, kill_writers, many_writers, plan, power_cut, strace
from tests.faults.script import Asked, Tally, in_a_folder

pytestmark = pytest.mark.slow

FEW = ["patient add", "inject booked", "call booked"]


@pytest.fixture
def _strace() -> None:
    """strace, or a loud word that the promise was not tried; in CI that is a failure."""
    why = strace.missing()
    if why and os.environ.get("CI"):
        pytest.fail(why)
    if why:
        sys.__stderr__.write(f"\nNOT TRIED, for {why}\n")
        pytest.skip(why)


def clean(tally: Tally) -> None:
    """Something was tried, and nothing was wrong."""
    assert tally.seen.total()
    assert not tally.faults, tally.words


# --- kill -9


@pytest.mark.usefixtures("_strace")
def test_a_kill_at_a_call_leaves_all_of_a_record_or_nothing() -> None:
    clean(in_a_folder(lambda asked, folder: kill_calls.run(asked, folder, FEW), Asked(36)))


@pytest.mark.usefixtures("_strace")
@pytest.mark.parametrize(("kind", "fault"), [("early", kill_calls.LOST), ("halves", plan.CORRUPT)])
def test_a_kill_at_a_call_finds(kind: str, fault: str) -> None:
    tally = in_a_folder(lambda asked, folder: kill_calls.run(asked, folder, ["site add"]), Asked(16, broken=kind))
    assert tally.faults[fault]


@pytest.mark.usefixtures("_strace")
def test_a_kill_in_a_migration_a_new_key_a_restore_or_a_backup_leaves_a_store_that_opens() -> None:
    clean(in_a_folder(kill_upkeep.run, Asked(48)))


@pytest.mark.usefixtures("_strace")
@pytest.mark.parametrize(("kind", "name"), [("hasty", "key rotate"), ("piecemeal", "db migrate from 3")])
def test_a_kill_in_upkeep_finds(kind: str, name: str) -> None:
    tally = in_a_folder(lambda asked, folder: kill_upkeep.run(asked, folder, [name]), Asked(20, broken=kind))
    assert tally.faults[kill_upkeep.UNREADABLE], tally.words


def test_a_kill_among_writers_loses_nothing_that_was_acknowledged() -> None:
    clean(in_a_folder(kill_writers.run, Asked(20)))


def test_a_kill_among_writers_finds_a_program_that_answers_too_soon() -> None:
    assert in_a_folder(kill_writers.run, Asked(25, broken="lazy")).faults[kill_writers.LOST]


# --- a power cut


@pytest.mark.usefixtures("_strace")
def test_a_power_cut_keeps_what_was_acknowledged() -> None:
    clean(in_a_folder(power_cut.run, Asked(300)))


@pytest.mark.usefixtures("_strace")
@pytest.mark.parametrize("kind", ["unsynced", "half-synced"])
def test_a_power_cut_finds(kind: str) -> None:
    """On a quiet day the second is saved by the checkpoint at the end of each command."""
    busy = ["a busy day"]
    tally = in_a_folder(lambda asked, folder: power_cut.run(asked, folder, busy), Asked(60, broken=kind))
    assert tally.faults[power_cut.LOST]


# --- a failing disk


@pytest.mark.usefixtures("_strace")
def test_a_failing_disk_is_told_of_and_nothing_false_is_said() -> None:
    acts = ["init", "config set user", *FEW]
    clean(in_a_folder(lambda asked, folder: failing_disk.run(asked, folder, acts), Asked(60)))


@pytest.mark.usefixtures("_strace")
def test_a_failing_disk_finds_a_program_that_does_not_look_at_its_commit() -> None:
    tally = in_a_folder(lambda asked, folder: failing_disk.run(asked, folder, FEW), Asked(20, broken="careless"))
    assert tally.faults[failing_disk.FALSE]


# --- many writers


def test_many_writers_are_all_served() -> None:
    tally = in_a_folder(many_writers.run, Asked(40))
    clean(tally)
    assert tally.seen["applied"] == 40


@pytest.mark.parametrize("kind", ["deferred", "impatient"])
def test_many_writers_find(kind: str) -> None:
    assert in_a_folder(many_writers.run, Asked(20, broken=kind)).faults[many_writers.REFUSED]
