"""`tpi log`: who did what and when, newest first; one row an act, whatever kind of act it was."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.conftest import ME, Clinic
from tests.store.places import place
from tpi_cli.store import connect, tables
from tpi_cli.store.read import journal
from tpi_cli.store.write import Writing, transaction


def put(clinic: Clinic, *wanted: Callable[[Writing, dict[str, Any]], Any]) -> None:
    """Rows of acts whose commands are not what is looked at here; each is made from what every row carries."""
    with transaction(place(clinic)) as writing:
        for make in wanted:
            writing.add(make(writing, {"recorded_at": writing.stamp, "recorded_by": f"{ME} as JS"}))


def _ids(writing: Writing) -> dict[str, str]:
    """The patient, site and session, as far as there are any."""
    found = {f"{table}_id": writing.db.value(f"SELECT id FROM {table}") for table in ("patient", "site", "session")}
    return {name: one for name, one in found.items() if one}


def _finding(writing: Writing, by: dict[str, Any], reason: str | None = "agreed with the cardiologist") -> Any:
    ids = _ids(writing)
    ids.pop("patient_id"), ids.pop("site_id")
    level = "override" if reason else "note"
    return tables.Finding(**writing.record(), **ids, **by, ordinal=1 if reason else 2, rule="anticoagulant",
                          level=level, text="takes apixaban", source="house-rule", revision="1",
                          reason=reason)  # fmt: skip


def _elsewhere_back(writing: Writing, by: dict[str, Any]) -> Any:
    """As `put` has it, who took it back is who is asked about."""
    patient = _ids(writing)["patient_id"]
    void = {"voided_at": by["recorded_at"], "voided_by": by["recorded_by"], "void_reason": "it was 10 mg"}
    return tables.Elsewhere(**writing.record(), **by, **void, patient_id=patient, on_date=date(2026, 11, 20),
                            agent="lidocaine", mass=Decimal(100), mass_unit="mg")  # fmt: skip


def _noted(writing: Writing, by: dict[str, Any]) -> Any:
    return _finding(writing, by, None)


def _outcome(writing: Writing, by: dict[str, Any], **more: Any) -> Any:
    own = {"phase": "later", "on_date": date(2026, 11, 20), "pain": 3, "relief_pct": Decimal(50), "note": "sleeps"}
    return tables.Outcome(**writing.record(), **_ids(writing), **by, **{**own, **more})


def _resolved(writing: Writing, by: dict[str, Any]) -> Any:
    return _outcome(writing, by, relief_pct=None, resolved=True, note=None)


def _baseline(writing: Writing, by: dict[str, Any]) -> Any:
    return _outcome(writing, by, phase="before")


def _event(writing: Writing, by: dict[str, Any]) -> Any:
    return tables.AdverseEvent(**writing.record(), **_ids(writing), **by, number=1, type="vasovagal", text="felt faint",
                               on_date=date(2026, 11, 22))  # fmt: skip


def _rule(writing: Writing, by: dict[str, Any], value: str | None = "warn") -> Any:
    by = {"set_at": by["recorded_at"], "set_by": by["recorded_by"]}
    return tables.RuleSetting(**writing.record(), **by, rule="steroid_interval", name="level", value=value,
                              reason="our own protocol")  # fmt: skip


def _taken_back(writing: Writing, by: dict[str, Any]) -> Any:
    return _rule(writing, by, None)


def _payer(writing: Writing, by: dict[str, Any]) -> Any:
    return tables.PayerRule(**writing.record(), **by, payer="northern_mutual", effective_from=date(2027, 1, 1),
                            reason="letter of 2 November")  # fmt: skip


def _session(writing: Writing, by: dict[str, Any]) -> Any:
    clinician = writing.add(tables.Clinician(**writing.record(), code="JS", created_at=writing.stamp))
    return tables.Session(**writing.record(), patient_id=_ids(writing)["patient_id"], clinician_id=clinician.id,
                          number=40, on_date=date(2026, 11, 22), **by)  # fmt: skip


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Tan, Mei: a site in the left upper trapezius, and a session S-0018 of yesterday."""

    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.ok(*words("site add 1 ut l"))
        put(clinic, _session)

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    return copied(_mei, tmp_path)


