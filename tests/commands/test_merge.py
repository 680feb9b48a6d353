"""`tpi patient duplicates|merge|unmerge`: two records of one person become one, and two again where it was none."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.commands.trust import Content, content, differing, due, sound
from tests.conftest import Clinic

FIRST = """
patient alert {} add diabetes 'type 2'
site add {} 'ssp l' --taut-band --on 2026-09-01
inject {} ut l x2, ls l lido 1% 1ml each --on 2026-09-10 --pain 7:3 --next 6w --consent written --yes
outcome {} 2 --on 2026-10-01 --relief 70
call {} message --on 2026-10-20
inject {} ut l lido 1% 1ml --on 2026-10-25 --pain 6:2 --next 3mo --consent written --yes
adverse add {} soreness --on 2026-10-26
patient elsewhere {} triam 10mg --on 2026-10-02
snooze {} 2026-12-10 --reason exams --on 2026-11-01
"""
REASON = "--override interval_short=agreed"
SECOND = """
patient alert {} add allergy-steroid hives
patient alert {} add anticoagulant apixaban
site add {} 'gm r' --tender-spot --on 2026-09-15
inject {} gm r, ls l lido 1% 1ml each --on 2026-09-20 --pain 8:4 --next 1mo --consent written --yes {}
outcome {} 3 --site 'gm r' --on 2026-10-12
call {} no-answer --by sms --on 2026-11-15
stop {} 'ls l' --reason resolved --on 2026-11-02
adverse add {} infection:red --on 2026-10-27 --action 'seen by the doctor'
patient elsewhere {} triam 40mg --site 'gm r' --on 2026-10-05
inject {} rh l dry --on 2026-11-05 --pain 5 --next 6w --consent written --yes
book {} '2026-12-01 09:00'
"""


def one(clinic: Clinic, commands: str, who: str) -> None:
    for command in commands.strip().splitlines():
        clinic.ok(*words(command.replace("--yes {}", f"--yes {REASON}").format(who)))


@pytest.fixture(scope="module")
def _two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--phone", "555-0100", "--weight", "70")
        clinic.patient("Tan, Mey", "1971-03-04", "--mrn", "B77", "--phone", "555-0199", "--email", "mey@tan.example")
        clinic.patient("Ruiz, Ana", "1965-04-05", "--mrn", "C1")
        one(clinic, FIRST, "1")
        one(clinic, SECOND, "2")
        clinic.inject("3", "gm r lido 1% 1ml", "--on", "2026-10-15", "--pain", "8", "--next", "1mo")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def two(tmp_path: Path, _two: Path) -> Clinic:
    """Tan, Mei (PT-0001) and Tan, Mey (PT-0002, mrn B77) with records of every kind, and Ruiz, Ana (PT-0003)."""
    return copied(_two, tmp_path)


def merge(clinic: Clinic, keep: str = "1", drop: str = "2") -> dict[str, Any]:
    found: dict[str, Any] = clinic.ok("patient", "merge", keep, drop, "--yes", "--json").json
    return found


# --- who may be one


def test_pairs_that_may_be_one_person_are_listed_with_why(two: Clinic) -> None:
    (row,) = envelope(two.ok("patient", "duplicates", "--json"), "patient-duplicates")["rows"]
    assert row == {
        "patient": "PT-0001", "name": "Tan, Mei", "born": "1971-03-04",
        "other": {"patient": "PT-0002", "name": "Tan, Mey", "born": "1971-03-04"},
        "because": ["similar name", "same birth date"],
    }  # fmt: skip
    lines = two.ok("patient", "duplicates").out.splitlines()
    assert lines[0].split() == ["PATIENT", "NAME", "BORN", "OTHER", "OTHER", "NAME", "OTHER", "BORN", "BECAUSE"]
    assert lines[1].split()[0] == "PT-0001"
    csv = two.ok("patient", "duplicates", "--format", "csv").out.splitlines()
    assert csv[1] == 'PT-0001,"Tan, Mei",1971-03-04,PT-0002,"Tan, Mey",1971-03-04,"similar name, same birth date"'
    assert talk(two.ok("patient", "duplicates"))[-1] == "1 pair; tpi patient merge KEEP DROP, if they are one"


def test_redacted_the_list_names_nobody(two: Clinic) -> None:
    for form in ("plain", "json", "csv"):
        out = two.ok("patient", "duplicates", "--redact", "names", "--format", form).out
        assert "PT-0002" in out
        assert not [word for word in ("Tan", "1971") if word in out], form


def test_a_merged_pair_is_listed_no_more(two: Clinic) -> None:
    merge(two)
    assert two.ok("patient", "duplicates", "--json").rows == []
    two.ok(*words("patient unmerge 2 --yes"))
    assert len(two.ok("patient", "duplicates", "--json").rows) == 1


# --- what it shows


def test_both_are_shown_with_what_moves_and_it_asks(two: Clinic) -> None:
    before = everything(two)
    answer = two.run("patient", "merge", "1", "2", stdin="n\n")
    assert (answer.code, answer.out) == (9, "")
    said = talk(answer)
    assert said[0].startswith("keep  PT-0001  TAN, Mei   born 4 Mar 1971")
    assert said[1].startswith("drop  PT-0002  TAN, Mey   born 4 Mar 1971")
    assert "  name: Tan, Mei stays, Tan, Mey is kept with the tombstone" in said
    assert "  phone: 555-0100 stays, 555-0199 is kept with the tombstone" in said
    assert "  mrn: B77 is taken over" in said
    assert "  email: mey@tan.example is taken over" in said
    moves = next(line for line in said if line.startswith("  moves "))
    assert [part in moves for part in ("3 sites", "2 sessions", "1 appointment", "1 event")] == [True] * 4
    assert said[-1].startswith("merge these two?") or "merge these two?" in "\n".join(said)
    assert everything(two) == before
    dry = two.ok("patient", "merge", "1", "2", "-n")
    assert "would be merged: PT-0002 into PT-0001" in dry.out
    assert everything(two) == before


@pytest.mark.parametrize("level", ["names", "all"])
def test_redacted_it_shows_neither(two: Clinic, level: str) -> None:
    answer = two.run("patient", "merge", "1", "2", "--redact", level, stdin="n\n")
    assert not [word for word in ("Tan", "TAN", "1971", "555", "B77", "tan.example") if word in answer.err]


# --- one person with everything


def by_place(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["muscle"], row["side"]))


def chart(clinic: Clinic, who: str = "1") -> dict[str, Any]:
    """What a clinician reads of a patient: the sites and dates by place, and every record; numbers left out."""
    found = {row["patient"]: row for row in due(clinic)}[f"PT-000{who}"]
    sites = [{**site, "site": None, "patient": None} for site in clinic.ok("site", "list", who, "--json").rows]
    why = [
        {
            **row,
            **dict.fromkeys(("patient", "name", "phone", "site")),
            "sites": by_place([{**one, "site": None} for one in row["sites"]]),
        }
        for row in clinic.ok("why", who, "--json").rows
    ]
    exposure = clinic.ok("exposure", who, "--json").rows
    sessions = [{**row, "session": None, "patient": None, "mrn": None}
                for row in clinic.ok("session", "list", who, "--json").rows]  # fmt: skip
    alerts = clinic.ok("patient", "alert", who, "list", "--json").rows
    events = [(row["adverse"], row["date"]) for row in clinic.ok("adverse", "list", who, "--json").rows]
    return {
        "due": {name: found[name] for name in ("due", "status", "eligible_from", "last_session", "agents", "pain")},
        "flags": sorted(found["flags"]),
        "sites": by_place(sites),
        "why": sorted(why, key=lambda row: str(row["sites"])),
        "exposure": [{**row, "patient": None, "name": None, "mrn": None} for row in exposure],
        "sessions": sessions,
        "alerts": sorted((one["kind"], one["text"] or "") for one in alerts if not one.get("ended")),
        "events": sorted(events),
    }


@pytest.fixture(scope="module")
def _as_one(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """One patient with all of both, recorded day by day as a clinic would have."""

    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--phone", "555-0100", "--weight", "70", "--mrn", "B77",
                       "--email", "mey@tan.example")  # fmt: skip
        one(clinic, FIRST, "1")
        one(clinic, SECOND, "1")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def as_one(_as_one: Path, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return copied(_as_one, tmp_path_factory.mktemp("one"))


@pytest.mark.parametrize(("keep", "drop"), [("1", "2"), ("2", "1")])
def test_the_survivor_is_as_one_patient_with_all_of_it(two: Clinic, as_one: Clinic, keep: str, drop: str) -> None:
    """The list, why, the sites, the ledger and the alerts are those of a clinic that had known it from the start."""
    merge(two, keep, drop)
    found, meant = chart(two, keep), chart(as_one)
    for part in meant:
        assert found[part] == meant[part], part
    sound(two)


def test_nobody_else_is_touched(two: Clinic) -> None:
    before = two.ok("patient", "show", "3").out, [row for row in due(two) if row["patient"] == "PT-0003"]
    merge(two)
    assert (two.ok("patient", "show", "3").out, [row for row in due(two) if row["patient"] == "PT-0003"]) == before


def test_what_the_survivor_has_stays_and_the_rest_is_taken_over(two: Clinic) -> None:
    merge(two)
    found = two.ok("patient", "show", "1", "--json").json
    told = {"name": "Tan, Mei", "phone": "555-0100", "mrn": "B77", "email": "mey@tan.example", "weight_kg": "70"}
    assert {name: found[name] for name in told} == told


def test_an_answer_of_none_gives_way_to_an_allergy_of_the_other(two: Clinic) -> None:
    for keep, drop in (("1", "2"), ("2", "1")):
        merge(two, keep, drop)
        alerts = [row for row in two.ok("patient", "alert", keep, "list", "--json").rows if not row.get("ended")]
        kinds = sorted(row["kind"] for row in alerts)
        assert kinds == ["allergy-steroid", "anticoagulant", "diabetes"]
        two.ok("patient", "unmerge", drop, "--yes")
        sound(two)


def told(clinic: Clinic, who: str) -> list[tuple[str, str, str]]:
    """The findings of a patient: session, rule, and the places that they name by number."""
    names = {row["site"]: f"{row['muscle']} {row['side']}" for row in clinic.ok("site", "list", who, "--json").rows}
    sessions = [row["session"] for row in clinic.ok("session", "list", who, "--json").rows]
    return sorted(
        (code, found["rule"], ",".join(sorted(names[site] for site in found["sites"])))
        for code in sessions
        for found in clinic.ok("session", "show", code, "--json").json["findings"]
    )


def test_sites_are_numbered_on_and_findings_name_them_by_the_new_numbers(two: Clinic) -> None:
    before = sorted(told(two, "1") + told(two, "2"))
    assert any(sites for *_, sites in before)
    merge(two)
    sites = two.ok("site", "list", "1", "--json").rows
    assert [row["site"] for row in sites] == [1, 2, 3, 4, 5]
    assert [row["muscle"] for row in sites[:3]] == ["supraspinatus", "trapezius_upper", "levator_scapulae"]
    assert told(two, "1") == before
    sound(two)


def test_what_was_found_at_a_place_both_have_is_taken_over(two: Clinic) -> None:
    """The examination of the second record is the first one's where it has none."""
    two.ok(*words("site add 2 'ls l' --taut-band --tender-spot"))
    merge(two)
    (row,) = [one for one in two.ok("site", "list", "1", "--json").rows if one["muscle"] == "levator_scapulae"]
    assert (row["taut_band"], row["tender_spot"]) == (True, True)
    two.ok(*words("patient unmerge 2 --yes"))
    (row,) = [one for one in two.ok("site", "list", "1", "--json").rows if one["muscle"] == "levator_scapulae"]
    assert (row["taut_band"], row["tender_spot"]) == (None, None)
    sound(two)


