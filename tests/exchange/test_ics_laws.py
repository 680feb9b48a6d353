"""Laws of a calendar file, read back by two judges that share no code: icalendar and vobject.

Whatever stands in a name, a note or a code stays text: it starts no line and no event. Whatever is done to a recall,
its event keeps its UID, and what is newer says so.
"""

import re
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as some
from icalendar import Calendar

from tests.conftest import Clinic
from tpi_cli import clock
from tpi_cli.exchange import ics
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.clinic import Clinic as Office

EVIL = (
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:more",
    "\nBEGIN:VEVENT",
    "\rATTENDEE:mailto:x@example.org",
    "\\n\\,\\;\\\\",
    "\";:,=^n^'",
    "\u2028BEGIN:VALARM\u2029",
    "\x85\x0b\x0c\x1c\x1d\x1e\x1f\x00\x07\x1b[31m",
    "\r\n folded \r\n\tback",
    "痛" * 40,
    "👩‍⚕️" * 20,
    "e\u0301" * 40,
    "\u202eltr\ufeff",
)
texts = some.lists(
    some.one_of(some.sampled_from(EVIL), some.text(some.characters(exclude_categories=["Cs"]), max_size=90)),
    min_size=1,
    max_size=4,
).map("".join)
ONE = Appointment(
    id="0190a1b2-0000-7000-8000-000000000001",
    number=1,
    patient_id="0190a1b2-0000-7000-8000-000000000002",
    patient=7,
    mrn=None,
    name="",
    born=date(1954, 3, 7),
    phone=None,
    clinician=None,
    on=date(2026, 11, 24),
    wall="10:00",
    starts_at="2026-11-24T10:00:00.000000Z",
    minutes=30,
    status="booked",
    session=None,
    sequence=0,
    recorded_at="2026-11-23T10:00:00.000000Z",
    changed_at="2026-11-23T10:00:00.000000Z",
    note=None,
)
OWN = {"UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "STATUS", "TRANSP", "CLASS",
       "SUMMARY", "CATEGORIES", "DESCRIPTION", "BEGIN", "END"}  # fmt: skip
