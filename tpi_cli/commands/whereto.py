"""Where an export may go: a folder that holds nothing else, and no whole clinic over a screen."""

import os
import sys

from tpi_cli.errors import Conflict, Usage
from tpi_cli.files import make_folder
from tpi_cli.show.out import Out, Unwritten


def empty(folder: str) -> None:
    """Make the folder. Raises Conflict where there is something in it: files of two exports would mix; Unwritten."""
    try:
        make_folder(folder.rstrip("/") or folder)
        found = os.listdir(folder)
    except OSError as fault:
        raise Unwritten(path=folder, why=fault.strerror) from None
    if found:
        raise Conflict(f"there are files in {folder} already", hint="name a new folder, or empty this one")


def no_screen(out: Out) -> None:
    """Raises Usage where nobody named a file and stdout is a terminal: JSON for programs would run over it."""
    if out.output is None and sys.stdout.isatty():
        raise Usage("an export is for a file or another program", hint="name a file: -o clinic.json")
