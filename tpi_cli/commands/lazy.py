"""The command tree: names and one-line helps. A command's module is imported when the command runs."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from tpi_cli.commands.options import Desk
from tpi_cli.commands.shared import shared, take, version

EVERY_DAY = "Every day"
RECORDS = "Records"
DATA = "Data and set-up"


class Entry:
    """A command: its function in `commands/`, its line in the help, whether it changes something."""

    def __init__(self, target: str, words: str, *, writes: bool = False, group: str = "") -> None:
        self.module, _, self.function = target.partition(":")
        self.words = words
        self.writes = writes
        self.group = group


TREE: dict[str, Entry | tuple[str, str, dict[str, Entry]]] = {
    "due": Entry("due:due", "Who is due for a repeat session.", group=EVERY_DAY),
    "why": Entry("why:why", "Why a patient is, or is not, on the list.", group=EVERY_DAY),
    "day": Entry("day:day", "The day: booked, due, call-backs, sessions.", group=EVERY_DAY),
    "find": Entry("find:find", "Patients by name, phone or mrn.", group=EVERY_DAY),
    "check": Entry("check:check", "A plan held against every rule; records nothing.", writes=True, group=EVERY_DAY),
    "inject": Entry("inject:inject", "Record what was injected, and when to come back.", writes=True, group=EVERY_DAY),
    "again": Entry("again:again", "The last session's sites and mix once more.", writes=True, group=EVERY_DAY),
    "outcome": Entry("outcome:outcome", "A pain score after the session.", writes=True, group=EVERY_DAY),
    "call": Entry("call:call", "Log a call about the recall; book in one step.", writes=True, group=EVERY_DAY),
    "book": Entry("book:book", "Book an appointment.", writes=True, group=EVERY_DAY),
    "appt": (
        "Appointments: list, move, cancel, arrive, no-show.",
        EVERY_DAY,
        {
            "list": Entry("appt:list_", "Appointments, in order of time."),
            "move": Entry("appt:move", "Another time for an appointment.", writes=True),
            "cancel": Entry("appt:cancel", "Call an appointment off.", writes=True),
            "arrive": Entry("appt:arrive", "The patient is here.", writes=True),
            "no-show": Entry("appt:no_show", "Nobody came.", writes=True),
        },
    ),
    "snooze": Entry("hold:snooze", "Hold a patient's recall until a day.", writes=True, group=EVERY_DAY),
    "stop": Entry("hold:stop", "End the recall of a patient or a site.", writes=True, group=EVERY_DAY),
    "resume": Entry("hold:resume", "Reopen a recall.", writes=True, group=EVERY_DAY),
    "sign": Entry("sign:sign", "Sign sessions: from then on they are locked.", writes=True, group=EVERY_DAY),
    "undo": Entry("undo:undo", "Take back your last change.", writes=True, group=EVERY_DAY),
    "log": Entry("log:log", "Who did what, and when.", group=EVERY_DAY),
    "bill": Entry("bill:bill", "Coding suggestions for a day's sessions.", group=EVERY_DAY),
    "patient": (
        "Patients: add, show, list, edit, merge, archive.",
        RECORDS,
        {
            "add": Entry("patient_write:add", "Add a patient.", writes=True),
            "show": Entry("patient:show", "Everything on file about a patient."),
            "list": Entry("patient:list_", "All patients."),
            "edit": Entry("patient_write:edit", "Change what is on file.", writes=True),
            "archive": Entry("patient_write:archive", "Take a patient off every list.", writes=True),
            "duplicates": Entry("patient_merge:list_", "Records that may be one person."),
            "merge": Entry("patient_merge:merge", "Take one record into another.", writes=True),
            "unmerge": Entry("patient_merge:unmerge", "Take a merge back.", writes=True),
            "erase": Entry("patient_merge:erase", "Erase a patient for good.", writes=True),
            "alert": Entry("patient_alert:alert", "Alerts of a patient: add, end, list.", writes=True),
            "elsewhere": Entry("patient_elsewhere:elsewhere", "Add a dose somebody else gave.", writes=True),
        },
    ),
    "site": (
        "Trigger-point sites: add, list, resolve.",
        RECORDS,
        {
            "add": Entry("site:add", "Add a site with its findings.", writes=True),
            "list": Entry("site:list_", "The sites of a patient."),
            "resolve": Entry("hold:resolve", "Close a site: nothing left to treat.", writes=True),
        },
    ),
    "adverse": (
        "Adverse events: add, list, close.",
        RECORDS,
        {
            "add": Entry("adverse:add", "What went wrong, told after the session.", writes=True),
            "list": Entry("adverse:list_", "Adverse events, newest first."),
            "close": Entry("adverse:close", "Somebody looked again; how it ended.", writes=True),
        },
    ),
    "session": (
        "Sessions: list, show, amend, void.",
        RECORDS,
        {
            "list": Entry("session:list_", "Sessions, newest first."),
            "show": Entry("session:show", "Everything recorded about a session."),
            "amend": Entry("session_amend:amend", "Mend a session; keeps what it was.", writes=True),
            "void": Entry("session_void:void", "Mark a session as not to count; keeps it.", writes=True),
        },
    ),
    "muscle": (
        "Muscles and their short names.",
        RECORDS,
        {
            "list": Entry("muscle:list_", "All muscles with their short names."),
            "show": Entry("muscle:show", "One muscle: hazards, codes, source."),
        },
    ),
    "agent": (
        "Agents and the strengths in stock.",
        RECORDS,
        {
            "list": Entry("agent:list_", "All agents with their strengths."),
            "show": Entry("agent:show", "One agent: maxima, codes, source."),
            "add": Entry("agent_add:add", "An agent or the strengths your clinic stocks.", writes=True),
        },
    ),
    "rule": (
        "The rules of the screening: list, show, set.",
        RECORDS,
        {
            "list": Entry("rule:list_", "Every rule with its levels."),
            "show": Entry("rule:show", "One rule: words, numbers, sources, sign-off."),
            "set": Entry("rule_set:set_", "The clinic's own level or number of a rule.", writes=True),
        },
    ),
    "payer": (
        "What payers ask for before a repeat.",
        RECORDS,
        {
            "list": Entry("payer:list_", "Every payer with its dated rows."),
            "show": Entry("payer:show", "One payer: rows, papers, notes."),
            "add": Entry("payer_add:add", "A dated row of the clinic's own.", writes=True),
        },
    ),
    "clinician": (
        "Who works here: list, add, retire.",
        RECORDS,
        {
            "list": Entry("clinician:list_", "Who works here, in which role."),
            "add": Entry("clinician:add", "Put somebody on file, with an account.", writes=True),
            "retire": Entry("clinician:retire", "Somebody leaves; their records stay.", writes=True),
        },
    ),
    "chart": Entry("chart:chart", "A patient's sites on the body.", group=RECORDS),
    "trend": Entry("trend:trend", "Pain over time, with the sessions.", group=RECORDS),
    "summary": Entry("paper:summary", "A patient on one sheet, to print.", group=RECORDS),
    "letter": Entry("paper:letter", "A letter to a patient: recall, aftercare.", group=RECORDS),
    "load": Entry("load:load", "Due and booked per week, against capacity.", group=RECORDS),
    "exposure": Entry("exposure:exposure", "Anaesthetic and steroid ledger.", group=RECORDS),
    "lots": Entry("lots:lots", "Every patient who had a lot.", group=RECORDS),
    "stats": Entry("stats:stats", "Responders, relief, recall kept.", group=RECORDS),
    "init": Entry("init:init", "Make the clinic's store.", group=DATA),
    "demo": Entry("demo:demo", "Try tpi on a made-up clinic.", group=DATA),
    "import": Entry("import_:import_", "Bring patients, injections and outcomes in from CSV.", writes=True, group=DATA),
    "export": Entry("export:export", "Write everything out: csv, json, sqlite, fhir; or ics.", group=DATA),
    "config": (
        "Settings, and where each comes from.",
        DATA,
        {
            "list": Entry("config:list_", "Every setting and its origin."),
            "get": Entry("config:get", "One setting."),
            "set": Entry("config:set_", "Change a setting.", writes=True),
            "path": Entry("config:path", "Where settings, store and key lie."),
        },
    ),
    "cron": (
        "The list by itself: from cron, or systemd.",
        DATA,
        {
            "show": Entry("cron:show", "Print a crontab line, or two systemd units."),
            "install": Entry("cron:install", "Put it into the crontab, or the units' folder.", writes=True),
        },
    ),
    "completion": (
        "TAB completion for your shell.",
        DATA,
        {
            "install": Entry("completion:install", "Switch it on for bash, zsh or fish."),
            "show": Entry("completion:show", "Print the shell's script."),
        },
    ),
    "db": (
        "The store's schema and rules.",
        DATA,
        {
            "status": Entry("db:status", "Which schema and rules the store has."),
            "migrate": Entry("db:migrate", "Bring the store up to date.", writes=True),
            "move": Entry("db_move:move", "Carry the store to a server, or back to a file.", writes=True),
            "grant": Entry("db_move:grant", "Let a login of the server in, or out.", writes=True),
            "rekey": Entry("db:rekey", "A new key: the same as tpi key rotate.", writes=True),
        },
    ),
    "backup": Entry("backup:backup", "The whole store in one verified file.", writes=True, group=DATA),
    "restore": Entry("restore:restore", "Put a backup in the place of the store.", writes=True, group=DATA),
    "key": (
        "The store's key: recovery, a new one, a passphrase.",
        DATA,
        {
            "check-recovery": Entry("key:check_recovery", "Does the recovery code open this store?"),
            "recover": Entry("key:recover", "The key file anew, from the recovery code.", writes=True),
            "rotate": Entry("key_rotate:rotate", "A new key for the store.", writes=True),
            "passphrase": Entry("key_move:passphrase", "Lock the key file with a passphrase.", writes=True),
            "keyring": Entry("key_move:keyring", "Keep the key in the computer's keyring.", writes=True),
        },
    ),
    "verify": Entry("verify:verify", "Is the store what was written, all of it?", group=DATA),
    "doctor": Entry("doctor:doctor", "What is where, and what is wrong. No patient data.", group=DATA),
    "help": Entry("help:help_", "Pages on dates, doses, exit codes and more.", group=DATA),
}


def built(name: str, entry: Entry) -> Any:
    """The command behind an entry."""
    from tpi_cli.commands.shared import Command, WriteCommand

    function = getattr(import_module(f"tpi_cli.commands.{entry.module}"), entry.function)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    kind = WriteCommand if entry.writes else Command
    settings = {"help_option_names": ["-h", "--help"]}
    app.command(name, cls=kind, short_help=entry.words, context_settings=settings)(function)
    command = typer.main.get_command(app)
    command.name = name
    return command


class Group(TyperGroup):
    """A group that knows its commands by name and builds only the one that runs."""

    def __init__(self, name: str, tree: dict[str, Any], words: str) -> None:
        settings = {"help_option_names": ["-h", "--help"]}
        super().__init__(name=name, help=words, rich_markup_mode=None, context_settings=settings)
        self.tree = tree
        self.params = [*self.params, *shared()]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Their names, as the help lists them."""
        return list(self.tree)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, its module imported now."""
        entry = self.tree.get(cmd_name)
        if entry is None:
            return None
        if isinstance(entry, Entry):
            return built(cmd_name, entry)
        words, _, tree = entry
        return Group(cmd_name, tree, words)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named, or an error that offers what is close."""
        if args and args[0] not in self.tree:
            self._unknown(args[0])
        return super().resolve_command(ctx, args)

    def _unknown(self, word: str) -> None:
        from difflib import get_close_matches

        from tpi_cli.errors import Usage
        from tpi_cli.show.clean import clean

        close = get_close_matches(word, self.tree, 3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"{self.full_name} --help lists the commands"
        raise Usage(f"no command {clean(word)!r}", hint=hint)

    @property
    def full_name(self) -> str:
        """As it is typed."""
        return "tpi" if self.name == "tpi" else f"tpi {self.name}"

    def invoke(self, ctx: Any) -> Any:
        """Pass the shared options given before the subcommand on to it."""
        ctx.obj = Desk(take(ctx.params, ctx.obj.given if ctx.obj else {}))
        return super().invoke(ctx)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The commands with their lines, by group, without importing any."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.tree.items():
            group, words = (entry.group, entry.words) if isinstance(entry, Entry) else (entry[1], entry[0])
            sections.setdefault(group or "Commands", []).append((name, words))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The commands that start so, without importing any; options after a dash."""
        from typer.core import CompletionItem  # type: ignore[attr-defined]

        if incomplete.startswith("-"):
            return super(TyperGroup, self).shell_complete(ctx, incomplete)
        named = {name: entry.words if isinstance(entry, Entry) else entry[0] for name, entry in self.tree.items()}
        return [CompletionItem(name, help=words) for name, words in named.items() if name.startswith(incomplete)]


def root() -> Group:
    """The whole command line."""
    words = "The injection log and recall scheduler of a trigger-point clinic."
    group = Group("tpi", TREE, words)
    group.params = [*group.params, version()]
    return group
