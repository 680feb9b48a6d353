"""A map file: what it may say, and what a wrong one is answered with: one line, and what to write."""

from pathlib import Path

import pytest

from tpi_cli.errors import Usage
from tpi_cli.exchange import map as maps
from tpi_cli.exchange.foreign_numbers import Signs


def read(folder: Path, text: str) -> maps.Map:
    path = folder / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return maps.read(str(path))


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("[columns]\nDOS = date", "at line 2", "whole one"),
        ("[columns]\nPt Name = 'name'", "at line 2", "whole one"),
        ("[columns]\n'DOB' = 'borne'", "no field 'borne'", "did you mean born?"),
        ("kind = 'patients'\n[columns]\n'X' = 'muscle'", "no field 'muscle'", "one of mrn, name"),
        ("kind = 'injection'", "no kind 'injection'", "did you mean injections?"),
        ("[colums]\n", "no key 'colums'", "did you mean columns?"),
        ("columns = 'x'", "columns is no table", "[columns]"),
        ("[columns]\nMuscle.inj = 'site'", "columns.Muscle is no text", "quotes"),
        ("[columns]\n'A' = 'mrn'\n'B' = 'mrn'", "mrn is given twice", "[join]"),
        ("[columns]\n'A' = 'mrn'\n[constants]\nmrn = '1'", "mrn is given twice", "[join]"),
        ("[columns]\n'A' = 'site'\n'B' = 'side'", "site holds side", "leave one"),
        ("[columns]\n'A' = 'mix'\n'B' = 'agent'", "mix holds agent", "leave one"),
        ("date = 'DD/MM/YY'", "no form of a day", "DD/MM/YYYY"),
        ("date = 3", "neither a text nor a list", "date ="),
        ("decimal = ';'", "decimal and thousands are signs", ","),
        ("decimal = ','\nthousands = ','", "both ','", "two signs"),
        ("[units]\nweight_kg = 'stone'", "no unit of weight_kg 'stone'", "one of kg, g, lb"),
        ("[units]\nmuscle = 'kg'", "muscle has no unit", "help"),
        ("sharing = 'half'", "sharing = 'half'", "each"),
        ("patient = ['born']", "patient = ['born']", "name"),
        ("delimiter = '.'", "delimiter = '.'", "one of"),
        ("[values]\nsex = 'x'", "values.sex is no table", "[values.sex]"),
        ("[values.sax]\na = 'b'", "no field 'sax'", "did you mean sex?"),
        ("table = 'x'", "table is no list", "[[table]]"),
        ("[[table]]\nspeling = 'x'", "no key 'speling'", "one of"),
        ("[[table]]\ndelimiter = ','", "no key 'delimiter'", ""),
    ],
)
def test_a_wrong_map(tmp_path: Path, text: str, told: str, hint: str) -> None:
    with pytest.raises(Usage) as fault:
        read(tmp_path, text)
    assert told in str(fault.value)
    assert str(fault.value).startswith(f"{tmp_path / 'clinic.toml'}: ")
    assert "\n" not in str(fault.value)
    assert hint in fault.value.hint
    assert fault.value.hint


def test_a_file_that_is_no_map(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="cannot be read") as fault:
        maps.read(str(tmp_path / "nobody.toml"))
    assert "synthea or openemr" in fault.value.hint
    (tmp_path / "large.toml").write_bytes(b"#" * (maps.LARGEST + 1))
    with pytest.raises(Usage, match="larger than 256 kB"):
        maps.read(str(tmp_path / "large.toml"))
    (tmp_path / "latin.toml").write_bytes("# Müller".encode("latin-1"))
    with pytest.raises(Usage, match="not UTF-8"):
        maps.read(str(tmp_path / "latin.toml"))


def test_what_stands_above_the_tables_holds_for_each(tmp_path: Path) -> None:
    found = read(
        tmp_path, "\ufeffdate = 'DD/MM/YYYY'\ndelimiter = ';'\n[[table]]\nkind = 'weights'\n[[table]]\ndecimal = ','\n"
    )
    assert [one.kind for one in found.parts] == ["weights", ""]
    assert {one.forms for one in found.parts} == {("%d/%m/%Y",)}
    assert [one.signs for one in found.parts] == [Signs(), Signs(",")]
    assert found.delimiter == ";"


def test_a_table_of_two_kinds_is_split_by_what_concerns_each(tmp_path: Path) -> None:
    text = "kind = ['patients', 'injections']\n[columns]\n'P' = 'name'\n'S' = 'site'\n'W' = ''\n"
    people, shots = read(tmp_path, text).parts
    assert people.columns == {"P": "name", "W": ""}
    assert shots.columns == {"P": "name", "S": "site", "W": ""}


@pytest.mark.parametrize("name", maps.PROFILES)
def test_a_shipped_map_is_whole(name: str) -> None:
    """Every table of it is told from the others by its columns alone, or by its rows where the columns are the same."""
    found = maps.read(name)
    assert all(one.has and (one.skip or one.kind) for one in found.parts)
    for one in found.parts:
        rival = [other for other in found.parts if other.has != one.has and len(other.has) == len(one.has)]
        assert not [other for other in rival if set(other.has) <= set(one.has)]
