"""`tpi completion`: TAB in bash, zsh and fish."""

import os
from typing import Annotated

import typer

from tpi_cli.errors import StoreUnavailable, Usage
from tpi_cli.files import owners_alone

SHELLS = ("bash", "zsh", "fish")


def _shell(name: str | None) -> str:
    found = name or os.path.basename(os.environ.get("SHELL", ""))
    if found not in SHELLS:
        raise Usage(f"no completion for {found or 'an unknown shell'!r}", hint=f"one of {', '.join(SHELLS)}")
    return found


def _script(shell: str) -> str:
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return get_completion_script(prog_name="tpi", complete_var="_TPI_COMPLETE", shell=shell)


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


def _by_typer(shell: str) -> str:
    from typer.completion import install as install_for  # type: ignore[attr-defined]

    return str(install_for(shell=shell, prog_name="tpi", complete_var="_TPI_COMPLETE")[1])


def _for_fish() -> str:
    """Where fish looks, which is not below HOME where XDG_CONFIG_HOME says otherwise: Typer does not ask."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    path = os.path.join(base, "fish", "completions", "tpi.fish")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(_script("fish") + "\n")
    return path


def install(ctx: typer.Context, shell: Annotated[str | None, typer.Argument(metavar="[bash|zsh|fish]")] = None) -> None:
    """Switch completion on for your shell; a new terminal has it.

    \b
    tpi completion install
    tpi completion install bash
    tpi completion install zsh
    """
    name = _shell(shell)
    try:
        with owners_alone():  # Typer leaves it to the umask whether others may write into what the shell runs
            path = _for_fish() if name == "fish" else _by_typer(name)
    except OSError as fault:
        raise StoreUnavailable(
            f"cannot write the script: {fault.strerror}", hint="tpi completion show prints it"
        ) from None
    lines = [f"{name} completion in {path}", "open a new terminal to use it"]
    ctx.obj.out().lines(lines, "completion", lambda: {"shell": name, "path": path})
