"""`tpi config`: every setting, and which layer said so."""

import os
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from tpi_cli import clock, config
from tpi_cli.commands import options
from tpi_cli.errors import NoStore, NotFound, Usage
from tpi_cli.rules.coding import SIDES
from tpi_cli.show.out import COLOURS, FORMATS, REDACT
from tpi_cli.show.report import Column, Report
from tpi_cli.store.place import find
from tpi_cli.store.read.clinic import Clinic, clinic


class Row(NamedTuple):
    """A setting, its value now, and where that comes from."""

    key: str
    value: str
    origin: str
    meaning: str


COLUMNS = tuple(Column(name, lambda row, name=name: getattr(row, name), drop) for name, drop in  # type: ignore[misc]
                (("key", 0), ("value", 0), ("origin", 0), ("meaning", 1)))  # fmt: skip


def _office(ctx: typer.Context) -> Clinic | None:
    try:
        with options.reading(ctx) as db:
            return clinic(db)
    except NoStore:
        return None


def _row(ctx: typer.Context, key: str, office: Clinic | None) -> Row:
    setting = config.settings()[key]
    if setting.home == "clinic":
        return Row(key, *_clinics(key, office), setting.words)
    flags = {
        "db": "db",
        "key_file": "key_file",
        "user": "acting",
        "format": "format",
        "redact": "redact",
        "color": "color",
    }
    return Row(key, *config.resolve(key, ctx.obj.given.get(flags.get(key, ""))), setting.words)


def _clinics(key: str, office: Clinic | None) -> tuple[str, str]:
    if office is None:
        return config.settings()[key].default, "default (no store)"
    if key in {"clinic.name", "clinic.zone"}:
        return getattr(office, key.partition(".")[2]), "store"
    return (office.own[key], "store") if key in office.own else (config.settings()[key].default, "default")


def list_(ctx: typer.Context) -> None:
    """Every setting, its value, and where it comes from.

    \b
    tpi config list
    tpi config list --json
    tpi config list --columns key,value
    """
    office = _office(ctx)
    rows = [_row(ctx, key, office) for key in config.settings()]
    ctx.obj.out().report(Report("config-list", COLUMNS, rows, lambda row: row._asdict()))


def get(ctx: typer.Context, key: Annotated[str, typer.Argument(metavar="KEY")]) -> None:
    """One setting's value.

    \b
    tpi config get clinic.zone
    tpi config get recall.overdue
    tpi config get db --json
    """
    row = _row(ctx, _known(key), _office(ctx))
    ctx.obj.out().lines([row.value], "config-get", row._asdict)


def _known(key: str) -> str:
    if key not in config.settings():
        raise NotFound(f"no setting {key!r}", hint="tpi config list names them")
    return key


def set_(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
) -> None:
    """Change a setting: the clinic's in the store, this workstation's in its settings file.

    \b
    tpi config set clinic.zone Europe/London
    tpi config set recall.overdue 21
    tpi config set user JS
    """
    ctx.obj.without("on", "note")
    out = ctx.obj.out()  # now: once something is kept, the settings file is not read again
    kept = _checked(_known(key), str(options.storable("the value", value.strip())))
    remarks: list[str] = []
    if config.settings()[key].home == "clinic":
        remarks = _in_store(ctx, key, kept)
    elif not ctx.obj.dry_run:
        config.write_file({**config.from_file(), key: kept})
    said = "would set" if ctx.obj.dry_run else "set"
    ctx.obj.done(out, key, [f"{said} {key} = {kept}", *remarks], "config-set", {"key": key, "value": kept})


def _in_store(ctx: typer.Context, key: str, value: str) -> list[str]:
    """Keep it; what it was, and a remark on each appointment that stands outside new hours."""
    from tpi_cli.acts.setting import keep_setting

    with options.recording(ctx) as writing:
        if key.startswith("recall."):
            _in_order(key, value, writing)
        before = clinic(writing.db).own.get(key)
        keep_setting(writing, key, value)
        was = [f"  was {before}"] if before and before != value else []
        return [*was, *(_outside(writing) if key in {"clinic.hours", "clinic.closed"} else [])]


