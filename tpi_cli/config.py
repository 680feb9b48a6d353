"""Settings: a flag beats the environment, which beats the settings file, which beats the shipped value.

Two homes: the clinic's settings (its name, its zone, when a recall counts as late) are kept in the store, so
that every workstation sees the same list; the rest is this workstation's, in one TOML file.
"""

import os
import sys
from contextlib import suppress
from typing import NamedTuple

from tpi_cli import files
from tpi_cli.errors import TpiError, Usage
from tpi_cli.reference import recall

DEMO = "demo"
"""The store name that stands for the demo clinic."""

PLAIN = "plain"
"""The style without colours, pictures and glyphs: words and numbers alone."""
STYLES = ("auto", PLAIN)

LONGEST_FILE = 64 * 1024
"""Bytes of the settings file: the settings that are kept there have a path or a word each."""


class Key:
    """A setting: where it lives (`clinic` or `file`), its shipped value, its variable, what it means.

    Plain, as every start makes the class, and a named tuple is slow to make.
    """

    __slots__ = ("default", "env", "home", "words")

    def __init__(self, home: str, default: str, env: str, words: str) -> None:
        self.home, self.default, self.env, self.words = home, default, env, words


KEYS: dict[str, Key] = {
    "clinic.name": Key("clinic", "", "", "what the clinic is called"),
    "clinic.phone": Key("clinic", "", "", "the number that letters and summaries give"),
    "clinic.zone": Key("clinic", "UTC", "", "time zone that decides what day it is"),
    **{f"recall.{row.threshold}": Key("clinic", str(row.days), "", row.words) for row in recall.thresholds().values()},
    "clinic.hours": Key("clinic", "", "", "opening hours: mon-fri 08:00-18:00, sat 09:00-12:00; none: always"),
    "clinic.closed": Key("clinic", "", "", "closed days: 2026-12-25, 2027-01-01..2027-01-03"),
    "clinic.capacity": Key("clinic", "", "", "patients a day; none: as many as the opening hours hold"),
    "appointment.minutes": Key("clinic", "30", "", "minutes of an appointment unless --for says how long"),
    "billing.sides": Key("clinic", "once", "", "both sides of a muscle in tpi bill: counted once, or each"),
    "dose.profile": Key("clinic", "us-label", "", "limits for local anaesthetics: us-label or conservative"),
    "db": Key("file", "", "TPI_DB", "the store: a file, or demo"),
    "key_file": Key("file", "", "TPI_KEY_FILE", "the file that holds the store's key"),
    "user": Key("file", "", "TPI_USER", "your clinician code"),
    "format": Key("file", "", "TPI_FORMAT", "table, plain, tsv, csv, json or ndjson"),
    "redact": Key("file", "none", "TPI_REDACT", "none, names or all"),
    "color": Key("file", "auto", "", "auto, always or never"),
    "ui.style": Key("file", "auto", "TPI_STYLE", "auto, or plain: no colours, pictures or glyphs"),
}


def settings() -> dict[str, Key]:
    """Every setting: those above, and the days off the list after a call, which no list needs to start."""
    from tpi_cli.reference import contact

    calls = {f"call.{row.name}": Key("clinic", str(row.number), "", row.words) for row in contact.waits().values()}
    return {**KEYS, **calls}


class Value(NamedTuple):
    """What a setting is, and which of the layers said so."""

    value: str
    origin: str


def resolve(key: str, flag: str | None = None) -> Value:
    """A workstation setting by the order of the layers. `flag` is the option as given, if it was."""
    setting = KEYS[key]
    if flag:
        return Value(flag, "option")
    if setting.env and os.environ.get(setting.env):
        return Value(os.environ[setting.env], setting.env)
    written = from_file().get(key)
    if written is not None:
        return Value(written, str(path()))
    return Value(setting.default, "default")


def home() -> str:
    """The folder of the settings file and of the key."""
    return _folder("XDG_CONFIG_HOME", ".config") or _elsewhere("config")


def data_home() -> str:
    """The folder of the store."""
    return _folder("XDG_DATA_HOME", ".local/share") or _elsewhere("data")


def _folder(variable: str, below_home: str) -> str | None:
    """On Linux, what platformdirs would say: importing it costs 6 % of a whole `tpi due`. None elsewhere."""
    home = os.environ.get("HOME")
    if sys.platform != "linux" or not home:
        return None
    base = os.environ.get(variable, "").strip()
    return os.path.join(base or os.path.join(home, below_home), "tpi")


def _elsewhere(kind: str) -> str:
    import platformdirs

    find = platformdirs.user_config_dir if kind == "config" else platformdirs.user_data_dir
    return find("tpi", appauthor=False)


def path() -> str:
    """The settings file, whether it is there or not."""
    return os.path.join(home(), "config.toml")


def from_file() -> dict[str, str]:
    """The settings file's values. Raises Usage where it is not TOML or holds an unknown key."""
    where = path()
    if not os.path.lexists(where):
        return {}
    import tomllib

    try:
        text = files.start(where, LONGEST_FILE + 1)
        if len(text) > LONGEST_FILE:
            raise Usage(f"{where} is longer than {LONGEST_FILE:,} bytes", hint="delete it to start afresh")
        values = _flat(tomllib.loads(text.decode()))
    except OSError as fault:
        raise Usage(f"{where} cannot be read: {fault.strerror}", hint="check its permissions and the disk") from None
    except (ValueError, RecursionError):
        raise Usage(f"{where} cannot be read as TOML", hint="mend it, or delete it to start afresh") from None
    unknown = [key for key in values if key not in KEYS or KEYS[key].home != "file"]
    if unknown:
        raise Usage(f"{where}: unknown setting {unknown[0]!r}", hint="tpi config list names them")
    spoilt = next((key for key, value in values.items() if "\0" in value), None)
    if spoilt:
        raise Usage(f"{where}: {spoilt} holds a NUL character", hint=f"tpi config set {spoilt} VALUE")
    return values


def _flat(read: dict[str, object]) -> dict[str, str]:
    """Settings by their whole name: TOML takes `ui.style` for a table `ui` with `style` in it."""
    out: dict[str, str] = {}
    for key, value in read.items():
        within = value if isinstance(value, dict) else None
        out.update({f"{key}.{name}": str(one) for name, one in within.items()} if within else {key: str(value)})
    return out


def write_file(values: dict[str, str]) -> None:
    """Write the settings file anew, in one step. Raises TpiError; then the file is as it was."""
    where = path()
    try:
        files.make_folder(home())
        files.put(where, "".join(f"{key} = {_quoted(value)}\n" for key, value in sorted(values.items())))
    except OSError as fault:
        raise TpiError(f"cannot write {where}: {fault.strerror}", hint="check the folder and the disk") from None
    with suppress(OSError):  # it is written, and only a power cut within seconds could take it back
        files.sync_folder(where)


def _quoted(value: str) -> str:
    """As TOML has it: JSON's escapes, but neither its halves of a pair nor a bare delete."""
    import json

    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
