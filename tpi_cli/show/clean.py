"""The one way text from the store reaches a screen, a file or another program.

Control characters, direction overrides and invisible marks are made visible (`\\x1b`, `\\u202e`), so that no
name or note can move a cursor, hide a word or pose as another. Names in any script come through unchanged.
"""

import re

_HIDDEN = (
    "["
    "\x00-\x1f\x7f-\x9f"  # control: C0, delete, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, fillers and marks nobody sees
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, direction, line separators
    "\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff"  # halves of a pair
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # marks of shorthand and of music that take no room
    "\U000e0000-\U000e007f"  # tags
    "]"
)
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""The hidden ones that Python counts as printable; everything else hidden it does not."""
_JOINER = "[\u200c\u200d]"
_JOINING = "[\u0600-\u08ff\u0900-\u109f\u1780-\u18af]"
"""Scripts that need a joiner or non-joiner between letters to spell some names right."""
_VIRAMA = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2")
"""Signs that silence a vowel: a joiner after one shapes the letter before it, at the end of a word too (RFC 5892)."""


def clean(text: str) -> str:
    """The text with everything invisible or commanding made visible."""
    if text.isprintable() and _FILLERS.isdisjoint(text):
        return text
    return re.sub(_JOINER, _joiner, re.sub(_HIDDEN, _visible, text))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _joiner(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    before, after = text[max(0, at - 1) : at], text[at + 1 : at + 2]
    between_letters = len(re.findall(_JOINING, before + after)) == 2
    return match[0] if between_letters or before in _VIRAMA else _visible(match)


def escaped(json_text: str) -> str:
    """JSON with the same characters written as JSON escapes: nothing is lost, nothing acts on a terminal."""
    if json_text.isprintable() and _FILLERS.isdisjoint(json_text):
        return json_text
    return re.sub(_HIDDEN, _json_escape, re.sub(_JOINER, _json_joiner, json_text))


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in (0x0A, 0x0D):
        return match[0]
    return "".join(f"\\u{int.from_bytes(pair):04x}" for pair in _pairs(match[0]))


def _json_joiner(match: re.Match[str]) -> str:
    shown = _joiner(match)
    return shown if shown == match[0] else f"\\u{ord(match[0]):04x}"


def _pairs(mark: str) -> list[bytes]:
    raw = mark.encode("utf-16-be", "surrogatepass")
    return [raw[at : at + 2] for at in range(0, len(raw), 2)]
