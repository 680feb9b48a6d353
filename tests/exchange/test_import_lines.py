"""A line lands whole or not at all, every line is accounted for, and what changed here since makes nothing twice."""

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.reading import copied
from tests.conftest import Clinic
from tests.store.places import records

SHOTS = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up,source_id\n"
SHEET = """
kind = ["patients", "injections"]
patient = ["name", "born"]
sharing = "each"
constants = {follow_up = "6w"}
[columns]
"Who" = "name"
"DOB" = "born"
"DOS" = "date"
"By" = "clinician"
"Where" = "site"
"Rx" = "mix"
"No" = "source_id"
"""
HEAD = "Who,DOB,DOS,By,Where,Rx,No\n"


def visit(on: str, site: str, no: str = "", *, by: str = "AM", ml: str = "1", who: str = '"Tan, Mei"') -> str:
    return f"{who},1971-03-04,{on},{by},{site},lido 1% {ml} ml,{no}\n"


def shot(mrn: str = "A1", date: str = "2026-08-24", side: str = "L", **more: str) -> str:
    row = {"by": "AM", "muscle": "ut", "ml": "1", "next": "3mo", "source": "", **more}
    return f"{mrn},{date},{row['by']},{row['muscle']},{side},lido,1%,{row['ml']},7,3,{row['next']},{row['source']}\n"


def bring(clinic: Clinic, text: str, *more: str, name: str = "file.csv") -> dict[str, Any]:
    answer: dict[str, Any] = clinic.ok("import", clinic.file(name, text), "--on-error", "skip", "--json", *more).json
    return answer


def by_map(clinic: Clinic, text: str, map: str = SHEET) -> dict[str, Any]:
    return bring(clinic, text, "--map", clinic.file("map.toml", map))


def counted(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in ("new", "changed", "same", "refused", "left_out"))


def injected(clinic: Clinic) -> list[tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO(clinic.ok("export", "csv", "--kind", "injections").out))
    return sorted((row["date"], f"{row['muscle']} {row['side']}", row["volume_ml"]) for row in rows)


# Whole or not at all


def test_a_session_with_a_row_at_odds_is_refused_whole(two: Clinic) -> None:
    found = bring(two, SHOTS + shot(side="L") + shot(side="R") + shot(side="L", next="6w") + shot(date="2026-08-25"))
    assert counted(found) == (1, 0, 0, 3, 0)
    assert injected(two) == [("2026-08-25", "trapezius_upper L", "1")]
    back = (two.home / "file.refused.csv").read_text(encoding="utf-8")
    assert back.count("another row of this session is refused: mend that one") == 2
    mended = back.replace("6w", "3mo").replace("L,lido,1%,1,7,3,3mo,,follow_up", "L,lido,1%,2,7,3,3mo,,follow_up")
    assert bring(two, mended, name="mended.csv")["new"] == 3


def test_a_line_of_two_kinds_lands_whole_or_not_at_all(clinic: Clinic) -> None:
    """The second line names another clinician for the same day: neither injection lands, nor the patient."""
    text = HEAD + visit("2026-08-24", "ut L", "1") + visit("2026-08-24", "ls L", "2", by="JS")
    assert counted(by_map(clinic, text)) == (0, 0, 0, 2, 0)
    assert clinic.ok("patient", "list", "--json").rows == []
    assert counted(by_map(clinic, text.replace("JS", "AM"))) == (2, 0, 0, 0, 0)
    assert clinic.ok("verify").code == 0


def test_a_line_of_two_sites_lands_whole_or_not_at_all(clinic: Clinic) -> None:
    rows = visit("2026-10-01", "ls L", "b#2") + visit("2026-10-02", "ut both", "b")
    assert by_map(clinic, HEAD + rows)["refused"] == 1
    assert injected(clinic) == [("2026-10-01", "levator_scapulae L", "1")]


def test_a_bad_cell_refuses_its_line_and_no_other_of_the_patient(clinic: Clinic) -> None:
    map = SHEET.replace('patient = ["name", "born"]\n', "").replace('"No" = "source_id"', '"Nr" = "mrn"')
    visits = ((6, "ut L"), (7, "ut L"), (8, "foo L"))
    text = HEAD.replace("No", "Nr") + "".join(visit(f"2026-0{month}-24", site, "A1") for month, site in visits)
    assert counted(by_map(clinic, text, map)) == (2, 0, 0, 1, 0)
    assert len(injected(clinic)) == 2


