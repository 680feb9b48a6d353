"""Escapes, markup, direction tricks and formulas in every text field, through every command that prints.

`python -m tests.faults.payloads [--points N] [--seed S] [--broken]`: a ward with a payload in every field of every
record is printed by every command there is, in every form: a table on a terminal, plain, tsv, csv, json, ndjson, the
exports, cron's report, the questions, the offers of TAB, and the errors that repeat what was typed. No control byte
may come out but a line end (a terminal also gets Rich's own colours), nothing hidden, no cell that starts a formula;
what is shown must be the payload, made visible and otherwise as it was typed. Fifty names come through unchanged.
Broken on purpose: `clean` returns what it is given.
"""

import csv
import io
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import Clinic
from tests.faults import tree, trials, ward
from tests.faults.inside import Ran, run, screen
from tests.faults.trials import Given, Outcome
from tests.show.payloads import HARMFUL, MARKUP, NAMES
from tests.transcripts.terminal import terminal
from tpi_cli.show.clean import clean

MORE = {
    "terminal set back": ("\x1bc", "\\x1bc"),
    "another screen": ("\x1b[?1049h", "\\x1b[?1049h"),
    "end of a paste, then a command": ("\x1b[201~rm -rf /\n", "\\x1b[201~rm -rf /\\x0a"),
    "mouse asked for": ("\x1b[?1003h", "\\x1b[?1003h"),
    "picture (sixel)": ("\x1bPq#0;2;0;0;0\x1b\\", "\\x1bPq#0;2;0;0;0\\x1b\\"),
    "private message": ("\x1b^x\x1b\\\x1b_y\x1b\\", "\\x1b^x\\x1b\\\\x1b_y\\x1b\\"),
    "notification": ("\x1b]9;done\x07\x1b]777;notify;a;b\x07", "\\x1b]9;done\\x07\\x1b]777;notify;a;b\\x07"),
    "clipboard in eight bits": ("\x9d52;c;cm0=\x9c", "\\x9d52;c;cm0=\\x9c"),
    "answer asked for": ("\x05\x1b[c\x1bZ", "\\x05\\x1b[c\\x1bZ"),
    "keys reprogrammed": ('\x1b[0;59;"x";13p', '\\x1b[0;59;"x";13p'),
    "a calendar's line": ("x\r\nBEGIN:VALARM", "x\\x0d\\x0aBEGIN:VALARM"),
    "a crontab's line": ("x\n* * * * * root reboot", "x\\x0a* * * * * root reboot"),
    "a family joined": ("\U0001f469\u200d\u2695", "\U0001f469\\u200d\u2695"),
    "vowels nobody sees": ("Ta\u17b4\u17b5n", "Ta\\u17b4\\u17b5n"),
}  # fmt: skip
PLAIN = [
    *MARKUP, "[bold red on white]x[/bold red on white]", ":warning: :thumbs_up:", "[[", "]]", "[/red]", "[#ff0000]x",
    "%s%n%d", "{0.__class__} {} {{", "${HOME} $(id) `id`", "'; DROP TABLE patient; --", "<script>x</script>", "&lt;x",
    "\\x1b[31m", "\\", "a\\", "|x|", "~x~", "*x*",
]  # fmt: skip
"""What other readers take for orders, and a terminal for text."""
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "'=1", '=HYPERLINK("http://x")',
]  # fmt: skip
SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-[0-9.]+[a-z%]*")

