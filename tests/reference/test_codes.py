"""The codes: numbers without descriptions, certain only where a source says so, one agent table behind them."""

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tpi_cli.reference import agents
from tpi_cli.reference.codes import all_codes
from tpi_cli.reference.tables import rows, several
from tpi_cli.rules.coding import Code

KNOWLEDGE = Path(__file__).parents[3] / "shared" / "knowledge" / "codes.csv"
CERTAIN = ("sourced", "sourced (secondary)", "sourced (unit); date own", "sourced: deleted")
"""What the confidence column says of a row that is certain; anything else is not."""
UNCLASSIFIED = "J3490"
"""A code that is certain in itself, but not for the one agent it stands beside."""


def table() -> dict[str, Code]:
    return {code.entry: code for code in all_codes()}


def gathered() -> dict[str, dict[str, str]]:
    """The rows this project was given, by code."""
    if not KNOWLEDGE.exists() and not (KNOWLEDGE.parent.exists() and os.environ.get("CI")):
        pytest.skip(f"NOT COMPARED with what was gathered: {KNOWLEDGE} is not here")
    with KNOWLEDGE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


PROCEDURES = [
    ("20552", "injection", 1, 2, None),
    ("20553", "injection", 3, None, None),
    ("20560", "dry", 1, 2, date(2020, 1, 1)),
    ("20561", "dry", 3, None, date(2020, 1, 1)),
]


@pytest.mark.parametrize(("code", "use", "least", "most", "since"), PROCEDURES)
def test_procedures_go_by_the_number_of_muscles(
    code: str, use: str, least: int, most: int | None, since: date | None
) -> None:
    one = table()[code]
    assert (one.code, one.use, one.muscles_from, one.muscles_to, one.valid_from) == (code, use, least, most, since)
    assert one.certain


UNITS = {
    "J1010": "1 mg", "J1020": "20 mg", "J1030": "40 mg", "J1040": "80 mg", "J3301": "10 mg", "J1100": "1 mg",
    "J0702": "6 mg", "J1885": "15 mg", "J0665": "0.5 mg", "J2795": "1 mg", "J0670": "10 mg", "J2003": "1 mg",
    "J2004": "1 mg", "J2401": "1 mg", "J0585": "1 units", "J0586": "5 units", "J0588": "1 units",
    "J0587": "100 units", "A4216": "10 mL", "J3490": "",
}  # fmt: skip


def test_billing_units_are_an_amount_and_a_unit() -> None:
    drugs = {code.code: code for code in all_codes() if code.use == "drug"}
    assert {code: f"{one.unit_amount or ''} {one.unit}".strip() for code, one in drugs.items()} == UNITS
    assert all(isinstance(one.unit_amount, Decimal) for code, one in drugs.items() if code != UNCLASSIFIED)


def test_certain_is_only_what_the_gathered_table_calls_sourced() -> None:
    theirs = gathered()
    for code in all_codes():
        if not code.code or code.code == UNCLASSIFIED:
            continue
        confidence = theirs[code.code]["confidence"] if code.code in theirs else "unsourced"
        assert code.certain == (confidence in CERTAIN), (code.code, confidence)
    assert not table()[UNCLASSIFIED].certain


def test_days_in_force_are_those_gathered() -> None:
    theirs = gathered()
    for code in all_codes():
        if code.code in theirs:
            days = tuple(str(day or "") for day in (code.valid_from, code.valid_to))
            assert days == (theirs[code.code]["valid_from"], theirs[code.code]["valid_to"]), code.code


def test_what_is_not_certain_names_a_source_that_says_so() -> None:
    unsourced = {row["source"] for row in rows("sources") if row["read"] == "unsourced"}
    for code in all_codes():
        sources = set(several(code.source))
        assert code.certain or sources & unsourced, code.code
        assert not code.certain or sources - unsourced, code.code


def test_drug_codes_are_those_of_the_agent_table() -> None:
    """An agent's codes stand in both tables: the one that bills may have earlier ones beside them."""
    drugs = [code for code in all_codes() if code.use == "drug"]
    for one in agents.all_agents().values():
        now = {(code.code, code.with_epinephrine) for code in drugs if code.agent == one.agent and not code.valid_to}
        theirs = {(code, epi) for code, epi in ((one.hcpcs, False), (one.hcpcs_epi, True)) if code}
        assert now == theirs, one.agent


def test_every_agent_named_is_in_the_agent_table() -> None:
    named = {code.agent for code in all_codes() if code.use in {"drug", "not_counted"}}
    assert named <= agents.all_agents().keys()
    assert all(not code.agent for code in all_codes() if code.use not in {"drug", "not_counted"})
    assert {code.agent for code in all_codes() if code.use == "not_counted"} == {"dextrose", "biologic_or_unapproved"}
    assert agents.all_agents()["dextrose"].agent_class == "irritant"


def test_one_of_the_modifiers_is_due_since_july_2023() -> None:
    assert {code.code: str(code.valid_from) for code in all_codes() if code.use == "modifier"} == {
        "JW": "2017-01-01",
        "JZ": "2023-07-01",
    }


def test_codes_do_not_end_before_they_begin() -> None:
    assert all(not (code.valid_from and code.valid_to) or code.valid_from <= code.valid_to for code in all_codes())


def test_nobody_signed_it_off() -> None:
    assert {(code.sign_off, code.revision) for code in all_codes()} == {("not signed off", "1")}


DESCRIBED = ("single or multiple", "trigger point(s)", "muscle(s)", "injection(s)")


def test_words_are_our_own() -> None:
    """The AMA's descriptions are not shipped, nor any sentence of the gathered table."""
    theirs = {row["meaning_in_our_words"] for row in gathered().values() if len(row["meaning_in_our_words"]) > 30}
    text = " ".join(f"{code.words} {code.note}" for code in all_codes()).casefold()
    assert not [sentence for sentence in theirs if sentence.casefold() in text]
    assert not [words for words in DESCRIBED if words in text]