def told(clinic: Clinic, *more: str) -> list[tuple[str, str, str]]:
    """act, patient, what."""
    found = clinic.ok("log", *more, "--json").rows
    return [(row["act"], row["patient"] or "-", row["what"] or "-") for row in found]


# --- every kind of act

BY_COMMAND = """
command                                                        | act              | patient | what
patient add 'Ruiz, Ana' 1965-04-05 --allergy x --bleeding none | patient added    | PT-0002 | -
patient edit 1 --phone 0161                                    | patient changed  | PT-0001 | -
patient archive 1                                              | patient changed  | PT-0001 | -
patient alert 1 add diabetes 'type 2'                          | alert opened     | PT-0001 | diabetes since 2026-11-23: type 2
patient alert 1 add trauma --on yesterday                      | alert opened     | PT-0001 | trauma since 2026-11-22
patient alert 1 end allergy-none                               | alert ended      | PT-0001 | allergy-none on 2026-11-23
site add 1 gm r                                                | site added       | PT-0001 | gluteus medius R
session void {} --reason 'wrong patient' --yes                 | session voided   | PT-0001 | {} of 2026-11-22: wrong patient
stop 1 --reason declined --note 'too far'                      | recall stopped   | PT-0001 | declined: too far
stop 1 ut l --reason other                                     | recall stopped   | PT-0001 | upper trapezius L other
snooze 1 2027-01-10 --reason exams                             | recall snoozed   | PT-0001 | until 2027-01-10: exams
site resolve 1 1 --note 'no taut band'                         | site resolved    | PT-0001 | upper trapezius L: no taut band
patient elsewhere 1 triam 40mg --note knee                     | dose elsewhere   | PT-0001 | triamcinolone acetonide 40 mg on 2026-11-23: knee
patient elsewhere 1 botox 50units --site 1 --on yesterday      | dose elsewhere   | PT-0001 | upper trapezius L onabotulinumtoxin a 50 units on 2026-11-22
agent add lidocaine 0.5% 1% --note 'from January'              | agent stocked    | -       | lidocaine 0.5%, 1%: from January
call 1 no-answer --by sms --note 'twice'                       | call logged      | PT-0001 | no-answer by sms on 2026-11-23: twice
book 1 'tue 10:00'                                             | appointment booked | PT-0001 | 2026-11-24 10:00
config set recall.overdue 21                                   | setting set      | -       | recall.overdue = 21
"""  # noqa: E501


def _code(clinic: Clinic) -> str:
    """The session's id."""
    return next(row["session"] for row in clinic.ok("log", "--json").rows if row["act"] == "session recorded")


@pytest.mark.parametrize(
    ("command", "act", "patient", "what"), rows(BY_COMMAND), ids=[one[0] for one in rows(BY_COMMAND)]
)
def test_an_act_is_told_by_who_did_it_to_whom_and_with_what(
    mei: Clinic, command: str, act: str, patient: str, what: str
) -> None:
    code, before = _code(mei), told(mei)
    mei.ok(*words(command.format(code)), "--as", "JS")
    fresh = [row for row in mei.ok("log", "--json").rows if row["by"] == f"{ME} as JS" and row["act"] == act]
    assert (act, patient, what.format(code)) in set(told(mei)) - set(before)
    assert fresh


def test_a_recall_reopened_is_told(mei: Clinic) -> None:
    mei.ok(*words("stop 1 --reason moved"))
    mei.ok(*words("resume 1 --note 'back in town'"))
    assert told(mei, "--limit", "1") == [("recall resumed", "PT-0001", "back in town")]


