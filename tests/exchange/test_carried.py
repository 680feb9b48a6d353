"""Appointments, holds and calls: out as CSV, in again without a loss, twice without a change, refused with a reason."""

import csv
import io
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clinic
from tests.store.places import records

NEW_KINDS = ("appointments", "holds", "calls")
KINDS = ("patients", "injections", "outcomes", *NEW_KINDS)


@pytest.fixture
def mei(clinic: Clinic) -> Clinic:
    """Mei Tan with two sites, due since 2026-11-12, and Bo Lee with none."""
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.patient("Lee, Bo", "1980-01-02", "--mrn", "A2")
    clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-10-01", "--next", "6w")
    return clinic


def exported(clinic: Clinic) -> dict[str, str]:
    return {kind: clinic.ok("export", "csv", "--kind", kind).out for kind in KINDS}


def files(clinic: Clinic, found: dict[str, str]) -> list[tuple[str, Path]]:
    return [(kind, Path(clinic.file(f"{kind}.csv", text))) for kind, text in found.items()]


def brought_in(clinic: Clinic, *found: tuple[str, Path]) -> dict[str, Any]:
    """What became of the rows of some files, as programs are told."""
    answer: dict[str, Any] = clinic.ok("import", *(str(path) for _, path in found), "--on-error", "skip", "--json").json
    return answer


def carried_over(one: Clinic, into: Clinic) -> dict[str, str]:
    """What the second store exports after it took in everything of the first."""
    assert brought_in(into, *files(into, exported(one)))["refused"] == 0
    assert into.ok("verify").code == 0
    return exported(into)


def due(clinic: Clinic) -> list[dict[str, Any]]:
    return clinic.ok("due", "--status", "all", "--json").rows


def told(clinic: Clinic) -> list[dict[str, Any]]:
    """The due list without what is a store's own: the ids of records and who recorded them, and what was done to an
    appointment before it stood as it stands, which appointments.csv has no column for."""
    found = due(clinic)
    for row in found:
        reasons = [one for one in row["reasons"] if one["rule"] != "recall.appointment"]
        row["reasons"] = [{**one, "source": None} for one in reasons]
        for site in row["sites"]:
            site.pop("session")
    return found


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# There and back

LIVED = {
    "booked": ["book 1 'tue 10:00'"],
    "booked with somebody for an hour": ["book 1 'tue 10:00' --for 60min --with JS --note 'bring the scan'"],
    "moved": ["book 1 'tue 10:00'", "appt move 1 'wed 14:00'"],
    "called off": ["book 1 'tue 10:00'", "appt cancel 1"],
    "two of one day": ["book 1 'tue 10:00'", "book 1 'tue 16:00'"],
    "past and to come, overlapping": ["book 1 'tue 10:00'", "book 2 'tue 10:15' --override 'clash=both come'"],
    "snoozed": ["snooze 1 6w --reason exams"],
    "snoozed and booked": ["snooze 1 6w --reason exams", "book 1 'tue 10:00'"],
    "stopped": ["stop 1 --reason moved --note 'moved to Leeds'"],
    "one site stopped": ["stop 1 ut l --reason resolved"],
    "declined and back": ["stop 1 --reason declined", "resume 1 --note 'called, wants to come'"],
    "resolved": ["site resolve 1 ut l --note 'no taut band'"],
    "resolved and found again": ["site resolve 1 ut l --on 2026-11-01", "site add 1 ut l --taut-band"],
    "examined only": ["site add 2 is r --taut-band --on 2026-11-02"],
    "examined, resolved": ["site add 2 is r --on 2026-11-02", "site resolve 2 is r --on 2026-11-10"],
    "resolved by a score": ["outcome 1 0 --site 'ut l' --resolved --note 'no pain left'"],
    "resolved by a score and reopened": ["outcome 1 0 --site 'ut l' --resolved", "resume 1 ut l"],
    "died": ["stop 1 --reason died --yes"],
    "died by mistake": ["stop 1 --reason died --yes", "patient edit 1 --status active"],
    "called": ["call 1 no-answer", "call 1 message --by sms --note '=1+1, \"rang\" twice'"],
    "called, later": ["call 1 later 6w"],
    "called, no": ["call 1 declined --on 2026-11-20"],
    "called, booked": ["call 1 booked 'tue 10:00'"],
    "unreachable": ["call 1 no-answer --on 2026-11-10", "call 1 message --by sms --on 2026-11-12",
                    "call 1 no-answer --on 2026-11-14"],
    "reached after all": ["call 1 declined --on 2026-11-10", "call 1 later 4w --on 2026-11-12"],
    "an mrn-less patient": ["patient add 'Ray, Al' 1990-01-01 --allergy none --bleeding none", "book 3 'tue 10:00'"],
}  # fmt: skip


