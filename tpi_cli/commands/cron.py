"""`tpi cron`: the list by itself, as a line of a crontab or as a service and a timer of systemd."""

import os
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Annotated, Any, NamedTuple

import typer

from tpi_cli import clock, config
from tpi_cli.commands import options
from tpi_cli.errors import Usage
from tpi_cli.exchange import cron, crontab, units
from tpi_cli.exchange.cron import Job
from tpi_cli.show.out import Out
from tpi_cli.store import reports
from tpi_cli.store.place import Place, is_plain
from tpi_cli.store.read.clinic import clinic

REPORT = "due"
"""What a job is called that gets no name."""
ELSEWHERE = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
"""What a terminal may know of the usual places, and cron does not."""
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(@[A-Za-z0-9][A-Za-z0-9.-]*)?")

At = Annotated[str, typer.Option("--at", metavar="HH:MM", help="When, by this computer's clock.")]
Days = Annotated[str, typer.Option("--days", metavar="DAYS", help="On which days: mon-fri, or mon,thu.")]
Within = Annotated[str | None, typer.Option("--within", metavar="INTERVAL", help="Look ahead: 1w.")]
SinceLast = Annotated[
    str | None, typer.Option("--since-last", metavar="[NAME]", help="Only what changed since the last run.")
]
Name = Annotated[str | None, typer.Option("--report", metavar="NAME", help="What the job is called.  [default: due]")]
Mailto = Annotated[str | None, typer.Option("--mailto", metavar="ADDRESS", help="To whom cron mails it.")]
Systemd = Annotated[bool, typer.Option("--systemd", help="A service and a timer instead of a crontab line.")]


def show(
    ctx: typer.Context,
    at: At = "07:00",
    days: Days = "mon-fri",
    within: Within = None,
    since_last: SinceLast = None,
    report: Name = None,
    mailto: Mailto = None,
    systemd: Systemd = False,
) -> None:
    """Print what makes the list come by itself: lines for crontab -e, or with --systemd two units.

    The report leaves out names unless --redact says otherwise. Nothing is changed; tpi cron install puts it in
    its place.

    \b
    tpi cron show
    tpi cron show --at 06:45 --days mon,wed,fri --mailto reception@example.org
    tpi cron show --systemd --within 1w --since-last
    """
    asked = Asked(at=at, days=days, within=within, since_last=since_last, report=report, mailto=mailto, systemd=systemd)
    plan = _plan(ctx, asked)
    out: Out = ctx.obj.out()
    if out.machine:
        out.lines([], "cron-show", lambda: plan.facts)
        return
    with out.into() as into:  # as it is: a folded line of a crontab would be two
        into.write(plan.text)


def install(
    ctx: typer.Context,
    at: At = "07:00",
    days: Days = "mon-fri",
    within: Within = None,
    since_last: SinceLast = None,
    report: Name = None,
    mailto: Mailto = None,
    systemd: Systemd = False,
) -> None:
    """Put the job into this account's crontab, or with --systemd into its folder of units; asks first.

    A job of the same name is replaced, everything else in the crontab stays as it is. What tpi cron show prints
    is what is put there, and it takes the same options.

    \b
    tpi cron install --systemd --yes
    tpi cron install --systemd --at 06:45 --since-last --dry-run
    tpi cron install --systemd --days mon --within 1w --dry-run
    """
    ctx.obj.without("on", "note")
    asked = Asked(at=at, days=days, within=within, since_last=since_last, report=report, mailto=mailto, systemd=systemd)
    plan = _plan(ctx, asked)
    out: Out = ctx.obj.out()
    pending = plan.pending()
    if pending and not (ctx.obj.yes or ctx.obj.dry_run):
        out.say(plan.text)
        out.confirm(f"Put this into {plan.where}?")
    if pending and not ctx.obj.dry_run:
        pending()
    lines = [f"{plan.when}: {_done(bool(pending), ctx.obj.dry_run, plan.where)}"]
    shown = plan.text.splitlines() if ctx.obj.dry_run else []
    ctx.obj.done(out, f"the job in {plan.where}", [*shown, *lines, *plan.after], "cron-install", plan.facts)


def _done(pending: bool, dry_run: bool, where: str) -> str:
    if not pending:
        return f"stands in {where} already"
    return f"would be put into {where}" if dry_run else f"now in {where}"


class Asked(SimpleNamespace):
    """The options as typed."""

    at: str
    days: str
    within: str | None
    since_last: str | None
    report: str | None
    mailto: str | None
    systemd: bool


class Plan(NamedTuple):
    """What is to stand where; `pending` looks what stands there now and returns what is left to do, or None."""

    where: str
    when: str
    text: str
    facts: dict[str, Any]
    after: tuple[str, ...]
    pending: Callable[[], Callable[[], None] | None]


