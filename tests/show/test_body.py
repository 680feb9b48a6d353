"""The body map: left is left in either view, numbers can be told apart, and each is on the body it belongs to."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.reference.body import BODY, lines, places
from tpi_cli.reference.muscles import all_muscles
from tpi_cli.rules.body import VIEWS, turned
from tpi_cli.show.picture import body, svg
from tpi_cli.show.picture.body import HALF, ROWS, Marker
from tpi_cli.show.picture.curve import straightened

SVG = {"svg": "http://www.w3.org/2000/svg"}
MUSCLES = sorted(all_muscles())
EVERY = [Marker(at, muscle, side) for at, (muscle, side) in enumerate(((m, s) for m in MUSCLES for s in "LR"), 1)]


def test_every_muscle_has_a_place() -> None:
    assert set(places()) == set(all_muscles())


def inside(x: float, y: float) -> bool:
    """Whether a point of the drawn half lies in the outline; a ray to the right crosses its line an odd number of
    times."""
    crossed = 0
    (outline,) = [line for line in lines("front") if line.name == BODY]
    for (x1, y1), (x2, y2) in straightened(outline.points):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossed += 1
    return crossed % 2 == 1


@pytest.mark.parametrize("muscle", MUSCLES)
def test_it_is_on_the_body_and_off_the_midline(muscle: str) -> None:
    place = places()[muscle]
    assert place.x > 1, "a side must be seen"
    assert inside(place.x, place.y)


def test_both_views_have_one_outline() -> None:
    front, back = ([line for line in lines(view) if line.name == BODY] for view in VIEWS)
    assert front == back != []


def views(drawn: Sequence[str]) -> dict[str, list[str]]:
    """The lines of each view below its heading, cut to its cells."""
    width = 2 * HALF
    padded = [line.ljust(2 * width + len(body.BETWEEN)) for line in drawn]
    start = width + len(body.BETWEEN)
    return {"front": [line[:width] for line in padded], "back": [line[start : start + width] for line in padded]}


def numbers(line: str) -> list[tuple[int, int, int]]:
    """The numbers of a line with the first and the last cell of each."""
    return [(int(found[0]), found.start(), found.end() - 1) for found in re.finditer(r"\d+", line)]


@st.composite
def patients(draw: st.DrawFn) -> list[Marker]:
    where = draw(st.lists(st.tuples(st.sampled_from(MUSCLES), st.sampled_from("LR")), unique=True, max_size=60))
    return [Marker(number, muscle, side) for number, (muscle, side) in enumerate(where, 1)]


@pytest.mark.parametrize("ascii_only", [False, True])
@given(markers=patients())
def test_no_left_site_lands_on_the_right_half_in_either_view(ascii_only: bool, markers: list[Marker]) -> None:
    drawn = views(body.drawn(markers, 80, ascii_only=ascii_only, coloured=False))
    of = {marker.number: marker for marker in markers}
    shown = [(view, *found) for view in VIEWS for line in drawn[view][1:] for found in numbers(line)]
    assert sorted(number for _, number, *_ in shown) == sorted(of), "each once, none run into another"
    for view, number, first, last in shown:
        marker = of[number]
        assert places()[marker.muscle].view == view
        right = turned(view, marker.side) > 0
        assert first >= HALF if right else last < HALF


@pytest.mark.parametrize("muscle", MUSCLES)
def test_alone_a_site_stands_on_its_place_and_the_other_side_mirrors_it(muscle: str) -> None:
    place = places()[muscle]
    at = {}
    for side in "LR":
        drawn = views(body.drawn([Marker(1, muscle, side)], 80, ascii_only=True, coloured=False))[place.view]
        (found,) = [(row, first) for row, line in enumerate(drawn[1:]) for _, first, _ in numbers(line)]
        at[side] = found
        assert found[0] == int(place.y * body.SCALE / 4)
        assert abs((found[1] - HALF) * turned(place.view, side) - place.x * body.SCALE / 2) <= 1.5
    assert at["L"][1] + at["R"][1] == 2 * HALF - 1
    assert at["L"][0] == at["R"][0]


def test_l_and_r_stand_over_their_halves() -> None:
    for view, line in views(body.drawn([], 80, ascii_only=True, coloured=False)).items():
        assert sorted(line[0].split()) == sorted(["L", "R", view.upper()])
        for side in "LR":
            assert (line[0].index(f"{side}") >= HALF) == (turned(view, side) > 0)


def test_even_every_muscle_on_both_sides_finds_room() -> None:
    assert body.unplaced(EVERY) == []


def test_in_the_svg_who_finds_none_is_named() -> None:
    assert svg.reading(EVERY[:60]) == ["L and R are the patient's left and right"]
    shown = {number for _, number, *_ in circles(EVERY)}
    said = svg.reading(EVERY)[1].removeprefix("not drawn: ").split(", ")
    named = {int(one.split()[0]) for one in said}
    assert shown.isdisjoint(named)
    assert shown | named == {one.number for one in EVERY}


def test_a_muscle_of_another_release_is_named_as_not_drawn() -> None:
    odd = Marker(2, "muscle_of_tomorrow", "L")
    assert body.unplaced([EVERY[0], odd]) == [odd]
    assert svg.reading([EVERY[0], odd])[1] == "not drawn: 2 muscle_of_tomorrow L"
    assert "2" not in "".join(body.drawn([odd], 80, ascii_only=True, coloured=False))


def test_the_figure_is_the_same_from_both_sides() -> None:
    """The mirror image of a half, so that neither side looks other than the other."""
    turn = str.maketrans("/\\", "\\/")
    for line in views(body.drawn([], 80, ascii_only=True, coloured=False))["front"][1:]:
        assert line == line[::-1].translate(turn)


def test_ascii_is_ascii_and_braille_is_nothing_else() -> None:
    assert "".join(body.drawn(EVERY, 80, ascii_only=True, coloured=False)).isascii()
    braille = "".join(body.drawn([], 80, ascii_only=False, coloured=False)[1:])
    assert set(braille) <= {" ", *map(chr, range(0x2800, 0x2900))}


def test_colours_change_nothing_but_the_look() -> None:
    plain, coloured = (body.drawn(EVERY[:9], 80, ascii_only=False, coloured=one) for one in (False, True))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain != coloured


def test_a_narrow_terminal_gets_one_below_the_other() -> None:
    drawn = body.drawn(EVERY[:3], 40, ascii_only=True, coloured=False)
    assert len(drawn) == 2 * (ROWS + 1) + 1
    assert max(map(len, drawn)) <= 2 * HALF
    assert body.drawn(EVERY[:3], 2 * HALF - 1, ascii_only=True, coloured=False) == [], "a narrower one gets none"


def test_a_number_far_from_its_place_is_named() -> None:
    assert body.moved(EVERY[:3]) == []
    assert body.moved(EVERY), "so many cannot all stand where they belong"


def test_no_line_runs_over_a_number() -> None:
    """In SVG what comes later lies above: all lines and the ends of them come before the first circle."""
    root = ElementTree.fromstring(ElementTree.tostring(svg.figure(EVERY[:60], "")))
    for group in root.findall("g"):
        drawn = [(one.tag, float(one.get("r", 0))) for one in group if one.tag in {"line", "circle"}]
        first = next(at for at, (_, size) in enumerate(drawn) if size > 2)
        assert {tag for tag, _ in drawn[first:]} == {"circle"}
        assert all(size > 2 for _, size in drawn[first:])


def circles(markers: list[Marker]) -> list[tuple[str, int, float, float, float]]:
    """View, number, place and size of each circle of the SVG."""
    root = ElementTree.fromstring(ElementTree.tostring(svg.figure(markers, "")))
    out = []
    for view, group in zip(VIEWS, root.findall("g"), strict=True):
        big = [one for one in group.findall("circle") if float(one.get("r", 0)) > 2]
        told = [one for one in group.findall("text") if (one.text or "").isdigit()]
        out += [(view, int(text.text or 0), float(one.get("cx", 0)), float(one.get("cy", 0)), float(one.get("r", 0)))
                for one, text in zip(big, told, strict=True)]  # fmt: skip
    return out


@given(markers=patients())
def test_the_same_holds_for_the_svg(markers: list[Marker]) -> None:
    found, of = circles(markers), {marker.number: marker for marker in markers}
    assert sorted(number for _, number, *_ in found) == sorted(of)
    for view, number, x, _, size in found:
        assert x * turned(view, of[number].side) >= size, "the whole circle lies in its half"
    for at, (view, _, x, y, size) in enumerate(found):
        for other, _, x2, y2, size2 in found[at + 1 :]:
            assert other != view or (x - x2) ** 2 + (y - y2) ** 2 >= (size + size2) ** 2, "circles lie on each other"
