"""What must not stand on a command line: recovery codes and passphrases, asked for without echo or read from stdin."""

import sys

from tpi_cli.errors import Cancelled, Usage
from tpi_cli.rules import lock, paper
from tpi_cli.show.out import Out

ENOUGH = 1000
"""Characters: more is neither a code nor a passphrase."""


def at_terminal(out: Out, question: str) -> str | None:
    """A line from the person at the terminal, not shown; None where there is no terminal to ask at."""
    if out.no_input or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    import getpass

    try:
        return getpass.getpass(f"{question} ", stream=sys.stderr)
    except EOFError:
        raise Cancelled() from None


def given(out: Out, question: str) -> str:
    """The same, or off a terminal a line of stdin; empty where there is none."""
    answer = at_terminal(out, question)
    if answer is None:
        answer = "" if sys.stdin.isatty() else sys.stdin.readline(ENOUGH)
    return answer.rstrip("\r\n")


def told(out: Out, question: str) -> str:
    """The same. Raises Usage where there is nothing."""
    answer = given(out, question)
    if not answer.strip():
        raise Usage(
            f"nothing was given for {question.rstrip(':').lower()!r}", hint="type it, or send it by stdin: < FILE"
        )
    return answer


def recovery_code(out: Out) -> str:
    """The key behind the recovery code that is told, as hex. Raises Usage."""
    return key_in(told(out, "Recovery code:"))


def key_in(text: str) -> str:
    """The key behind a recovery code, as hex. Raises Usage; what was typed is not repeated."""
    key = paper.read(paper.RECOVERY, text)
    if key is not None:
        return key.hex()
    if paper.read(paper.OFFICER, text) is not None:
        raise Usage("that is an officer key, not a recovery code", hint="tpi init printed both, each with its name")
    raise Usage("the recovery code is mistyped", hint="14 groups of four letters and digits, as tpi init printed them")


def new_passphrase(out: Out) -> str:
    """A passphrase to be set, asked for twice at a terminal. Raises Usage."""
    first = told(out, "New passphrase:")
    if lock.too_short(first):
        raise Usage(
            f"a passphrase has at least {lock.SHORTEST} characters",
            hint="four or five words that do not belong together",
        )
    again = at_terminal(out, "The same again:")
    if again is not None and again != first:
        raise Usage("the two are not the same", hint="nothing was changed; try again")
    return first