def live(clinic: Clinic, life: str) -> None:
    for line in LIVED[life]:
        clinic.ok(*shlex.split(line))


@pytest.mark.parametrize("life", LIVED)
def test_what_was_decided_survives_the_round_trip(mei: Clinic, other: Clinic, life: str) -> None:
    live(mei, life)
    first = exported(mei)
    assert carried_over(mei, other) == first
    assert told(other) == told(mei)


@pytest.mark.parametrize("life", LIVED)
def test_brought_back_into_its_own_store_it_changes_nothing(mei: Clinic, life: str) -> None:
    live(mei, life)
    found = files(mei, exported(mei))
    before = records(mei)
    result = brought_in(mei, *found)
    assert (result["new"], result["changed"], result["refused"]) == (0, 0, 0)
    assert records(mei) == before


def test_the_sample_clinic_with_its_holds_there_and_back(sample: Clinic, other: Clinic) -> None:
    """The sample's files in the order in which they come in: the two due lists are the same, short ids and all."""
    original = Path(__file__).parent.parent.parent / "sample_data" / "holds.csv"
    assert brought_in(sample, ("holds", original))["new"] == 10
    first = exported(sample)
    assert carried_over(sample, other) == first
    assert due(other) == due(sample) != []
    asked = [{**row, "note": ""} for row in rows(original.read_text(encoding="utf-8"))]
    assert all(row in rows(first["holds"]) for row in asked), "and beside them what the scores resolved"


# What a file may say


def result(clinic: Clinic, kind: str, text: str) -> tuple[str, str]:
    """What became of the only row of a file, and why."""
    found = brought_in(clinic, (kind, Path(clinic.file(f"{kind}.csv", text))))
    (name,) = [name for name in ("new", "changed", "same", "refused") if found[name]]
    return name, ": ".join(found["refused_rows"][0][key] for key in ("column", "what")) if name == "refused" else ""


TIMES = """
start                  | minutes | clinician | status    | became  | why
2026-11-24T10:00       | 30      | JS        | booked    | new     |
2026-11-24 10:00       |         |           |           | new     |
2026-11-24T10:00:00    | 5       |           | booked    | new     |
2026-11-24T10:00Z      | 480     |           | booked    | new     |
2026-11-24T11:00+01:00 | 30      |           | booked    | new     |
2026-10-25T01:30+01:00 | 30      |           | done      | new     |
2026-10-01T10:00       | 30      |           | done      | new     |
2026-10-01T10:00       | 30      |           | no-show   | new     |
2026-12-01T10:00       | 30      |           | cancelled | new     |
2026-10-01T10:00       | 30      |           | booked    | new     |
2026-12-01T10:00       | 30      |           | done      | refused | status: is done, and the time is still to come
2026-12-01T10:00       | 30      |           | no-show   | refused | status: is no-show, and the time is still to come
2026-12-01T10:00       | 30      |           | fulfilled | refused | status: 'fulfilled' is none of booked, arrived, done, cancelled, no-show
2026-12-01T10:00       | 4       |           | booked    | refused | minutes: '4' is no whole number from 5 to 480
2026-12-01             | 30      |           | booked    | refused | start: '2026-12-01' is no time: write 2026-11-24T10:00, the hour on the clinic's wall
03/04/2026 10:00       | 30      |           | booked    | refused | start: '03/04/2026 10:00' is no time: write 2026-11-24T10:00, the hour on the clinic's wall
2026-02-30T10:00       | 30      |           | cancelled | refused | start: '2026-02-30' is no day of the calendar: write 2026-01-31
2026-11-24T25:00       | 30      |           | booked    | refused | start: '2026-11-24T25:00' is no time of the day
9999-12-31T23:59       | 30      |           | booked    | refused | start: is beyond the calendar
0001-01-01T00:00       | 30      |           | done      | refused | start: is beyond the calendar
1970-01-01T10:00       | 30      |           | done      | refused | start: is before the birth date
2027-03-28T01:30       | 30      |           | booked    | refused | start: the clocks change that day, and 01:30 does not come
2027-10-31T01:30       | 30      |           | booked    | refused | start: the clocks change that day, and 01:30 comes twice: write the offset too, 2027-10-31T01:30+00:00
"""  # noqa: E501 - one case, one line


