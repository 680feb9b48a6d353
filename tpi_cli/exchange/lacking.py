"""A table that lacks a column its rows need: what to write, with a map and without one."""

from collections.abc import Iterable, Sequence

from tpi_cli.errors import Usage
from tpi_cli.exchange.fields import MAPS
from tpi_cli.exchange.foreign_rows import WHOLE
from tpi_cli.exchange.map import PROFILES, read
from tpi_cli.reference.headings import all_headings, field, fold

ON_FILE = (
    'without birth dates nobody can be added: put the patients on file first, then kind = "injections" '
    f'and patient = ["name"] ({MAPS})'
)


def shipped(header: Sequence[str], file: str) -> Usage | None:
    """That a table is one of another program's, for which a map is shipped; None where it is none of them."""
    there = {fold(name) for name in header}
    for name in PROFILES:
        if any(there.issuperset(map(fold, one.has)) for one in read(name).parts):
            return Usage(f"{file} has the columns of a table of {name}", hint=f"add --map {name}, which is shipped")
    return None


def without_map(kind: str, missing: Sequence[str], file: str, *, said: bool) -> Usage:
    """`said` is whether a person said the kind, which else was told by the header."""
    needed = ", ".join(one.field for one in all_headings()[kind].values() if one.needed)
    other = "" if said else "; --kind says it is another"
    hint = f"{kind} need {needed}{other}; for other headings: {MAPS}"
    return Usage(f"{file}: column {missing[0]} is missing", hint=hint)


def with_map(kind: str, missing: Sequence[str], given: dict[str, str], spare: Sequence[str], file: str) -> Usage:
    """`given` is what the map and the headings give, by its column if it has one; `spare` are columns for nothing."""
    name = missing[0]
    ours = WHOLE.get(name, name) if WHOLE.get(name, name) in all_headings()[kind] else name
    named = {one for heading in spare for one in [field("patients", heading)] if one} | given.keys()
    parts = [part for part, whole in WHOLE.items() if whole == ours]
    apart = [part for part in parts if part in missing]
    words = f" ({', '.join(apart)})" if apart else ""
    holding = [given[part] for part in parts if given.get(part)][:1]
    what = f"{file}: no column is {ours}{words}, and {kind} need it"
    return Usage(what, hint=_line(kind, ours, named, holding or spare))


def _line(kind: str, ours: str, named: set[str], spare: Sequence[str]) -> str:
    """The line of the map that is wanted."""
    if ours == "mrn" and "name" in named:
        known_by = '"name", "born"' if "born" in named else '"name"'
        return f"the sheet has no number of the patient? patient = [{known_by}], at the top of the map"
    column = spare[0] if len(spare) == 1 else "their column"
    choice = f" (not used yet: {', '.join(spare)})" if len(spare) > 1 else ""
    line = f'[columns] "{column}" = "{ours}"{choice}'
    if ours == "born" and kind == "patients":
        return f"{ON_FILE}; or {line}" if spare else ON_FILE
    if ours == "follow_up":
        return f'{line}; or, where nothing tells it, [constants] follow_up = ""'
    return line


def free(header: Sequence[str], used: Iterable[str]) -> list[str]:
    """The columns that a map does not name."""
    taken = {fold(name) for name in used}
    return [name for name in header if name and fold(name) not in taken]