MIXED = "a bit of everything"
_MIX = (
    "\x1b[31mTan\nFAKE\x85FAKE\u2028FAKE\x0bFAKE\rFAKE\x07\x9b2J\u202eMei\u200b",
    "\\x1b[31mTan\\x0aFAKE\\x85FAKE\\u2028FAKE\\x0bFAKE\\x0dFAKE\\x07\\x9b2J\\u202eMei\\u200b",
)
"""In one field: whatever a command prints, it is tried with this first of all."""
PAYLOADS = {
    MIXED: _MIX,
    **HARMFUL,
    **MORE,
    **{text: (text, text) for text in PLAIN},
    **{text: (text, text) for text in FORMULAS},
}
"""What it is: the text, and what may be seen of it."""
BEGIN, END = "Zq", "qZ"
"""Around a payload in a field, so that it is found again; a formula has to stand first."""
_TAGGED = re.compile("zq((?:(?!zq).)*?)qz", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

OUT_OF_SIGHT = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
) | {chr(code) for first, last in ((0x202A, 0x202E), (0x2060, 0x206F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
                                   (0xE0000, 0xE007F)) for code in range(first, last + 1)}  # fmt: skip
"""Directions, joints and fillers: nothing of them is seen, and much changes by them."""

MORE_NAMES = ["Զոհրապյան, Զարուհի", "မောင်မောင်", "សុខា ច័ន្ទ", "ᠪᠠᠲᠤ", "ኃይለ ሥላሴ", "ꦱꦸꦂꦪ", "བསྟན་འཛིན་", "ދިވެހި", "Nwachukwu, Ọlá"]
"""Beyond those of tests/show/payloads.py."""

FORMS = ("screen", "plain", "table", "tsv", "csv", "json", "ndjson")


class Print(NamedTuple):
    """One command to be printed: its words, in which form, and the payload that is looked for (none: of everybody)."""

    words: tuple[str, ...]
    form: str
    typed: str = ""
    environment: tuple[tuple[str, str], ...] = ()


def field(payload: str) -> ward.Text:
    """The payload as it is put into the fields: between marks, but a formula first."""

    def text(name: str) -> str:
        put = f"{payload} a" if payload in FORMULAS else f"{BEGIN}{payload}{END}"
        put = f"{put} by file" if name.startswith("csv") else put
        return put.replace("@", "") if name in {"lot", "void-lot"} else put  # it begins an expiry there

    return text


# --- the judge


def hidden(text: str, allowed: str = "\n") -> str:
    """What of a text acts on a terminal or hides from the eye, as code points; nothing if it is sound."""
    found = set()
    for at, mark in enumerate(text):
        if mark in allowed:
            continue
        if unicodedata.category(mark) in {"Cc", "Cs"} or mark in OUT_OF_SIGHT or (
            mark in "\u200c\u200d" and not _joins(text, at)
        ):  # fmt: skip
            found.add(f"U+{ord(mark):04X}")
    return " ".join(sorted(found))


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where letters need one: after a letter or mark of a script that is no Latin."""
    before = text[at - 1 : at]
    return bool(before) and unicodedata.category(before)[0] in "LM" and "\u0600" <= before <= "\u18af"


def judged(one: Print, ran: Ran, *, on_terminal: bool = False) -> Iterator[str]:
    """What is wrong with a print."""
    on_terminal = on_terminal or one.form == "screen"
    if ran.wrong or "Traceback" in ran.text or (ran.code == 1 and "unexpected" in ran.text):
        yield ran.wrong or ran.text[-200:]
    export = one.words[:1] == ("export",)
    text = _COLOUR.sub("", ran.text) if on_terminal else ran.text
    allowed = "\n" + ("\t" if one.form == "tsv" or export else "")
    bare = text.replace("\r\n", "\n") if "ics" in one.words else text
    found = hidden(bare, allowed)
    if found:
        yield f"{found} came out"
    if on_terminal or "--help" in one.words:
        yield from _seen(bare) if not export else ()
        return
    delimited = one.form in {"csv", "tsv"} or one.words[:2] == ("export", "csv")
    cells = _cells(ran.out, "\t" if one.form == "tsv" else ",") if delimited else []
    yield from _formulas(cells if one.words[:2] != ("config", "get") else [])  # a value alone is no table
    if one.form in {"json", "ndjson"} or one.words[:2] in {("export", "json"), ("export", "fhir")}:
        yield from _json(ran.out, whole=export)
    elif not export:
        yield from _seen("\n".join([*cells, ran.err]) if delimited else bare)


_BREAKS = re.compile(r"(?:\\x09|\\x0a|\\x0b|\\x0c|\\x0d|\\x85|\\u2028|\\u2029)+")


def _forms(text: str, shown: str) -> set[str]:
    """How a payload may be seen: made visible, quoted as Python quotes, or as words (errors do both)."""
    quoted = repr(f"{BEGIN}{text}{END}")[len(BEGIN) + 1 : -len(END) - 1]
    marks = (f"\\u{ord(mark):04x}" if mark in OUT_OF_SIGHT else mark for mark in quoted)
    brought = shown.replace("\\x0d\\x0a", "\\x0a").replace("\\x0d", "\\x0a")  # a file's line ends become ours
    return {shown, "".join(marks), brought, _BREAKS.sub(" ", shown)}


def _folded(text: str) -> str:
    """Letter case is the head's to choose, a terminal's lines are folded at blanks, and a column's name has none."""
    unfolded = re.sub(r" *\n {4,}", " ", text.casefold().replace("_", " "))
    return re.sub(" +", " ", unfolded).strip(" ")


EXPECTED = {_folded(form) for text, shown in PAYLOADS.values() for form in _forms(text, shown)}
_BROUGHT = {text.replace("\r\n", "\n").replace("\r", "\n") for text, _ in PAYLOADS.values()}
MEANT = EXPECTED | {_folded(text) for text, _ in PAYLOADS.values()} | {_folded(text) for text in _BROUGHT}
"""How it may be seen; and what JSON may say, which loses nothing but the line ends of a file that was brought in."""

LINE_BROKEN = "a field breaks the line on stderr"
BROKEN = {_folded(re.sub("\n+", "\n", _BREAKS.sub("\n", form)))
          for text, shown in PAYLOADS.values() for form in _forms(text, shown) if _BREAKS.search(form)}  # fmt: skip
"""How those look that hold a line end, where the talk on stderr is broken there: a name may then pose as a line."""


def _seen(text: str) -> Iterator[str]:
    """Whatever stands between the marks must be one of the payloads as it may be seen."""
    for found in _TAGGED.findall(text.casefold()):
        if _folded(found) not in EXPECTED:
            broken = _folded(re.sub("\n+", "\n", found)) in BROKEN
            yield f"{LINE_BROKEN}: {found[:80]!r}" if broken else f"shown as {found[:80]!r}"


def _json(text: str, *, whole: bool) -> Iterator[str]:
    """JSON must be whole and, read back, say what was typed; the `whole` store also has keys to search by."""
    try:
        read = parsed(text)
    except ValueError:
        yield f"no JSON: {text[:80]!r}"
        return
    if whole:
        return
    for found in (match for one in _texts(read) for match in _TAGGED.findall(one.casefold())):
        if _folded(found) not in MEANT:
            yield f"JSON says {found[:80]!r}"


def parsed(text: str) -> list[Any]:
    """One JSON document, or one on each line."""
    try:
        return [json.loads(text)] if text else []
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _cells(text: str, mark: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) for cell in row]