def cases(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


@pytest.mark.parametrize("case", cases(TIMES), ids=lambda case: " ".join(case[:4]))
def test_a_time(mei: Clinic, case: list[str]) -> None:
    *cells, became, why = case
    head = "mrn,start,minutes,clinician,status,source_id\n"
    text = f"{head}A1,{','.join(cells)},X1\n"
    assert result(mei, "appointments", text) == (became, why)
    if became == "new":
        assert result(mei, "appointments", text) == ("same", "")
        assert result(mei, "appointments", text.replace("X1", "")) == ("same", "")
        assert mei.ok("verify").code == 0


def test_an_offset_is_a_moment_and_the_hour_is_the_clinics(mei: Clinic) -> None:
    result(mei, "appointments", "mrn,start\nA1,2026-11-24T11:00+01:00\n")
    (row,) = mei.ok("appt", "list", "--json").rows
    assert (row["start"], row["minutes"], row["status"]) == ("2026-11-24T10:00:00+00:00", 30, "booked")


DECIDED = """
act     | muscle          | side | date       | until      | reason   | note | became  | why
stop    |                 |      | 2026-11-01 |            | declined |      | new     |
stop    | trapezius_upper | L    | 2026-11-01 |            | other    | dull | new     |
snooze  |                 |      | 2026-11-01 | 2027-01-04 | exams    |      | new     |
resolve | ut              | l    | 2026-11-01 |            |          |      | new     |
resume  |                 |      | 2026-11-01 |            |          |      | new     |
find    | infraspinatus   | R    | 2026-11-01 |            |          |      | new     |
stop    |                 |      | 2026-11-01 |            | died     |      | new     |
stop    |                 |      | 2026-11-01 |            | moved on |      | refused | reason: 'moved on' is none of resolved, declined, moved, died, other
stop    |                 |      | 2026-11-01 |            |          |      | refused | reason: '' is none of resolved, declined, moved, died, other
stop    | ut              | l    | 2026-11-01 |            | died     |      | refused | muscle: a patient dies, not a site: leave it out
stop    | infraspinatus   | R    | 2026-11-01 |            | other    |      | refused | muscle: the patient has no such site
snooze  |                 |      | 2026-11-01 |            | exams    |      | refused | until: is empty
snooze  |                 |      | 2026-11-01 | 2026-11-01 | exams    |      | refused | until: is not after the day of the snooze
resume  |                 |      | 2026-11-01 | 2027-01-04 |          |      | refused | until: goes with snooze, not with resume
find    |                 |      | 2026-11-01 |            |          |      | refused | muscle: is empty: a finding needs a site
hold    |                 |      | 2026-11-01 |            |          |      | refused | act: 'hold' is none of stop, snooze, resolve, resume, find
resume  |                 |      | 2026-11-24 |            |          |      | refused | date: is in the future
resume  |                 |      | 1970-01-01 |            |          |      | refused | date: is before the birth date
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize("case", cases(DECIDED), ids=lambda case: " ".join(case[:6]))
def test_a_decision(mei: Clinic, case: list[str]) -> None:
    *cells, became, why = case
    text = f"mrn,act,muscle,side,date,until,reason,note\nA1,{','.join(cells)}\n"
    assert result(mei, "holds", text) == (became, why)
    if became == "new":
        assert result(mei, "holds", text) == ("same", "")
        assert mei.ok("verify").code == 0


CALLED = """
date       | result    | channel | until      | note | became  | why
2026-11-20 | no-answer | phone   | 2026-11-21 |      | new     |
2026-11-20 | message   | sms     |            |      | new     |
2026-11-20 | later     | email   | 2027-01-04 | busy | new     |
2026-11-20 | booked    | mail    |            |      | new     |
2026-11-20 | later     | phone   |            |      | refused | until: is empty: later needs the day to call again
2026-11-20 | message   | phone   | 2026-11-20 |      | refused | until: is not after the day of the call
2026-11-20 | message   |         |            |      | refused | channel: '' is none of phone, sms, mail, email
2026-11-20 | left word | phone   |            |      | refused | result: 'left word' is none of booked, reached, message, no-answer, wrong-number, declined, later
2026-11-24 | message   | phone   |            |      | refused | date: is in the future
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize("case", cases(CALLED), ids=lambda case: " ".join(case[:4]))
def test_a_call(mei: Clinic, case: list[str]) -> None:
    *cells, became, why = case
    text = f"mrn,date,result,channel,until,note\nA1,{','.join(cells)}\n"
    assert result(mei, "calls", text) == (became, why)
    if became == "new":
        assert result(mei, "calls", text) == ("same", "")


# What was booked elsewhere was booked

TWO = "mrn,start,minutes,clinician,status,source_id\nA1,2026-11-24T10:00,30,JS,booked,X1\n"


def test_two_of_a_file_may_overlap(mei: Clinic) -> None:
    path = Path(mei.file("appointments.csv", TWO + "A2,2026-11-24T10:15,30,JS,booked,X2\n"))
    found = brought_in(mei, ("appointments", path))
    assert (found["new"], found["refused"]) == (2, 0)


def test_one_that_clashes_with_an_appointment_on_file_is_refused(mei: Clinic) -> None:
    mei.ok("book", "2", "tue 10:15", "--with", "JS")
    assert result(mei, "appointments", TWO) == (
        "refused",
        "start: JS has an appointment at 10:15 for 30 min that day:"
        " move that one, or tpi book this with --override clash='why'",
    )
    assert result(mei, "appointments", TWO.replace("booked", "cancelled"))[0] == "new", "it takes no time up"


@pytest.mark.parametrize(
    ("before", "became", "why"),
    [
        (["appt move 1 'wed 14:00'"], "same", ""),
        (["appt cancel 1"], "same", ""),
        (["stop 1 --reason moved"], "same", ""),
        (["inject 1 ut l lido 1% 1ml --yes --consent written"], "same", ""),
    ],
)
def test_what_became_of_it_here_since_stands(mei: Clinic, before: list[str], became: str, why: str) -> None:
    today = TWO.replace("2026-11-24", "2026-11-23")
    assert result(mei, "appointments", today)[0] == "new"
    for line in before:
        mei.ok(*shlex.split(line))
    kept = records(mei)
    assert result(mei, "appointments", today) == (became, why)
    assert result(mei, "appointments", today.replace("X1", "")) == (became, why)
    assert records(mei) == kept


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (("A1,2026-11-24T10:00", "A2,2026-11-24T10:00"), "source_id: X1 is another patient's on file"),
        (("T10:00", "T11:00"), "start: A-0018 is on file with another time or clinician: tpi appt move A-0018"),
        (("JS", "AM"), "start: A-0018 is on file with another time or clinician: tpi appt move A-0018"),
        (("booked", "cancelled"), "status: A-0018 is booked on file: see tpi appt cancel, arrive and no-show"),
    ],
)
def test_what_a_later_file_says_otherwise_is_refused(mei: Clinic, other: tuple[str, str], why: str) -> None:
    result(mei, "appointments", TWO)
    assert result(mei, "appointments", TWO.replace(*other)) == ("refused", why)


