"""`tpi cron show|install`: what it writes, byte for byte, and what of a crontab it leaves alone.

`crontab` is a script here that keeps a file. The real one, under a real cron, is in transcripts/test_cron_for_real.py.
"""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.reading import envelope, one_line, refused, rows, talk, words
from tests.conftest import Answer, Clinic

pytestmark = pytest.mark.file

TPI = str(Path(sys.executable).with_name("tpi"))
CRONTAB = """#!/bin/sh
case "$1" in
-l) if [ -e "$KEPT" ]; then cat "$KEPT"; else echo "no crontab for tester" >&2; exit 1; fi ;;
-) cat > "$KEPT.new" && mv "$KEPT.new" "$KEPT" ;;
esac
"""


class Desk:
    """A clinic whose store and key lie where a bare environment looks for them, and a crontab of its own."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.home = clinic.home
        self.programs = self.home / "programs"
        self.programs.mkdir()
        self.table = self.home / "table"
        self.program("crontab", CRONTAB)
        for where, usual in (("data", ".local/share"), ("config", ".config")):
            (self.home / usual).parent.mkdir(exist_ok=True, parents=True)
            (self.home / where).rename(self.home / usual)

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, command: str, stdin: str = "", **more: str) -> Answer:
        given = {"PATH": f"{self.programs}:{os.environ['PATH']}", "KEPT": str(self.table), "TZ": "Europe/London"}
        bare = {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
        return self.clinic.run(*words(command), stdin=stdin, **{**bare, **given, **more})

    def ok(self, command: str, **more: str) -> Answer:
        answer = self.run(command, **more)
        assert answer.code == 0, answer
        return answer

    @property
    def units(self) -> Path:
        return self.home / ".config" / "systemd" / "user"


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return Desk(clinic)


def owner() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


# --- the line


LINES = f"""
command                                             | line
cron show                                           | 0 7 * * 1-5 {TPI} due --if-any --redact names
cron show --at 18:05 --days mon                     | 5 18 * * 1 {TPI} due --if-any --redact names
cron show --at 6:45 --days mon,wed,fri              | 45 6 * * 1,3,5 {TPI} due --if-any --redact names
cron show --days sat-mon                            | 0 7 * * 1,6,7 {TPI} due --if-any --redact names
cron show --days Tuesday,thu-sat                    | 0 7 * * 2,4-6 {TPI} due --if-any --redact names
cron show --days mon-sun                            | 0 7 * * * {TPI} due --if-any --redact names
cron show --within '1 week'                         | 0 7 * * 1-5 {TPI} due --if-any --redact names --within 1w
cron show --redact all                              | 0 7 * * 1-5 {TPI} due --if-any --redact all
--redact none cron show                             | 0 7 * * 1-5 {TPI} due --if-any --redact none
cron show --since-last                              | 0 7 * * 1-5 {TPI} due --if-any --redact names --since-last=cron-due
cron show --report early --since-last               | 0 7 * * 1-5 {TPI} due --if-any --redact names --since-last=cron-early
cron show --since-last early                        | 0 7 * * 1-5 {TPI} due --if-any --redact names --since-last=early
cron show --db /srv/clinic.db --key-file {{key}}    | 0 7 * * 1-5 {TPI} --db /srv/clinic.db --key-file {{key}} due --if-any --redact names
"""  # noqa: E501


@pytest.mark.parametrize(("command", "line"), rows(LINES), ids=[row[0] for row in rows(LINES)])
def test_the_line_of_a_crontab(desk: Desk, tmp_path: Path, command: str, line: str) -> None:
    usual, key = desk.home / ".local/share/tpi/tpi.db", str(desk.home / ".config/tpi/tpi.key")
    command, line = command.replace("{key}", key), line.replace("{key}", key)
    if "/srv/clinic.db" in command:
        own = desk.home / "clinic.db"
        own.write_bytes(usual.read_bytes())
        command, line = command.replace("/srv/clinic.db", str(own)), line.replace("/srv/clinic.db", str(own))
    name = "early" if "early" in command else "due"
    assert desk.ok(command).out.splitlines() == [f"# tpi cron {name} begin", line, f"# tpi cron {name} end"]
    assert not desk.table.exists(), "show changes nothing"


def test_what_a_terminal_knows_and_cron_does_not_is_named(desk: Desk) -> None:
    """cron has no XDG_DATA_HOME, no TPI_DB and no TPI_KEY_FILE; it does have the settings file."""
    store, key = desk.home / ".local/share/tpi/tpi.db", desk.home / ".config/tpi/tpi.key"
    bare = f"{TPI} due"
    assert bare in desk.ok("cron show").out
    assert f"{TPI} --db {store} due" in desk.ok("cron show", TPI_DB=str(store)).out
    assert f"{TPI} --key-file {key} due" in desk.ok("cron show", TPI_KEY_FILE=str(key)).out
    moved = desk.ok("cron show", XDG_DATA_HOME=str(desk.home / ".local/share"))
    assert f"{TPI} --db {store} --key-file {key} due" in moved.out
    desk.ok(f"config set db {store}")
    assert bare in desk.ok("cron show").out


def test_the_demo_clinic_is_named_as_such(desk: Desk) -> None:
    desk.ok("demo")
    assert f"{TPI} --db demo due" in desk.ok("--db demo cron show").out
    units = desk.ok("--db demo cron show --systemd").out
    assert "LoadCredential" not in units, "it has a key of its own"


def test_a_stricter_setting_is_not_loosened(desk: Desk) -> None:
    assert "--redact all" in desk.ok("cron show", TPI_REDACT="all").out
    assert "--redact names" in desk.ok("cron show", TPI_REDACT="none").out


def test_without_a_program_beside_python_the_interpreter_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    python = desk.programs / "python3"
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))
    assert f"{python} -m tpi_cli due" in desk.ok("cron show").out


AWKWARD = ["it's", "a b", "$HOME", "`id`", '"', "a;b", "back\\slash", "#", "~"]


@pytest.mark.parametrize("name", AWKWARD)
def test_whatever_sh_would_read_in_a_path_is_quoted(desk: Desk, name: str) -> None:
    """cron hands the line to sh: sh itself says what it makes of it."""
    folder = desk.home / name
    folder.mkdir()
    store = folder / "tpi.db"
    store.write_bytes((desk.home / ".local/share/tpi/tpi.db").read_bytes())
    command = desk.ok(f"cron show --db {shlex.quote(str(store))}").out.splitlines()[1].split(" ", 5)[5]
    said = subprocess.run(["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[:4] == [TPI, "--db", str(store), "due"]


@pytest.mark.parametrize("name", ["100%", "clé", "a\nb", "a\tb"])
@pytest.mark.parametrize("form", ["", "--systemd"])
def test_a_path_no_job_can_name_is_refused(desk: Desk, name: str, form: str) -> None:
    folder = desk.home / name
    folder.mkdir()
    (folder / "tpi.db").write_bytes((desk.home / ".local/share/tpi/tpi.db").read_bytes())
    answer = desk.run(f"cron show {form} --db {shlex.quote(str(folder / 'tpi.db'))}")
    assert (answer.code, answer.out) == (2, "")
    assert "ln -s" in one_line(answer)[1]


WRONG = """
command                              | says
cron show --at 25:00                 | --at cannot be '25:00'
cron show --at 7                     | --at cannot be '7'
cron show --at 07:60                 | --at cannot be '07:60'
cron show --days mon-xyz             | --days cannot be 'mon-xyz'
cron show --days ''                  | --days cannot be ''
cron show --days mon,,tue            | --days cannot be 'mon,,tue'
cron show --report 'a b'             | 'a b' cannot name a report
cron show --report 7                 | '7' names a patient, not a report
cron show --since-last A             | 'A' cannot name a report
cron show --mailto 'a b'             | --mailto cannot be 'a b'
cron show --mailto '"x"@example.org' | --mailto cannot be '"x"@example.org'
cron show --mailto a@example.org --systemd | --mailto has no meaning with --systemd: a timer does not mail
cron install --on yesterday          | --on has no meaning here
cron install --note x                | --note has no meaning here
"""


@pytest.mark.parametrize(("command", "says"), rows(WRONG), ids=[row[0] for row in rows(WRONG)])
def test_what_is_refused(clinic: Clinic, command: str, says: str) -> None:
    code, line, _ = refused(clinic, *words(command))
    assert (code, line) == (2, says)


def test_a_day_to_look_ahead_to_would_be_past_one_morning(desk: Desk) -> None:
    assert desk.run("cron show --within 2026-12-31").code == 2


@pytest.mark.parametrize("command", ["cron show", "cron show --systemd", "cron install --yes"])
def test_a_job_that_would_fail_every_morning_fails_now(home: Clinic, command: str) -> None:
    code, line, _ = refused(home, *words(command))
    assert (code, "no store at" in line) == (6, True)


def test_whose_clock_it_is(desk: Desk) -> None:
    """The test clinic is in London."""
    assert talk(desk.ok("cron show", TZ="Asia/Tokyo")) == [
        "07:00 mon-fri is by this computer's clock (Asia/Tokyo); the day on the list is the clinic's (Europe/London)"
    ]
    assert talk(desk.ok("cron show", TZ="Europe/London")) == []


def test_for_programs(desk: Desk) -> None:
    found = envelope(desk.ok("cron show --json --redact all"), "cron-show")
    line = f"0 7 * * 1-5 {TPI} due --if-any --redact all"
    assert (found["report"], found["when"]) == ("due", "07:00 mon-fri")
    assert found["crontab"] == f"# tpi cron due begin\n{line}\n# tpi cron due end\n"
    found = envelope(desk.ok("cron show --systemd --json --redact all"), "cron-show")
    assert list(found["files"]) == [str(desk.units / "tpi-due.service"), str(desk.units / "tpi-due.timer")]


# --- the crontab


OTHERS = b"""# my own jobs, \xff kept as they are \r
MAILTO=boss@example.org
15 3 * * * /usr/local/bin/dump "100\\%"
# tpi cron due-2 begin
# a block of another name
# tpi cron due-2 end
"""


def block(*more: str) -> bytes:
    lines = ("# tpi cron due begin", *more, "# tpi cron due end")
    return "".join(f"{line}\n" for line in lines).encode()


LINE = f"0 7 * * 1-5 {TPI} due --if-any --redact names"


def test_a_first_job(desk: Desk) -> None:
    answer = desk.ok("cron install --yes")
    assert answer.out == f"07:00 mon-fri: now in the crontab of {owner()}\n"
    assert desk.table.read_bytes() == block(LINE)


def test_a_job_among_others(desk: Desk) -> None:
    desk.table.write_bytes(OTHERS)
    desk.ok("cron install --yes")
    assert desk.table.read_bytes() == OTHERS + block(LINE)


def test_a_job_changed_stays_in_its_place(desk: Desk) -> None:
    desk.table.write_bytes(OTHERS + block("0 7 * * * old", "MAILTO=old") + OTHERS.replace(b"due-2", b"due-3"))
    desk.ok("cron install --yes --at 08:30")
    assert desk.table.read_bytes() == (
        OTHERS + block(LINE.replace("0 7", "30 8", 1)) + OTHERS.replace(b"due-2", b"due-3")
    )


def test_two_jobs(desk: Desk) -> None:
    desk.ok("cron install --yes")
    desk.ok("cron install --yes --report evening --at 18:00 --since-last")
    later = f"0 18 * * 1-5 {TPI} due --if-any --redact names --since-last=cron-evening"
    assert desk.table.read_bytes() == block(LINE) + block(later).replace(b"cron due", b"cron evening")


def test_a_last_line_without_an_end_gets_one(desk: Desk) -> None:
    desk.table.write_bytes(b"1 2 * * * true")
    desk.ok("cron install --yes")
    assert desk.table.read_bytes() == b"1 2 * * * true\n" + block(LINE)


def test_the_addressee_holds_for_this_job_only(desk: Desk) -> None:
    """In a crontab MAILTO holds for every line below it: whoever had the mail before has it after."""
    desk.ok("cron install --yes --mailto reception@example.org")
    own = block("MAILTO=reception@example.org", LINE, "MAILTO={}")
    assert desk.table.read_bytes() == own.replace(b"{}", owner().encode())
    desk.table.write_bytes(OTHERS)
    desk.ok("cron install --yes --mailto reception@example.org")
    assert desk.table.read_bytes() == OTHERS + own.replace(b"{}", b"boss@example.org")
    desk.ok("cron install --yes --mailto a@example.org,b@example.org")
    again = own.replace(b"{}", b"boss@example.org").replace(b"reception@example.org", b"a@example.org,b@example.org")
    assert desk.table.read_bytes() == OTHERS + again, "not what the block itself had set"


def test_what_is_so_already_is_not_written_again(desk: Desk) -> None:
    desk.ok("cron install --yes")
    before = desk.table.stat().st_mtime_ns, desk.table.stat().st_ino
    assert desk.ok("cron install").out == f"07:00 mon-fri: stands in the crontab of {owner()} already\n", "nor asked"
    assert (desk.table.stat().st_mtime_ns, desk.table.stat().st_ino) == before


def test_it_asks_first(desk: Desk) -> None:
    answer = desk.run("cron install", stdin="n\n")
    assert (answer.code, answer.out, desk.table.exists()) == (9, "", False)
    assert LINE in answer.err and f"Put this into the crontab of {owner()}? [y/N]" in answer.err
    assert desk.run("cron install --no-input").code == 9
    assert desk.run("cron install", stdin="y\n").code == 0
    assert desk.table.read_bytes() == block(LINE)


def test_a_dry_run_only_shows(desk: Desk) -> None:
    answer = desk.ok("cron install --dry-run")
    assert answer.out.encode() == block(LINE) + (
        f"07:00 mon-fri: would be put into the crontab of {owner()}\ndry run: nothing was kept\n".encode()
    )
    assert not desk.table.exists()


HALF = [
    block(LINE)[:30] + b"\n",
    block(LINE) * 2,
    b"# tpi cron due end\n",
    b"# tpi cron due end\n# tpi cron due begin\n",
    b"# tpi cron due begin\n1 2 * * * mine\n",
]


@pytest.mark.parametrize("table", HALF)
def test_half_a_block_is_left_alone(desk: Desk, table: bytes) -> None:
    desk.table.write_bytes(table)
    answer = desk.run("cron install --yes")
    assert (answer.code, answer.out) == (5, "")
    one_line(answer)
    assert desk.table.read_bytes() == table


def test_no_crontab_program(desk: Desk) -> None:
    answer = desk.run("cron install --yes", PATH="/nowhere")
    assert (answer.code, answer.out) == (6, "")
    assert one_line(answer) == (
        "there is no crontab program here",
        "install cron (Debian: apt install cron), or say --systemd",
    )
    assert desk.run("cron show", PATH="/nowhere").code == 0


def test_a_crontab_that_cannot_be_read_is_not_taken_for_an_empty_one(desk: Desk) -> None:
    """What was in it would be gone."""
    refusal = '#!/bin/sh\n[ "$1" = -l ] || touch "$KEPT"\necho "You (tester) are not allowed to use this" >&2\nexit 1\n'
    desk.program("crontab", refusal)
    answer = desk.run("cron install --yes")
    assert (answer.code, desk.table.exists()) == (6, False)
    assert one_line(answer)[0] == "cannot read the crontab: You (tester) are not allowed to use this"


def test_a_crontab_that_takes_nothing(desk: Desk) -> None:
    desk.program("crontab", '#!/bin/sh\n[ "$1" = - ] || exit 0\ncat >/dev/null\necho "errors in crontab" >&2\nexit 1\n')
    answer = desk.run("cron install --yes")
    assert (answer.code, one_line(answer)[0]) == (6, "cannot write the crontab: errors in crontab")


# --- systemd


SERVICE = f"""\
# tpi cron due: made by tpi cron install, which writes it anew
[Unit]
Description=tpi due list, report due