def test_a_sheet_may_tell_a_weight_a_visit(clinic: Clinic) -> None:
    """Each is that of its day, in whatever order, and the newest counts; capitals make nobody else of a patient."""
    map = SHEET.replace('"No" = "source_id"', '"Kg" = "weight_kg"')
    visits = ((7, "62", '"TAN,  MEI"'), (8, "63", '"Tan, Mei"'), (6, "61", '"Tan, Mei"'))
    text = HEAD.replace("No", "Kg") + "".join(visit(f"2026-0{on}-24", "ut L", kg, who=who) for on, kg, who in visits)
    refused = clinic.run("import", clinic.file("file.csv", text), "--map", clinic.file("map.toml", map))
    assert 'hint: kind = ["patients", "injections", "weights"]' in refused.err
    map = map.replace('"injections"]', '"injections", "weights"]')
    assert counted(by_map(clinic, text, map)) == (3, 0, 0, 0, 0)
    shown = clinic.ok("patient", "show", "1", "--json").json
    assert (shown["weight_kg"], shown["weight_on"]) == ("63", "2026-08-24")
    before = records(clinic)
    assert counted(by_map(clinic, text, map)) == (0, 0, 3, 0, 0)
    assert records(clinic) == before


def test_what_a_visit_tells_by_the_way_changes_nothing_on_file(clinic: Clinic) -> None:
    map = SHEET.replace('"No" = "source_id"', '"Tel" = "phone"')
    text = (
        HEAD.replace("No", "Tel")
        + visit("2026-08-24", "ut L", "0161 496 0001")
        + visit("2026-08-25", "ut L", "0161 496 0002")
    )
    assert counted(by_map(clinic, text, map)) == (2, 0, 0, 0, 0)
    before = records(clinic)
    assert counted(by_map(clinic, text, map)) == (0, 0, 2, 0, 0)
    assert records(clinic) == before
    assert clinic.ok("patient", "show", "1", "--json").json["phone"] == "0161 496 0001"


def test_a_refused_row_makes_its_copy_no_same_one(two: Clinic) -> None:
    text = 'mrn,name,born\nA1,"Tan, Bo",1971-03-04\nA1,"Tan, Bo",1971-03-04\n'
    assert counted(bring(two, text)) == (0, 0, 0, 2, 0)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A9", ""]),
        st.sampled_from(["2026-08-24", "2026-08-25", "2026-13-01", "1960-01-01"]),
        st.sampled_from(["L", "R", "x"]),
        st.sampled_from(["AM", "JS"]),
        st.sampled_from(["3mo", "6w", "3m"]),
        st.sampled_from(["", "R1", "R2"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=25)
@given(ROWS)
def test_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    _two: Path,  # noqa: PT019 - its own copy for every example
    rows: list[Any],
) -> None:
    clinic = copied(_two, tmp_path_factory.mktemp("lines"))
    text = SHOTS + "".join(
        shot(mrn, date, side, by=by, next=next, source=source) for mrn, date, side, by, next, source in rows
    )
    found = bring(clinic, text)
    assert sum(counted(found)) == len(rows)
    assert len(injected(clinic)) == found["new"]
    assert clinic.ok("verify").code == 0
    again = bring(clinic, text)
    assert again["new"] == again["changed"] == 0, "and a second time adds nothing"
    shuffled = text.splitlines(keepends=True)[1:]
    random.Random(1).shuffle(shuffled)
    assert bring(clinic, SHOTS + "".join(shuffled))["new"] == 0


# What changed here since


def test_a_number_given_later_makes_no_second_injection(clinic: Clinic) -> None:
    text = HEAD + visit("2026-08-24", "ut L", ml="2") + visit("2026-08-24", "ls R", ml="2")
    assert by_map(clinic, text)["new"] == 2
    (session,) = clinic.ok("session", "list", "--json").rows
    clinic.ok("session", "amend", session["session"], "ut l, ls r lido 1% 1ml each", "--reason", "half", "--yes")
    clinic.ok("patient", "edit", "1", "--mrn", "Z9")
    assert by_map(clinic, text)["new"] == 0
    assert [volume for *_, volume in injected(clinic)] == ["1", "1"]


def test_a_merge_makes_no_file_flip_a_telephone(clinic: Clinic) -> None:
    text = 'mrn,name,born,phone\nA1,"Tan, Mei",1971-03-04,0161 496 0111\nA2,"Tan, Mei Ling",1971-03-04,0161 496 0222\n'
    bring(clinic, text)
    clinic.ok("import", clinic.file("i.csv", SHOTS + shot("A1") + shot("A2", "2026-09-01")))
    exported = clinic.ok("export", "csv", "--kind", "injections").out
    clinic.ok("patient", "merge", "1", "2", "--yes")
    before = records(clinic)
    for content in (text, exported, SHOTS + shot("A1") + shot("A2", "2026-09-01")):
        assert counted(bring(clinic, content)) == (0, 0, 2, 0, 0)
    assert records(clinic) == before


