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
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults import tree, trials, ward
from tests.faults.inside import Ran, run
from tests.faults.trials import Given, Outcome

HUGE = "x" * 100_000
TEXTS = [
    "", " ", "\t", "\n", "-", "--", "---", "-x", ".", "..", ",", ";", ":", "=", "==", "a=", "=a", "@", "/", "\\", "'",
    '"', "%", "%s", "%n%n%n", "{}", "{0}", "{0.__class__.__mro__}", "{name!r:>99999999}", "$(id)", "`id`", "${HOME}",
    "~", "~root", "'; DROP TABLE patient; --", "1 OR 1=1", "NULL", "None", "null", "true", "nan", "inf", "[red]",
    ":skull:", "<x>", "*", "?", HUGE, "9" * 5000, "-" + "9" * 5000, "9" * 100_000, "0." + "0" * 5000 + "1",
    "a " * 5000, "," * 5000, "(" * 5000, "[" * 5000, "x\x00y", "\x00", "\x1b[2J", "\x07", "\x85", "\u2028", "\u202e",
    "\u200b", "\ufeff", "\U0010ffff", "\U000e0001", "e\u0301" * 50, "\udcff", "x\udc80y", "\udcff" * 300, "é", "ß",
    "İ", "ﬁ", "王秀英", "🙂", "٣", "۷", "७", "²", "½", "Ⅷ", "１２", "௧",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "+0", "-1", "+1", "1", "00", "01", "0x10", "0b1", "1_000", "1,5", "1.5", "1.", ".5", "1e3", "1e400",
    "-1e400", "1e-400", "NaN", "Infinity", "-inf", "1e99999999", "2147483648", "9223372036854775808",
    "18446744073709551616", "-9223372036854775809", "1/0", "1e", "1%", "100%", "101", "1 2", "٣", "１", "9" * 19,
    "9" * 400, "0.1" + "0" * 400, "--1", "1-", "∞",
]  # fmt: skip
DAYS = [
    "0000-00-00", "0000-01-01", "0001-01-01", "1899-12-31", "1900-02-29", "2026-02-30", "2026-13-01", "2026-00-10",
    "2199-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "99999-12-31", "-2026-01-01", "+2026-01-01", "2026-1-1",
    "20260101", "2026-W01-1", "2026-001", "2026-01-01T00:00", "2026-01-01 25:00", "2026-01-01 24:00",
    "2026-01-01 9:60", "31 apr", "30 feb 2026", "29 feb", "1 jan 9999", "mon tue", "last", "next", "in", "ago",
    "in ago", "in 999999999999999y", "999999y", "9999y", "9999y ago", "-6w", "0d", "1e9d", "9" * 5000 + "w",
    "in " + "9" * 30 + " weeks", "６w", "٣w", "6w6w", "2026-01-01..", "..2026-01-01", "2026-01-01..2025-01-01",
    "0001-01..9999-12", "2026-01..2026-13", "..", "...", "1..2..3", "now", "never", "none", "2026-11-23 1:30",
    "2027-03-28 1:30", "99:99", "24:00", "-1:00", "7", "mon-", "mon-mon-mon", "8-9", "today 25h",
    "2026-12-24 10:00+99:99", "2026-12-24 10:00Z",
]  # fmt: skip
ITEMS = [
    "ut", "l", "ut l", "dry", "ut l dry", "ut l,", ",ut l dry", "ut l ut l ut l", "ut l lido", "ut l lido 1%",
    "ut l lido 1% 0ml", "ut l lido 1% -1ml", "ut l lido 1% 1e400ml", "ut l lido 1% " + "9" * 5000 + "ml",
    "ut l lido nan% 1ml", "ut l lido 1% 1ml each", "ut l lido 1% 1ml + + lido", "ut l lido 1% 1ml +",
    "ut both lido 1% 1ml", "ut l lido 101% 1ml", "ut l x0 dry", "ut l x999 dry", "ut l lido 1% epi 1:0 1ml",
    "ut l botox 1e9units", ", ".join(["ut l lido 1% 1ml"] * 300), "ut l " * 900, "+".join(["lido 1% 1ml"] * 400),
    "ut l, " * 600 + "dry", "mid mid", "ut 左", "0 0 0", "1% 1% 1%", "ut l lido 1% 0.0000000001ml",
    "ut l lido 0.00001% 1ml total", "gm r lido 1% 1ml" + " " * 3000, "ut l lido 1% 1ml x3", "'ut l' \"lido\"",
    "ut\tl\tlido\t1%\t1ml", "UT L LIDO 1% 1ML",
]  # fmt: skip
FILES = [
    "folder", "loop", "full", "zero", "null", "dangling", "none/x", "full/x", "x" * 300, "a/" * 3000 + "x", "pipe",
    "dev/null/x", "plain.csv", "empty", "sparse", "unreadable", "plain.csv/", "./", "..", "file\nname", "file\x1b[31m",
    "file\udcff", "-", "--", "=x", "%s",
]  # fmt: skip
"""All of them lie in the folder of the trial; `full`, `zero` and `null` are links to the devices."""
SIMPLE = [
    "PT-0000", "PT-9999999999", "PT-0001 ", "pt1", "0", "-1", "1.0", "mrn:", "mrn:" + HUGE, "S-0000", "S-ZZZZZZZZ",
    "S-", "A-0000", "A-01RJ", "0018", "S-0018", "clash=", "clash=x", "=x", "anticoagulant=", "a=b=c", "lido=",
    "lido=@", "lido=x@0000-00-00", "lido=x@9999-12-31", "other:", ":x", "other:" + HUGE, "site", "ut l", "1", "99",
    "9" * 30, "fraction=nan", "fraction=1e400", "fraction=-1", "days=1e9", "all", "due,due", "due,", ",", "table",
    "json", "none", "names", "auto", "always", "UTC", "Europe/London", "../../etc/passwd", "Etc/GMT+25", "/etc/passwd",
    "clinic.zone", "recall.overdue", "db", "demo", "sqlite:///x", "postgresql://x/y", "bash", "csv", "add", "list",
    "block",
]  # fmt: skip
"""Values that come close."""
ANYTHING = [*TEXTS, *NUMBERS, *DAYS, *ITEMS, *SIMPLE]

