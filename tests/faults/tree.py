"""The real command tree with every option and argument, and words that make each command do its work.

Commands that come later are walked by themselves. One whose words cannot be guessed from its metavars runs into a
refusal, which is a trial as well; a row in `GOOD` makes it succeed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tpi_cli.commands.lazy import root

Facts = Mapping[str, str]
"""What the ward has: `patient`, `session`, `appointment`, ... as they are typed."""
Words = dict[str, list[str]]
"""Values by the name of their parameter; a flag has none."""


class Param(NamedTuple):
    """An option (`spelled` is how it is typed) or an argument (`spelled` is empty)."""

    name: str
    spelled: str
    metavar: str
    flag: bool
    required: bool
    many: bool


class Command(NamedTuple):
    """A command by its path, with its own parameters and those every command shares."""

    path: tuple[str, ...]
    own: tuple[Param, ...]
    shared: tuple[Param, ...]

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def writes(self) -> bool:
        return self.find("dry_run") is not None

    def find(self, name: str) -> Param | None:
        return next((param for param in (*self.own, *self.shared) if param.name == name), None)


SHARED = frozenset(
    ["db", "key_file", "acting", "format", "json", "output", "columns", "wide", "width", "redact", "quiet", "color",
     "no_input", "dry_run", "yes", "on", "note"]
)  # fmt: skip


def commands() -> list[Command]:
    """Every command there is."""
    return [_command(path, one) for path, one in _walk(root(), ())]


def _walk(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(None):
        one = group.get_command(None, name)
        if hasattr(one, "list_commands"):
            yield from _walk(one, (*path, name))
        else:
            yield (*path, name), one


def _command(path: tuple[str, ...], one: Any) -> Command:
    params = [_param(param) for param in one.params]
    own = tuple(param for param in params if param.name not in SHARED)
    return Command(path, own, tuple(param for param in params if param.name in SHARED))


def _param(param: Any) -> Param:
    option = param.param_type_name == "option"
    spelled = max(param.opts, key=len) if option else ""
    flag = bool(getattr(param, "is_flag", False))
    return Param(param.name, spelled, param.metavar or param.name.upper(), flag, bool(param.required), param.nargs < 0)


GOOD: dict[str, dict[str, str]] = {
    "check": {"items": "ut l lido 1% 1ml", "consent": "written", "override": "anticoagulant=seen"},
    "inject": {"items": "gm r lido 1% 1ml", "consent": "written", "override": "anticoagulant=seen"},
    "again": {"consent": "written", "override": "anticoagulant=seen"},
    "outcome": {"pain": "3"},
    "call": {"result": "no-answer"},
    "book": {"when": "2026-12-09 9:30"},
    "appt list": {"status": "all"},
    "appt move": {"when": "2026-12-10 10:00"},
    "snooze": {"until": "6w", "reason": "abroad"},
    "stop": {"reason": "other"},
    "bill": {"when": "2026-08"},
    "stats": {"when": "2026-01..2026-11"},
    "patient add": {"name": "Ruiz, Ana", "born": "1965-03-04", "allergy": "none", "bleeding": "none"},
    "patient edit": {"weight": "63"},
    "patient alert": {"verb": "add", "kind": "trauma", "text": "left shoulder"},
    "patient elsewhere": {"dose": "triam 40mg"},
    "site add": {"site": "is r"},
    "adverse add": {"what": "haematoma:blue"},
    "adverse close": {"number": "1", "outcome": "healed"},
    "session void": {"reason": "entered twice"},
    "muscle show": {"muscle": "ut"},
    "agent show": {"agent": "lidocaine"},
    "agent add": {"agent": "articaine", "strengths": "4%", "kind": "amide"},
    "rule show": {"rule": "consent_missing"},
    "rule set": {"rule": "consent_missing", "level": "note", "reason": "on paper"},
    "payer show": {"payer": "self_pay"},
    "payer add": {"payer": "acme", "since": "2026-01-01", "max_sessions": "4", "reason": "policy 12"},
    "import": {"files": "patients.csv"},
    "export": {"what": "json"},
    "config get": {"key": "clinic.name"},
    "config set": {"key": "clinic.name", "value": "House"},
    "completion show": {"shell": "bash"},
    "completion install": {"shell": "bash"},
    "find": {"text": "a"},
    "sign": {"what": "{session}"},
    "session amend": {"session": "{session}", "pain": "6:2", "reason": "misread the form"},
    "patient unmerge": {"drop": "{merged}"},
    "patient erase": {"patient": "{patient}", "authority": "data protection officer"},
    "clinician add": {"code": "NEW", "name": "Poe, Jo", "role": "clinician"},
    "clinician retire": {"code": "LM"},
    "backup": {"file": "backup.db"},
    "restore": {"file": "clinic.db"},
    "key rotate": {"file": "before.db"},
    "db rekey": {"file": "before.db"},
    "log": {"patient": "{patient}"},
    "letter": {"kind": "aftercare"},
}
"""Words beyond what `_stands_for` guesses, by command and parameter."""

TYPED = {"key recover": "{code}", "key check-recovery": "{code}", "key passphrase": "words that do not belong together"}
"""What a command asks for on stdin."""
USUAL = {"merged": "PT-0004", "code": "4F2K"}
"""Facts of a ward that has none of its own."""

ALIKE = {
    "patient": "{patient}", "patients": "{patient}", "keep": "{patient}", "drop": "{other}", "session": "{session}",
    "appointment": "{appointment}", "site": "ut l", "site...": "ut l", "reason": "a good reason", "text": "a text",
    "date": "2026-11-20", "interval": "6w", "interval|date": "6w", "file": "file.out", "path": "file.out", "n": "3",
    "code": "JS", "name": "Tan, Mei", "clinician": "JS", "muscle": "ut", "agent": "lidocaine", "items": "ut l dry",
    "authority": "data protection officer", "role": "clinician", "items|-": "ut l dry", "text|-": "a text",
}  # fmt: skip
"""What a parameter stands for by its name or its metavar, in small letters and without brackets."""


WANTED = frozenset({"reason", "authority"})
"""Options that a command nobody wrote a row for most likely asks for."""


def good(command: Command, facts: Facts) -> Words:
    """Words with which the command does its work, as far as they can be told."""
    given: Words = {}
    facts = {**USUAL, **facts}
    for param in command.own:
        own = GOOD.get(command.name, {}).get(param.name)
        if own is not None:
            given[param.name] = [own.format(**facts)]
        elif param.required or (param.name in WANTED and command.name not in GOOD):
            given[param.name] = [_stands_for(param).format(**facts)]
    if command.writes:
        given["yes"] = []
    return given


def typed(command: Command, facts: Facts) -> bytes:
    """What the command wants to be told on stdin; nothing, if it asks for nothing."""
    return TYPED.get(command.name, "").format(**{**USUAL, **facts}).encode()


def _stands_for(param: Param) -> str:
    metavar = param.metavar.strip("[]{}").removesuffix("...").strip("[]").lower()
    return next((ALIKE[key] for key in (param.name, metavar, metavar.partition("|")[0]) if key in ALIKE), "1")


def spelled(command: Command, given: Words) -> list[str]:
    """The words as the shell hands them over: options first, then the arguments in their order."""
    options: list[str] = []
    arguments: list[str] = []
    for param in (*command.own, *command.shared):
        values = given.get(param.name)
        if values is None:
            continue
        if not param.spelled:
            arguments += values
        else:
            options += [param.spelled] if param.flag else [f"{param.spelled}={value}" for value in values]
    dashed = any(word[:1] == "-" and word != "-" for word in arguments)
    return [*command.path, *options, *(["--"] if dashed else []), *arguments]