[Service]
Type=oneshot
ExecStart={TPI} due --if-any --redact names
LoadCredential=tpi-key:{{key}}
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX
SystemCallArchitectures=native
"""
TIMER = """\
# tpi cron due: made by tpi cron install, which writes it anew
[Unit]
Description=tpi due list, report due, 07:00 mon-fri

[Timer]
OnCalendar=Mon..Fri *-*-* 07:00:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def test_the_units(desk: Desk) -> None:
    answer = desk.ok("cron install --systemd --yes")
    service, timer = desk.units / "tpi-due.service", desk.units / "tpi-due.timer"
    assert service.read_text() == SERVICE.format(key=desk.home / ".config/tpi/tpi.key")
    assert timer.read_text() == TIMER
    assert {path.name for path in desk.units.iterdir()} == {service.name, timer.name}
    assert stat.S_IMODE(service.stat().st_mode) & 0o133 == 0
    assert answer.out.splitlines() == [
        f"07:00 mon-fri: now in {desk.units}",
        "to start it: systemctl --user daemon-reload && systemctl --user enable --now tpi-due.timer",
        "to read the list: journalctl --user -u tpi-due.service",
        "so that it runs while nobody is logged in: loginctl enable-linger",
    ]
    assert not desk.table.exists()
    assert "stands in" in desk.ok("cron install --systemd").out