IN_THE_STORE: list[tuple[Callable[..., Any], str, str, str]] = [
    (_session, "session recorded", "PT-0001", "{} of 2026-11-22"),
    (_finding, "finding overridden", "PT-0001", "{} anticoagulant: agreed with the cardiologist"),
    (_outcome, "outcome recorded", "PT-0001", "{} upper trapezius L pain 3 relief 50% on 2026-11-20: sleeps"),
    (_resolved, "outcome recorded", "PT-0001", "{} upper trapezius L pain 3 resolved on 2026-11-20"),
    (_event, "adverse event", "PT-0001", "{} upper trapezius L vasovagal on 2026-11-22: felt faint"),
    (_elsewhere_back, "dose elsewhere taken back", "PT-0001", "lidocaine 100 mg on 2026-11-20: it was 10 mg"),
    (_rule, "rule set", "-", "steroid_interval level = warn: our own protocol"),
    (_taken_back, "rule set", "-", "steroid_interval level = as shipped: our own protocol"),
    (_payer, "payer rule added", "-", "northern_mutual from 2027-01-01: letter of 2 November"),
]


@pytest.mark.parametrize(
    ("make", "act", "patient", "what"), IN_THE_STORE, ids=[one[0].__name__ for one in IN_THE_STORE]
)
def test_an_act_is_told_from_the_facts_in_the_store(
    mei: Clinic, make: Callable[..., Any], act: str, patient: str, what: str
) -> None:
    code = _code(mei)
    if make is not _session:
        _set(mei, BLANK)
        put(mei, make)
    found = mei.ok("log", "--json").rows
    (row,) = [row for row in found if row["act"] == act]
    assert (row["patient"] or "-", row["what"], row["by"]) == (patient, what.format(code), f"{ME} as JS")
    assert row["session"] == (code if what.startswith("{}") else None)


def test_a_finding_nobody_overrode_and_a_score_of_the_session_itself_are_no_acts_of_their_own(mei: Clinic) -> None:
    before = told(mei)
    put(mei, _noted, _baseline)
    assert told(mei) == before


FOLLOWED = """
first                                                   | command                                     | act                    | what
book 1 'tue 10:00'                                      | appt move 1 'wed 9:30'                      | appointment moved      | 2026-11-25 09:30: was 2026-11-24 10:00
book 1 'tue 10:00'                                      | appt cancel 1 --reason ill                  | appointment cancelled  | 2026-11-24 10:00: ill
book 1 'today 10:00'                                    | appt arrive 1                               | patient arrived        | 2026-11-23 10:00
book 1 'today 10:00'                                    | appt no-show 1                              | appointment missed     | 2026-11-23 10:00
book 1 'today 10:00'                                    | inject 1 gm r dry --consent written --yes   | appointment kept       | 2026-11-23 10:00
adverse add 1 infection                                 | adverse close 1 1 --outcome healed          | adverse event closed   | infection on 2026-11-23: healed
site resolve 1 1                                        | site add 1 ut l --taut-band                 | found again            | upper trapezius L
"""  # noqa: E501


@pytest.mark.parametrize(("first", "command", "act", "what"), rows(FOLLOWED), ids=[one[2] for one in rows(FOLLOWED)])
def test_what_becomes_of_it_is_told(mei: Clinic, first: str, command: str, act: str, what: str) -> None:
    mei.ok(*words(first))
    before = told(mei)
    mei.ok(*words(command))
    (found,) = [row for row in told(mei) if row not in before and row[0] == act]
    assert found[1] == "PT-0001"
    assert found[2].removeprefix(_code(mei)).strip() == what


def test_an_appointment_is_open_again_when_its_session_did_not_count(mei: Clinic) -> None:
    mei.ok(*words("book 1 'today 10:00'"))
    code = mei.inject("1", "gm r dry")
    mei.ok("session", "void", code, "--reason", "wrong patient", "--yes")
    assert ("appointment open again", "PT-0001", "2026-11-23 10:00") in told(mei)


ACTS = {
    *(act for _, _, act, _ in rows(FOLLOWED)),
    *("session signed", "session amended", "chart read", "taken back later"),  # each has its own test below
    "appointment open again",
    *(act for _, act, _, _ in rows(BY_COMMAND)),
    *(act for _, act, _, _ in IN_THE_STORE),
    "recall resumed",
}