KINDS: dict[str, list[str]] = {
    "DATE": DAYS, "WHEN": DAYS, "RANGE": DAYS, "INTERVAL": DAYS, "BORN": DAYS, "LENGTH": [*DAYS, *NUMBERS],
    "ZONE": SIMPLE, "HH:MM": DAYS, "DAYS": DAYS, "N": NUMBERS, "PCT": NUMBERS, "KG": NUMBERS, "CM": NUMBERS,
    "NUMBER": NUMBERS, "PAIN": NUMBERS, "7:3": NUMBERS, "ITEMS": ITEMS, "SITE": ITEMS, "STRENGTH": NUMBERS,
    "FILE": FILES, "PATH": FILES, "NAME=NUMBER": SIMPLE, "AGENT MASS": ITEMS,
}  # fmt: skip
"""By a word of the metavar; half of the values come from here, the others from anywhere."""

SUCCESS = frozenset({0, 10, 11})
"""Done; done, and somebody is due; recorded, and the answer was lost."""
KNOWN = SUCCESS | {1, 2, 3, 4, 5, 6, 7, 8, 9, 130, 141}
"""Those of `tpi help exit-codes`. 1 is an output that cannot be written; an `unexpected` one is never right."""


LEFT = (
    "OverflowError in acts/adverse.py",  # adverse close PT-0001 9223372036854775808
    "ValueError in commands/why.py",  # a site's number of more than 4,300 figures
    "ValueError in store/place.py",  # db or key_file in the settings file with a NUL in it
    "ValueError in store/schema.py",  # the same, met by tpi init
)
"""Tracebacks that are known and not mended yet: counted by themselves."""


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


def _one(command: tree.Command, param: tree.Param, facts: tree.Facts, lot: random.Random) -> Trial:
    given = tree.good(command, facts)
    if param.flag:
        given[param.name] = []
        spoilt = lot.choice(command.own or command.shared)
        if not spoilt.flag:
            given[spoilt.name] = [_value(spoilt, lot)]
    else:
        given[param.name] = [_value(param, lot) for _ in range(1 + 2 * (param.many and lot.random() < 0.3))]
    return Trial((*tree.spelled(command, given), *_quietly(lot)))


