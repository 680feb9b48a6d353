"""Keys on paper: typed years later, by somebody else, in a hurry. A slip is refused rather than taken for a key."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.rules import paper
from tpi_cli.rules.paper import OFFICER, RECOVERY

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, written out again."""
KEYS = st.binary(min_size=32, max_size=32)
KINDS = st.sampled_from([OFFICER, RECOVERY])
KEY = bytes(range(7, 39))
EDGES = [bytes(32), b"\xff" * 32, bytes(31) + b"\x01", b"\x80" + bytes(31), KEY]


@pytest.mark.parametrize("kind", [OFFICER, RECOVERY])
@pytest.mark.parametrize("key", EDGES, ids=lambda key: key.hex()[:8])
def test_a_key_is_fourteen_groups_of_four(kind: str, key: bytes) -> None:
    groups = paper.write(kind, key).split("-")
    assert [len(group) for group in groups] == [4] * 14
    assert set("".join(groups)) <= set(LETTERS)
    assert paper.read(kind, "-".join(groups)) == key


@given(KINDS, KEYS)
def test_every_key_is_read_back(kind: str, key: bytes) -> None:
    assert paper.read(kind, paper.write(kind, key)) == key


def test_what_is_written_on_paper_out_there_is_still_read() -> None:
    assert paper.read(OFFICER, "01R8-1450-P30D-1R7H-048J-2CA1-A5GQ-30CH-M6RW-3MF1-Y811-48HJ-8996-0WHJ") == KEY
    assert paper.read(RECOVERY, "01R8-1450-P30D-1R7H-048J-2CA1-A5GQ-30CH-M6RW-3MF1-Y811-48HJ-8996-9PK6") == KEY


@given(KEYS)
def test_one_kind_of_key_is_not_taken_for_the_other(key: bytes) -> None:
    """The store's key typed where the officer key is asked for must not be put into a file, and the other way round."""
    assert paper.read(OFFICER, paper.write(RECOVERY, key)) is None
    assert paper.read(RECOVERY, paper.write(OFFICER, key)) is None


# --- slips


def _digits(kind: str, key: bytes) -> str:
    return paper.write(kind, key).replace("-", "")


@pytest.mark.parametrize("key", EDGES, ids=lambda key: key.hex()[:8])
def test_every_single_wrong_letter_is_refused(key: bytes) -> None:
    digits = _digits(OFFICER, key)
    let_through = [
        (place, wrong)
        for place, right in enumerate(digits)
        for wrong in LETTERS.replace(right, "")
        if paper.read(OFFICER, digits[:place] + wrong + digits[place + 1 :]) is not None
    ]
    assert let_through == []


@pytest.mark.parametrize("key", EDGES, ids=lambda key: key.hex()[:8])
def test_two_neighbours_swapped_are_refused(key: bytes) -> None:
    digits = _digits(RECOVERY, key)
    pairs = [(place, one, other) for place, (one, other) in enumerate(pairwise(digits)) if one != other]
    for place, one, other in pairs:
        assert paper.read(RECOVERY, digits[:place] + other + one + digits[place + 2 :]) is None, place


@given(KINDS, KEYS, st.data())
def test_a_slip_is_never_another_key(kind: str, key: bytes, data: st.DataObject) -> None:
    """Four letters of checksum: of a million slips about one gets through, and none in a run of these tests."""
    digits = _digits(kind, key)
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from(LETTERS.replace(digits[place], "")))
    assert paper.read(kind, digits[:place] + wrong + digits[place + 1 :]) in {None, key}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text[5:],
        lambda text: text + "0",
        lambda text: text + "-0000",
        lambda text: text + text,
        lambda text: "".join(reversed(text)),
        lambda text: text.replace("-", "_"),
        lambda text: text.replace(text[0], "U", 1),
        lambda text: text.replace(text[0], "!", 1),
        lambda text: text.replace(text[0], "é", 1),
        lambda text: text[:-1] + "\x00",
        lambda text: "Z" * 56,
        lambda text: f"officer key {text}",
        lambda text: KEY.hex(),
    ],
)
def test_what_is_no_key(change: object) -> None:
    assert paper.read(OFFICER, change(paper.write(OFFICER, KEY))) is None  # type: ignore[operator]


@pytest.mark.parametrize("ones", ["9", "G", "Z"])
def test_digits_beyond_32_bytes_are_refused(ones: str) -> None:
    """52 digits hold four bits more than a key has: a second way to write one would be a slip that passes."""
    assert paper.read(OFFICER, ones + "0" * 55) is None


# --- ways to type it


@given(KINDS, KEYS, st.data())
def test_capitals_dashes_and_blanks_are_of_no_account(kind: str, key: bytes, data: st.DataObject) -> None:
    digits = _digits(kind, key)
    between = st.sampled_from(["", "", "-", " ", " - ", "\n", "\t", "\r\n"])
    typed = "".join(data.draw(st.sampled_from([digit, digit.lower()])) + data.draw(between) for digit in digits)
    assert paper.read(kind, f" {typed}\n") == key


@given(KINDS, KEYS, st.data())
def test_i_l_and_o_stand_for_the_digits_they_look_like(kind: str, key: bytes, data: st.DataObject) -> None:
    looks = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(data.draw(st.sampled_from(looks.get(digit, digit))) for digit in _digits(kind, key))
    assert paper.read(kind, typed) == key


@given(st.text() | st.text(LETTERS + "-iIlLoO ", min_size=50, max_size=70))
def test_no_text_raises(text: str) -> None:
    found = paper.read(OFFICER, text)
    assert found is None or len(found) == 32