# --- the tombstone

COMMANDS = """
command
patient show 2
patient edit 2 --phone 1
patient archive 2
patient alert 2 add diabetes
patient alert 2 list
patient elsewhere 2 triam 10mg
site add 2 'ut l'
site list 2
site resolve 2 1
inject 2 ut l lido 1% 1ml --consent written --yes
again 2 --yes
check 2 ut l lido 1% 1ml
outcome 2 3
call 2 reached
book 2 'tue 10:00'
appt list --patient 2
appt cancel 2
snooze 2 6w --reason x
stop 2 --reason moved
resume 2
adverse add 2 soreness
adverse list 2
session list 2
due 2
why 2
exposure 2
log 2
patient merge 3 2 --yes
patient merge 2 3 --yes
patient erase 2 --authority x --yes
"""


def test_every_command_about_a_merged_record_names_the_survivor(two: Clinic) -> None:
    merge(two)
    before = everything(two)
    for (command,) in rows(COMMANDS):
        answer = two.run(*words(command))
        assert answer.code == 3, (command, answer)
        assert answer.out == "", command
        assert "PT-0001" in answer.err, command
    assert everything(two) == before


def test_it_stands_in_no_list(two: Clinic) -> None:
    merge(two)
    for command in ("patient list --status all", "find tan", "due --status all", "day 2026-12-01", "patient duplicates",
                    "exposure", "session list", "appt list --status all", "find 555-0199"):  # fmt: skip
        out = two.ok(*words(command)).out
        assert "PT-0002" not in out, command
        assert "Tan, Mey" not in out, command
    assert "PT-0002" not in two.ok("export", "csv", "--kind", "patients").out


