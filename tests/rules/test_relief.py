"""How a session worked: relief in percent, how long it is known to have lasted, and what asks for a look."""

from datetime import date
from decimal import Decimal

import pytest

from tests.commands.reading import rows
from tpi_cli.rules import relief
from tpi_cli.rules.relief import Response, Score, Wanted

SINCE = date(2026, 1, 1)
MEDICARE, CLINIC = Wanted(Decimal(50), 6), Wanted(Decimal(30), 6)

PERCENT = """
    before | after | said | relief
    7      | 3     | -    | 57.14285714285714285714285714
    8      | 4     | -    | 50
    4      | 4     | -    | 0
    4      | 5     | -    | -25
    10     | 0     | -    | 100
    0      | 0     | -    | -
    -      | 3     | -    | -
    7      | -     | -    | -
    7      | 3     | 20   | 20
    -      | -     | 60   | 60
    0      | 2     | -10  | -10
"""


def number(text: str) -> int | None:
    return None if text == "-" else int(text)


@pytest.mark.parametrize(("before", "after", "said", "expected"), rows(PERCENT))
def test_relief_in_percent(before: str, after: str, said: str, expected: str) -> None:
    """Undefined at baseline 0 and without one; below zero for worse; what the patient said goes first."""
    score = Score(SINCE, number(after), None if said == "-" else Decimal(said))
    found = relief.percent(number(before), score)
    assert (None if found is None else Decimal(found)) == (None if expected == "-" else Decimal(expected))


RESPONSES = """
    scores from pain 8                          | wanted   | kind   | until      | at least
    -                                           | medicare | none   | -          | no
    -                                           | nothing  | none   | -          | no
    2026-01-15 4                                | medicare | short  | 2026-01-15 | yes
    2026-02-11 4                                | medicare | short  | 2026-02-11 | yes
    2026-02-12 4                                | medicare | enough | 2026-02-12 | yes
    2026-02-12 5                                | medicare | low    | -          | no
    2026-02-12 5                                | clinic   | enough | 2026-02-12 | yes
    2026-01-15 4, 2026-03-01 8                  | medicare | low    | 2026-01-15 | no
    2026-01-15 4, 2026-02-12 4, 2026-04-01 8    | medicare | enough | 2026-02-12 | no
    2026-01-02 8, 2026-02-12 2                  | medicare | enough | 2026-02-12 | yes
    2026-01-15 9                                | clinic   | low    | -          | no
    2026-01-15 9                                | nothing  | low    | -          | no
    2026-01-15 8                                | nothing  | low    | -          | no
    2026-01-15 7                                | nothing  | enough | 2026-01-15 | yes
    2026-01-01 2                                | medicare | short  | 2026-01-01 | yes
    2026-04-01 8, 2026-02-12 4                  | medicare | enough | 2026-02-12 | no
"""
"""Six weeks from 1 January 2026 is 12 February."""


@pytest.mark.parametrize(("scores", "wanted", "kind", "until", "at_least"), rows(RESPONSES))
def test_what_the_scores_say(scores: str, wanted: str, kind: str, until: str, at_least: str) -> None:
    asked = {"medicare": MEDICARE, "clinic": CLINIC, "nothing": Wanted()}[wanted]
    given = [] if scores == "-" else [part.split() for part in scores.split(", ")]
    read = [Score(date.fromisoformat(day), int(pain)) for day, pain in given]
    found = relief.response(SINCE, 8, read, asked)
    assert (found.kind, str(found.until or "-"), found.at_least) == (kind, until, at_least == "yes")


