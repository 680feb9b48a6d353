"""The short form of the counts of tampering, bit flips, bad values, hostile files and canaries.

Each also notices when the program is broken.
"""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import bad_values, bit_flips, canaries, canary_acts, hostile_files, spilled, tampering, tree
from tests.faults.bad_values import Trial
from tests.faults.hostile import CASES as HOSTILE
from tests.faults.tampering import CASES, INSIDER, OUTSIDER, Case
from tests.faults.trials import Given

pytestmark = pytest.mark.slow

WITH_BOTH = ("both",)


def named(*words: str) -> list[Case]:
    """The cases with one of these words in their names."""
    return [one for one in CASES if any(word in one.name for word in words)]


@pytest.mark.parametrize("by", [OUTSIDER, INSIDER])
def test_there_are_at_least_24_cases_by_outsiders_and_by_insiders(by: str) -> None:
    own = [one.name for one in CASES if one.by == by]
    assert len(set(own)) == len(own) >= 24


@pytest.mark.parametrize("by", [OUTSIDER, INSIDER])
def test_every_tampering_is_found_with_the_officer_key_and_an_anchor(by: str) -> None:
    outcomes = tampering.run(cases=[one for one in CASES if one.by == by], proofs=WITH_BOTH)
    assert [one.case.name for one in outcomes if one.missed] == []


def test_without_macs_a_log_worked_out_anew_is_missed_and_said_to_be() -> None:
    outcomes = tampering.run("macs", named("mac blanked", "log's key taken"), WITH_BOTH)
    assert outcomes and all(one.missed for one in outcomes)
    assert f"{len(outcomes)} missed" in tampering.told(outcomes)


def test_without_hashes_of_records_an_edit_is_missed_and_said_to_be() -> None:
    outcomes = tampering.run("records", named("dose changed", "alert ended", "salt and entry kept"), WITH_BOTH)
    plain = [one for one in outcomes if "chain anew" not in one.case.name]
    assert len(plain) == 3 and all(one.missed for one in plain)


def test_every_bit_turned_over_is_found() -> None:
    count = bit_flips.run(90, seed=7)
    assert count.missed == 0, bit_flips.told(count)
    assert all(codes.total() for codes in count.codes.values()), "every kind of place was hit"


def test_without_macs_of_pages_and_hashes_of_records_a_bit_is_missed() -> None:
    count = bit_flips.run(40, seed=7, blind=True)
    assert count.codes["free page"][0] > 0, bit_flips.told(count)
    assert count.missed > 0


def test_bad_values_end_in_words_and_change_nothing() -> None:
    found = bad_values.trial(Given(60, seed=3))
    assert not found.wrong, found
    assert f"60 inputs to {len(tree.commands())} commands" in found.line


def test_a_reader_that_fails_and_a_refusal_that_writes_are_found() -> None:
    inputs = [Trial(("call", "PT-0001", "reached", "32 frob")), Trial(("why", "nobody"))]
    assert not bad_values.trial(Given(len(inputs)), inputs).wrong
    wrong = "\n".join(bad_values.trial(Given(len(inputs), broken=True), inputs).wrong)
    assert "unexpected ValueError" in wrong
    assert "the store was changed" in wrong


def test_hostile_files_are_refused() -> None:
    assert len({one.name for one in HOSTILE}) == len(HOSTILE) >= 40
    found = hostile_files.trial(Given(30, seed=3))
    assert not found.wrong, found


def test_a_bound_taken_away_and_a_refusal_of_a_file_that_writes_are_found() -> None:
    few = [one for one in HOSTILE if one.name in {"CSV: too many lines", "note: a NUL", "CSV: a folder"}]
    wrong = hostile_files.trial(Given(len(few), broken=True), few).wrong
    assert [one.split(": ")[:2] for one in wrong] == [["CSV", "too many lines"], ["note", "a NUL"]]


def test_no_canary_is_found_outside_stdout_and_the_store() -> None:
    outcome = canaries.trial(Given(40))
    assert outcome.wrong == [], outcome.line
    assert "40 commands run" in outcome.line


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> canary_acts.Ward:
    """The ward with a canary in every field, made once."""
    return canary_acts.filled(tmp_path_factory.mktemp("canaries"))


@pytest.mark.parametrize("kind", sorted(canaries.FOUND_BY))
def test_a_canary_is_found_where_the_program_lets_one_out(tmp_path: Path, ward: canary_acts.Ward, kind: str) -> None:
    assert canaries.caught(kind, ward, 1, tmp_path)


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in capitals": lambda word: word.upper().encode(),
    "UTF-16": lambda word: word.encode("utf-16"),
    "UTF-16, the other way round": lambda word: word.lower().encode("utf-16-be"),
    "hex": lambda word: word.encode().hex().upper().encode(),
    "base64": lambda word: base64.b64encode(word.encode()),
    "base64, one further": lambda word: base64.b64encode(b"a" + word.encode()),
    "base64, two further": lambda word: base64.b64encode(b"ab" + word.encode()),
}


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_a_canary_is_found_in_every_spelling(spelt: str) -> None:
    assert spilled.in_bytes(b"x\x00" + SPELLINGS[spelt](spilled.word("patient-note", 2)) + b"y")
    assert not spilled.in_bytes(SPELLINGS[spelt]("Zq7Kitepatientnote2x"))
