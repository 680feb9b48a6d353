"""A canary in every field, everything run and failed: none is found outside stdout and the store.

`python -m tests.faults.canaries [--points N] [--seed S] [--broken]`: two patients, and two by CSV, with a word of
their own in every field of every record. Every command runs as it should be used and in the ways it fails: wrong
words, another's number, a lock, a wrong key, full disks, faults of ours that quote a row, Ctrl-C; some as processes
whose system calls are watched. Then the words are looked for, in every spelling. The rules:

- A file holds none of a patient's words: not the store as it lies there, not its journal, not a backup, the settings
  or what a report remembers. But for what was asked for: --output, an export, import's refused rows.
- The log's own rows hold none, nor does what commands say that are about no patient: verify, doctor, backup, ...
- stderr may speak of the patients whom the command line names, by their number or by a record's, and of nobody else:
  notes, warnings, and the preview before a question or a stop. The error itself (from the line that begins with
  `tpi:`, or as JSON) says nothing that is stored, whosever it is, but what was typed on this command line.
  The initials of clinicians and the clinic's own words (its name, payers, agents) are no patient's: they may be told.
- No process gets one, neither as an argument, but for what was typed, nor in its environment; nothing outside is
  written to, no socket is opened, and a process that is killed leaves no core file.
- Whatever the umask, every file is its owner's alone (modes.py).
Broken on purpose, all of which must be found: an error quotes another's name, a row is left in a temporary file, and
what --output writes can be read by everybody.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from tests.faults import canary_acts, canary_watch, modes, trials, ward
from tests.faults.canary_acts import TWO, Act, Ward
from tests.faults.failing import AROUND
from tests.faults.inside import Ran, run
from tests.faults.spilled import Search, Word, patients_words, word, words
from tests.faults.trials import Given, Outcome
from tpi_cli.errors import TpiError
from tpi_cli.store import backup, connect
from tpi_cli.store.place import Place

KNOWN = frozenset({0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 130, 141})
INPUTS = ("desk/patients.csv", "desk/bad.csv", "desk/taken.csv")
"""What the person at the desk wrote."""
ASKED = ("desk/file.out", "desk/asked", "desk/bad", "desk/taken")
"""What one may find where an export, --output or import's refused rows were asked for."""


# --- what was said


def judged(ward: Ward, one: Act, ran: Ran) -> Iterator[str]:
    """What is wrong with what a command said."""
    if ran.wrong or "Traceback" in ran.text or ran.code not in KNOWN:
        yield ran.wrong or f"exit {ran.code}: {ran.err[-200:]!a}"
    typed = _typed(ward, one)
    named = {ward.owners[word] for word in one.words if word in ward.owners} | {word.who for word in typed}
    talk, error = _parted(ran.err)
    yield from (f"an error (exit {ran.code}) quotes {found}" for found in sorted(patients_words(error) - typed))
    strangers = (found for found in sorted(patients_words(talk) - typed) if found.who not in named)
    yield from (f"stderr (exit {ran.code}) speaks of another: {found}" for found in strangers)
    if one.words[0] in canary_acts.SILENT or "--redact=names" in one.words:
        yield from (f"the answer says {found}" for found in sorted(patients_words(ran.out) - typed))


_ERROR = re.compile(r'^(?:tpi: |\{"error")', re.MULTILINE)


def _parted(err: str) -> tuple[str, str]:
    """What was said before the error, and the error with its hint."""
    begins = _ERROR.search(err)
    return (err[: begins.start()], err[begins.start() :]) if begins else (err, "")


def _typed(ward: Ward, one: Act) -> set[Word]:
    """The canaries that whoever typed the command gave it: as words, on stdin, in a file."""
    files = [ward.desk / word for word in one.words if word.endswith(".csv") and (ward.desk / word).is_file()]
    return words(" ".join([*one.words, one.stdin.decode(), *(path.read_text() for path in files)]))


# --- what was left


class Bench:
    """The ward as it was made, the copy that is worked on, and what was found in its files so far."""

    def __init__(self, made: Ward, home: Path) -> None:
        self.made = made
        self.search = Search()
        self.ward = made
        self.home = home
        self.renew()

    def renew(self) -> None:
        """Everything as it was."""
        self.ward = self.made._replace(clinic=ward.copied(self.made.clinic.home, self.home))
        for name in canary_watch.FOLDERS.values():
            (self.home / name).mkdir(mode=0o700)
        self.files = ward.seen(self.home)

    def tried(self, one: Act) -> tuple[int, set[str]]:
        """Run it; its exit code and what is wrong."""
        around = AROUND.get(one.way, lambda _: nullcontext())
        with around(self.ward.clinic):
            ran = run(self.ward.clinic, one.words, one.stdin, self.ward.desk, **canary_watch.environment(self.home))
        return ran.code, {*judged(self.ward, one, ran), *self.left(one)}

    def left(self, one: Act) -> Iterator[str]:
        """What an act left in files and in the log; afterwards all is as it was."""
        if ward.seen(self.home) == self.files:
            return
        asked = one.words[0] == "export" or any(word.startswith(("-o", "--output", "--on-error")) for word in one.words)
        yield from self.search.through(self.home, INPUTS + (ASKED if asked else ()))
        yield from in_the_log(Place(str(self.ward.clinic.store), str(self.ward.clinic.key)), "audit")
        for path in self.ward.desk.glob("file.out*" if one.words[0] == "backup" else "no such"):
            yield from in_the_log(Place(str(path), str(self.ward.clinic.key)), backup.MANIFEST)
        self.renew()