def test_a_response_tells_all_it_was_made_of() -> None:
    good, bad = Score(date(2026, 2, 12), 2), Score(date(2026, 3, 1), 8)
    assert relief.response(SINCE, 8, [], MEDICARE) == Response("none", SINCE)
    assert relief.response(SINCE, 8, [bad], MEDICARE) == Response("low", SINCE, Decimal(0))
    assert relief.response(SINCE, 8, [good], Wanted()) == Response("enough", SINCE, Decimal(75), good.on, at_least=True)
    assert relief.response(SINCE, 8, [good], MEDICARE) == Response("enough", SINCE, Decimal(75), good.on, at_least=True)
    gone = Response("enough", SINCE, Decimal(75), good.on, worn_off=bad.on)
    assert relief.response(SINCE, 8, [bad, good], MEDICARE) == gone
    assert not gone.meaningless
    assert relief.response(SINCE, 8, [bad], MEDICARE).meaningless


def test_a_score_without_a_pain_before_is_told_apart_from_none() -> None:
    answer = relief.response(SINCE, None, [Score(date(2026, 2, 12), 3)], MEDICARE)
    assert answer == Response("unmeasured", SINCE, until=date(2026, 2, 12))
    assert relief.words(answer, MEDICARE) == (
        "score of 2026-02-12 without a pain before to measure it by (tpi outcome --relief)"
    )
    assert relief.response(SINCE, 0, [Score(date(2026, 2, 12), 3)], MEDICARE).kind == "unmeasured"


def test_scores_come_in_any_order_and_may_fall_on_one_day() -> None:
    day = date(2026, 2, 12)
    same = [Score(day, None, Decimal(60)), Score(day, 8)]
    assert relief.response(SINCE, 8, same, MEDICARE) == Response("enough", SINCE, Decimal(60), day, at_least=True)


def test_relief_without_a_duration_asked_for_is_enough_at_once() -> None:
    half = Wanted(Decimal(50))
    assert relief.response(SINCE, 8, [Score(SINCE, 4)], half).kind == "enough"
    assert relief.response(SINCE, 8, [Score(SINCE, 5)], half).kind == "low"
    assert relief.words(Response("low", SINCE, Decimal(10)), Wanted()) == "relief 10 % since 2026-01-01, no better"


@pytest.mark.parametrize(
    ("kind", "payer", "advice"),
    [
        ("none", True, True),
        ("unmeasured", True, True),
        ("low", True, True),
        ("short", True, False),
        ("enough", False, False),
    ],
)
def test_what_asks_for_a_look_before_a_repeat(kind: str, payer: bool, advice: bool) -> None:
    """For a payer relief must have been shown to last; the clinic's advice lets a good score be."""
    answer = Response(kind, SINCE)
    assert relief.calls_for_reassessment(answer, enforced=True) is payer
    assert relief.calls_for_reassessment(answer, enforced=False) is advice


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response("none", SINCE), "no outcome score since 2026-01-01"),
        (Response("low", SINCE, Decimal("12.5")), "relief 13 % since 2026-01-01, below 50 %"),
        (Response("low", SINCE, Decimal("37.5")), "relief 38 % since 2026-01-01, below 50 %"),
        (Response("low", SINCE, Decimal(-25)), "relief -25 % since 2026-01-01, below 50 %"),
        (
            Response("short", SINCE, Decimal(50), date(2026, 1, 15), at_least=True),
            "relief 50 % since 2026-01-01, for at least 2 weeks of 6 asked for",
        ),
        (
            Response("low", SINCE, Decimal(50), date(2026, 1, 15)),
            "relief 50 % since 2026-01-01, for 2 weeks of 6 asked for",
        ),
        (
            Response("enough", SINCE, Decimal(75), date(2026, 3, 4), at_least=True),
            "relief 75 % since 2026-01-01, for at least 8 weeks",
        ),
    ],
)
def test_in_words(answer: Response, expected: str) -> None:
    assert relief.words(answer, MEDICARE) == expected


def test_weeks_are_whole_ones() -> None:
    assert [Response("enough", SINCE, Decimal(50), date(2026, 1, day)).weeks for day in (1, 7, 8, 14, 15)] == [
        0,
        0,
        1,
        1,
        2,
    ]
    assert Response("low", SINCE).weeks == 0