SCORES = "mrn,date,muscle,side,pain\nB77,2026-11-20,gluteus_medius,R,1\n"


def test_the_mrn_that_was_taken_over_brings_an_import_to_the_survivor(two: Clinic) -> None:
    merge(two)
    two.ok("import", two.file("more.csv", SCORES), "--kind", "outcomes")
    assert "pain 1 on 2026-11-20" in two.ok("log", "1").out
    sound(two)


def test_an_mrn_that_stayed_with_the_tombstone_does_too(two: Clinic) -> None:
    two.ok(*words("patient edit 1 --mrn A12"))
    merge(two)
    two.ok("import", two.file("more.csv", "mrn,name,born,height_cm\nB77,'Tan, Mei',1971-03-04,168\n".replace("'", '"')))
    assert two.ok("patient", "show", "1", "--json").json["height_cm"] == "168"
    assert two.run("patient", "show", "mrn:B77").code == 3
    sound(two)


def test_and_its_scores(two: Clinic) -> None:
    two.ok(*words("patient edit 1 --mrn A12"))
    merge(two)
    two.ok("import", two.file("more.csv", SCORES), "--kind", "outcomes")


# --- back again


def test_an_unmerge_gives_back_exactly_what_was(two: Clinic) -> None:
    for keep, drop in (("1", "2"), ("2", "1")):
        before, listed = content(two), due(two)
        merge(two, keep, drop)
        assert differing(before, content(two))
        two.ok("patient", "unmerge", drop, "--yes")
        assert differing(before, content(two)) == []
        assert due(two) == listed
        sound(two)


