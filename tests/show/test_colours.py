"""Whatever is in colour can be read: on black, on white, or on the ground it brings along (WCAG 2, level AA: 4.5)."""

import re
from pathlib import Path

import pytest

from tpi_cli.show import colours, paper
from tpi_cli.show.colours import Look
from tpi_cli.show.picture import svg

AA = 4.5
ON_BOTH = [colours.LATE, colours.VERY_LATE, *colours.LOUD.values()]
ON_ITS_OWN = [*colours.HEAT, colours.TOO_MUCH]
STYLE = Path(paper.__file__ or "").parent / "style.css"
STEPS = (0, 95, 135, 175, 215, 255)


def rgb(number: int) -> tuple[int, int, int]:
    """A colour of xterm's cube of 6 x 6 x 6."""
    red, rest = divmod(number - 16, 36)
    green, blue = divmod(rest, 6)
    return STEPS[red], STEPS[green], STEPS[blue]


def luminance(colour: int | str) -> float:
    """Relative luminance (WCAG 2) of a number of xterm's, or of `#1f4e79`."""
    parts = [one / 255 for one in (rgb(colour) if isinstance(colour, int) else bytes.fromhex(colour[1:]))]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: int | str, other: int | str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


BLACK, WHITE = 16, 231


def test_the_measure_itself() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == pytest.approx(1)


@pytest.mark.parametrize("look", ON_BOTH, ids=str)
def test_a_word_in_colour_can_be_read_on_black_and_on_white(look: Look) -> None:
    assert all(contrast(look["fg"], ground) >= AA for ground in (BLACK, WHITE))


@pytest.mark.parametrize("look", ON_ITS_OWN, ids=str)
def test_a_shade_can_be_read_on_itself(look: Look) -> None:
    assert contrast(look["fg"], look["bg"]) >= AA


@pytest.mark.parametrize("ink", sorted(set(re.findall(r"[ {;]color: (#\w{6})", STYLE.read_text(encoding="utf-8")))))
def test_a_page_can_be_read(ink: str) -> None:
    assert contrast(ink, "#ffffff") >= AA


def test_a_picture_can_be_read() -> None:
    assert contrast(svg.INK, "#ffffff") >= AA
    assert contrast("#ffffff", svg.MARK) >= AA, "the number in its circle"
    assert contrast(svg.FAINT, "#ffffff") >= 3, "a line that is not text"


def test_shades_run_from_light_to_dark() -> None:
    grounds = [luminance(look["bg"]) for look in colours.HEAT]
    assert grounds == sorted(grounds, reverse=True)


def test_no_colour_that_a_terminal_may_show_otherwise() -> None:
    looks = [*ON_BOTH, *ON_ITS_OWN, colours.HEADING, colours.MARKER]
    assert all(16 <= value <= 231 for look in looks for key, value in look.items() if key in {"fg", "bg"})
