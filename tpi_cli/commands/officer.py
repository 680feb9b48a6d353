"""The officer key, as it is handed over: in a file, or on stdin."""

import sys

from tpi_cli import files
from tpi_cli.errors import Usage
from tpi_cli.rules import paper

ENOUGH = 1000
"""Characters: more is no officer key."""


def key_in(path: str) -> bytes:
    """The officer key in a file, `-` for stdin. Raises Usage; what is read is not repeated."""
    try:
        text = sys.stdin.read(ENOUGH) if path == "-" else files.start(path, ENOUGH, pipes=True).decode("ascii")
    except (OSError, ValueError):
        raise Usage(f"{path} cannot be read", hint="name the file with the officer key") from None
    key = paper.read(paper.OFFICER, text)
    if key is None:
        raise Usage(f"{path} does not hold an officer key", hint="14 groups of four, as tpi init printed them")
    return key