def test_an_unmerge_asks_and_can_be_tried(two: Clinic) -> None:
    merge(two)
    before = everything(two)
    answer = two.run("patient", "unmerge", "2", stdin="n\n")
    assert (answer.code, answer.out) == (9, "")
    assert "records go back to PT-0002" in answer.err
    assert two.ok("patient", "unmerge", "2", "-n").out.startswith("would be on its own: PT-0002")
    assert everything(two) == before
    found = envelope(two.ok("patient", "unmerge", "PT-0002", "--yes", "--json"),
                     "patient-unmerge")  # fmt: skip
    assert found["patient"] == "PT-0002"


STAMPS = frozenset(["changed_at", "ended_at"])
"""What tells the moment of the merge itself."""


def test_merge_and_back_and_merge_again(two: Clinic) -> None:
    merge(two)
    once: Content = content(two, STAMPS)
    two.ok(*words("patient unmerge 2 --yes"))
    assert refused(two, *words("patient unmerge 2 --yes"))[:2] == (5, "PT-0002 is not merged into another")
    merge(two)
    assert differing(once, content(two, STAMPS)) == []
    two.ok(*words("patient unmerge 2 --yes"))
    sound(two)


LATER = """
command                                                                                       | stays
inject 1 gm r lido 1% 2ml --pain 4:1 --next 6w --consent written --yes                        | gluteus_medius
inject 1 ls l lido 1% 2ml --pain 4:1 --next 6w --consent written --yes                        | levator_scapulae
inject 1 rh l, ut l lido 1% 1ml each --consent written --yes                                  | rhomboid_major
outcome 1 1 --site 'gm r'                                                                     | -
outcome 1 1                                                                                   | -
adverse add 1 soreness                                                                        | -
stop 1 'gm r' --reason resolved                                                               | -
patient elsewhere 1 triam 10mg --site 'gm r'                                                  | -
call 1 reached                                                                                | -
patient edit 1 --weight 72                                                                    | -
patient alert 1 add trauma 'gm r'                                                             | -
book 1 '2026-12-03 09:00'                                                                     | -
appt move 1 '2026-12-03 09:00'                                                                | -
session amend S-003E --dx M79.18 --reason x --yes                                             | -
"""