def _twice(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    """Two values spoilt at once, or more."""
    given = tree.good(command, facts)
    for param in lot.sample(command.own, min(len(command.own), 3)):
        given[param.name] = [] if param.flag else [_value(param, lot)]
    return Trial((*tree.spelled(command, given), *_quietly(lot)))


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
        Trial(tuple(tree.spelled(command, tree.good(command, facts))), value),
    ])  # fmt: skip


VARIABLES = ("TPI_DB", "TPI_KEY_FILE", "TPI_USER", "TPI_FORMAT", "TPI_REDACT", "TPI_TODAY", "TPI_NO_INPUT",
             "NO_COLOR", "COLUMNS", "TERM", "LOGNAME", "LC_ALL", "TZ", "SHELL", "CREDENTIALS_DIRECTORY",
             "_TPI_COMPLETE")  # fmt: skip


def _environment(command: tree.Command, facts: tree.Facts, lot: random.Random) -> Trial:
    name = lot.choice(VARIABLES)
    wide = [value for value in lot.choice([ANYTHING, FILES, SIMPLE]) if "\0" not in value and len(value) < 10_000]
    return Trial(tuple(tree.spelled(command, tree.good(command, facts))), b"", ((name, lot.choice(wide)),))


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
    return Trial(tuple(tree.spelled(command, tree.good(command, facts))), settings=text)


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
        if ward.digest(self.clinic) != self.says:
            yield f"exit {ran.code}, and the store was changed"


def template(folder: Path) -> tuple[Path, tree.Facts]:
    """A ward with two patients, and a desk with files of every kind on it."""
    clinic = ward.made(folder / "template")
    known, _ = ward.person(clinic, lambda name: f"{name} Tan", 1)
    other, _ = ward.person(clinic, lambda name: f"{name} Ruiz", 2)
    ward.office(clinic, lambda name: {"payer-id": "house", "agent": "procaine", "user": "AM"}.get(name, name))
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
    facts = {
        "patient": known["who"],
        "other": other["who"],
        "session": known["session"],
        "appointment": known["appointment"],
    }
    return clinic.home, facts


@contextlib.contextmanager
def broken(wanted: bool) -> Iterator[None]:
    """A reader of dates that fails on what it does not know, and a refusal of an interval that writes."""
    from tpi_cli.commands.parse import misdates
    from tpi_cli.show import fault

    before = (misdates.explain, fault.show)

    def fails(text: str, found: object) -> Exception:
        raise ValueError(text)

    def writes(error: BaseException, *, as_json: bool) -> int:
        code = before[1](error, as_json=as_json)
        if "interval" in str(error):
            with contextlib.closing(_opened()) as store:
                store.execute("UPDATE patient SET note = 'refused' WHERE number = 1")
        return code

    if wanted:
        misdates.explain, fault.show = fails, writes  # type: ignore[assignment]
    try:
        yield
    finally:
        misdates.explain, fault.show = before


def _opened() -> object:
    from tpi_cli.store.connect import open_store
    from tpi_cli.store.place import find

    return open_store(find())


DEVICES = ("/dev/null", "/dev/full", "/dev/zero")


def devices() -> list[int]:
    """The devices' permissions: no command of ours may touch them."""
    return [stat.S_IMODE(os.stat(path).st_mode) for path in DEVICES]


def trial(asked: Given) -> Outcome:
    before = devices()
    with trials.folder("bad") as folder, broken(asked.broken):
        home, facts = template(folder)
        bench = Bench(home, folder / "home")
        codes, wrong = Counter[int](), []
        for one in spoilt(facts, asked.points, asked.seed):
            ran, found = bench.tried(one)
            codes[ran.code] += 1
            wrong += [f"{one}: {what}" for what in found]
    if devices() != before:
        wrong.append(f"the permissions of {' '.join(DEVICES)} were changed")
    told = ", ".join(f"{count} of exit {code}" for code, count in sorted(codes.items()))
    left = [one for one in wrong if any(known in one for known in LEFT)]
    line = f"{codes.total()} inputs to {len(tree.commands())} commands: {told}"
    return Outcome(line, [one for one in wrong if one not in left], left)


if __name__ == "__main__":
    trials.main("bad_values", str(__doc__).split("\n")[0], 10_000, trial)
