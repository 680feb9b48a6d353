"""The one function every text from the store passes: nothing hidden or commanding gets through, no name is touched.

And the same at the other end: what every reading command prints of a store full of such texts.
"""

import csv
import io
import json
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import words
from tests.conftest import Clinic
from tests.show.payloads import HARMFUL, MARKUP, NAMES, UNSTORABLE
from tpi_cli.show.clean import clean, escaped

EVERY = {**HARMFUL, **UNSTORABLE}
HIDDEN = {"Cc", "Cs"}
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FILLERS = set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
UNSEEN = set("\u00ad\u034f\u115f\u1160\u180e\u200b\u2028\u2029\u2060\u3164\ufeff\uffa0")


@pytest.mark.parametrize("what", EVERY)
def test_harm_is_made_visible(what: str) -> None:
    text, visible = EVERY[what]
    assert clean(text) == visible
    assert clean(visible) == visible, "what is visible stays as it is"


@pytest.mark.parametrize("name", NAMES)
def test_names_come_through_unchanged(name: str) -> None:
    assert clean(name) == name
    assert json.loads(escaped(json.dumps(name, ensure_ascii=False))) == name


def test_the_names_are_in_more_than_ten_scripts() -> None:
    scripts = {unicodedata.name(mark).split()[0] for name in NAMES for mark in name if mark.isalpha()}
    assert len(NAMES) >= 40
    assert len(scripts - {"FULLWIDTH", "HALFWIDTH", "MODIFIER"}) >= 15


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text(text: str) -> None:
    assert clean(text) == text


def harmless(text: str) -> bool:
    """Whether nothing in the text acts on a terminal or hides: line ends apart."""
    marks = set(text) - {"\n"}
    tags = {mark for mark in marks if "\U000e0000" <= mark <= "\U000e007f"}
    return not tags and not marks & (BIDI | UNSEEN) and not any(unicodedata.category(mark) in HIDDEN for mark in marks)


def test_no_character_at_all_gets_through_that_acts_or_hides() -> None:
    """Every code point there is, between two letters."""
    text = clean("".join(f"a{chr(code)}b" for code in range(0x110000)))
    assert harmless(text)
    assert "\n" not in text


def test_letters_marks_and_punctuation_are_never_touched() -> None:
    """Every letter, mark, digit and sign of punctuation, but the fillers nobody sees."""
    touched = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code))[0] in "LMNPS" and chr(code) not in FILLERS and clean(chr(code)) != chr(code)
    ]
    assert touched == []


@pytest.mark.parametrize("what", EVERY)
def test_json_loses_nothing_and_harms_nothing(what: str) -> None:
    text, _ = EVERY[what]
    written = escaped(json.dumps({"name": text}, ensure_ascii=False))
    assert harmless(written)
    assert "\n" not in written
    assert json.loads(written) == {"name": text}


# A whole clinic of it