@pytest.mark.parametrize(("command", "stays"), rows(LATER))
def test_what_was_recorded_since_stays_with_the_survivor(two: Clinic, command: str, stays: str) -> None:
    """At a site that goes back the survivor has one of its own for it: no record is of two patients."""
    before = {row["patient"]: row for row in due(two)}["PT-0002"]
    merge(two)
    two.ok(*words(command))
    two.ok("patient", "unmerge", "2", "--yes")
    sound(two)
    assert mixed(two) == []
    after = {row["patient"]: row for row in due(two)}["PT-0002"]
    dates = [[(one["muscle"], one["side"], one["due"]) for one in row["sites"]] for row in (before, after)]
    assert dates[0] == dates[1]
    if stays != "-":
        newest = two.ok("session", "list", "1", "--json").rows[0]
        assert (newest["date"], newest["sites"][0]["muscle"]) == ("2026-11-23", stays)


MIXED = {
    "injection": "SELECT injection.id FROM injection JOIN session ON session.id = injection.session_id"
    " JOIN site ON site.id = injection.site_id WHERE site.patient_id <> session.patient_id",
    "plan": "SELECT plan.id FROM plan JOIN session ON session.id = plan.session_id"
    " JOIN site ON site.id = plan.site_id WHERE site.patient_id <> session.patient_id",
    **{table: f"SELECT {table}.id FROM {table} JOIN site ON site.id = site_id"
       f" WHERE site.patient_id <> {table}.patient_id" for table in ("outcome", "hold", "adverse_event", "elsewhere")},
    **{f"{table} of a session": f"SELECT {table}.id FROM {table} JOIN session ON session.id = session_id"
       f" WHERE session.patient_id <> {table}.patient_id" for table in ("outcome", "adverse_event", "appointment")},
}  # fmt: skip
"""Records that would be of two patients at once, by kind."""


def mixed(clinic: Clinic) -> list[str]:
    from tests.store.places import place
    from tpi_cli.store import connect

    with connect.reading(place(clinic)) as db:
        return [kind for kind, sql in MIXED.items() if list(db.rows(sql))]


