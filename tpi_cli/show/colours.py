"""The colours a terminal gets: each can be read on black and on white, or brings its own ground.

Numbers are those of xterm's 256 colours, which every terminal shows alike; its first 16 are the person's own, and
yellow on white cannot be read. A word or a mark always says the same.
"""

from typing import Any

Look = dict[str, Any]
"""What `typer.style` takes."""

HEADING: Look = {"bold": True}
LATE: Look = {"fg": 131}
VERY_LATE: Look = {"fg": 131, "bold": True}
LOUD: dict[str, Look] = {"overdue": LATE, "lapsed": VERY_LATE, "voided": VERY_LATE, "OVER": VERY_LATE}
"""Words that stand out."""
MARKER: Look = {"bold": True, "reverse": True}
HEAT: tuple[Look, ...] = ({"fg": 16, "bg": 153}, {"fg": 16, "bg": 75}, {"fg": 231, "bg": 25})
"""From little to much."""
TOO_MUCH: Look = {"fg": 231, "bg": 160, "bold": True}