def _plan(ctx: typer.Context, asked: Asked) -> Plan:
    job = _job(ctx.obj, asked)
    with options.reading(ctx) as db:  # the job would fail every morning where this fails now
        _say_whose_clock(ctx.obj.out(), job, clinic(db).zone)
    return _for_systemd(job) if asked.systemd else _for_crontab(job)


def _for_crontab(job: Job) -> Plan:
    owner = _owner()
    text = crontab.placed(b"", job, owner).decode()

    def pending() -> Callable[[], None] | None:
        now = crontab.read()
        then = crontab.placed(now, job, owner)
        return None if then == now else lambda: crontab.write(then)

    facts = {"report": job.name, "when": job.when, "crontab": text}
    return Plan(f"the crontab of {owner}", job.when, text, facts, (), pending)


def _for_systemd(job: Job) -> Plan:
    files = units.files(job)
    text = "\n".join(f"# {path}\n{content}" for path, content in files.items())

    def pending() -> Callable[[], None] | None:
        return None if units.there(files) == files else lambda: units.write(files)

    facts = {"report": job.name, "when": job.when, "files": files, "next": [*units.todo(job).values()]}
    folder = os.path.dirname(next(iter(files)))
    return Plan(
        folder, job.when, text, facts, tuple(f"{why}: {command}" for why, command in units.todo(job).items()), pending
    )


def _job(desk: options.Desk, asked: Asked) -> Job:
    from tpi_cli.commands.parse import schedule

    hour, minute = schedule.at(asked.at)
    place = desk.place
    return Job(
        name=reports.named(asked.report or asked.since_last or REPORT),
        hour=hour,
        minute=minute,
        days=schedule.weekdays(asked.days),
        program=tuple(cron.plain("tpi itself", word) for word in cron.program()),
        store=_store(desk, place),
        report=_report(desk, asked),
        key_file=None if asked.systemd else _key_file(desk, place),
        credential=_credential(place) if asked.systemd else None,
        mailto=_mailto(asked),
        network=bool(place.url),
    )


def _report(desk: options.Desk, asked: Asked) -> tuple[str, ...]:
    words = ["due", "--if-any", "--redact", _redact(desk)]
    if asked.within:
        from tpi_cli.commands.parse.intervals import interval

        words += ["--within", str(interval(asked.within))]
    if asked.since_last is not None:
        # a name of its own: who looks at a terminal must not take a row out of the mail
        name = asked.since_last or f"cron-{asked.report or REPORT}"
        words.append(f"--since-last={reports.named(name)}")
    return tuple(words)


def _redact(desk: options.Desk) -> str:
    """--redact as given; else names, or all where that is what is set."""
    given: str | None = desk.given.get("redact")
    return given or ("all" if config.resolve("redact").value == "all" else "names")


def _moved() -> bool:
    return any(os.environ.get(name, "").strip() for name in ELSEWHERE)


def _store(desk: options.Desk, place: Place) -> tuple[str, ...]:
    if place.demo and not _moved():
        return ("--db", config.DEMO)
    if not _moved() and config.resolve("db", desk.given.get("db")).origin not in {"option", "TPI_DB"}:
        return ()
    return ("--db", cron.plain("the store", place.url or place.path))


def _key_file(desk: options.Desk, place: Place) -> str | None:
    """The key's file, where cron's tpi would not find it: from the settings it would, and the demo has its own."""
    origin = config.resolve("key_file", desk.given.get("key_file")).origin
    if place.url:
        return None
    if not _moved() and (place.demo or origin not in {"option", "TPI_KEY_FILE"}):
        return None
    return cron.plain("the key", place.key_path)


def _credential(place: Place) -> str | None:
    if place.url or is_plain(place) or (place.demo and not _moved()):
        return None
    return cron.plain("the key", place.key_path)


def _mailto(asked: Asked) -> str | None:
    if asked.mailto is None:
        return None
    if asked.systemd:
        raise Usage("--mailto has no meaning with --systemd: a timer does not mail", hint="leave one of them out")
    if not all(_ADDRESS.fullmatch(one) for one in asked.mailto.split(",")):
        raise Usage(f"--mailto cannot be {asked.mailto!r}", hint="an address: reception@example.org")
    return asked.mailto


def _owner() -> str:
    """The account's own name, to whom cron mails unasked."""
    from getpass import getuser

    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return getuser()


def _say_whose_clock(out: Out, job: Job, zone: str) -> None:
    here = clock.system_zone().removeprefix("Etc/")
    if here != zone.removeprefix("Etc/") and not out.machine:
        out.say(f"{job.when} is by this computer's clock ({here}); the day on the list is the clinic's ({zone})")