def test_every_act_of_the_query_has_a_case_above() -> None:
    """A quoted text in the query that is several words is an act's name."""
    named = {one for one in re.findall(r"'([a-z]+ [a-z ]+)'", journal._ACTS) if not one.startswith(("pain", "relief"))}
    assert named - set(journal._OF_THE_STORE) == ACTS


def test_a_chart_that_was_read_stands_there_and_can_be_left_out(mei: Clinic) -> None:
    mei.ok("why", "1")
    mei.ok("patient", "show", "1", "--as", "JS")
    assert told(mei, "1", "--limit", "2") == [
        ("chart read", "PT-0001", "patient show"),
        ("chart read", "PT-0001", "why"),
    ]
    assert mei.ok("log", "1", "--limit", "1", "--json").rows[0]["by"] == f"{ME} as JS"
    assert not [row for row in told(mei, "--changes") if row[0] == "chart read"]


@pytest.mark.file
def test_a_backup_is_called_one(clinic: Clinic) -> None:
    clinic.ok("backup", str(clinic.home / "copy.db"))
    for more in ((), ("--changes",)):
        assert [row for row in told(clinic, *more) if "backup" in " ".join(row)] == [("backup", "-", "-")]


def test_an_export_stands_there(mei: Clinic) -> None:
    mei.ok("export", "csv", "--kind", "patients")
    assert told(mei, "--limit", "1") == [("exported", "-", "csv")]


def test_a_session_signed_and_amended(mei: Clinic) -> None:
    code = mei.inject("1", "gm r dry", "--next", "6w")
    mei.ok("sign", code, "--yes")
    mei.ok("session", "amend", code, "--pain", "6:2", "--reason", "misread", "--yes")
    acts = [row for row in told(mei) if row[0] in {"session signed", "session amended"}]
    signed = ("session signed", "PT-0001", code)
    assert acts == [("session amended", "PT-0001", f"{code}: misread"), signed, signed], "signed by who amends it"


def test_what_was_taken_back_and_that_it_was(mei: Clinic) -> None:
    mei.ok("call", "1", "no-answer")
    mei.ok("undo", "--yes")
    (undone, *_, call) = [row for row in told(mei, "1") if row[0] in {"undo", "taken back later"}]
    assert (undone[0], call) == ("undo", ("taken back later", "PT-0001", "call"))


def test_every_version_of_a_patients_record_is_an_act(mei: Clinic) -> None:
    mei.ok("patient", "edit", "1", "--phone", "0161", "--reason", "new telephone")
    mei.ok("patient", "edit", "1", "--phone", "0162")
    assert [what for act, _, what in told(mei, "1") if act == "patient changed"] == ["-", "new telephone"]


def test_a_real_session_is_one_act_beside_its_new_sites(mei: Clinic) -> None:
    session = mei.inject("1", "gm r lido 1% 1ml", "--pain", "7:3", "--consent", "written")
    newest = told(mei, "--limit", "2")
    assert newest == [
        ("session recorded", "PT-0001", f"{session} of 2026-11-23"),
        ("site added", "PT-0001", "gluteus medius R"),
    ]


# --- the list


def test_the_columns(mei: Clinic) -> None:
    answer = mei.ok("log", "1")
    heading, *lines = answer.out.splitlines()
    assert heading.split() == ["WHEN", "BY", "ACT", "PATIENT", "WHAT"]
    assert len(lines) == 5
    for line in lines:
        assert re.match(rf"20\d\d-\d\d-\d\d \d\d:\d\d  {ME}", line), line
    assert talk(answer) == ["5 acts"]


def test_the_fields_for_programs(mei: Clinic) -> None:
    found = envelope(mei.ok("log", "1", "--limit", "1", "--json"), "log")
    assert found["count"] == 1
    (row,) = found["rows"]
    assert list(row) == ["when", "by", "act", "patient", "session", "what"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["when"])