WHEN = """
options                     | OnCalendar
--days mon-sun              | *-*-* 07:00:00
--days mon --at 18:05       | Mon *-*-* 18:05:00
--days fri-mon              | Mon,Fri..Sun *-*-* 07:00:00
--days tue,thu              | Tue,Thu *-*-* 07:00:00
"""


@pytest.mark.parametrize(("options", "calendar"), rows(WHEN))
def test_when_systemd_starts_it(desk: Desk, options: str, calendar: str) -> None:
    assert f"OnCalendar={calendar}\n" in desk.ok(f"cron show --systemd {options}").out


def test_the_units_of_another_store(desk: Desk) -> None:
    """The key goes by credential: a service finds it in $CREDENTIALS_DIRECTORY."""
    key = desk.home / ".config/tpi/tpi.key"
    own = desk.home / "it's $HERE.db"
    own.write_bytes((desk.home / ".local/share/tpi/tpi.db").read_bytes())
    text = desk.ok(f"cron show --systemd --key-file {key} --db {shlex.quote(str(own))}").out
    assert f'ExecStart={TPI} --db "{desk.home}/it\'s $$HERE.db" due --if-any' in text
    assert f"LoadCredential=tpi-key:{key}\n" in text
    assert "--key-file" not in text


def test_a_plain_store_has_no_key_to_hand_over(home: Clinic) -> None:
    home.ok("init", "--plain")
    assert "LoadCredential" not in home.ok("cron", "show", "--systemd").out


