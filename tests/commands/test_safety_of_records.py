"""What would harm a record without anybody noticing: each of these went wrong once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Clinic

HEADER = "mrn,date,muscle,side,agent,strength,volume_ml,pain_before,follow_up,adverse\n"
ROW = "A1,2026-09-01,ls,L,lido,1%,1,7,6w,\n"


@pytest.fixture
def mei(clinic: Clinic) -> Clinic:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    return clinic


def counts(clinic: Clinic, *files: str) -> tuple[int, int]:
    found = clinic.ok("import", *files, "--json").json
    return found["new"], found["same"]


@pytest.mark.file
@pytest.mark.parametrize("which", ["store", "key"])
def test_no_answer_is_written_over_the_store_or_its_key(mei: Clinic, which: str) -> None:
    path = mei.store if which == "store" else mei.key
    before = path.read_bytes()
    for words in (["due"], ["export", "json"], ["patient", "list"]):
        assert mei.run(*words, "-o", str(path)).code == 5
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.file
def test_of_four_that_set_up_at_once_one_does_and_its_store_is_whole(home: Clinic) -> None:
    with ThreadPoolExecutor(4) as desks:
        codes = list(desks.map(lambda _: home.process("init", "--plain").code, range(4)))
    assert sorted(codes) == [0, 5, 5, 5]
    assert home.ok("due").code == 0
    assert [path.name for path in home.store.parent.iterdir()] == ["tpi.db"]


def test_a_row_brought_into_a_day_that_is_on_file_is_known_the_second_time(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--pain", "5:1", "--on", "2026-09-01", "--next", "6w")
    path = mei.file("i.csv", HEADER + ROW.replace(",7,", ",,"))
    assert counts(mei, path) == (1, 0)
    assert counts(mei, path) == (0, 1)


def test_a_voided_session_does_not_come_back_with_its_file(mei: Clinic) -> None:
    path = mei.file("i.csv", HEADER + ROW)
    assert counts(mei, path) == (1, 0)
    mei.ok("session", "void", "S-0018", "--reason", "wrong patient", "--yes")
    assert counts(mei, path) == (0, 1)
    assert mei.ok("due", "--json").rows == []


def test_two_equal_rows_are_two_injections_once(mei: Clinic) -> None:
    path = mei.file("i.csv", HEADER + ROW + ROW)
    assert counts(mei, path) == (2, 0)
    assert counts(mei, path) == (0, 2)


def test_the_second_row_of_a_site_keeps_its_event(mei: Clinic) -> None:
    second = ROW.replace(",7,6w,", ",,,pneumothorax:left")
    mei.ok("import", mei.file("i.csv", HEADER + ROW + second))
    assert "pneumothorax: left" in mei.ok("session", "show", "S-0018").out


@pytest.mark.parametrize("said", ["2w", "none"])
def test_a_row_that_contradicts_the_plan_on_file_is_refused(mei: Clinic, said: str) -> None:
    mei.ok("import", mei.file("i.csv", HEADER + ROW))
    other = mei.file("j.csv", HEADER + ROW.replace("6w", said).replace("lido,1%", "ropi,0.2%"))
    answer = mei.run("import", other)
    assert answer.code == 2
    assert "j.csv:2: follow_up: " in answer.err


def test_nobody_gets_the_injections_of_a_patient_whose_row_was_refused(mei: Clinic) -> None:
    people = mei.file("p.csv", 'mrn,name,born\nA1,"Other, Olga",1950-05-05\n')
    found = mei.ok("import", people, mei.file("i.csv", HEADER + ROW), "--on-error", "skip", "--json").json
    assert (found["new"], found["refused"]) == (0, 2)


def test_another_clinics_short_ids_hold_only_beside_its_patients(clinic: Clinic) -> None:
    clinic.patient("Zed, Zoe")
    answer = clinic.run("import", clinic.file("i.csv", HEADER + ROW.replace("A1", "PT-0001")))
    assert answer.code == 2
    assert "patients file" in answer.err


def test_an_old_file_does_not_bring_an_old_weight_back(clinic: Clinic) -> None:
    path = clinic.file("p.csv", 'mrn,name,born,weight_kg\nA1,"Tan, Mei",1971-03-04,90\n')
    assert counts(clinic, path) == (1, 0)
    clinic.ok("patient", "edit", "1", "--weight", "62")
    assert counts(clinic, path) == (0, 1)
    assert clinic.ok("patient", "show", "1", "--json").json["weight_kg"] == "62"


def test_an_answer_given_twice_is_refused_and_not_chosen_from(clinic: Clinic) -> None:
    fields = "name: Ruiz, Ana\nborn: 1970-01-01\nallergy: none\nbleeding: none\n"
    answer = clinic.run("patient", "add", "-", "--allergy", "lidocaine", stdin=fields)
    assert (answer.code, clinic.ok("patient", "list", "--json").rows) == (2, [])


def test_one_person_written_the_other_way_round_is_not_entered_twice(clinic: Clinic) -> None:
    clinic.patient("Ana Ruiz", "1965-03-04")
    words = ("patient", "add", "Ruiz, Ana", "1965-03-04", "--allergy", "none", "--bleeding", "none")
    assert clinic.run(*words).code == 5


def test_two_lots_of_one_agent_are_refused(mei: Clinic) -> None:
    before = mei.bytes()
    answer = mei.run("inject", "1", "ut", "l", "lido", "1%", "1ml", "--lot", "lido=A", "--lot", "lido=B", "--yes")
    assert (answer.code, mei.bytes()) == (2, before)


def test_lots_of_one_syringe_stay_with_their_agents(mei: Clinic) -> None:
    header = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,lot\n"
    mei.ok("import", mei.file("i.csv", header + "A1,2026-09-01,ls,L,lido+lido,1%+2%,1+1,6w,LOT1+LOT2\n"))
    rows = mei.ok("session", "show", "S-0018", "--json").json["injections"]
    assert [row["lot"] for row in rows] == ["LOT1", "LOT2"]


@pytest.mark.parametrize(("standing", "earlier"), [
    (["stop 1 --reason declined --on 2026-11-01", "resume 1"], "stop 1 --reason moved --on 2026-11-20"),
    (["stop 1 --reason declined"], "resume 1 --on 2026-11-20"),
])  # fmt: skip
def test_a_decision_dated_before_the_one_that_stands_is_refused(mei: Clinic, standing: list[str], earlier: str) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-09-01", "--next", "6w")
    for command in standing:
        mei.ok(*command.split())
    before = mei.bytes()
    assert (mei.run(*earlier.split()).code, mei.bytes()) == (5, before)


def test_the_list_shows_the_last_session_and_not_only_that_of_the_sites_due(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-06-01", "--pain", "9:8", "--next", "3mo")
    mei.inject("1", "gm r triam 40mg/ml 0.5ml", "--on", "2026-09-01", "--pain", "3:0", "--next", "1y")
    (row,) = mei.ok("due", "--json").rows
    assert (row["due"], row["last_session"]) == ("2026-09-01", "2026-09-01")
    assert (row["agents"], row["pain"]) == (["triamcinolone acetonide 40 mg/mL"], {"before": 3, "after": 0})


def test_a_snooze_that_a_session_would_end_is_named_first(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-09-01", "--next", "6w")
    mei.ok("snooze", "1", "2027-05-03", "--reason", "pregnant")
    assert "held until 2027-05-03: this session ends that" in mei.ok("inject", "1", "ut", "l", "dry", "-n").out