def in_the_log(place: Place, table: str) -> Iterator[str]:
    """The patients' canaries in the rows of the log or of a backup's manifest; none where the store does not open."""
    with suppress(TpiError), closing(connect.open_any(place)) as store:
        rows = list(store.execute(f"SELECT * FROM {table}"))
        yield from (f"{found} in {table}" for found in patients_words(repr(rows)))


# --- broken on purpose


@contextmanager
def broken(kind: str, home: Path) -> Iterator[None]:
    """An error quotes another's name; an error leaves a row in a temporary file; --output's file is everybody's."""
    from tpi_cli.errors import NoSuchPatient
    from tpi_cli.show import fault, out

    hint, show, new_file = NoSuchPatient.hint, fault.show, out._new_file

    def leaves(error: BaseException, *, as_json: bool) -> int:
        (home / canary_watch.FOLDERS["TMPDIR"] / "tpi-row.tmp").write_text(word("name", TWO))
        return show(error, as_json=as_json)

    def opens(path: str) -> Any:
        Path(path).touch(0o644)
        Path(path).chmod(0o644)
        return open(path, "w", encoding="utf-8", newline="")

    if kind == "quotes":
        NoSuchPatient.hint = f"did you mean {word('name', TWO)}?"
    elif kind == "leaves":
        fault.show = leaves
    elif kind == "opens":
        out._new_file = opens
    try:
        yield
    finally:
        NoSuchPatient.hint, fault.show, out._new_file = hint, show, new_file


FOUND_BY = {"quotes": f"quotes {word('name', TWO)}", "leaves": "tpi-row.tmp", "opens": "0644"}
"""The ways in which the program is broken on purpose, and a word of the finding that tells."""
BROKEN_POINTS = 12
"""Acts about nobody that are tried with each of them: most of these end in an error that names no patient."""


def caught(kind: str, made: Ward, seed: int, folder: Path) -> list[str]:
    """What is found with the program broken in this way, as far as it is what was broken."""
    bench = Bench(made, folder / "home")
    acts = [one for one in canary_acts.acts(made, seed) if one.way == "nobody's number"]
    with broken(kind, bench.home):
        found = modes.checked(folder / "modes")[1] if kind == "opens" else _tried(bench, acts[:BROKEN_POINTS])[1]
    return [f"{kind}: {one}" for one in found if FOUND_BY[kind] in one]


# --- the whole


def _tried(bench: Bench, acts: list[Act]) -> tuple[Counter[int], list[str]]:
    codes, wrong = Counter[int](), []
    for one in acts:
        code, found = bench.tried(one)
        codes[code] += 1
        wrong += [f"{one}: {what}" for what in sorted(found)]
    return codes, wrong


def planted(made: Ward) -> tuple[int, list[str]]:
    """How many canaries the store holds; the steps that were refused, and columns in which none could be put."""
    held = words(repr(ward.tables(made.clinic)))
    bare = [f"nothing stands in {name}" for name in ward.empty(made.clinic) if name not in canary_acts.NOTHING_TO_SAY]
    return len(held), [*made.refused, *bare]


def trial(asked: Given) -> Outcome:
    if asked.broken:
        return _broken(asked)
    with trials.folder("canaries") as folder:
        made = canary_acts.filled(folder)
        count, wrong = planted(made)
        bench = Bench(made, folder / "home")
        codes, found = _tried(bench, canary_acts.acts(made, asked.seed)[: asked.points])
        watched, more = canary_watch.watched(bench, asked)
        found += more
        kept, open_to_others = modes.checked(folder / "modes")
        wrong += open_to_others
    told = f"{codes[0] + codes[10]} did their work, {codes.total() - codes[0] - codes[10]} failed"
    line = (f"{count} canaries in {len(ward.FIELDS)} fields, {codes.total()} commands run ({told}) and {watched} as "
            f"processes, {bench.search.files} files searched, {kept} files and folders made under umask 0; "
            f"{len(found)} found outside")  # fmt: skip
    return Outcome(line, [*found, *wrong])


def _broken(asked: Given) -> Outcome:
    with trials.folder("canaries") as folder:
        made = canary_acts.filled(folder)
        found = [caught(kind, made, asked.seed, folder) for kind in FOUND_BY]
    total = sum(map(len, found))
    line = f"{sum(map(bool, found))} of {len(found)} breaches found, by {total} findings"
    return Outcome(line, [each[0] for each in found if each])


if __name__ == "__main__":
    trials.main("canaries", str(__doc__).split("\n")[0], 3000, trial)