def test_findings_of_a_session_amended_since_name_the_places_they_are_about(two: Clinic) -> None:
    """By the numbers of the record it goes back to."""
    merge(two)
    two.ok(*words("session amend S-003E ls l, gm r lido 1% 2ml each --reason x --yes"))
    before = [row for row in told(two, "1") if row[0] == "S-003E"]
    assert {sites for *_, sites in before} >= {"levator_scapulae L"}
    two.ok(*words("patient unmerge 2 --yes"))
    assert [row for row in told(two, "2") if row[0] == "S-003E"] == before
    sound(two)


def test_nor_does_a_merge_leave_a_record_of_two_patients(two: Clinic) -> None:
    merge(two)
    assert mixed(two) == []
    two.ok(*words("patient unmerge 2 --yes"))
    assert mixed(two) == []


REFUSED = """
before                    | command                    | exit | says
-                         | patient merge 1 1          | 5    | that is one and the same record
-                         | patient merge 1 9          | 3    | PT-0009
-                         | patient merge 1 'Tan, Mey' | 2    | a patient is named by id
-                         | patient unmerge 2          | 5    | PT-0002 is not merged into another
-                         | patient unmerge 9          | 3    | PT-0009
patient merge 1 2 --yes   | patient merge 1 2          | 3    | PT-0002
patient merge 1 2 --yes   | patient merge 3 2          | 3    | PT-0002
patient merge 1 2 --yes   | patient merge 2 3          | 3    | PT-0002
patient merge 1 2 --yes   | patient unmerge 1          | 5    | PT-0001 is not merged into another
"""


@pytest.mark.parametrize(("before", "command", "code", "says"), rows(REFUSED))
def test_what_cannot_be_merged_is_refused(two: Clinic, before: str, command: str, code: str, says: str) -> None:
    if before != "-":
        two.ok(*words(before))
    found, line, _ = refused(two, *words(command), "--yes")
    assert found == int(code)
    assert says in line


def test_three_records_of_one_person(two: Clinic) -> None:
    """Into one, one after another, and back in the other order; a chain of tombstones too."""
    before = content(two)
    merge(two, "1", "2")
    between = content(two)
    merge(two, "3", "1")
    assert "PT-0003" in two.run("patient", "show", "1").err
    assert two.run("patient", "show", "2").code == 3
    sound(two)
    two.ok(*words("patient unmerge 1 --yes"))
    assert differing(between, content(two)) == []
    two.ok(*words("patient unmerge 2 --yes"))
    assert differing(before, content(two)) == []
    sound(two)


def test_signed_sessions_move_and_stay_signed(two: Clinic) -> None:
    two.ok(*words("sign S-003E --yes"))
    merge(two)
    found = two.ok("session", "show", "S-003E", "--json").json
    assert (found["patient"], found["signed"]) == ("PT-0001", True)
    two.ok(*words("patient unmerge 2 --yes"))
    assert two.ok("session", "show", "S-003E", "--json").json["patient"] == "PT-0002"
    sound(two)


def test_a_person_added_again_after_a_merge_is_told_of_the_survivor(two: Clinic) -> None:
    """The name of the tombstone is one under which somebody asks for the same person."""
    two.ok("patient", "edit", "2", "--name", "Teh, May", "--born", "1972-03-04")
    merge(two)
    answer = two.run(*words("patient add 'Teh, May' 1972-03-04 --allergy none --bleeding none"))
    assert (answer.code, answer.out) == (5, "")
    assert "PT-0001 has this name and birth date already" in answer.err


def test_two_who_share_little_are_looked_at_again(two: Clinic) -> None:
    """A slip in a number would make two people one."""
    two.patient("Thornton, Ned", "1952-02-01", "--sex", "m")
    answer = two.run("patient", "merge", "1", "4", stdin="n\n")
    assert "LOOK AGAIN: nothing on file says that these two are one person" in answer.err
    assert "LOOK AGAIN" not in two.run("patient", "merge", "1", "2", stdin="n\n").err


def test_a_dry_run_of_erasing_says_whom(two: Clinic) -> None:
    assert "TAN, Mei" in two.ok("patient", "erase", "1", "--authority", "order 12", "-n").out
