"""Which side of a picture a patient's side is on, and that labels never lie on each other or cross the midline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.rules.body import Box, Label, Place, laid_out, seen, turned

SIDES = """
view  | side | the viewer sees it
front | L    | right
front | R    | left
back  | L    | left
back  | R    | right
front | mid  | middle
back  | mid  | middle
"""
WORDS = {1: "right", -1: "left", 0: "middle"}


@pytest.mark.parametrize(("view", "side", "expected"), rows(SIDES))
def test_a_patients_side_as_somebody_before_or_behind_sees_it(view: str, side: str, expected: str) -> None:
    assert WORDS[turned(view, side)] == expected
    assert seen(Place(view, 12.5, 40), side) == Place(view, {"right": 12.5, "left": -12.5, "middle": 0}[expected], 40)


FRAME = Box(0, 0, 12, 6)


def test_a_label_stands_where_it_belongs_while_there_is_room() -> None:
    assert laid_out([Label(Box(4, 2, 2, 1), FRAME)], (1, 0)) == [Box(4, 2, 2, 1)]


def test_the_second_gives_way_to_the_first_and_no_farther_than_it_must() -> None:
    here = Label(Box(4, 2, 1, 1), FRAME)
    assert laid_out([here, here], (1, 0)) == [Box(4, 2, 1, 1), Box(4, 1, 1, 1)]
    assert laid_out([here, here], (0, 0)) == [Box(4, 2, 1, 1), Box(3, 2, 1, 1)]


def test_one_at_the_edge_is_moved_in() -> None:
    assert laid_out([Label(Box(-3, 9, 3, 1), FRAME)], (1, 0)) == [Box(0, 5, 3, 1)]


def test_who_finds_no_room_is_told_so() -> None:
    small = Label(Box(0, 0, 2, 1), Box(0, 0, 2, 1))
    assert laid_out([small, small], (1, 0)) == [Box(0, 0, 2, 1), None]


@st.composite
def labels(draw: st.DrawFn) -> Label:
    width = draw(st.integers(1, 3))
    frame = draw(st.sampled_from([Box(0, 0, 12, 8), Box(12, 0, 12, 8)]))
    return Label(Box(draw(st.integers(-4, 28)), draw(st.integers(-3, 11)), width, 1), frame)


@given(st.lists(labels(), max_size=40), st.integers(1, 2))
def test_no_two_touch_and_none_leaves_its_frame(wanted: list[Label], gap: int) -> None:
    found = [(one.frame, box) for one, box in zip(wanted, laid_out(wanted, (gap, 0)), strict=True) if box is not None]
    cells = [(x, box.y) for _, box in found for x in range(box.x, box.x + box.width)]
    assert len(cells) == len(set(cells))
    ends = {(box.x + box.width + free, box.y) for _, box in found for free in range(gap)}
    assert ends.isdisjoint(cells), "1 and 2 beside each other would read as 12"
    for frame, box in found:
        assert frame.x <= box.x <= box.x + box.width <= frame.x + frame.width
        assert frame.y <= box.y <= box.y + box.height <= frame.y + frame.height
