"""SITE: a muscle and a side."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.sites import side, site
from tpi_cli.reference import muscles

UNDERSTOOD = """
typed                   | muscle             | side
upper trapezius L       | trapezius_upper    | L
Upper  Trapezius  left  | trapezius_upper    | L
trapezius_upper l       | trapezius_upper    | L
ut-l                    | trapezius_upper    | L
ut l                    | trapezius_upper    | L
UT-L                    | trapezius_upper    | L
Ut-Left                 | trapezius_upper    | L
upper-trapezius-r       | trapezius_upper    | R
mt r                    | trapezius_middle   | R
lt right                | trapezius_lower    | R
ls both                 | levator_scapulae   | both
is-both                 | infraspinatus      | both
ssp l                   | supraspinatus      | L
rh l                    | rhomboid_major     | L
scm r                   | sternocleidomastoid | R
ql l                    | quadratus_lumborum | L
gm l                    | gluteus_medius     | L
gmax l                  | gluteus_maximus    | L
gmin l                  | gluteus_minimus    | L
pir mid                 | piriformis         | mid
"""

REFUSED = """
typed             | caret           | words                                     | hint
ut                | ut              | which side? upper trapezius is paired     | ut l, ut r or ut both
upper trapezius   | upper trapezius | which side? upper trapezius is paired     | upper trapezius both
ut middle         | ut              | which side? upper trapezius is paired     | ut l, ut r or ut both
trapezius l       | trapezius       | could be upper trapezius, middle trapezius or lower trapezius | write ut, mt or lt
trapezius         | trapezius       | could be upper trapezius, middle trapezius or lower trapezius | write ut, mt or lt
utt l             | utt             | no muscle is called 'utt'                 | did you mean upper trapezius (ut)?
infraspinats-r    | infraspinats    | no muscle is called 'infraspinats'        | did you mean infraspinatus (is)
infraspinats      | infraspinats    | no muscle is called 'infraspinats'        | did you mean infraspinatus (is)
elbow l           | elbow           | no muscle is called 'elbow'               | tpi muscle list
l ut              | l               | the side comes after the muscle           | write ut l
left              | left            | the side comes after the muscle           | write ut left
ut l r            | r               | 'r' follows the side                      | a muscle and a side
ut l x3           | x3              | 'x3' follows the side                     | a muscle and a side
3                 | 3               | no muscle is called '3'                   | tpi muscle list
"""

SIDES = """
word   | side
l      | L
L      | L
left   | L
Left   | L
r      | R
RIGHT  | R
both   | both
Both   | both
mid    | mid
"""

PIECES = [
    "ut",
    "ut-l",
    "l",
    "r",
    "both",
    "mid",
    "upper",
    "trapezius",
    "-",
    "_",
    "3",
    "is",
    "x3",
    "left",
    "scm",
    ",",
]
VALID = [row[0] for row in rows(UNDERSTOOD)]


@pytest.mark.parametrize(("typed", "muscle", "on"), rows(UNDERSTOOD))
def test_a_site_is_understood(typed: str, muscle: str, on: str) -> None:
    assert site(typed) == (muscle, on)


@pytest.mark.parametrize(("typed", "caret", "words", "hint"), rows(REFUSED))
def test_what_is_no_site_is_refused_with_a_hint(typed: str, caret: str, words: str, hint: str) -> None:
    refused(site, typed, caret, words, hint)


@pytest.mark.parametrize(("word", "on"), rows(SIDES))
def test_a_side_in_any_case(word: str, on: str) -> None:
    assert side(word) == on


@pytest.mark.parametrize("word", ["", "middle", "m", "bilateral", "b", "lr", "l r", "1"])
def test_no_other_word_is_a_side(word: str) -> None:
    assert side(word) is None


@pytest.mark.parametrize("typed", ["", " ", "u" * 101])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(site, typed) is None


@given(st.sampled_from(sorted(muscles.all_muscles())), st.sampled_from(["l", "R", "both", "mid"]))
def test_every_muscle_is_reached_by_id_title_and_short_name(muscle: str, on: str) -> None:
    one = muscles.all_muscles()[muscle]
    for typed in (
        f"{one.muscle} {on}",
        f"{one.title} {on}",
        f"{one.short}-{on}",
        f"{one.short.lower()} {on}",
    ):
        assert site(typed) == (muscle, side(on))


@settings(max_examples=400, deadline=None)
@given(anything(PIECES) | slips(VALID))
def test_no_text_does_anything_but_mean_a_site_or_be_refused(typed: str) -> None:
    found = read_or_refused(site, typed)
    assert found is None or (found[0] in muscles.all_muscles() and found[1] in ("L", "R", "mid", "both"))


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=4):
        read_or_refused(site, typed)
    assert time.monotonic() - started < 60
