"""PAIN, on the numeric rating scale: `7`, or `7:3` for before and after."""

import re

from tpi_cli.commands.parse.typed import Word, fault, shown, split
from tpi_cli.errors import Grammar
from tpi_cli.rules.values import Pain

WORST = 10
FORMS = "write 7, or 7:3 for before and after"

_SCORE = re.compile(r"[0-9]{1,2}")
_DECIMAL = re.compile(r"[0-9]*[.,][0-9]*")
_PAIR = re.compile(r"([0-9]{1,2})\s*(?:->|[^\s\w.,]|to|)\s*([0-9]{1,2})")


def pain(text: str) -> Pain:
    """Whole numbers from 0 (none) to 10 (worst): before, and after a colon the score afterwards.

    Raises Grammar, with the caret under the score at fault, for anything else.
    """
    whole = _whole(text)
    before, colon, _ = whole.text.partition(":")
    first = _score(text, whole.part(0, len(before)), whole)
    return Pain(first, _score(text, whole.part(len(before) + 1), whole) if colon else None)


def _whole(text: str) -> Word:
    """What was typed, from its first word to its last."""
    found = split(text, "the pain score")
    return Word(text[found[0].at : found[-1].end], found[0].at)


def _score(text: str, part: Word, whole: Word) -> int:
    score = int(part.text) if _SCORE.fullmatch(part.text) and part.text.isascii() else WORST + 1
    if score > WORST or part.text != str(score):
        raise _refused(text, part, whole)
    return score


def _refused(text: str, part: Word, whole: Word) -> Grammar:
    pair = _PAIR.fullmatch(whole.key)
    if pair and not part.text.isdecimal():
        return fault(text, f"{shown(whole.text)} is not a pain score", _pair_hint(whole.text, *pair.groups()), whole)
    if not part.text:
        return fault(text, "a score is missing beside the colon", FORMS, whole)
    if _DECIMAL.fullmatch(part.text):
        return fault(text, "pain is a whole number", f"a score from 0 to {WORST}", part)
    if part.text.isdecimal() and part.text.startswith("0"):
        return fault(text, "a score does not start with 0", FORMS, part)
    if part.text.isdecimal():
        return fault(text, f"pain is 0 to {WORST}", FORMS, part)
    return fault(text, f"{shown(part.text)} is not a pain score", FORMS, part)


def _pair_hint(typed: str, before: str, after: str) -> str:
    if "/" in typed and after == str(WORST):
        return f"write {before} for {before} of {WORST}, or {before}:{after} for before and after"
    return f"write {before}:{after}"
