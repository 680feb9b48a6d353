"""Which scores a site's course is made of, what they are measured against, and where nobody knows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.rules import trend
from tpi_cli.rules.past import Past, Treated
from tpi_cli.rules.trend import Point, Scored

UT_L, GM_R = ("trapezius_upper", "L"), ("gluteus_medius", "R")
WEEKS = 12
ENTRIES = {"01-05": 1, "04-06": 2}
SITES = {"UT-L": UT_L, "GM-R": GM_R, "all": None}


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


# Treated 5 Jan (both sites) and 6 April (the left only); of each score: day, when, pain, of what, of which session
TOLD = """
day   | when   | pain | of   | session
01-05 | before | 8    | all  | 01-05
01-05 | after  | 4    | UT-L | 01-05
01-05 | after  | 6    | GM-R | 01-05
02-01 | later  | 3    | all  | 01-05
02-01 | later  | 2    | UT-L | 01-05
04-06 | before | 7    | UT-L | 04-06
04-06 | later  | 5    | all  | 01-05
05-01 | later  | 1    | all  | 04-06
"""
COURSES = """
of   | course
UT-L | 01-05 before 8; 01-05 after 4 (50); 02-01 later 2 (75); 04-06 later 5 (38); 04-06 before 7; 05-01 later 1 (86)
GM-R | 01-05 before 8; 01-05 after 6 (25); 02-01 later 3 (62); 04-06 later 5 (38)
all  | 01-05 before 8; 01-05 after 6 (25); 02-01 later 3 (62); 04-06 later 5 (38); 04-06 before 7; 05-01 later 1 (86)
"""


def scores() -> list[Scored]:
    return [
        Scored(day(on), when, int(pain), None, day(session), SITES[of], ENTRIES[session])
        for on, when, pain, of, session in rows(TOLD)
    ]


def past() -> Past:
    treated = [Treated(1, day("01-05"), UT_L, "cervical", ()), Treated(1, day("01-05"), GM_R, "hip_pelvis", ()),
               Treated(2, day("04-06"), UT_L, "cervical", ())]  # fmt: skip
    return Past(tuple(treated), baselines={(day("01-05"), None): 8, (day("04-06"), UT_L): 7})


def spelled(one: Point) -> str:
    relief = "" if one.relief is None else f" ({round(one.relief)})"
    return f"{one.on:%m-%d} {one.phase} {one.pain}{relief}"


@pytest.mark.parametrize(("of", "course"), rows(COURSES))
def test_the_course_of_a_site_and_of_the_patient(of: str, course: str) -> None:
    assert "; ".join(map(spelled, trend.points(past(), scores(), SITES[of]))) == course


def test_a_score_of_a_void_session_is_measured_from_the_one_before_it() -> None:
    late = Scored(day("03-01"), "later", 4, None, None, None)
    (found,) = trend.points(past(), [late], UT_L)
    assert (found.session, found.relief) == (day("01-05"), Decimal(50))


def test_of_two_scores_of_a_day_the_last_to_be_told_speaks() -> None:
    told = [Scored(day("02-01"), "later", pain, None, day("01-05"), UT_L) for pain in (5, 3)]
    assert trend.told(trend.points(past(), told, UT_L)) == [3]


def test_a_relief_without_a_score_is_told_and_not_drawn() -> None:
    said = Scored(day("02-01"), "later", None, Decimal(60), day("01-05"), None)
    (found,) = trend.points(past(), [said], UT_L)
    assert (found.pain, found.relief) == (None, Decimal(60))
    assert trend.last([found]) is None and trend.told([found]) == []


def test_between_sessions_nobody_knows() -> None:
    found = trend.points(past(), scores()[:6], UT_L)
    assert trend.gaps(found, day("04-20"), WEEKS) == [(day("02-01"), day("04-06"))]
    assert trend.gaps(found, day("04-20"), WEEKS)[0].weeks == 9
    assert [(one.pain, other.pain) for one, other in trend.joined(found, WEEKS)] == [(8, 4), (4, 2)]


def test_nor_does_anybody_of_a_long_silence_after_one_session_or_until_today() -> None:
    late = Scored(day("09-01"), "later", 6, None, day("01-05"), GM_R, 1)
    found = trend.points(past(), [*scores()[:4], late], GM_R)
    assert [(one.pain, other.pain) for one, other in trend.joined(found, WEEKS)] == [(8, 6), (6, 3)]
    gaps = [(day("02-01"), day("09-01")), (day("09-01"), day("12-01"))]
    assert trend.gaps(found, day("12-01"), WEEKS) == gaps
    assert trend.gaps(found, day("11-24"), WEEKS) == gaps[:1]


def test_of_two_entries_of_a_day_each_has_its_own_scores() -> None:
    treated = (Treated(1, day("01-05"), UT_L, "cervical", ()), Treated(2, day("01-05"), GM_R, "hip_pelvis", ()))
    said = ((1, "before", 9), (1, "after", 3), (2, "before", 4), (2, "after", 2))
    told = [Scored(day("01-05"), phase, pain, None, day("01-05"), None, entry) for entry, phase, pain in said]
    known = Past(treated, baselines={(day("01-05"), None): 9})
    assert [spelled(one) for one in trend.points(known, told, UT_L)] == ["01-05 before 9", "01-05 after 3 (67)"]
    assert [spelled(one) for one in trend.points(known, told, GM_R)] == ["01-05 before 4", "01-05 after 2 (50)"]
    assert [spelled(one) for one in trend.points(known, told, None)] == ["01-05 before 9", "01-05 after 3 (67)"]


ENOUGH = """
before | percent | at most
7      | 50      | 3
8      | 50      | 4
8      | 30      | 5
10     | 50      | 5
1      | 50      | 0
10     | 30      | 7
"""


@pytest.mark.parametrize(("before", "percent", "most"), rows(ENOUGH))
def test_the_highest_pain_that_is_relief_enough(before: str, percent: str, most: str) -> None:
    assert trend.enough_at(int(before), Decimal(percent)) == int(most)


@given(st.integers(1, 10), st.sampled_from([30, 33, 50, 75]))
def test_one_more_would_not_be(before: int, percent: int) -> None:
    most = trend.enough_at(before, Decimal(percent))
    relief = [Decimal(before - pain) * 100 / before for pain in (most, most + 1)]
    assert relief[0] >= percent > relief[1]


SCORES = st.builds(
    Scored,
    on=st.integers(0, 200).map(lambda days: day("01-05") + timedelta(days)),
    phase=st.just("later"),
    pain=st.none() | st.integers(0, 10),
    relief_pct=st.none(),
    against=st.sampled_from([day("01-05"), day("04-06"), None]),
    where=st.sampled_from([UT_L, GM_R, None]),
)


@given(st.lists(SCORES, max_size=12), st.sampled_from([UT_L, GM_R, None]))
def test_in_order_of_time_joined_within_a_session_only(told: list[Scored], where: tuple[str, str] | None) -> None:
    found = trend.points(past(), told, where)
    assert [one.on for one in found] == sorted(one.on for one in found)
    assert {one.pain for one in found} <= {one.pain for one in told}
    for one, other in trend.joined(found, WEEKS):
        assert one.session == other.session is not None
        assert (other.on - one.on).days < 7 * (WEEKS + 1)
    for gap in trend.gaps(found, day("12-31"), WEEKS):
        assert gap.since < gap.until
        assert not [one for one in found if one.pain is not None and gap.since < one.on < gap.until]
