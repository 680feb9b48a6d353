"""The line-by-line form: one question at a time, `<` back, `.` end, `?` help. Works over SSH and read aloud."""

import sys
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tpi_cli.commands.draft import Told
from tpi_cli.commands.parse import intervals
from tpi_cli.commands.parse.items import Stock, items
from tpi_cli.commands.parse.pain import pain
from tpi_cli.errors import Cancelled, TpiError, Usage
from tpi_cli.show.fault import show
from tpi_cli.show.out import Out

BACK, END, HELP = "<", ".", "?"


class Known(NamedTuple):
    """What the answers are checked against: the clinic's agents, the session's day, today."""

    stock: Stock
    on: date
    today: date


class Answers(NamedTuple):
    """What was answered so far; `shots` are the item texts, one a line."""

    shots: tuple[str, ...] = ()
    told: Told = Told()


class Step(NamedTuple):
    """A question: its words for the answers so far, its help, and what an answer makes of them."""

    question: Callable[[Answers], str]
    help: str
    take: Callable[[str, Answers, Known], Answers]


def ask(out: Out, known: Known, told: Told) -> tuple[str, Told]:
    """Ask for a session line by line; returns its items and options. Raises Cancelled."""
    out.say("One line at a time: < back, . end, ? help, Ctrl-C leaves without recording.")
    answers = [Answers(told=told)]
    at = 0
    while at < len(STEPS):
        line = out.ask(STEPS[at].question(answers[-1]))
        at = _step(out, at, line, answers, known)
    if not answers[-1].shots:
        raise Cancelled()
    return ", ".join(answers[-1].shots), answers[-1].told


def _step(out: Out, at: int, line: str, answers: list[Answers], known: Known) -> int:
    """One answer taken in; returns the next step. A bad answer is told and asked again."""
    if line == HELP:
        out.say(STEPS[at].help)
        return at
    if line == BACK:
        return _back(at, answers)
    try:
        return _forward(at, line, answers, known)
    except TpiError as fault:
        show(fault, as_json=False)
        return at


def _back(at: int, answers: list[Answers]) -> int:
    """Undo the last line: an injection while they are asked for, else the question before."""
    if len(answers) > 1:
        answers.pop()
    return max(0, at - 1) if at else 0


def _forward(at: int, line: str, answers: list[Answers], known: Known) -> int:
    if at == 0 and line not in {END, ""}:
        answers.append(STEPS[0].take(line, answers[-1], known))
        return 0
    if at == 0:
        if not answers[-1].shots:
            raise Usage("no injection yet", hint="ut l lido 1% 1ml, or Ctrl-C to leave")
        return 1
    if line == END:
        return len(STEPS)
    answers.append(STEPS[at].take(line, answers[-1], known) if line else answers[-1])
    return at + 1


def _take_items(line: str, answers: Answers, known: Known) -> Answers:
    items(line, known.stock)
    return answers._replace(shots=(*answers.shots, line.strip().rstrip(",")))


def _take_pain(line: str, answers: Answers, _: Known) -> Answers:
    pain(line)
    return answers._replace(told=answers.told._replace(pain=line))


def _take_next(line: str, answers: Answers, known: Known) -> Answers:
    intervals.follow_up(line, known.today, known.on)
    return answers._replace(told=answers.told._replace(next=line))


def _take_consent(line: str, answers: Answers, _: Known) -> Answers:
    found = {"w": "written", "v": "verbal"}.get(line.lower(), line.lower())
    if found not in {"written", "verbal"}:
        raise Usage(f"consent {line!r}?", hint="written, verbal, or Enter")
    return answers._replace(told=answers.told._replace(consent=found))


def _take_note(line: str, answers: Answers, _: Known) -> Answers:
    return answers._replace(told=answers.told._replace(note=line))


def _had(value: str | None) -> str:
    """What Enter keeps."""
    return f" (Enter keeps {value})" if value else " (Enter: not said)"


def _items_question(answers: Answers) -> str:
    return f"Injection {len(answers.shots) + 1}{' (. ends)' if answers.shots else ''}:"


_MIX = "Sites, then the mix: ut l, ls l lido 1% 1ml each. A dry needle is dry. Enter or . when done."
_PLAN = "3mo, 6w, 2027-02-23 or none. Enter carries the site's last interval on, if it has one."

STEPS = (
    Step(_items_question, _MIX, _take_items),
    Step(lambda so_far: f"Pain before:after{_had(so_far.told.pain)}:", "0 to 10: 7:3, or 7 alone.", _take_pain),
    Step(lambda so_far: f"Next{_had(so_far.told.next)}:", _PLAN, _take_next),
    Step(lambda so_far: f"Consent{_had(so_far.told.consent)}:", "written or verbal.", _take_consent),
    Step(lambda so_far: f"Note{_had(so_far.told.note)}:", "Anything else, in plain words.", _take_note),
)


def edited(text: str) -> str:
    """The text after the person has changed it, ready in the line where the terminal can do that."""
    if not sys.stdin.isatty():
        raise Cancelled(hint="change the items where they were typed")
    import readline

    readline.set_startup_hook(lambda: readline.insert_text(text))
    try:
        return input("items: ").strip()
    except EOFError:
        raise Cancelled() from None
    finally:
        readline.set_startup_hook()
