"""`tpi completion`: TAB in bash, zsh and fish."""

import os
from contextlib import suppress
from typing import Annotated, NamedTuple

import typer

from tpi_cli import files
from tpi_cli.errors import StoreUnavailable, Usage

SHELLS = ("bash", "zsh", "fish")
ZSH = """#compdef tpi

_tpi_completion() {
  setopt local_options rc_quotes  # an apostrophe in a help comes as two
  eval $(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _TPI_COMPLETE=complete_zsh tpi)
}

if [[ $funcstack[1] == _tpi ]]; then  # loaded by the first TAB, which wants its answer too
  _tpi_completion "$@"
else
  compdef _tpi_completion tpi
fi"""
"""In the place of Typer's, which leaves the first TAB in every new terminal without an answer."""


class Place(NamedTuple):
    """Where a shell finds the script, and the line that must stand in its start-up file, if it needs one."""

    script: str
    startup: str = ""
    line: str = ""


def _shell(name: str | None) -> str:
    found = name or os.path.basename(os.environ.get("SHELL", ""))
    if found not in SHELLS:
        raise Usage(f"no completion for {found or 'an unknown shell'!r}", hint=f"one of {', '.join(SHELLS)}")
    return found


def _script(shell: str) -> str:
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    if shell == "zsh":
        return ZSH
    return get_completion_script(prog_name="tpi", complete_var="_TPI_COMPLETE", shell=shell)


def _place(shell: str) -> Place:
    """Where the shell looks, its own variables heeded."""
    home = os.path.expanduser("~")
    if shell == "bash":
        script = os.path.join(home, ".bash_completions", "tpi.sh")
        return Place(script, os.path.join(home, ".bashrc"), f"source {_quoted(script)}")
    if shell == "zsh":
        startup = os.path.join(os.environ.get("ZDOTDIR") or home, ".zshrc")
        return Place(os.path.join(home, ".zfunc", "_tpi"), startup, "fpath+=~/.zfunc; autoload -Uz compinit; compinit")
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    return Place(os.path.join(settings, "fish", "completions", "tpi.fish"))


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"


def _put(place: Place, script: str) -> None:
    """The script, then the line that loads it, once however often it is asked for. Raises OSError."""
    files.make_folder(os.path.dirname(place.script))
    files.put(place.script, f"{script}\n")
    if not place.startup:
        return
    before = b""
    with suppress(FileNotFoundError), files.opened(place.startup) as there:
        before = there.read()
    line = os.fsencode(place.line)
    if line not in before:
        # added to the end, so that a link stays one and nothing of its owner's is written anew
        with files.owners_alone(), open(place.startup, "ab") as startup:
            startup.write((b"" if before.endswith(b"\n") or not before else b"\n") + line + b"\n")


def show(ctx: typer.Context, shell: Annotated[str | None, typer.Argument(metavar="[bash|zsh|fish]")] = None) -> None:
    """Print the script that makes TAB complete commands, patients, muscles and agents.

    \b
    tpi completion show bash
    tpi completion show zsh > ~/.zfunc/_tpi
    tpi completion show fish
    """
    name = _shell(shell)
    script = _script(name)
    ctx.obj.out().lines(script.splitlines(), "completion", lambda: {"shell": name, "script": script})


def install(ctx: typer.Context, shell: Annotated[str | None, typer.Argument(metavar="[bash|zsh|fish]")] = None) -> None:
    """Switch completion on for your shell; a new terminal has it.

    \b
    tpi completion install
    tpi completion install bash
    tpi completion install zsh
    """
    name = _shell(shell)
    place = _place(name)
    try:
        _put(place, _script(name))
    except OSError as fault:
        raise StoreUnavailable(
            f"cannot write the script: {fault.strerror}", hint="tpi completion show prints it"
        ) from None
    lines = [f"{name} completion in {place.script}", "open a new terminal to use it"]
    ctx.obj.out().lines(lines, "completion", lambda: {"shell": name, "path": place.script})