def _set(clinic: Clinic, *statements: str) -> None:
    with transaction(place(clinic)) as writing:
        for sql in statements:
            writing.db.run(sql)


BLANK = "DELETE FROM rule_setting"
"""What the test clinic has settled for itself beforehand is no part of the question here."""


@pytest.fixture
def dated(tmp_path: Path, _template: Path) -> Clinic:
    """Ruiz (1) and Tan (2), added and asked about allergies at moments of their own; one alert ended on the 22nd."""
    shutil.copytree(_template, tmp_path, dirs_exist_ok=True)
    clinic = Clinic(tmp_path)
    clinic.patient("Ruiz, Ana", "1965-04-05")
    clinic.patient()
    _set(
        clinic,
        BLANK,
        "DELETE FROM alert WHERE kind = 'bleeding-none'",
        "UPDATE patient SET created_at = '2026-11-21T10:15:59.000000Z' WHERE number = 1",
        "UPDATE patient SET created_at = '2026-11-22T14:59:00.000000Z' WHERE number = 2",
        "UPDATE alert SET created_at = '2026-11-21T10:15:59.000000Z'"
        " WHERE patient_id = (SELECT id FROM patient WHERE number = 1)",
        "UPDATE alert SET created_at = '2026-11-22T15:00:00.000000Z', ended_on = '2026-11-22',"
        f" ended_at = '2026-11-22T15:30:00.000000Z', ended_by = '{ME} as JS'"
        " WHERE patient_id = (SELECT id FROM patient WHERE number = 2)",
    )
    return clinic


def _lines(clinic: Clinic, *more: str) -> list[str]:
    found = clinic.ok("log", *more, "--columns", "when,act,patient", "--format", "tsv").out
    return [line.replace("\t", " ") for line in found.splitlines()[1:]]


ALL = [
    "2026-11-22 15:30 alert ended PT-0002",
    "2026-11-22 15:00 alert opened PT-0002",
    "2026-11-22 14:59 patient added PT-0002",
    "2026-11-21 10:15 alert opened PT-0001",
    "2026-11-21 10:15 patient added PT-0001",
]


def test_newest_first_and_within_a_moment_in_the_order_of_doing(dated: Clinic) -> None:
    assert _lines(dated) == ALL


@pytest.mark.parametrize("patient", ["2", "PT-0002", "pt-2"])
def test_of_one_patient(dated: Clinic, patient: str) -> None:
    assert _lines(dated, patient) == ALL[:3]


def test_what_concerns_no_patient_is_not_in_a_patients_log(dated: Clinic) -> None:
    dated.ok(*words("config set recall.overdue 21"))
    assert len(_lines(dated)) == 6
    assert _lines(dated, "2") == ALL[:3]


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 99])
def test_at_most_so_many(dated: Clinic, limit: int) -> None:
    assert _lines(dated, "--limit", str(limit)) == ALL[:limit]
    assert _lines(dated, "1", "--limit", str(limit)) == ALL[3:][:limit]


SINCE = """
zone             | since      | acts
UTC              | 2026-11-21 | 5
UTC              | 2026-11-20 | 5
UTC              | 2026-11-22 | 3
UTC              | yesterday  | 3
UTC              | 2026-11-23 | 0
UTC              | today      | 0
Asia/Tokyo       | 2026-11-22 | 3
Asia/Tokyo       | 2026-11-23 | 2
America/New_York | 2026-11-22 | 3
Pacific/Auckland | 2026-11-22 | 3
Pacific/Auckland | 2026-11-23 | 3
Asia/Kathmandu   | 2026-11-22 | 3
"""
"""In Tokyo 22 November, 15:00 UTC, is midnight: the day after has begun."""


@pytest.mark.parametrize(("zone", "since", "acts"), rows(SINCE))
def test_since_a_day_as_the_clinic_has_it(dated: Clinic, zone: str, since: str, acts: str) -> None:
    _set(dated, f"UPDATE clinic SET zone = '{zone}'")
    assert _lines(dated, "--since", since) == ALL[: int(acts)]