def _formulas(cells: list[str]) -> Iterator[str]:
    for cell in cells:
        if cell.startswith(SIGNS) and not NUMBER.fullmatch(cell):
            yield f"a cell starts a formula: {cell[:40]!r}"


# --- what is printed


EXTRA = (
    "due --explain --wide", "due --status all --wide", "due --if-any --redact names", "due --within 1y --sort name",
    "day 2026-12-03", "export csv --kind patients", "export csv --kind injections", "export csv --kind outcomes",
    "export ics --names", "export ics", "export fhir", "export fhir --redact all",
    "log --wide --limit 500", "patient alert {patient} list --all",
    "session list --wide", "config list --wide", "adverse list --wide", "find Zq", "find =", "cron show --systemd",
    "db status", "help privacy", "patient add --help", "stats --by clinician", "exposure {patient}",
    "agent list --wide", "payer list --wide", "rule list --wide", "why {patient}", "due --payer {payload}",
    "due --clinician {payload}", "appt list --clinician {payload}", "find {payload}",
)  # fmt: skip
"""Beside each command as `tree.good` has it: other ways to the same records, and filters by a payload."""
ENVIRONMENT = ("TPI_USER", "TPI_FORMAT", "TPI_REDACT", "TPI_TODAY", "TPI_DB", "TPI_KEY_FILE", "LOGNAME")
SHELLS = ("complete_bash", "complete_zsh", "complete_fish")


class Printed(NamedTuple):
    """The ward, and per payload what its patient's records are called."""

    clinic: Clinic
    facts: dict[str, tree.Facts]


def prints(printed: Printed, points: int, seed: int) -> Iterator[tuple[str, Print]]:
    """As many prints as asked for, with the payload of each: every kind once, in any order, then all over again."""
    lot = random.Random(seed)
    payloads = sorted(printed.facts)
    kinds = list(_kinds(printed, lot))
    lot.shuffle(kinds)
    for at in range(points):
        payload = lot.choice([MIXED, lot.choice(payloads)])
        yield payload, kinds[at % len(kinds)](payload)


