"""The door: one error handler, one way out."""

import gc
import os
import sys

gc.disable()  # start-up makes no garbage worth collecting; a command's body runs with it on again

COMPLETE = "_TPI_COMPLETE"
VERSION = frozenset({"--version", "-V"})
VERSION_WITHIN = 3
"""Words: `tpi --db FILE -V` also asks for the version, a note further on that holds the word does not."""
BROKEN_PIPE = 141
UNSENT = 120
"""As Python itself leaves where the last of an answer cannot be sent."""
INTERRUPTED = 130


def process() -> None:
    """The whole process: `main`, and out without taking the interpreter apart, which would be 3 % of a `tpi due`.

    Nothing waits for that: files and the store are closed where they were opened, and the streams are sent first.
    """
    code: object = None
    try:
        main()
    except SystemExit as leave:
        code = leave.code
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or UNSENT
    os._exit(code if isinstance(code, int) else int(code is not None))


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with the exit code that `tpi help exit-codes` explains."""
    words = sys.argv[1:] if args is None else args
    sys.exit(_guarded(words))


def _guarded(words: list[str]) -> int:
    """The exit code of a run in which nothing escapes: every fault becomes one line on stderr."""
    _open_streams()
    _no_core()
    try:
        code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return BROKEN_PIPE
    except OSError as fault:
        _silence()
        return _unwritten(fault, words)
    except SystemExit as leave:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":  # how Typer takes a reader of help that went away
            return BROKEN_PIPE
        raise leave
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    return code


def _open_streams() -> None:
    """Streams that take any text. Where stdout was closed (`>&-`) every write fails: no answer is lost unseen."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]


def _no_core() -> None:
    """No core file, however the shell is set: it would hold the key and whatever record was open, for all to read.

    One byte, for none at all is taken as leave to hand it to a program that collects them (core(5)).
    """
    if sys.platform != "win32":
        import resource

        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0 if most == 0 else 1, most))


def _run(words: list[str]) -> int:
    known = _known(words)
    if known is not None:
        sys.stdout.write(known)
        return 0
    import typer

    from tpi_cli.commands.lazy import root
    from tpi_cli.errors import ReaderGone, TpiError

    if COMPLETE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        done = root().main(words, prog_name="tpi", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except ReaderGone:
        raise BrokenPipeError from None
    except TpiError as fault:
        return _told(fault, words)
    except typer.TyperException as fault:
        return _usage(fault, words)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as fault:  # noqa: BLE001 - the one door: no traceback reaches a person
        return _unexpected(fault, words)


def _known(words: list[str]) -> str | None:
    """What is answered without loading anything: the version, and to `tpi` alone the day's commands on one screen."""
    if not VERSION.isdisjoint(words[:VERSION_WITHIN]):
        from tpi_cli import __version__

        return f"tpi {__version__}\n"
    if words or COMPLETE in os.environ:
        return None
    with open(os.path.join(os.path.dirname(__file__), "help", "start.txt"), encoding="utf-8") as page:
        return page.read()


def _told(fault: BaseException, words: list[str]) -> int:
    from tpi_cli.show.fault import show

    return show(fault, as_json=_wants_json(words))


def _usage(fault: BaseException, words: list[str]) -> int:
    from tpi_cli.show.fault import usage

    return show_help(fault) or _told(usage(fault), words)


def show_help(fault: BaseException) -> int:
    """`tpi patient` without more is a question, and gets its help as the answer."""
    if type(fault).__name__ != "NoArgsIsHelpError":
        return 0
    sys.stderr.write(f"{fault}\n")
    return 2


def _unexpected(fault: Exception, words: list[str]) -> int:
    """A fault of ours: its kind and place are named, never its values, which may be a patient's."""
    from tpi_cli.show.fault import unexpected

    return _told(unexpected(fault), words)


def _unwritten(fault: OSError, words: list[str]) -> int:
    """A full disk or a closed stdout met when the last of the answer was sent."""
    from tpi_cli.show.out import Unwritten

    return _told(Unwritten(path="stdout", why=fault.strerror), words)


def _wants_json(words: list[str]) -> bool:
    joined = " ".join(words)
    asked = "--json" in words or "--format json" in joined or "--format=json" in joined
    return asked or os.environ.get("TPI_FORMAT") == "json"


def _silence() -> None:
    from tpi_cli.show.out import silence

    silence(sys.stdout)
