"""What a real terminal gets of pictures: Braille where it has UTF-8, letters where not, words when asked."""

import re

import pytest

from tests.commands.reading import rows
from tests.conftest import Clinic
from tests.transcripts.terminal import terminal

GETS = """
command        | environment            | braille | ascii body | bars | colours
chart 1 --wide | -                      | yes     | no         | yes  | yes
chart 1 --wide | PYTHONIOENCODING=latin-1 | no    | yes        | no   | yes
chart 1 --ascii --wide | -              | no      | yes        | no   | yes
chart 1 --wide | NO_COLOR=1             | yes     | no         | yes  | no
chart 1 --wide | TERM=dumb              | yes     | no         | yes  | no
chart 1 --wide | TPI_STYLE=plain        | no      | no         | no   | no
site list 1 --wide | -                  | no      | no         | yes  | yes
site list 1 --wide | TPI_STYLE=plain    | no      | no         | no   | no
site list 1 --wide --format table | TPI_STYLE=plain | no | no      | no   | no
trend 1        | TPI_STYLE=plain        | no      | no         | no   | no
load           | TPI_STYLE=plain        | no      | no         | no   | no
exposure       | TPI_STYLE=plain        | no      | no         | no   | no
due            | TPI_STYLE=plain        | no      | no         | no   | no
"""


@pytest.mark.parametrize(("command", "environment", "braille", "body", "bars", "colours"), rows(GETS))
def test_what_a_terminal_gets(
    practice: Clinic, command: str, environment: str, braille: str, body: str, bars: str, colours: str
) -> None:
    more = dict([environment.split("=")]) if environment != "-" else {}
    with terminal(practice, *command.split(), **more) as screen:
        assert screen.end() == 0
    found = {
        "braille": bool(re.search("[\u2801-\u28ff]", screen.screen)),
        "body": "/ \\" in screen.screen,
        "bars": bool(re.search("[\u2581-\u2588]", screen.screen)),
        "colours": "\x1b[" in screen.raw,
    }
    assert {name: "yes" if value else "no" for name, value in found.items()} == {
        "braille": braille, "body": body, "bars": bars, "colours": colours}  # fmt: skip
    assert not re.search("[\u2500-\u257f]", screen.screen), "no box stands around anything"
