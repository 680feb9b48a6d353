"""`tpi config`: every setting, its value, and which layer said so: option, environment, file, shipped."""

import stat
import tomllib

import pytest

from tests.commands.reading import envelope, everything, rows, talk, words
from tests.conftest import Clinic

KEYS = (
    "clinic.name", "clinic.phone", "clinic.zone", "recall.upcoming", "recall.due", "recall.overdue", "recall.lapsed",
    "clinic.hours", "clinic.closed", "clinic.capacity", "appointment.minutes", "billing.sides", "dose.profile",
    "db", "key_file", "user", "format", "redact", "color", "ui.style",
    "call.reached", "call.message", "call.no-answer", "call.wrong-number",
)  # fmt: skip


def _setting(clinic: Clinic, key: str, *options: str, **more: str) -> tuple[str, str]:
    found = {row["key"]: row for row in clinic.ok("config", "list", *options, "--json", **more).rows}
    return found[key]["value"], found[key]["origin"]


def test_every_setting_is_listed_with_its_origin_and_meaning(clinic: Clinic) -> None:
    found = envelope(clinic.ok("config", "list", "--json"), "config-list")
    assert tuple(row["key"] for row in found["rows"]) == KEYS
    assert all(row["origin"] and row["meaning"] for row in found["rows"])
    assert clinic.ok("config", "list").out.splitlines()[0].split() == ["KEY", "VALUE", "ORIGIN", "MEANING"]


def test_the_layers(clinic: Clinic) -> None:
    """A flag beats the environment, which beats the file, which beats the shipped value."""
    settings = str(clinic.home / "config" / "tpi" / "config.toml")
    assert _setting(clinic, "redact") == ("none", "default")
    clinic.ok("config", "set", "redact", "names")
    assert _setting(clinic, "redact") == ("names", settings)
    assert _setting(clinic, "redact", TPI_REDACT="all") == ("all", "TPI_REDACT")
    assert _setting(clinic, "redact", "--redact", "none", TPI_REDACT="all") == ("none", "option")


SET = """
setting                           | value
user JS                           | JS
format csv                        | csv
redact names                      | names
color never                       | never
clinic.name 'Harbour Pain Clinic' | Harbour Pain Clinic
clinic.zone America/New_York      | America/New_York
recall.overdue 21                 | 21
recall.overdue 021                | 21
recall.due 0                      | 0
billing.sides each                | each
billing.sides once                | once
dose.profile conservative         | conservative
dose.profile us-label             | us-label
ui.style plain                    | plain
ui.style auto                     | auto
clinic.phone '0161 496 0100'      | 0161 496 0100
"""


@pytest.mark.parametrize(("setting", "value"), rows(SET), ids=[row[0] for row in rows(SET)])
def test_what_is_set_is_got(clinic: Clinic, setting: str, value: str) -> None:
    key = setting.split()[0]
    answer = clinic.ok("config", "set", *words(setting))
    assert answer.out == f"set {key} = {value}\n"
    assert clinic.ok("config", "get", key).out == f"{value}\n" if key != "format" else True
    found = envelope(clinic.ok("config", "get", key, "--json"), "config-get")
    assert (found["key"], found["value"]) == (key, value)


@pytest.mark.parametrize(
    "value", ["Łódź", "王", "\U0001f600", 'a "quoted" \\ one', "tab\there", "\x7f", "'''", "a=b # c"]
)
def test_any_text_survives_the_settings_file(clinic: Clinic, value: str) -> None:
    """A value that broke the file would lock every command out."""
    clinic.ok("config", "set", "user", value)
    with (clinic.home / "config" / "tpi" / "config.toml").open("rb") as file:
        assert tomllib.load(file) == {"user": value}
    assert clinic.ok("config", "get", "user", "--json").json["value"] == value
    assert clinic.run("due").code == 0


def test_the_settings_file_is_the_owners_and_keeps_the_other_values(clinic: Clinic) -> None:
    clinic.ok("config", "set", "user", "JS")
    clinic.ok("config", "set", "redact", "names")
    path = clinic.home / "config" / "tpi" / "config.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tomllib.loads(path.read_text()) == {"user": "JS", "redact": "names"}
    assert clinic.ok("config", "get", "user").out == "JS\n"


STYLES = """
file
ui.style = "plain"
"ui.style" = "plain"
[ui];style = "plain"
"""


@pytest.mark.parametrize("file", [row[0] for row in rows(STYLES)])
def test_a_name_with_a_point_is_read_however_toml_has_it(clinic: Clinic, file: str) -> None:
    path = clinic.home / "config" / "tpi" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.replace(";", "\n") + "\n")
    assert _setting(clinic, "ui.style") == ("plain", str(path))
    clinic.ok("config", "set", "user", "JS")
    assert _setting(clinic, "ui.style") == ("plain", str(path)), "another setting leaves it alone"


def test_a_style_that_is_none_is_refused_and_locks_nobody_out(clinic: Clinic) -> None:
    assert clinic.run("config", "set", "ui.style", "fancy").code == 2
    path = clinic.home / "config" / "tpi" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('ui.style = "fancy"\n')
    clinic.ok("due")
    clinic.ok("config", "set", "ui.style", "plain")


def test_settings_act(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("config", "set", "format", "csv")
    assert clinic.ok("patient", "list").out.splitlines()[0] == "patient,mrn,name,born,phone,status"
    clinic.ok("config", "set", "redact", "names")
    assert "Tan" not in clinic.ok("patient", "list").out
    clinic.ok("config", "set", "user", "JS")
    session = clinic.inject("1", "ut l lido 1% 1ml", "--redact", "none")
    assert clinic.ok("session", "show", session, "--json").json["clinician"] == "JS"


def test_the_clinics_settings_lie_in_the_store(clinic: Clinic) -> None:
    clinic.ok("config", "set", "clinic.zone", "Pacific/Auckland")
    assert _setting(clinic, "clinic.zone") == ("Pacific/Auckland", "store")
    assert not (clinic.home / "config" / "tpi" / "config.toml").exists()


def test_without_a_store_the_shipped_values_show(home: Clinic) -> None:
    assert _setting(home, "clinic.zone") == ("UTC", "default (no store)")
    assert home.ok("config", "get", "recall.overdue").out == "14\n"
    home.ok("config", "set", "user", "JS")
    assert home.run("config", "set", "clinic.zone", "UTC").code == 6


@pytest.mark.file
def test_paths(clinic: Clinic) -> None:
    found = envelope(clinic.ok("config", "path", "--json"), "config-path")
    assert (found["store"], found["key"]) == (str(clinic.store), str(clinic.key))
    assert str(clinic.store) in clinic.ok("config", "path").out
    assert "demo" in clinic.ok("--db", "demo", "config", "path", "--json").json["store"]


@pytest.mark.file
def test_paths_are_kept_whole(clinic: Clinic) -> None:
    clinic.ok("config", "set", "db", "~/elsewhere.db")
    assert clinic.ok("config", "get", "db").out == f"{clinic.home}/elsewhere.db\n"
    assert clinic.run("due").code == 6


@pytest.mark.parametrize("setting", ["user JS", "recall.overdue 21"])
def test_a_dry_run_of_setting(clinic: Clinic, setting: str) -> None:
    before = everything(clinic)
    answer = clinic.ok("config", "set", *setting.split(), "-n")
    assert answer.out.splitlines() == [f"would set {setting.replace(' ', ' = ')}", "dry run: nothing was kept"]
    assert everything(clinic) == before


def test_setting_says_nothing_else(clinic: Clinic) -> None:
    assert talk(clinic.ok("config", "set", "user", "JS")) == []
