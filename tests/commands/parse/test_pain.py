"""PAIN: a score from 0 to 10, or before and after."""

import time

import pytest
from hypothesis import given, settings

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.pain import pain
from tpi_cli.rules.values import Pain

REFUSED = """
typed   | caret   | words                | hint
11      | 11      | pain is 0 to 10      | 7, or 7:3
7:11    | 11      | pain is 0 to 10      | 7, or 7:3
100:3   | 100     | pain is 0 to 10      | 7, or 7:3
6.5     | 6.5     | a whole number       | from 0 to 10
7:2.5   | 2.5     | a whole number       | from 0 to 10
6,5     | 6,5     | a whole number       | from 0 to 10
7>3     | 7>3     | not a pain score     | write 7:3
7->3    | 7->3    | not a pain score     | write 7:3
7/3     | 7/3     | not a pain score     | write 7:3
7-3     | 7-3     | not a pain score     | write 7:3
7 3     | 7 3     | not a pain score     | write 7:3
7 to 3  | 7 to 3  | not a pain score     | write 7:3
7: 3    | 7: 3    | not a pain score     | write 7:3
7/10    | 7/10    | not a pain score     | write 7 for 7 of 10, or 7:10
7:      | 7:      | a score is missing   | 7, or 7:3
:3      | :3      | a score is missing   | 7, or 7:3
07      | 07      | not start with 0     | 7, or 7:3
-1      | -1      | not a pain score     | 7, or 7:3
seven   | seven   | not a pain score     | 7, or 7:3
7:3:1   | 3:1     | not a pain score     | 7, or 7:3
"""

PIECES = ["7", "3", ":", "10", "11", "0", "-", ">", "/", ".", "to", " ", "5", "\u0667"]


@pytest.mark.parametrize("before", range(11))
def test_a_score_alone_is_before(before: int) -> None:
    assert pain(str(before)) == Pain(before, None)


@pytest.mark.parametrize("before", range(11))
@pytest.mark.parametrize("after", range(11))
def test_two_scores_are_before_and_after(before: int, after: int) -> None:
    assert pain(f" {before}:{after}") == Pain(before, after)


@pytest.mark.parametrize(("typed", "caret", "words", "hint"), rows(REFUSED))
def test_what_is_no_score_is_refused_with_a_hint(typed: str, caret: str, words: str, hint: str) -> None:
    refused(pain, typed, caret, words, hint)


@pytest.mark.parametrize("typed", ["", " ", "7" * 101])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(pain, typed) is None


@settings(max_examples=400, deadline=None)
@given(anything(PIECES) | slips(["7", "7:3", "10:0"]))
def test_no_text_does_anything_but_mean_a_score_or_be_refused(typed: str) -> None:
    found = read_or_refused(pain, typed)
    if found is not None:
        after = "" if found.after is None else f":{found.after}"
        assert typed.strip() == f"{found.before}{after}"
        assert 0 <= found.before <= 10
        assert 0 <= (found.after or 0) <= 10


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=3):
        read_or_refused(pain, typed)
    assert time.monotonic() - started < 60