OF_FILE = {"VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME"}
OF_ZONE = {"TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "RDATE"}


def written(name: str, note: str, code: str, office: str) -> tuple[str, str]:
    """The file with one appointment in it, and the same as an object of its own."""
    house = Office("0190a1b2-0000-7000-8000-00000000000c", office, "Europe/London", made_up=False, own={})
    entries = ics.appointments(house, [ONE._replace(name=name, note=note, clinician=code)], "names")
    return ics.whole(house, entries, office), ics.alone(house, entries[0])


@given(name=texts, note=texts, code=texts, office=texts)
@settings(max_examples=100)
def test_what_is_written_in_a_name_or_a_note_stays_text(name: str, note: str, code: str, office: str) -> None:
    for text in written(name, note, code, office):
        raw = text.split("\r\n")
        assert all("\n" not in line and "\r" not in line for line in raw), "no line end but CR LF"
        unfolded = text.replace("\r\n ", "").split("\r\n")
        starts = {re.split("[:;]", line)[0] for line in unfolded if line}
        assert starts <= OWN | OF_FILE | OF_ZONE, "no property that is not ours"
        assert [line for line in unfolded if line.startswith("BEGIN:V")].count("BEGIN:VEVENT") == 1
        (judged,) = Calendar.from_ical(text).walk("VEVENT")
        (other,) = vobject.readOne(text).vevent_list
        assert str(judged["summary"]) == other.summary.value
        assert str(judged.get("description", "")) == (other.description.value if hasattr(other, "description") else "")
        assert str(judged["uid"]) == other.uid.value == f"{ONE.id}@tpi.0190a1b2-0000-7000-8000-00000000000c"
        assert judged["dtstart"].dt == other.dtstart.value
        assert other.summary.value.startswith("PT-0007 ") and other.summary.value.endswith("born 7 Mar 1954")


@given(name=texts, note=texts)
@settings(max_examples=100)
def test_lines_are_folded_on_octets_and_no_letter_is_split(name: str, note: str) -> None:
    for text in written(name, note, "DR", "Clinic"):
        for line in text.encode().split(b"\r\n"):
            assert len(line) <= 75
            line.decode()


@given(note=some.text(some.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200))
@settings(max_examples=100)
def test_plain_text_comes_back_letter_for_letter(note: str) -> None:
    text, _ = written("Tan, Mei", note, "DR", "Clinic")
    assert str(Calendar.from_ical(text).walk("VEVENT")[0]["description"]) == note
    assert vobject.readOne(text).vevent.description.value == note


# Any life of a recall

ACTS: dict[str, list[list[str]]] = {
    "treat": [["inject", "1", "ut", "l", "lido", "1%", "1ml", "--next", "1mo", "--consent", "written", "--yes"]],
    "treat two": [["inject", "1", "ut", "l", "tfl", "r", "lido", "1%", "2ml", "total", "--next", "2w", "--yes"]],
    "for good": [["inject", "1", "ut", "l", "lido", "1%", "1ml", "--next", "none", "--yes"]],
    "book": [["book", "1", "2026-12-10 10:00", "--yes"]],
    "cancel": [["appt", "cancel", "1", "--yes"]],
    "snooze": [["snooze", "1", "2026-12-20", "--reason", "away", "--yes"]],
    "stop": [["stop", "1", "--reason", "moved", "--yes"]],
    "resume": [["resume", "1", "--yes"]],
    "call": [["call", "1", "no-answer", "--yes"]],
    "undo": [["undo", "--yes"]],
    "cap": [["patient", "edit", "1", "--payer", "cigna", "--reason", "insured", "--yes"]],
    "setting": [["config", "set", "clinic.name", "Another"], ["config", "set", "clinic.name", "Test Clinic"]],
}
lives = some.lists(some.one_of(some.sampled_from(sorted(ACTS)), some.integers(1, 20)), min_size=3, max_size=9)
"""What is done, one after the other; a number is so many days that pass."""


def seen(clinic: Clinic, also: Callable[[str], None]) -> Any:
    text = clinic.ok("export", "ics", "--due", "only").out
    also(text)
    found = Calendar.from_ical(text).walk("VEVENT")
    assert len(found) <= 1, "one UID a patient"
    return found[0] if found else None


def agree(text: str) -> None:
    """The two judges, and `alone` of a whole, read the same day."""
    events = getattr(vobject.readOne(text), "vevent_list", [])
    for one, other in zip(Calendar.from_ical(text).walk("VEVENT"), events, strict=True):
        assert (one["dtstart"].dt, one["dtend"].dt) == (other.dtstart.value, other.dtend.value)


@pytest.fixture(scope="module")
def empty(_template: Path) -> Path:
    return _template


@pytest.mark.slow
@given(life=lives)
@settings(max_examples=25)
def test_whatever_becomes_of_a_recall_the_newer_event_says_so(empty: Path, life: list[str | int]) -> None:
    """SEQUENCE and stamps never fall, and no event differs from the one before without a higher SEQUENCE."""
    with tempfile.TemporaryDirectory() as folder:
        copytree(empty, folder, dirs_exist_ok=True)
        clinic, ticks = Clinic(Path(folder)), count()
        with pytest.MonkeyPatch.context() as then:
            then.setattr(clock, "stamp", lambda: f"{clinic.today}T12:00:00.{next(ticks):06}Z")
            clinic.patient()
            before = None
            for step in ["treat", *life]:
                if isinstance(step, int):
                    clinic.today = str(date.fromisoformat(clinic.today) + timedelta(days=step))
                else:
                    for words in ACTS[step]:
                        clinic.run(*words)
                after = seen(clinic, agree)
                assert before is None or after is not None, "what was sent once is sent again"
                if before is not None:
                    follows(before, after)
                before = after


def follows(before: Any, after: Any) -> None:
    assert after["uid"] == before["uid"]
    assert after["sequence"] >= before["sequence"]
    assert after["last-modified"].dt >= before["last-modified"].dt
    if after.to_ical() != before.to_ical():
        assert after["sequence"] > before["sequence"], (before, after)
