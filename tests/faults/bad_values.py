"""Bad values to every option and argument of every command: no traceback, no hang, and a refusal changes nothing.

`python -m tests.faults.bad_values [--points N] [--seed S] [--broken]`: the command tree is walked as it is, so that a
new command is tried by itself. Each input is a command that would work with one value in it, or two, that does not;
others come by stdin, by the environment and by the settings file. Nothing but our own errors may end a command, none
may take ten seconds, and where the exit code is not 0 the store must say what it said before.
Broken on purpose: one reader raises ValueError on some values, and one refusal writes.
"""

import contextlib
import os
import random
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults import fence, tree, trials, ward
from tests.faults.bad import ANYTHING, FILES, KINDS, SIMPLE, TEXTS
from tests.faults.inside import Ran, run
from tests.faults.trials import Given, Outcome
from tests.store.places import NO_RECORDS
from tpi_cli.rules import paper
from tpi_cli.store import keys

SUCCESS = frozenset({0, 10, 11})
"""Done; done, and somebody is due; recorded, and the answer was lost."""
KNOWN = SUCCESS | {1, 2, 3, 4, 5, 6, 7, 8, 9, 130, 141}
"""Those of `tpi help exit-codes`. 1 is an output that cannot be written; an `unexpected` one is never right."""


class Trial(NamedTuple):
    """An input: what was typed, what came on stdin, which variables were set, what stood in the settings file."""

    words: tuple[str, ...]
    stdin: bytes = b""
    environment: tuple[tuple[str, str], ...] = ()
    settings: str = ""

    def __str__(self) -> str:
        shown = [f"{word[:60]!a}{'...' if len(word) > 60 else ''}" for word in self.words]
        rest = [f"< {self.stdin[:60]!r}"] * bool(self.stdin) + [
            f"{name}={value[:40]!a}" for name, value in self.environment
        ]
        return " ".join([*shown, *rest, *([f"settings {self.settings[:60]!a}"] if self.settings else [])])


def spoilt(facts: tree.Facts, points: int, seed: int) -> Iterator[Trial]:
    """Round after round over every parameter, own ones three times as often, and what comes by other ways."""
    lot = random.Random(seed)
    commands = tree.commands()
    places = [(command, param) for command in commands for param in (*command.own * 3, *command.shared)]
    others = [_stdin, _environment, _settings, _words, _twice]
    places += [(command, None) for command in commands] * 2
    while points > 0:
        lot.shuffle(places)
        for command, param in places[:points]:
            one = lot.choice(others)(command, facts, lot) if param is None else _one(command, param, facts, lot)
            yield one._replace(
                words=tuple(word.replace("\0", "") for word in one.words)
            )  # the system ends a word there
        points -= len(places)


def _value(param: tree.Param, lot: random.Random) -> str:
    words = param.metavar.upper().strip("[]{}").replace("[", "|").replace("]", "").split("|")
    fitting = next((KINDS[word] for word in words if word in KINDS), ANYTHING)
    return lot.choice(lot.choice([fitting, FILES if fitting is FILES else ANYTHING]))


def _of(command: tree.Command, given: tree.Words, facts: tree.Facts, *more: str) -> Trial:
    """A command with these words, and on stdin what it asks for there."""
    return Trial((*tree.spelled(command, given), *more), tree.typed(command, facts))


def _one(command: tree.Command, param: tree.Param, facts: tree.Facts, lot: random.Random) -> Trial:
    given = tree.good(command, facts)
    if param.flag:
        given[param.name] = []
        spoilt = lot.choice(command.own or command.shared)
        if not spoilt.flag:
            given[spoilt.name] = [_value(spoilt, lot)]
    else:
        given[param.name] = [_value(param, lot) for _ in range(1 + 2 * (param.many and lot.random() < 0.3))]
    return _of(command, given, facts, *_quietly(lot))