def test_since_and_of_one_patient_at_most_so_many(dated: Clinic) -> None:
    assert _lines(dated, "1", "--since", "2026-11-22") == []
    assert _lines(dated, "2", "--since", "2026-11-22", "--limit", "2") == ALL[:2]


def test_an_empty_store_has_an_empty_log(clinic: Clinic) -> None:
    _set(clinic, BLANK)
    answer = clinic.ok("log")
    assert (answer.out, talk(answer)) == ("", ["0 acts"])
    assert clinic.ok("log", "--json").rows == []


def test_rows_come_one_by_one(dated: Clinic) -> None:
    with connect.reading(place(dated)) as db:
        found = journal.log(db)
        assert next(found).act == "alert ended"
        assert len(list(found)) == 4


@pytest.mark.file
def test_a_patients_log_is_looked_up_and_not_searched_for(dated: Clinic) -> None:
    """Of the tables that hold patients' records none is read from end to end; the log's moments are, once."""
    sql = journal._LOG.format(where=f"WHERE {journal._OF_PATIENT}", limit="")
    with connect.reading(place(dated)) as db:
        steps = [row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", patient="x", reads=True)]
    scanned = {step.removeprefix("SCAN ").partition(" ")[0] for step in steps if step.startswith("SCAN ")}
    assert scanned == {"acts", "rule_setting", "payer_rule", "agent", "setting", "audit"}


def test_reading_changes_nothing(mei: Clinic) -> None:
    before = everything(mei)
    mei.ok("log", "--json")
    assert everything(mei) == before


REFUSED = """
typed                  | code | line                                        | hint
99                     | 3    | no patient PT-0099                          | tpi find
tan                    | 2    | 'tan' is no patient id                      | tpi find
--since tomorrow       | 2    | Tue 24 Nov 2026 (tomorrow) is in the future | --since names a day in the past
--since 03/04/2026     | 2    | 03/04/2026                                  | 2026
--limit 0              | 2    | --limit                                     | --help
--columns nobody       | 2    | no column 'nobody'                          | when, by, act, patient, what
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(mei: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    found = refused(mei, "log", *words(typed))
    assert found[0] == int(code)
    assert line in found[1]
    assert hint in found[2]


# --- redacted


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _mei: Path) -> Clinic:
    """Every act that takes words of somebody's own has been done, each in the word Znote."""
    clinic = copied(_mei, tmp_path_factory.mktemp("ward"))
    clinic.ok(*words("patient alert 1 add trauma Znote"))
    clinic.ok(*words("patient elsewhere 1 triam 40mg --note Znote --site 1"))
    clinic.ok(*words("snooze 1 6w --reason Znote"))
    clinic.ok(*words("agent add lidocaine 1% --note Znote"))
    put(clinic, lambda writing, by: _outcome(writing, by, note="Znote"))
    put(clinic, lambda writing, by: _finding(writing, by, "Znote"))
    clinic.ok("session", "void", _code(clinic), "--reason", "Znote", "--yes")
    clinic.ok(*words("patient alert 1 end trauma"))
    return clinic


PERSON = ("Znote", "Tan", "TAN", "1971-03-04", "4 Mar 1971")
CLINICAL = ("trauma", "trapezius", "triamcinolone", "pain 3", "40 mg")


@pytest.mark.parametrize("form", ["plain", "table", "csv", "tsv", "json", "ndjson"])
def test_redacting_leaves_out_free_text_and_then_all_that_was_done(ward: Clinic, form: str) -> None:
    typed = ("log", "--format", form, "--wide", "--redact")
    whole, names, bare = (ward.ok(*typed, level).out for level in ("none", "names", "all"))
    assert whole.count("Znote") == 8
    assert all(word in names for word in CLINICAL)
    assert [word for word in PERSON if word in names] == []
    assert [word for word in (*PERSON, *CLINICAL) if word in bare] == []
    assert len(bare.splitlines()) == len(whole.splitlines()), "every act is still there"