OF_SECRETS = frozenset(["key", "restore"])
"""Commands that ask on the terminal itself, throw away what was typed ahead, and print no patient."""
Kind = Callable[[str], Print]
"""A print, once it is known with which payload."""


def _kinds(printed: Printed, lot: random.Random) -> Iterator[Kind]:
    """Every command in every form, other ways to the records, each option refused, questions, variables, TAB."""
    commands = [command for command in tree.commands() if command.path[0] not in OF_SECRETS]
    for command, form in product(commands, FORMS):
        yield partial(_regular, printed, command, form)
    for words, form in product(EXTRA, FORMS):
        yield partial(_extra, printed, words, form)
    for command in commands:
        shared = [param for param in command.shared if lot.random() < 0.1]
        for param in (*command.own, *shared):
            if not param.flag and param.name != "key_file":  # a path comes back normalised, and asks for the code
                yield partial(_error, printed, command, param.name, lot.choice(FORMS))
        if command.writes:
            yield partial(_asked, printed, command)
    yield from (partial(_variable, name) for name in ENVIRONMENT)
    yield from (partial(_offers, shell) for shell in SHELLS)


def _variable(name: str, payload: str) -> Print:
    return Print(("due", "--no-input"), "screen", "", ((name, PAYLOADS[payload][0]),))


def _regular(printed: Printed, command: tree.Command, form: str, payload: str) -> Print:
    given = tree.good(command, printed.facts[payload])
    if command.writes:
        given["dry_run"] = []
    return _in_form(tree.spelled(command, given), form)


def _extra(printed: Printed, words: str, form: str, payload: str) -> Print:
    facts = {**printed.facts[payload], "payload": PAYLOADS[payload][0]}
    filled = [word.format(**facts) for word in words.split(" ")]
    return Print(tuple(filled), "plain") if words.startswith(("export", "help")) else _in_form(filled, form)


def _error(printed: Printed, command: tree.Command, name: str, form: str, payload: str) -> Print:
    """The payload where something else is wanted: whoever says so repeats it."""
    given = tree.good(command, printed.facts[payload]) | {name: [field(PAYLOADS[payload][0])(name)]}
    if command.writes:
        given["dry_run"] = []
    return _in_form(tree.spelled(command, given), form)


def _asked(printed: Printed, command: tree.Command, payload: str) -> Print:
    """On a terminal, without --yes: what is shown before the question, and the question."""
    given = tree.good(command, printed.facts[payload])
    given.pop("yes", None)
    return Print(tuple(tree.spelled(command, given)), "screen", "n\nn\nn\n")


def _in_form(words: list[str], form: str) -> Print:
    wanted = {"screen": ["--color=always"], "table": ["--format=table", "--color=never"]}.get(
        form, [f"--format={form}"]
    )
    at = words.index("--") if "--" in words else len(words)
    return Print((*words[:at], *wanted, *words[at:]), form)


def _offers(shell: str, _: str) -> Print:
    """What TAB offers: agents, the clinic's own among them."""
    line = "tpi agent show "
    words = {"_TPI_COMPLETE": shell, "COMP_WORDS": line, "COMP_CWORD": "3", "_TYPER_COMPLETE_ARGS": line,
             "_TYPER_COMPLETE_FISH_ACTION": "get-args"}  # fmt: skip
    return Print((), "plain", "", tuple(words.items()))


def printed_by(clinic: Clinic, one: Print) -> Ran:
    if one.form == "screen":
        return screen(clinic, one.words, one.typed.encode(), **dict(one.environment))
    return run(clinic, one.words, **dict(one.environment))


# --- the whole


def filled(folder: Path, payloads: list[str]) -> tuple[Printed, int]:
    """A ward with a patient for every payload, typed and by CSV; how many steps were refused."""
    clinic = ward.made(folder / "ward")
    facts, refused = {}, 0
    for number, payload in enumerate(payloads, 1):
        text = field(PAYLOADS[payload][0])
        known, failed = ward.person(clinic, text, number)
        failed += ward.brought(clinic, text, number + len(payloads))
        if "who" in known:
            facts[payload] = {"patient": known["who"], "other": "PT-0001", "session": known.get("session", "S-0018"),
                              "appointment": known.get("appointment", "A-0018")}  # fmt: skip
        refused += len(failed)
    refused += len(ward.office(clinic, field(PAYLOADS[payloads[0]][0])))
    return Printed(clinic, facts), refused