def _twice(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    """Two values spoilt at once, or more."""
    given = tree.good(command, facts)
    for param in lot.sample(command.own, min(len(command.own), 3)):
        given[param.name] = [] if param.flag else [_value(param, lot)]
    return _of(command, given, facts, *_quietly(lot))


def _words(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    """Words that fit nowhere: too many, too few, options nobody knows, a command that is none."""
    path = command.path
    return Trial(lot.choice([
        (*path, *(lot.choice(ANYTHING) for _ in range(lot.randrange(1, 9)))),
        (*path, f"--{lot.choice(TEXTS)}"), (*path, f"-{lot.choice(TEXTS)}", "x"), (lot.choice(ANYTHING), *path),
        (*path[:-1], lot.choice(ANYTHING)), (*path, "--", *path), tuple(path) * 50, (*path, *["-q"] * 200),
        (f"--format={lot.choice(TEXTS)}", *path), (*path, "--json", "--columns", lot.choice(ANYTHING)),
    ]))  # fmt: skip


PERSON = {"name": "Ruiz, Ana", "born": "1965-03-04", "allergy": "none", "bleeding": "none"}


def _stdin(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    """What comes on stdin: fields, items, a note, a CSV file."""
    value = lot.choice(ANYTHING).encode("utf-8", "surrogateescape")
    key = lot.choice([*PERSON, "mrn", "phone", "weight", "note", "x"]).encode()
    fields = {name.encode(): text.encode() for name, text in PERSON.items()} | {key: value}
    as_lines = b"\n".join(name + b": " + text for name, text in fields.items())
    as_json = b'{"' + b'", "'.join(name + b'": "' + text for name, text in fields.items()) + b'"}'
    bare = b'{"name": "A", "born": "1970-01-01", "' + key + b'": ' + value + b"}"
    who = facts["patient"]
    row = b"mrn,name,born,phone\nA1," + lot.choice([value, b'"' + value + b'"']) + b",1970-01-01," + value + b"\n"
    return lot.choice([
        Trial(("patient", "add", "-"), lot.choice([as_lines, as_json, bare, value, value * 3])),
        Trial(("inject", who, "-", "--yes"), value), Trial(("check", who, "-"), value),
        Trial(("call", who, "no-answer", "--note", "-"), value), Trial(("import", "-"), lot.choice([row, value])),
        Trial(("import", "-", "--kind", lot.choice(["patients", "injections", "outcomes"])), row),
        _of(command, tree.good(command, facts), facts)._replace(stdin=value),
    ])  # fmt: skip


VARIABLES = ("TPI_DB", "TPI_KEY_FILE", "TPI_USER", "TPI_FORMAT", "TPI_REDACT", "TPI_TODAY", "TPI_NO_INPUT",
             "NO_COLOR", "COLUMNS", "TERM", "LOGNAME", "LC_ALL", "TZ", "SHELL", "CREDENTIALS_DIRECTORY",
             "_TPI_COMPLETE")  # fmt: skip


def _environment(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    name = lot.choice(VARIABLES)
    wide = [value for value in lot.choice([ANYTHING, FILES, SIMPLE]) if "\0" not in value and len(value) < 10_000]
    return _of(command, tree.good(command, facts), facts)._replace(environment=((name, lot.choice(wide)),))


def _settings(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    """A settings file that somebody spoilt."""
    key = lot.choice(["db", "key_file", "user", "format", "redact", "color", "x", "clinic.name"])
    value = lot.choice(["a\0b", *lot.sample(ANYTHING, 9)])
    safe = "".join(
        mark if mark.isprintable() and mark not in '"\\' else f"\\u{ord(mark) % 0x10000:04x}" for mark in value
    )
    text = lot.choice(
        [f'{key} = "{safe}"\n', f"{key} = {value}\n", value, f"[{key}]\nx = 1\n", f'{key} = ["{safe}"]\n']
    )
    return _of(command, tree.good(command, facts), facts)._replace(settings=text)


def _quietly(lot: random.Random) -> tuple[str, ...]:
    return lot.choice([(), ("--json",), ("--no-input",)])


# --- the trial


class Bench:
    """The store as it was made, and the copy that the trials are run on."""

    def __init__(self, template: Path, home: Path) -> None:
        self.template = template
        self.clinic = ward.copied(template, home)
        self.at = home / "desk"
        self._note()

    def _note(self) -> None:
        self.files = ward.seen(self.clinic.home)
        self.says = ward.digest(self.clinic)
        self.records = ward.digest(self.clinic, NO_RECORDS)

    def renew(self) -> None:
        """Everything as it was, whatever happened."""
        self.clinic = ward.copied(self.template, self.clinic.home)
        self._note()

    def tried(self, one: Trial) -> tuple[Ran, list[str]]:
        """Run it; what is wrong with what came of it."""
        if one.settings:
            path = self.clinic.home / "config" / "tpi" / "config.toml"
            path.write_bytes(one.settings.encode("utf-8", "surrogateescape"))
            self.files = ward.seen(self.clinic.home)
        with fence.around(self.clinic.home):
            ran = run(self.clinic, one.words, one.stdin, self.at, PATH=str(self.at), **dict(one.environment))
        wrong = list(self._wrong(ran))
        if wrong or one.settings or ward.seen(self.clinic.home) != self.files:
            self.renew()
        return ran, wrong

    def _wrong(self, ran: Ran) -> Iterator[str]:
        if ran.wrong:
            yield ran.wrong
        elif ran.code not in KNOWN or "Traceback" in ran.err or (ran.code == 1 and "unexpected " in ran.err):
            yield f"exit {ran.code}: {ran.err.strip()[-200:]!a}"
        if ran.code in SUCCESS or ward.seen(self.clinic.home) == self.files:
            return
        read = ran.code == 1  # that a chart was to be shown is logged, also where it cannot be written then
        now = ward.digest(self.clinic, NO_RECORDS if read else frozenset())
        if now != (self.records if read else self.says):
            yield f"exit {ran.code}, and the store was changed"


def template(folder: Path) -> tuple[Path, tree.Facts]:
    """A ward with four patients, one of them merged into another, and a desk with files of every kind on it."""
    clinic = ward.made(folder / "template")
    known, other, kept, merged = (ward.person(clinic, _called(name), at)[0] for at, name in enumerate(NAMES, 1))
    ward.office(clinic, lambda name: {"payer-id": "house", "agent": "procaine", "user": "AM"}.get(name, name))
    clinic.ok("patient", "merge", kept["who"], merged["who"], "--yes")
    clinic.ok("clinician", "add", "LM")
    desk = clinic.home / "desk"
    desk.mkdir()
    (desk / "folder").mkdir()
    sparse = folder / "sparse"
    for name, target in {"full": "/dev/full", "zero": "/dev/zero", "null": "/dev/null", "loop": "loop",
                         "dangling": "x/y", "sparse": str(sparse)}.items():  # fmt: skip
        (desk / name).symlink_to(target)
    (desk / "plain.csv").write_text("mrn,name,born\nA7,Tan Bo,1971-03-04\n")
    (desk / "patients.csv").write_text("mrn,name,born\nA8,Tan Li,1971-03-04\n")
    (desk / "empty").touch()
    with sparse.open("wb") as file:
        file.truncate(2**31)
    clinic.ok("backup", str(desk / "clinic.db"))
    clinic.ok("call", known["who"], "no-answer")  # which undo takes back
    facts = {
        "patient": known["who"],
        "other": other["who"],
        "merged": merged["who"],
        "session": known["session"],
        "appointment": known["appointment"],
        "code": paper.write(paper.RECOVERY, bytes.fromhex(keys.read_key(str(clinic.key)))),
    }
    return clinic.home, facts


NAMES = ("Tan", "Ruiz", "Lim", "Poe")


def _called(name: str) -> ward.Text:
    return lambda field: f"{field} {name}"


@contextlib.contextmanager
def broken(wanted: bool) -> Iterator[None]:
    """A reader of dates that fails on what it does not know, and a refusal of a patient's id that writes."""
    from tpi_cli.commands.parse import misdates

    before = misdates.explain

    def fails(text: str, found: object) -> Exception:
        raise ValueError(text)

    with scribbling("no patient id" if wanted else None):
        misdates.explain = fails if wanted else before  # type: ignore[assignment]
        try:
            yield
        finally:
            misdates.explain = before


@contextlib.contextmanager
def scribbling(word: str | None) -> Iterator[None]:
    """Refusals that hold the word write into the store."""
    from tpi_cli.show import fault as shown

    before = shown.show

    def writes(fault: BaseException, *, as_json: bool) -> int:
        code = before(fault, as_json=as_json)
        if word and word in str(fault):
            with contextlib.closing(_opened()) as store:
                store.execute("UPDATE patient SET note = 'refused' WHERE number = 1")
        return code

    if word:
        shown.show = writes
    try:
        yield
    finally:
        shown.show = before


def _opened() -> Any:
    from tpi_cli.store.connect import open_store
    from tpi_cli.store.place import find

    return open_store(find())


DEVICES = ("/dev/null", "/dev/full", "/dev/zero")


def devices() -> list[int]:
    """The devices' permissions: no command of ours may touch them."""
    return [stat.S_IMODE(os.stat(path).st_mode) for path in DEVICES]


def trial(asked: Given, inputs: Sequence[Trial] | None = None) -> Outcome:
    before = devices()
    with trials.folder("bad") as folder, broken(asked.broken):
        home, facts = template(folder)
        bench = Bench(home, folder / "home")
        codes, wrong = Counter[int](), []
        for one in inputs or spoilt(facts, asked.points, asked.seed):
            ran, found = bench.tried(one)
            codes[ran.code] += 1
            wrong += [f"{one}: {what}" for what in found]
    if devices() != before:
        wrong.append(f"the permissions of {' '.join(DEVICES)} were changed")
    told = ", ".join(f"{count} of exit {code}" for code, count in sorted(codes.items()))
    line = f"{codes.total()} inputs to {len(tree.commands())} commands: {told}"
    return Outcome(line, wrong)


if __name__ == "__main__":
    trials.main("bad_values", str(__doc__).split("\n")[0], 10_000, trial)
