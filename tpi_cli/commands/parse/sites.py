"""SITE: a muscle and a side, `upper trapezius L`, `ut-l`, `ut l`. Never corrected, only suggested."""

from collections.abc import Callable

from tpi_cli.commands.parse.typed import Word, either, fault, line, meant, shown, split
from tpi_cli.errors import Grammar
from tpi_cli.reference import muscles
from tpi_cli.reference.muscles import Muscle

SIDES = {"l": "L", "left": "L", "r": "R", "right": "R", "both": "both", "mid": "mid"}

_LISTED = 6
"""Muscles named at most when a word means several."""


def side(word: str) -> str | None:
    """`L`, `R`, `both` or `mid` for the word in any case, long or short; None for any other."""
    return SIDES.get(word.lower())


def site(text: str) -> tuple[str, str]:
    """The muscle's id and the side, `L`, `R`, `mid` or `both`.

    Raises Grammar when the side is missing and when the muscle is unknown or could be several. A site's
    number on a patient is not understood here.
    """
    found = split(text, "the site")
    cut = side_cut(found)
    if cut is None:
        raise no_side(text, found)
    named, on, count = cut
    if count < len(found):
        rest = found[count:]
        raise fault(text, f"{shown(line(rest))} follows the side", "a site is a muscle and a side", rest[0], rest[-1])
    return muscle(text, named).muscle, SIDES[on.key]


def side_cut(found: tuple[Word, ...]) -> tuple[tuple[Word, ...], Word, int] | None:
    """The words before the first side, the side, and how many words that took; None where no side is."""
    for place, word in enumerate(found):
        if place and side(word.text):
            return found[:place], word, place + 1
        head, dash, tail = word.text.rpartition("-")
        if head and dash and side(tail):
            return (*found[:place], word.part(0, len(head))), word.part(len(head) + 1), place + 1
    return None


def muscle(text: str, named: tuple[Word, ...]) -> Muscle:
    """The muscle the words name. Raises Grammar when they name none, or several."""
    known = muscles.by_name(line(named))
    if len(known) == 1:
        return known[0]
    raise _several(text, named, known) if known else unknown(text, named)


def no_side(text: str, found: tuple[Word, ...]) -> Grammar:
    """The error for a site without a side: which muscle needs one, or that there is no muscle at all."""
    named = leading(found, lambda name: bool(muscles.by_name(name)))
    if side(found[0].text) and not named:
        rest = leading(found[1:], lambda name: bool(muscles.by_name(name)))
        hint = f"write {line(rest) or 'ut'} {found[0].key}"
        return fault(text, "the side comes after the muscle", hint, found[0])
    known = muscles.by_name(line(named))
    if len(known) == 1:
        return _which_side(text, named, known[0])
    return _several(text, named, known) if known else unknown(text, found)


def unknown(text: str, named: tuple[Word, ...]) -> Grammar:
    """The error for words that name no muscle, with the names that come near."""
    hint = meant(muscles.similar(line(named)[:60])) or "tpi muscle list shows the muscles and their short names"
    return fault(text, f"no muscle is called {shown(line(named))}", hint, named[0], named[-1])


def leading(found: tuple[Word, ...], known: Callable[[str], bool]) -> tuple[Word, ...]:
    """The longest run of first words that is a known name; empty when there is none."""
    for count in range(len(found), 0, -1):
        if known(line(found[:count])):
            return found[:count]
    return ()


def _which_side(text: str, named: tuple[Word, ...], one: Muscle) -> Grammar:
    name = line(named)
    if one.side_rule != "paired":
        return fault(text, f"which side? {one.title} has none: say mid", f"{name} mid", named[0], named[-1])
    hint = f"{name} l, {name} r or {name} both"
    return fault(text, f"which side? {one.title} is paired", hint, named[0], named[-1])


def _several(text: str, named: tuple[Word, ...], known: tuple[Muscle, ...]) -> Grammar:
    listed = [one.title for one in known[:_LISTED]] + ["others"] * (len(known) > _LISTED)
    hint = f"write {either(one.short.lower() for one in known[:_LISTED])}"
    return fault(text, f"{shown(line(named))} could be {either(listed)}", hint, named[0], named[-1])
