"""A clinic's story told as a table, over the real command line, and the list it should come to.

    tell(clinic, '''
        Ann | 2026-05-01 | ut l, ls l next 3mo
        Ann | 2026-06-01 | stop declined
    ''')
    expect(clinic, "2026-11-23", '''
        held back: 1 declined
    ''')

A line is a patient, the day it happened, and what: sites injected (or needled: `ut l dry`), with the `pain`
before and with `next` or without, `despite RULE` if a rule would have stopped it, `entered DAY` if it was recorded
later than it happened; `outcome PAIN [at SITE]`, `payer ID`, `stop [SITE] REASON`, `snooze DATE`, `resume [SITE]`,
`resolve SITE`, `archive`, `unarchive`, `void DAY` (the session of that day). A line of the list is patient, due
date, status and the sites that are due.
"""

from tests.conftest import Clinic

Table = list[tuple[str, ...]]


def table(text: str) -> Table:
    """The cells of a table, row by row."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines() if line.strip()]


def tell(clinic: Clinic, story: str) -> None:
    """Let it happen, line by line, each on its own day."""
    known = {row["name"] for row in clinic.ok("patient", "list", "--status", "all", "--json").rows}
    for name, day, what in table(story):
        what, on = _said(what, "entered")
        clinic.today = on or day
        if name not in known:
            clinic.patient(name, "1950-02-28", "--mrn", name.replace(" ", "-"), "--on", day)
            known.add(name)
        words = _words(clinic, f"mrn:{name.replace(' ', '-')}", what)
        clinic.ok(*words, "--yes", *([] if words[1] == "void" else ["--on", day]))


def _said(what: str, word: str) -> tuple[str, str]:
    """A line without what is said after a word at its end, and that."""
    before, _, after = what.partition(f" {word} ")
    return before.strip(), after.strip()


def _words(clinic: Clinic, who: str, what: str) -> list[str]:
    """The command behind a line."""
    act, *more = what.split()
    if act == "void":
        session = next(row["session"] for row in clinic.ok("session", "list", "--json").rows
                       if (f"mrn:{row['mrn']}", row["date"], row["voided"]) == (who, *more, False))  # fmt: skip
        return ["session", "void", session, "--reason", "entered for the wrong patient"]
    if act == "stop":
        return ["stop", who, *more[:-1], "--reason", more[-1]]
    if act == "snooze":
        return ["snooze", who, *more, "--reason", "exams"]
    if act == "resume":
        return ["resume", who, *more]
    if act == "resolve":
        return ["site", "resolve", who, *more]
    if act == "outcome":
        return ["outcome", who, more[0], *(["--site", " ".join(more[2:])] if more[1:] else [])]
    if act == "payer":
        return ["patient", "edit", who, "--payer", *more]
    if act in {"archive", "unarchive"}:
        status = {"archive": "archived", "unarchive": "active"}[act]
        return ["patient", "edit", who, "--status", status]
    return _session(who, what)


def _session(who: str, what: str) -> list[str]:
    """`ut l, ls l pain 7 next 3mo despite cap_reached`; what is said last is taken off first."""
    options = ["--consent", "written"]
    for word, option in (("despite", "--override"), ("next", "--next"), ("pain", "--pain")):
        what, said = _said(what, word)
        if said:
            options += [option, f"{said}=talked over" if word == "despite" else said]
    mix = "" if what.endswith(" dry") else "lido 1% 1ml each" if "," in what else "lido 1% 1ml"
    return ["inject", who, *f"{what} {mix}".split(), *options]


COLUMNS = "name,due,status,sites"


def seen(clinic: Clinic, today: str, *options: str, columns: str = COLUMNS) -> Table:
    """The list of a day: as tab-separated columns, with the held back from the JSON."""
    clinic.today = today
    told = clinic.ok("due", *options, "--format", "tsv", "--columns", columns).out
    rows = [tuple(line.split("\t")) for line in told.splitlines()[1:]]
    answer = clinic.ok("due", *options, "--json").json
    assert answer["today"] == today
    assert [row["name"] for row in answer["rows"]] == [row[0] for row in rows]
    held = ", ".join(f"{count} {reason}" for reason, count in answer["held_back"].items())
    return rows + ([(f"held back: {held}",)] if held else [])


def expect(clinic: Clinic, today: str, expected: str, *options: str, columns: str = COLUMNS) -> None:
    """The list of that day is exactly this, in this order."""
    assert seen(clinic, today, *options, columns=columns) == table(expected)