def test_an_export_comes_back_after_a_number_was_given(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-24", "--next", "6w")
    folder = clinic.home / "export"
    clinic.ok("export", "csv", "-o", str(folder))
    clinic.ok("patient", "edit", "1", "--mrn", "Z9")
    found = clinic.ok("import", str(folder), "--json").json
    assert (found["new"], found["refused"]) == (0, 0)


def test_a_score_of_a_session_voided_since_stays_with_it(two: Clinic) -> None:
    bring(two, SHOTS + shot(date="2026-08-01") + shot(date="2026-09-01"))
    scores = "mrn,date,muscle,side,pain\nA1,2026-09-10,,,3\n"
    assert bring(two, scores, name="o.csv")["new"] == 1
    last = two.ok("session", "list", "--json").rows[0]["session"]
    two.ok("session", "void", last, "--reason", "wrong day", "--yes")
    before = records(two)
    assert counted(bring(two, scores, name="o.csv")) == (0, 0, 1, 0, 0)
    assert records(two) == before


def test_nothing_is_brought_in_after_a_death_of_the_same_files(two: Clinic) -> None:
    shots = two.file("i.csv", SHOTS + shot(date="2026-08-01") + shot(date="2026-06-01"))
    holds = two.file("h.csv", "mrn,act,date,reason\nA1,stop,2026-07-01,died\n")
    found = two.ok("import", shots, holds, "--on-error", "skip", "--json").json
    assert counted(found) == (2, 0, 0, 1, 0)
    again = two.ok("import", shots, holds, "--on-error", "skip", "--json").json
    assert counted(again) == (0, 0, 2, 1, 0)


def test_the_newest_weight_that_can_be_is_taken(two: Clinic) -> None:
    two.ok("patient", "edit", "1", "--status", "deceased", "--on", "2026-07-01")
    map = 'kind = "weights"\ncolumns = {"Kg" = "weight_kg"}\n'
    found = by_map(two, "mrn,date,Kg\nA1,2026-06-01,61\nA1,2026-06-20,62\nA1,2026-08-01,63\n", map)
    assert counted(found) == (0, 1, 0, 1, 1)
    assert two.ok("patient", "show", "1", "--json").json["weight_kg"] == "62"


# Told to programs, and given back


def test_a_dry_run_that_will_stop_tells_programs_every_row(two: Clinic) -> None:
    answer = two.run("import", two.file("i.csv", SHOTS + shot() + shot(date="x") + shot(date="y")), "-n", "--json")
    assert answer.code == 2
    assert [row["state"] for row in answer.json["rows"]] == ["new", "refused", "refused"]
    assert answer.error["message"].endswith("(and 1 more row); would be refused")


def test_refused_rows_are_given_back_as_often_as_they_are_refused(two: Clinic) -> None:
    bring(two, SHOTS + shot(date="x") + shot(date="y"))
    first = (two.home / "file.refused.csv").read_text(encoding="utf-8")
    bring(two, first.replace(",x,", ",2026-08-01,"), name="again.csv")
    second = (two.home / "again.refused.csv").read_text(encoding="utf-8")
    assert second.splitlines()[0] == first.splitlines()[0] == SHOTS.strip() + ",refused"
    assert bring(two, second.replace(",y,", ",2026-08-02,"), name="last.csv")["new"] == 1


def test_refused_rows_are_not_written_of_an_import_that_comes_to_nothing(two: Clinic) -> None:
    (two.home / "file.refused.csv").symlink_to(two.home / "nowhere" / "x")
    assert bring(two, SHOTS + shot(date="x"))["refused"] == 1
    assert (two.home / "file.refused-2.csv").exists(), "a link that leads nowhere is a name too"


def test_what_the_files_call_clinicians_is_told(two: Clinic) -> None:
    answer = two.ok(
        "import", two.file("i.csv", SHOTS + shot(by="Dr Moore") + shot(date="2026-08-01", by="")), "--as", "JS"
    )
    assert "clinicians of these files: Dr Moore, JS (tpi clinician list)" in answer.err
    assert "1 row named no clinician: recorded under JS" in answer.err
    assert "put on file: 0 patients, 2 sessions" in answer.err


def test_a_row_mended_to_two_sites_is_told_and_doubles_nothing(clinic: Clinic) -> None:
    one, two = (HEAD + visit("2026-08-24", site, "77", ml="2") for site in ("ut L", "ut both"))
    assert by_map(clinic, one)["new"] == 1
    assert by_map(clinic, two)["refused"] == 1
    assert injected(clinic) == [("2026-08-24", "trapezius_upper L", "2")]


def test_a_row_mended_to_one_site_is_told_too(clinic: Clinic) -> None:
    one, two = (HEAD + visit("2026-08-24", site, "77", ml="2") for site in ("ut R", "ut both"))
    assert by_map(clinic, two)["new"] == 1
    assert by_map(clinic, two)["same"] == 1
    assert by_map(clinic, one)["refused"] == 1
    assert len(injected(clinic)) == 2


def test_refused_rows_are_given_back_with_the_signs_of_their_file(clinic: Clinic) -> None:
    map = 'delimiter = ";"\n' + SHEET
    text = (HEAD + visit("2026-13-24", "ut L", who='"Tan, Mei"')).replace('"Tan, Mei",', "Tan, Mei;")
    text = text.replace(",", ";").replace("Tan; Mei", "Tan, Mei")
    assert by_map(clinic, text, map)["refused"] == 1
    back = (clinic.home / "file.refused.csv").read_text(encoding="utf-8")
    assert by_map(clinic, back.replace("2026-13-24", "2026-08-24"), map)["new"] == 1


def test_a_merged_record_of_a_dead_or_ended_thing_changes_nobody(clinic: Clinic) -> None:
    dead, alive = 'A1,"Tan, Mei",1971-03-04,deceased,pregnancy\n', 'B1,"Tan, Meiling",1971-03-04,active,\n'
    text = f"mrn,name,born,status,alerts\n{dead}{alive}"
    bring(clinic, text)
    clinic.ok("patient", "merge", "mrn:B1", "mrn:A1", "--yes")
    clinic.ok("patient", "alert", "mrn:B1", "end", "pregnancy", "--yes")
    before = records(clinic)
    assert counted(bring(clinic, text)) == (0, 0, 2, 0, 0)
    assert records(clinic) == before
    assert clinic.ok("patient", "show", "mrn:B1", "--json").json["status"] == "active"


def test_an_older_weight_counts_where_the_newer_ones_line_is_refused(two: Clinic) -> None:
    map = 'kind = ["weights", "alerts"]\ncolumns = {"Kg" = "weight_kg"}\n'
    text = (
        "mrn,date,Kg,since,kind,text\nA1,2026-01-05,70,2026-01-05,pregnancy,\nA1,2026-02-05,72,1960-01-05,pregnancy,\n"
    )
    assert counted(by_map(two, text, map)) == (1, 0, 0, 1, 0)
    assert two.ok("patient", "show", "1", "--json").json["weight_kg"] == "70"


MAP_OF_TWO = """
[[table]]
kind = "patients"
has = ["phone"]
columns = {mrn = "mrn", name = "name", born = "born", phone = "phone"}
[[table]]
kind = ["injections", "outcomes"]
has = ["pain"]
[table.columns]
mrn = "mrn"
date = "date"
muscle = "muscle"
side = "side"
agent = "agent"
strength = "strength"
volume_ml = "volume_ml"
follow_up = "follow_up"
pain = "pain"
"""


def test_the_log_names_no_session_that_was_taken_back(two: Clinic) -> None:
    """The sheet's line is refused for its score; its session was made before that, and is not."""
    bring(two, SHOTS + shot(date="2026-08-01"))
    bring(two, "mrn,date,muscle,side,pain\nA1,2026-09-01,ut,L,7\n", name="o.csv")
    people = two.file("p.csv", 'mrn,name,born,phone\nA1,"Tan, Mei",1971-03-04,0161 496 0107\n')
    head = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,pain\n"
    sheet = two.file("s.csv", f"{head}A1,2026-09-01,ut,L,lido,1%,1,6w,4\n")
    map = two.file("m.toml", MAP_OF_TWO)
    found = two.ok("import", people, sheet, "--map", map, "--on-error", "skip", "--json").json
    assert counted(found) == (0, 1, 0, 1, 0)
    assert "S-" not in two.ok("undo", "--dry-run").out


def test_no_refused_rows_are_left_of_an_import_that_could_not_write_them(two: Clinic) -> None:
    """The second file's folder is gone when its refused rows are to be written."""
    first = two.file("p.csv", "mrn,name,born\nA7,Bo Li,1971-99-04\n")
    second = two.file("q.csv", "mrn,name,born\nA8,Bo Li,1971-99-04\n")
    with open(second, encoding="utf-8") as held:
        answer = two.run("import", first, f"/proc/self/fd/{held.fileno()}", "--on-error", "skip")
    assert answer.code == 1
    assert "cannot write" in answer.err
    assert not (two.home / "p.refused.csv").exists()