@pytest.mark.parametrize(
    ("status", "start", "became"),
    [("booked", "2026-12-01", "refused"), ("done", "2026-10-01", "new"), ("cancelled", "2026-12-01", "new")],
)
def test_nobody_who_died_has_an_appointment_to_come(mei: Clinic, status: str, start: str, became: str) -> None:
    mei.ok("stop", "1", "--reason", "died", "--yes")
    text = f"mrn,start,status\nA1,{start}T10:00,{status}\n"
    assert result(mei, "appointments", text)[0] == became
    assert due(mei)[0]["status"] == "deceased"


def test_a_kept_appointment_hangs_on_the_session_of_its_day(mei: Clinic) -> None:
    result(mei, "appointments", "mrn,start,status\nA1,2026-10-01T10:00,done\n")
    session = mei.ok("session", "list", "--json").rows[0]["session"]
    mei.ok("session", "void", session, "--reason", "wrong patient", "--yes")
    assert [row["status"] for row in mei.ok("appt", "list", "--status", "all", "--json").rows] != ["done"]


def test_a_missed_one_holds_nobody_back_and_a_kept_one_lifts_no_hold(mei: Clinic) -> None:
    mei.ok("snooze", "1", "6w", "--reason", "exams", "--on", "2026-11-10")
    for start, status in (("2026-10-20", "no-show"), ("2026-11-12", "done"), ("2026-12-01", "cancelled")):
        result(mei, "appointments", f"mrn,start,status\nA1,{start}T10:00,{status}\n")
        assert due(mei)[0]["status"] == "snoozed", status


def test_a_folder_stands_for_its_csv_files(sample: Clinic, other: Clinic) -> None:
    """What tpi export csv wrote comes in by its name; the tables below it are for other programs."""
    folder, again = sample.home / "export", other.home / "again"
    sample.ok("export", "csv", "-o", str(folder))
    assert "73 new" in other.ok("import", str(folder)).out
    assert other.ok("import", str(folder), "--json").json["new"] == 0
    other.ok("export", "csv", "-o", str(again))
    for path in folder.glob("*.csv"):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
    assert due(other) == due(sample)