def test_a_unit_of_somebody_elses_is_left_alone(desk: Desk) -> None:
    desk.units.mkdir(parents=True)
    mine = desk.units / "tpi-due.service"
    mine.write_text("[Unit]\n")
    answer = desk.run("cron install --systemd --yes")
    assert (answer.code, mine.read_text(), len(list(desk.units.iterdir()))) == (5, "[Unit]\n", 1)
    assert "--report" in one_line(answer)[1]


def test_units_are_asked_about_too(desk: Desk) -> None:
    answer = desk.run("cron install --systemd", stdin="n\n")
    assert (answer.code, desk.units.exists()) == (9, False)
    assert desk.ok("cron install --systemd --dry-run").out.endswith("dry run: nothing was kept\n")
    assert not desk.units.exists()


def test_units_go_where_the_environment_says(clinic: Clinic) -> None:
    clinic.ok("cron", "install", "--systemd", "--yes")
    assert (clinic.home / "config" / "systemd" / "user" / "tpi-due.timer").exists()


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs a folder that is none")
def test_units_that_cannot_be_written(desk: Desk) -> None:
    (desk.home / ".config" / "systemd").write_text("a file where the folder should be")
    answer = desk.run("cron install --systemd --yes")
    assert answer.code == 6
    assert "tpi cron show --systemd" in one_line(answer)[1]


