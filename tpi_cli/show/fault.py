"""How an error reads: one line, the place in what was typed, what to do; the same as JSON for programs."""

import sys
import traceback

from tpi_cli.errors import Grammar, TpiError, Usage
from tpi_cli.show.clean import clean
from tpi_cli.show.out import silence
from tpi_cli.show.plain import width


class Unexpected(TpiError):
    """unexpected {kind} in {place}; nothing more was recorded"""

    hint = "this is a fault of tpi: report these two lines and tpi doctor"


def show(fault: BaseException, *, as_json: bool) -> int:
    """Print the error on stderr and return its exit code."""
    assert isinstance(fault, TpiError), "only our own errors are shown"
    try:
        sys.stdout.flush()
    except OSError:  # the error matters more than the answer that got stuck
        silence(sys.stdout)
    try:
        sys.stderr.write(_as_json(fault) if as_json else _as_text(fault))
    except OSError:  # nobody hears it, but the exit code tells
        silence(sys.stderr)
    return fault.exit_code


def _as_text(fault: TpiError) -> str:
    out = f"tpi: {clean(str(fault))}\n"
    if isinstance(fault, Grammar) and fault.text:
        out += _pointed(fault)
    return out + (f"  hint: {clean(fault.hint)}\n" if fault.hint else "")


def _pointed(fault: Grammar) -> str:
    """What was typed, with carets under the word that is wrong."""
    before, word = fault.text[: fault.at], fault.text[fault.at : fault.at + fault.width]
    under = " " * width(clean(before)) + "^" * max(1, width(clean(word)))
    return f"  {clean(fault.text)}\n  {under}\n"


def _as_json(fault: TpiError) -> str:
    from tpi_cli.show.machine import text

    told = {"code": fault.exit_code, "kind": fault.kind, "message": str(fault), "hint": fault.hint}
    return text({"error": told}) + "\n"


def usage(fault: BaseException) -> Usage:
    """The framework's complaint in our form."""
    format_message = getattr(fault, "format_message", fault.__str__)
    words = " ".join(str(format_message()).split()).rstrip(".")
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "tpi"
    return Usage(words[:1].lower() + words[1:], hint=f"{path} --help shows how it goes")


def unexpected(fault: Exception) -> TpiError:
    """Where in our own code something failed, without the values it failed on."""
    if isinstance(fault, UnicodeEncodeError):  # what the store says to bytes that are no text
        return Usage("something typed is not valid UTF-8", hint="type it anew, or set the terminal to UTF-8")
    ours = [frame for frame in traceback.extract_tb(fault.__traceback__) if "tpi_cli" in frame.filename]
    last = ours[-1] if ours else None
    place = f"{last.filename.rpartition('tpi_cli')[2].lstrip('/')}:{last.lineno}" if last else "tpi"
    return Unexpected(kind=type(fault).__name__, place=place)
