"""Whatever stands in a header, a cell or a map file: it is understood, or refused in one line; nothing else happens."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.errors import Usage
from tpi_cli.exchange import map as maps
from tpi_cli.exchange.columns import Translation, translation
from tpi_cli.exchange.delimiter import sniffed
from tpi_cli.exchange.map import Map, Part
from tpi_cli.reference.headings import all_headings

FIELDS = sorted({name for kind in all_headings().values() for name in kind})
CELL = st.text(max_size=40) | st.from_regex(r"[0-9.,:/ \\-]{0,12}", fullmatch=True)
DOSE = st.lists(
    st.sampled_from(["lido", "1%", "2", "ml", "+", "L", "R", "bilat", "QL", ",", "1:200000", "epi", "dry", "0"])
)
KINDS = st.sampled_from(sorted(all_headings()))
MAP = """
date = ["DD/MM/YYYY", "D MMM YYYY hh:mm"]
decimal = ","
thousands = "."
sharing = "total"
between = ";"
[columns]
"Spot" = "site"
"Rx" = "mix"
[units]
pain_before = "score"
volume_ml = "ml"
"""


def read(folder: Path, text: str) -> maps.Map:
    path = folder / "fuzz.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return maps.read(str(path))


def tried(call: Callable[[], Any]) -> Any:
    """What the call answers, or the refusal it ends in; any other error is one."""
    try:
        return call()
    except Usage as fault:
        return fault


def said(refusal: Usage) -> bool:
    return bool(str(refusal)) and "\n" not in str(refusal) and bool(refusal.hint)


@given(KINDS, st.lists(CELL | st.sampled_from(FIELDS), max_size=12), st.data())
def test_any_header_and_any_cells(kind: str, header: list[str], data: st.DataObject) -> None:
    found = tried(lambda: translation(header, kind, Map("any", (Part(kind),))))
    if isinstance(found, Usage):
        assert said(found)
        return
    raw = {name: data.draw(CELL) for name in header}
    made = found.made(raw)
    assert all(column and what for column, what in made.wrong)
    assert all("mrn" in row for _, row in made.rows)


@given(DOSE.map(" ".join) | CELL, DOSE.map(" ".join) | CELL, CELL, CELL)
def test_any_cells_under_a_map(
    tmp_path_factory: pytest.TempPathFactory, site: str, mix: str, on: str, pain: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    header = ["mrn", "date", "Spot", "Rx", "pain_before", "follow_up"]
    found = translation(header, "injections", read(folder, MAP))
    raw = dict(zip(header, ("1", on, site, mix, pain, on), strict=True))
    made = found.made(raw)
    assert all(column in header and what for column, what in made.wrong)
    assert made.rows
    assert all({"site", "mix"}.isdisjoint(row) for _, row in made.rows)


KEYS = st.sampled_from(sorted(maps.KEYS))
VALUES = st.recursive(
    st.sampled_from(["'born'", "'x'", "''", "1", "true", "2026-01-01", "'DD/MM/YYYY'", "'{A}'", "'each'", "'kg'"]),
    lambda below: (
        st.lists(below, max_size=3).map(lambda all_: f"[{', '.join(all_)}]")
        | st.dictionaries(st.sampled_from(["'A'", "born", "weight_kg", "site"]), below, max_size=3).map(
            lambda all_: "{" + ", ".join(f"{key} = {value}" for key, value in all_.items()) + "}"
        )
    ),
    max_leaves=4,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5).map(lambda all_: "\n".join(f"{k} = {v}" for k, v in all_.items())))
def test_any_map(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    found = tried(lambda: translation(["mrn", "name", "born", "A"], None, read(folder, text)))
    assert isinstance(found, Translation) or said(found)


@given(st.text(max_size=200))
def test_any_text_as_a_map(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    found = tried(lambda: read(tmp_path_factory.getbasetemp(), text))
    assert isinstance(found, maps.Map) or said(found)


@given(st.text(max_size=200))
def test_any_first_line(line: str) -> None:
    found = tried(lambda: sniffed(line))
    assert found in maps.DELIMITERS or said(found)
