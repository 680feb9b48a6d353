"""Fields from stdin, as `key: value` lines or as one JSON object: each once, each plain text, bounded, refused by line.

What JSON lets pass and a record cannot mean is refused: a key twice, NaN, 1e400, an endless number, a list of lists.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from tpi_cli.commands.parse.typed import shown
from tpi_cli.errors import Usage
from tpi_cli.rules import checks

LONGEST = 64 * 1024
"""Characters: every field as full as the store takes it, written as JSON escapes, has some 60,000."""
MOST_DIGITS = 20
"""Of a number that stands without quotes: no weight, no phone number and no mrn has more."""
SAMPLE = '{"name": "Tan, Mei", "born": "1971-03-04", ...}'
ONCE = "give each field once"
TEXTS = f"give each field as text: {SAMPLE}"
_NOTHING = " \t\r\n{}"
"""Signs that say nothing where there are no others."""
_SPACE = re.compile(r"[ \t\n\r]*")


class Field(NamedTuple):
    """A field, its texts (one, unless it is of those that may be several), and the line it stands on."""

    line: int
    key: str
    texts: list[str]


def read(limit: int = LONGEST) -> str:
    """What comes on stdin. Raises Usage as soon as it is too much: a device or a wrong file has no end."""
    text = sys.stdin.read(limit + 1)
    if len(text) > limit:
        raise Usage(f"stdin is longer than {limit:,} characters", hint="was that the right file?")
    return text.removeprefix("\ufeff")  # Windows' editors begin a file with it


def fields(text: str, known: tuple[str, ...], several: tuple[str, ...]) -> dict[str, Any]:
    """The fields by key: a text, or a list of texts for those that may be `several`. Raises Usage."""
    if not text.strip(_NOTHING):
        raise Usage("nothing came on stdin", hint=f"fields: {', '.join(known)}")
    found: dict[str, Any] = {}
    for line, key, texts in _members(text, several) if text.lstrip().startswith("{") else _lines(text):
        _sound(line, key, texts, known)
        if key in several and texts:
            found.setdefault(key, []).extend(texts)
        elif key in found:
            raise _fault(line, f"{key} stands there twice", ONCE)
        elif texts:
            found[key] = texts[0]
    return found


def _sound(line: int, key: str, texts: list[str], known: tuple[str, ...]) -> None:
    if key not in known:
        raise _fault(line, f"unknown field {shown(key)}", f"fields: {', '.join(known)}")
    wrong = next(filter(None, map(checks.text, texts)), None)
    if wrong:
        raise _fault(line, f"{key} {wrong}", "write it shorter and plainly")


def _fault(line: int, what: str, hint: str) -> Usage:
    return Usage(f"stdin:{line}: {what}", hint=hint)


def _lines(text: str) -> Iterator[Field]:
    for number, line in enumerate(text.split("\n"), 1):  # and at no other sign: a value may hold one
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise _fault(number, "no colon in this line", "write key: value, such as born: 1971-03-04")
        yield Field(number, key.strip().lower(), [value.strip()])


def _members(text: str, several: tuple[str, ...]) -> Iterator[Field]:
    """The members of a JSON object, one by one: read at once, no line would be known."""
    seen: set[str] = set()
    sign, at = _past(text, 0, "{")
    while sign != "}":
        line = _line(text, at)
        key, at = _value(text, at)
        _, at = _past(text, at, ":")
        value, at = _value(text, at, key)
        if not isinstance(key, str):
            raise _no_json(text, at)
        if key in seen:
            raise _fault(line, f"{key} stands there twice", ONCE)
        seen.add(key)
        yield Field(line, key, _texts(line, key, value, several))
        sign, at = _past(text, at, ",}")
    if at < len(text):
        raise _fault(_line(text, at), "something follows the JSON object", "give one object, for one patient")


def _value(text: str, at: int, key: object = "") -> tuple[Any, int]:
    """The JSON value that starts there, and where it ends. Raises Usage."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as fault:
        raise _no_json(text, fault.pos) from None
    except RecursionError:
        raise _fault(_line(text, at), f"{shown(str(key))} is nested too deep", TEXTS) from None
    except ValueError as fault:
        raise _fault(_line(text, at), f"{shown(str(key))}: {fault}", "put it in quotes, as it is to be read") from None
    return value, end


def _whole(digits: str) -> str:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits is a slip")
    return digits


def _decimal(digits: str) -> str:
    if "e" in digits.lower():
        raise ValueError(f"{shown(digits)} is no plain number")
    return _whole(digits)


def _constant(name: str) -> str:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_decimal, parse_constant=_constant)
"""Numbers stay the text they are: 1.10 is not 1.1 where it is an mrn."""


def _texts(line: int, key: str, value: Any, several: tuple[str, ...]) -> list[str]:
    """The texts of a member; none for null, which says that nothing is said."""
    if value is None:
        return []
    found = value if isinstance(value, list) and key in several else [value]
    if not all(isinstance(one, str) for one in found):
        what = "is one text, not several" if isinstance(value, list) else "is neither text nor number"
        raise _fault(line, f"{shown(key)} {what}", TEXTS)
    return found


def _past(text: str, at: int, marks: str) -> tuple[str, int]:
    """The mark that stands there, and the place of what follows it; blanks do not count. Raises Usage."""
    at = _blank(text, at)
    mark = text[at : at + 1]
    if not mark or mark not in marks:
        raise _no_json(text, at)
    return mark, _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    """The place after the blanks that start there, if any do."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _no_json(text: str, at: int) -> Usage:
    return _fault(_line(text, at), "no JSON object from there on", SAMPLE)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