EVILS = ["\x1b[31m", "\x07", "\x9b2J", "\u202e", "\u200b", "\nFAKE", " ".join(MARKUP)]
"""What is put into every field, each into those of a patient of its own."""
READS = ["due", "due --explain", "due --status all", "why {}", "find Evil", "patient list", "patient show {}",
         "session list", "session list {}", "session show {session}", "site list {}", "log", "log {}",
         "patient alert {} list", "exposure", "exposure {}", "bill 2026-08-23", "rule list", "payer list"]  # fmt: skip


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> tuple[Clinic, dict[str, str]]:
    """Patient after patient with a payload in every text; by the id, the session of each."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    sessions = {}
    for number, evil in enumerate(EVILS, 1):
        who = clinic.ok(
            "patient", "add", f"Evil{evil}, X", "1971-03-04", "--phone", f"0161{evil}", "--email", f"e{evil}",
            "--mrn", f"M{number}{evil}", "--payer", f"p{evil}", "--note", f"n{evil}n",
            "--allergy", f"nuts{evil}x", "--bleeding", f"warfarin and apixaban{evil}x", "--json",
        ).json["patient"]  # fmt: skip
        clinic.ok("site", "add", who, "ls l", "--point", f"P{evil}x", "--referred", f"r{evil}x")
        sessions[who] = clinic.inject(
            who, "ut l, ls l lido 1% 1ml each", "--on", "2026-08-23", "--next", "3mo", "--note", f"n{evil}n",
            "--as", f"A{evil}", "--lot", f"lido=L{_lot(evil)}x", "--adverse", f"other:a{evil}x",
            "--override", f"anticoagulant=o{evil}x",
        )  # fmt: skip
        clinic.ok("snooze", who, "tomorrow", "--reason", f"s{evil}x")
        clinic.ok("resume", who, "--note", f"r{evil}x")
    return clinic, sessions


def _lot(evil: str) -> str:
    return evil.replace("@", "")  # which begins an expiry


@pytest.mark.parametrize("form", ["plain", "table", "csv", "tsv", "json", "ndjson"])
@pytest.mark.parametrize("command", READS)
def test_no_command_lets_anything_through(ward: tuple[Clinic, dict[str, str]], command: str, form: str) -> None:
    clinic, sessions = ward
    for who, session in list(sessions.items()) if "{" in command else [("", "")]:
        line = command.format(who, session=session)
        answer = clinic.ok(*words(line), "--format", form, "--wide", "--color", "never")
        allowed = {"\t"} if form == "tsv" else set()
        assert harmless("".join(mark for mark in answer.out + answer.err if mark not in allowed)), line
        if form in {"json", "ndjson"}:
            assert all(json.loads(one) for one in answer.out.splitlines())


def test_json_gives_back_what_was_typed(ward: tuple[Clinic, dict[str, str]]) -> None:
    clinic, sessions = ward
    for (who, session), evil in zip(sessions.items(), EVILS, strict=True):
        shown = clinic.ok("patient", "show", who, "--json").json
        assert (shown["name"], shown["phone"], shown["note"]) == (f"Evil{evil}, X", f"0161{evil}".strip(), f"n{evil}n")
        assert {alert["text"] for alert in shown["alerts"]} == {f"nuts{evil}x", f"warfarin and apixaban{evil}x"}
        assert {site["point"] for site in shown["sites"]} == {f"P{evil}x", None}
        told = clinic.ok("session", "show", session, "--json").json
        assert (told["note"], told["injections"][0]["lot"]) == (f"n{evil}n", f"L{_lot(evil)}x")
        found = {one["rule"]: one for one in told["findings"]}["anticoagulant"]
        assert (found["reason"], f"warfarin and apixaban{evil}x" in found["text"]) == (f"o{evil}x", True)


def test_a_line_break_makes_no_row(ward: tuple[Clinic, dict[str, str]]) -> None:
    """A name cannot pose as another patient's row."""
    clinic, sessions = ward
    for form in ("plain", "table", "tsv"):
        lines = clinic.ok("patient", "list", "--format", form, "--wide").out.splitlines()
        assert len(lines) == len(sessions) + 1
        assert not any(line.startswith("FAKE") for line in lines)
    table = list(csv.reader(io.StringIO(clinic.ok("patient", "list", "--format", "csv").out)))
    assert len(table) == len(sessions) + 1


def test_markup_is_printed_as_it_was_typed(ward: tuple[Clinic, dict[str, str]]) -> None:
    clinic, _ = ward
    for form in ("plain", "table", "csv"):
        text = clinic.ok("patient", "list", "--format", form, "--wide").out
        assert f"Evil{' '.join(MARKUP)}, X" in text, form


def test_previews_questions_and_answers_are_clean_too(ward: tuple[Clinic, dict[str, str]]) -> None:
    clinic, sessions = ward
    reason = "--override 'anticoagulant=\x1b[31mwhy\u202e'"
    for who, session in sessions.items():
        for line in (f"inject {who} ut l dry {reason}", f"again {who} {reason}", f"stop {who} --reason died",
                     f"session void {session} --reason x", f"patient edit {who} --weight 60 -n",
                     f"stop {who} --reason other -n", f"site add {who} gm r -n"):  # fmt: skip
            answer = clinic.run(*words(line), stdin="n\n")
            assert answer.code in {0, 9}
            assert harmless(answer.out + answer.err), line
        for line in (f"inject {who} ut l dry --yes", f"again {who}", f"check {who} ut l lido 1% 1ml",
                     f"check {who} ut l dry --json"):  # fmt: skip
            answer = clinic.run(*words(line))
            assert answer.code == 4
            assert harmless(answer.out + answer.err), line