# --- the key among systemd's credentials


def handed(clinic: Clinic, mode: int = 0o400) -> tuple[Path, str]:
    """The key as systemd hands it over, and no longer in its usual place."""
    folder = clinic.home / "credentials"
    folder.mkdir()
    key = folder / "tpi-key"
    key.write_bytes(clinic.key.read_bytes())
    key.chmod(mode)
    clinic.key.unlink()
    return key, str(folder)


def test_a_service_finds_the_key_that_systemd_hands_it(clinic: Clinic) -> None:
    key, folder = handed(clinic)
    assert clinic.run("due").code == 6
    assert clinic.ok("due", CREDENTIALS_DIRECTORY=folder).code == 0
    assert clinic.ok("config", "path", "--json", CREDENTIALS_DIRECTORY=folder).json["key"] == str(key)


def test_a_key_that_was_named_goes_before_it(clinic: Clinic) -> None:
    _, folder = handed(clinic)
    wrong = clinic.file("wrong.key", "tpi-key-1 " + "0" * 64 + "\n")
    os.chmod(wrong, 0o600)
    assert clinic.run("due", "--key-file", wrong, CREDENTIALS_DIRECTORY=folder).code == 6
    assert clinic.run("due", TPI_KEY_FILE=wrong, CREDENTIALS_DIRECTORY=folder).code == 6
    clinic.ok("config", "set", "key_file", wrong)
    assert clinic.run("due", CREDENTIALS_DIRECTORY=folder).code == 6


def test_a_service_without_that_credential_looks_in_the_usual_place(clinic: Clinic) -> None:
    empty = clinic.home / "empty"
    empty.mkdir()
    assert clinic.ok("due", CREDENTIALS_DIRECTORY=str(empty)).code == 0
    assert clinic.ok("due", CREDENTIALS_DIRECTORY=str(clinic.home / "nowhere")).code == 0


@pytest.mark.parametrize("mode", [0o440, 0o444, 0o404])
def test_a_credential_that_others_can_read_is_refused(clinic: Clinic, mode: int) -> None:
    _, folder = handed(clinic, mode)
    answer = clinic.run("due", CREDENTIALS_DIRECTORY=folder)
    assert (answer.code, "others can read the key file" in answer.err) == (6, True)


def test_the_demo_clinic_keeps_to_its_own_key(clinic: Clinic) -> None:
    clinic.ok("demo")
    _, folder = handed(clinic)
    assert clinic.ok("--db", "demo", "due", CREDENTIALS_DIRECTORY=folder).code == 0