LISTS = ("patient list --wide", "due --limit 100 --wide", "patient list --status all --wide")
EXPORTS = ("export csv --kind patients", "export json")


def names(folder: Path) -> tuple[int, int, list[str]]:
    """Fifty names through what lists or exports them: how many names, how many prints, what came out changed."""
    every = [*NAMES, *MORE_NAMES]
    clinic = _named(folder, every)
    prints = [_in_form(words.split(), form) for words, form in product(LISTS, FORMS)]
    prints += [Print(tuple(words.split()), "plain") for words in EXPORTS]
    wrong = []
    for one in prints:
        text = printed_by(clinic, one).out
        told = set(_texts(parsed(text))) if one.form in {"json", "ndjson"} else {text}
        wrong += [
            f"{' '.join(one.words)}: {name} is not there" for name in every if not any(name in one for one in told)
        ]
    return len(every), len(prints), wrong


def _named(folder: Path, every: list[str]) -> Clinic:
    """A patient for each name, every other one typed, the others by CSV; all of them due."""
    clinic = ward.made(folder / "names")
    for number in range(1, len(every), 2):
        clinic.patient(every[number], "1971-03-04", "--mrn", f"M{number}")
    rows = [f'M{number},"{every[number]}",1971-03-04' for number in range(0, len(every), 2)]
    clinic.ok("import", clinic.file("names.csv", "\n".join(["mrn,name,born", *rows, ""])))
    for number in range(len(every)):
        clinic.inject(f"mrn:M{number}", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo",
                      "--override", "consent_missing=on paper")  # fmt: skip
    return clinic


@contextmanager
def broken(wanted: bool) -> Iterator[None]:
    """`clean` lets everything through, wherever it was imported to."""
    before = clean.__code__
    if wanted:
        clean.__code__ = (lambda text: text).__code__
    try:
        yield
    finally:
        clean.__code__ = before


def trial(asked: Given) -> Outcome:
    lot = random.Random(asked.seed)
    enough = max(8, min(len(PAYLOADS), asked.points // 20))
    chosen = [MIXED, *lot.sample(sorted(set(PAYLOADS) - {MIXED}), enough - 1)]
    with trials.folder("payloads") as folder, broken(asked.broken):
        printed, refused = filled(folder, chosen)
        wrong, codes = [], Counter[int]()
        for at, (payload, one) in enumerate(prints(printed, asked.points, asked.seed)):
            if at % 40 == 0:
                ward.office(printed.clinic, field(PAYLOADS[payload][0]))
            ran = printed_by(printed.clinic, one)
            codes[ran.code] += 1
            wrong += [f"{' '.join(one.words)!a} [{one.form}]: {what}" for what in set(judged(one, ran))]
        real = in_processes(printed, asked, wrong)
        count, lists, changed = names(folder)
    total = codes.total()
    line = (f"{total} prints ({codes[0]} answered, {total - codes[0]} refused) and {real} as processes, "
            f"{len(chosen)} payloads in {len(ward.FIELDS)} fields ({refused} fields refused them), "
            f"{count} names through {lists} lists")  # fmt: skip
    return Outcome(line, [*wrong, *changed])


QUOTED = frozenset(["json", "ndjson", "csv", "tsv"])
"""Forms with signs of their own for a sign in a cell: read back where a command runs in this process."""


def in_processes(printed: Printed, asked: Given, wrong: list[str]) -> int:
    """A few of them as real processes on real terminals: that the others, in this process, are no other thing."""
    if asked.broken:
        return 0
    count = 0
    for _, one in prints(printed, max(16, asked.points // 25), asked.seed + 1):
        if not one.words or one.form in QUOTED:
            continue
        with terminal(
            printed.clinic, *one.words, TERM="xterm-256color", TPI_NO_INPUT="1", **dict(one.environment)
        ) as screen:
            code = screen.end()
        ran = Ran(code, screen.raw, "")
        wrong += [f"{' '.join(one.words)!a} [a process]: {what}" for what in judged(one, ran, on_terminal=True)]
        count += 1
    return count


if __name__ == "__main__":
    trials.main("payloads", str(__doc__).split("\n")[0], 2000, trial)