def test_what_comes_by_csv_is_clean_as_well(clinic: Clinic) -> None:
    head = "mrn,name,born,phone,email,payer\n"
    lines = []
    for number, (text, _) in enumerate(HARMFUL.values(), 1):
        cells = [f"M{number}", f"N{text}", "1971-03-04", f"p{text}p", f"e{text}e", f"q{text}q"]
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    path = clinic.home / "people.csv"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8", newline="")
    clinic.ok("import", str(path))
    shots = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,note\n" + "".join(
        f'M{number},2026-08-23,ut,L,lido,1%,1,3mo,"n{text}n"\n' for number, (text, _) in enumerate(HARMFUL.values(), 1)
    )
    path.write_text(shots, encoding="utf-8", newline="")
    clinic.ok("import", str(path))
    assert len(clinic.ok("patient", "list", "--json").rows) == len(HARMFUL)
    for line in ("patient list", "due", "find N", "session list"):
        for form in ("plain", "csv", "json", "table"):
            answer = clinic.ok(*words(line), "--format", form, "--wide", "--color", "never")
            assert harmless(answer.out + answer.err), (line, form)
    for number, (_, visible) in enumerate(HARMFUL.values(), 1):
        if "\n" not in visible:
            assert visible.split("\\x0d")[0] in clinic.ok("patient", "show", f"mrn:M{number}").out


def test_an_exported_csv_is_clean_but_for_lines_and_tabs(ward: tuple[Clinic, dict[str, str]]) -> None:
    clinic, _ = ward
    for kind in ("patients", "injections"):
        text = clinic.ok("export", "csv", "--kind", kind).out
        assert harmless(text.replace("\t", ""))
    assert harmless(clinic.ok("export", "json").out)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_printed_as_it_is_written(clinic: Clinic, name: str) -> None:
    clinic.patient(name)
    for form in ("plain", "table", "csv", "tsv", "json"):
        assert name in clinic.ok("patient", "list", "--format", form, "--wide").out, form
    assert clinic.ok("patient", "list", "--json").rows[0]["name"] == name
    found = clinic.ok("find", name.split(",")[0], "--json").rows
    assert [(row["name"], row["similar"]) for row in found] == [(name, False)]


def test_a_store_with_texts_that_could_not_be_typed(clinic: Clinic) -> None:
    """Whatever another program wrote into the store: no reading command trusts it."""
    from tpi_cli.store import connect
    from tpi_cli.store.place import Place

    clinic.patient()
    session = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo")
    evil = "".join(text for text, _ in HARMFUL.values())
    store = connect.open_store(Place(str(clinic.store), str(clinic.key)))
    for table, columns in (("patient", "name phone email mrn payer note"), ("site", "point note"),
                           ("session", "note recorded_by"), ("clinician", "code"), ("component", "lot"),
                           ("clinic", "name"), ("alert", "text"), ("injection", "note needle"),
                           ("finding", "text source recorded_by")):  # fmt: skip
        for column in columns.split():
            store.execute(f"UPDATE {table} SET {column} = ?", (f"x{evil}",))
    store.execute("UPDATE recall SET reasons = ?", (json.dumps([_reason(evil)], ensure_ascii=False),))
    store.close()
    for line in ("due --explain", "why 1", "patient list", "patient show 1", "session list", f"session show {session}",
                 "site list 1", "find x", "config list", "doctor", "agent list", "log",
                 "exposure 1", "bill", "rule list", "rule show red_flag",
                 "payer list", "payer show self_pay"):  # fmt: skip
        for form in ("plain", "csv", "json", "table"):
            answer = clinic.ok(*words(line), "--format", form, "--wide", "--color", "never")
            assert harmless(answer.out + answer.err), (line, form)


def _reason(evil: str) -> dict[str, Any]:
    return {"rule": f"r{evil}", "text": f"t{evil}", "source": f"s{evil}", "until": None}


def test_colour_is_the_only_thing_a_table_adds(ward: tuple[Clinic, dict[str, str]]) -> None:
    clinic, _ = ward
    text = clinic.ok("patient", "list", "--format", "table", "--color", "always", "--wide").out
    assert harmless(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert "\x1b[1m" in text