def _outside(writing: Any) -> list[str]:
    from tpi_cli.acts.appointment import outside

    return [
        f"  note: {one.code} of {one.on} {one.wall} stands: {why}; tpi appt move {one.code}"
        for one, why in outside(writing)
    ]


def _in_order(key: str, value: str, writing: Any) -> None:
    """A recall becomes due, then overdue, then lapsed: never the other way round."""
    office = clinic(writing.db)
    days = {**office.thresholds._asdict(), key.partition(".")[2]: int(value)}
    if not days["due"] <= days["overdue"] <= days["lapsed"]:
        raise Usage(f"{key} = {value} would turn the order of the statuses round", hint="due <= overdue <= lapsed")


def _checked(key: str, value: str) -> str:
    check = _CHECKS.get(key, _days if key.startswith(("recall.", "call.")) else _anything)
    return check(key, value)


def _days(key: str, value: str) -> str:
    if not _is_number(value) or int(value) > 3650:
        raise Usage(
            f"{key} is a number of days, 0 to 3650", hint=f"tpi config set {key} {config.settings()[key].default}"
        )
    return str(int(value))


def _is_number(value: str) -> bool:
    """A whole number that can be one of these settings: Python itself refuses to read one of 5,000 digits."""
    return value.isascii() and value.isdigit() and len(value) < 10


def _anything(key: str, value: str) -> str:
    if not value:
        raise Usage(f"{key} cannot be empty", hint="tpi config list shows what is set")
    return value


def _as_it_is(key: str, value: str) -> str:  # noqa: ARG001
    """Any text; none takes it back."""
    return value


def _one_of(values: tuple[str, ...]) -> Callable[[str, str], str]:
    def check(key: str, value: str) -> str:
        if value not in values:
            raise Usage(f"{key} cannot be {value!r}", hint=f"one of {', '.join(values)}")
        return value

    return check


def _zone(key: str, value: str) -> str:
    clock.zone(_anything(key, value))
    return value


def _profile(key: str, value: str) -> str:
    from tpi_cli.reference.profiles import names

    return _one_of(names())(key, value)


def _hours(key: str, value: str) -> str:
    """Opening hours or closed days, in their shortest form; nothing takes them back. Raises Usage."""
    from tpi_cli.rules import opening

    try:
        return str(opening.read(value)) if key == "clinic.hours" else opening.listed(opening.closed(value))
    except ValueError as wrong:
        raise Usage(f"{key}: {wrong}", hint=f"tpi config set {key} ''  takes it back") from None


def _minutes(key: str, value: str) -> str:
    from tpi_cli.rules.contact import LONGEST, SHORTEST

    if not _is_number(value) or not SHORTEST <= int(value) <= LONGEST:
        raise Usage(f"{key} is a number of minutes, {SHORTEST} to {LONGEST}", hint=f"tpi config set {key} 30")
    return str(int(value))


def _capacity(key: str, value: str) -> str:
    if value and not (_is_number(value) and 0 < int(value) < 1000):
        raise Usage(f"{key} is a number of patients, 1 to 999", hint=f"tpi config set {key} 16")
    return value


def _path(key: str, value: str) -> str:
    if key == "db" and "://" in value:
        find(value)  # one that cannot be is refused before it is kept
        return value
    return value if value == config.DEMO and key == "db" else os.path.abspath(os.path.expanduser(_anything(key, value)))


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "clinic.zone": _zone,
    "clinic.hours": _hours,
    "clinic.closed": _hours,
    "clinic.capacity": _capacity,
    "appointment.minutes": _minutes,
    "dose.profile": _profile,
    "billing.sides": _one_of(SIDES),
    "format": _one_of(FORMATS),
    "redact": _one_of(REDACT),
    "color": _one_of(COLOURS),
    "clinic.phone": _as_it_is,
    "ui.style": _one_of(config.STYLES),
    "db": _path,
    "key_file": _path,
}


def path(ctx: typer.Context) -> None:
    """Where the settings file, the store and the key lie.

    \b
    tpi config path
    tpi config path --json
    tpi --db demo config path
    """
    place = ctx.obj.place
    told = {"settings": config.path(), "store": place.path, "key": place.key_path}
    ctx.obj.out().lines([f"{name:<9} {where}" for name, where in told.items()], "config-path", lambda: told)
