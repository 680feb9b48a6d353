"""A file of `tpi export ics` in real calendars: khal, todoman, calcurse, and a CalDAV server (Radicale).

The clinic is in London; whoever looks at its calendar sits in New York, five hours behind, so that an hour which was
read without its zone shows. calcurse comes by apt, the others with the extra `dev`.
"""

import base64
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from icalendar import Calendar

from tests.conftest import Clinic

pytestmark = pytest.mark.slow

AWAY = "America/New_York"
FIRST = "2026-11-24"
WITHIN = 30
"""Seconds a server may take to listen."""


@pytest.fixture(scope="session")
def installed() -> Path:
    """The programs beside this Python: the extra `dev` brings khal, todoman and Radicale."""
    folder = Path(sys.executable).parent
    missing = [name for name in ("khal", "todo", "radicale") if not (folder / name).exists()]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{', '.join(missing)} must be here in CI: pip install -e '.[dev]'")
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed, nothing was tried for real: pip install -e '.[dev]'")
    return folder


@pytest.fixture(scope="session")
def calcurse() -> str:
    """The program, installed where this account may."""
    if shutil.which("calcurse") is None:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            pytest.skip("calcurse is not here, and only root with apt-get can install it: nothing was tried for real")
        done = subprocess.run(["apt-get", "install", "-y", "calcurse"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(
                f"apt-get cannot install calcurse: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}"
            )
    return str(shutil.which("calcurse"))


@pytest.fixture
def booked(clinic: Clinic) -> Clinic:
    """Mei in winter, called off in December, in summer, and at the second 01:30 of the night the clocks go back."""
    clinic.patient("Tan, Mei", "1971-03-04")
    for when in (f"{FIRST} 10:00", "2026-12-01 9:30", "2027-07-05 14:00", "2027-10-31 01:30+00:00"):
        clinic.ok("book", "1", when, "--yes", "--note", 'brings: the MRI; "both", \\n too')
    clinic.ok("appt", "cancel", "A-002B", "--yes")
    return clinic


@pytest.fixture
def due(clinic: Clinic) -> Clinic:
    """Mei, who is due the day after today."""
    clinic.patient("Tan, Mei", "1971-03-04")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-24", "--next", "1mo", "--pain", "7:3")
    return clinic


SEEN = [
    ("2026-11-24", "05:00", "05:30", "PT-0001"),
    ("2026-12-01", "04:30", "05:00", "cancelled: PT-0001"),
    ("2027-07-05", "09:00", "09:30", "PT-0001"),
    ("2027-10-30", "21:30", "22:00", "PT-0001"),
]
"""Day, start, end and title of each, in New York."""


def exported(clinic: Clinic, *words: str) -> str:
    path = clinic.home / "appointments.ics"
    clinic.ok("export", "ics", "-o", str(path), *words)
    return str(path)


def told(program: list[str], home: Path) -> str:
    """What it prints on a machine in New York; it must succeed."""
    world = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": AWAY, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=world, timeout=60)
    assert done.returncode == 0, (program, done)
    return done.stdout


# khal

SETTINGS = """\
[calendars]
[[clinic]]
path = {home}/vdir
type = calendar
[sqlite]
path = {home}/khal.db
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = clinic
"""


class Khal(NamedTuple):
    """khal with one calendar of its own."""

    program: Path
    home: Path

    def say(self, *words: str) -> str:
        return told([str(self.program), "-c", str(self.home / "settings"), *words], self.home)

    def seen(self, shape: str = "{start-date}|{start-time}|{end-time}|{title}") -> list[tuple[str, ...]]:
        listed = self.say("list", "--day-format", "", "--format", shape, FIRST, "400d")
        return [tuple(line.split("|")) for line in listed.splitlines() if line]


@pytest.fixture
def khal(installed: Path, tmp_path: Path) -> Khal:
    home = tmp_path / "khal"
    (home / "vdir").mkdir(parents=True)
    (home / "settings").write_text(SETTINGS.format(home=home, zone=AWAY))
    return Khal(installed / "khal", home)


def test_khal_shows_them_at_the_right_time(booked: Clinic, khal: Khal) -> None:
    khal.say("import", "--batch", exported(booked))
    assert khal.seen() == SEEN
    statuses = [line[0].strip() for line in khal.seen("{status}")]
    assert statuses == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED"], "it lists one that is off, and says so"


def test_khal_follows_a_change(booked: Clinic, khal: Khal) -> None:
    khal.say("import", "--batch", exported(booked))
    booked.ok("appt", "move", "A-0018", "2026-11-26 16:00", "--for", "1h", "--yes")
    khal.say("import", "--batch", exported(booked))
    assert sorted(khal.seen()) == sorted([*SEEN[1:], ("2026-11-26", "11:00", "12:00", "PT-0001")])


def test_khal_reads_marks_in_names_and_notes(booked: Clinic, khal: Khal) -> None:
    khal.say("import", "--batch", exported(booked, "--names"))
    name, note = khal.seen("{title}|{description}")[0]
    assert name == "PT-0001 TAN, Mei, born 4 Mar 1971"
    assert note == 'brings: the MRI; "both", \\n too'


def test_khal_shows_due_dates_as_whole_days(due: Clinic, khal: Khal) -> None:
    """The same day for whoever looks, wherever they are; moved by the next import, not doubled."""
    khal.say("import", "--batch", exported(due, "--due"))
    assert ("2026-11-24", "", "", "due PT-0001") in khal.seen()
    due.inject("1", "ut l lido 1% 1ml", "--next", "1mo", "--pain", "7:3")
    khal.say("import", "--batch", exported(due, "--due"))
    assert [one for one in khal.seen() if one[3] == "due PT-0001"] == [("2026-12-23", "", "", "due PT-0001")]


def test_khal_hears_of_one_that_is_off(due: Clinic, khal: Khal) -> None:
    khal.say("import", "--batch", exported(due, "--due", "only"))
    due.ok("book", "1", "2026-11-26 10:00", "--yes")
    khal.say("import", "--batch", exported(due, "--due", "only"))
    assert [tuple(map(str.strip, one)) for one in khal.seen("{status}|{title}")] == [
        ("CANCELLED", "cancelled: due PT-0001")
    ]


def test_khal_reads_the_folder_as_it_is_written(booked: Clinic, khal: Khal) -> None:
    """A vdir: no import, and no program between."""
    booked.ok("export", "ics", "--split", str(khal.home / "vdir"))
    assert khal.seen() == [SEEN[0], *SEEN[2:]], "one that was off before is not in it"
    booked.ok("appt", "move", "A-0018", "2026-11-26 16:00", "--for", "1h", "--yes")
    code = booked.ok("appt", "list", "--json").rows[-1]["appointment"]
    booked.ok("appt", "cancel", code, "--yes")
    booked.ok("export", "ics", "--split", str(khal.home / "vdir"))
    moved, off = ("2026-11-26", "11:00", "12:00", "PT-0001"), (*SEEN[3][:3], "cancelled: PT-0001")
    assert sorted(khal.seen()) == sorted([moved, SEEN[2], off])


def test_todoman_reads_the_folder_and_finds_no_task(due: Clinic, installed: Path, tmp_path: Path) -> None:
    """Due dates are days, not tasks that somebody ticks off: it lists nothing, and minds nothing."""
    due.ok("book", "1", "2026-11-26 10:00", "--yes")
    due.ok("export", "ics", "--due", "--split", str(tmp_path / "lists" / "clinic"))
    settings = tmp_path / "todoman.py"
    settings.write_text(f'path = "{tmp_path}/lists/*"\ncache_path = "{tmp_path}/todoman.db"\n')
    world = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TZ": AWAY}
    program = [str(installed / "todo"), "--config", str(settings)]
    done = subprocess.run([*program, "list"], capture_output=True, text=True, check=False, env=world, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    made = [*program, "new", "--list", "clinic", "call the lab"]
    subprocess.run(made, capture_output=True, text=True, check=True, env=world, timeout=60)
    assert "call the lab" in told([*program, "list"], tmp_path), "it did read that folder"


# calcurse


def in_calcurse(program: str, home: Path) -> list[tuple[str, ...]]:
    """Its appointments, read back."""
    shape = "%(start:%Y-%m-%d|%H:%M)|%(end:%H:%M)|%m\\n"
    asked = ["-Q", "--filter-type", "apt", "--input-datefmt", "4", "--from", FIRST, "--days", "400"]
    shown = told([program, "-D", str(home), *asked, "--format-apt", shape], home)
    return [tuple(line.split("|")) for line in shown.splitlines() if "|" in line]


def test_calcurse_shows_them_at_the_right_time(booked: Clinic, calcurse: str, tmp_path: Path) -> None:
    home = tmp_path / "calcurse"
    home.mkdir()
    said = told([calcurse, "-D", str(home), "-i", exported(booked)], home)
    assert "4 apps / 0 events / 0 todos / 0 skipped" in said
    assert in_calcurse(calcurse, home) == SEEN, "it knows no status: the title says which is off"


def test_calcurse_takes_a_second_import_for_more_appointments(booked: Clinic, calcurse: str, tmp_path: Path) -> None:
    """As the page on calendars warns."""
    home = tmp_path / "calcurse"
    home.mkdir()
    for _ in range(2):
        told([calcurse, "-D", str(home), "-i", exported(booked)], home)
    assert in_calcurse(calcurse, home) == sorted(SEEN * 2)


def test_calcurse_reads_marks_in_names_and_notes(booked: Clinic, calcurse: str, tmp_path: Path) -> None:
    home = tmp_path / "calcurse"
    home.mkdir()
    told([calcurse, "-D", str(home), "-i", exported(booked, "--names")], home)
    assert in_calcurse(calcurse, home)[0][3] == "PT-0001 TAN, Mei, born 4 Mar 1971"
    notes = {path.read_text().splitlines()[0] for path in (home / "notes").iterdir()}
    assert notes == {'brings: the MRI; "both", \\n too'}


def test_calcurse_shows_due_dates_as_days(due: Clinic, calcurse: str, tmp_path: Path) -> None:
    home = tmp_path / "calcurse"
    home.mkdir()
    said = told([calcurse, "-D", str(home), "-i", exported(due, "--due")], home)
    assert "0 apps / 1 event / 0 todos / 0 skipped" in said
    assert "due PT-0001" in told([calcurse, "-D", str(home), "-Q", "--input-datefmt", "4", "--from", FIRST], home)


# Radicale

COLLECTION = "/clinic/appointments/"
QUERY = """<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="{start}" end="{end}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


class Server(NamedTuple):
    """A CalDAV server on this machine."""

    port: int

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """The status and the text of its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        word = base64.b64encode(b"clinic:anything").decode()
        heads = {"Authorization": f"Basic {word}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        try:
            connection.request(method, path, body.encode(), heads)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def put(self, name: str, body: str) -> int:
        return self.ask("PUT", f"{COLLECTION}{name}", body, Content_Type="text/calendar; charset=utf-8")[0]

    def within(self, start: str, end: str) -> int:
        """How many events it finds in a span of UTC: it reckons with the zone in each object."""
        status, text = self.ask("REPORT", COLLECTION, QUERY.format(start=start, end=end), Depth="1")
        assert status == 207, text
        return text.count("<href>")


def listening(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until it does."""
    end = time.monotonic() + WITHIN
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("Radicale does not listen")


@pytest.fixture
def radicale(installed: Path, tmp_path: Path) -> Iterator[Server]:
    """A server with an empty calendar, ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "storage-filesystem-folder": str(tmp_path / "storage"),
        "auth-type": "none",
        "web-type": "none",
    }
    program = [str(installed / "python"), "-m", "radicale", "--config", ""]
    with open(tmp_path / "radicale.log", "wb") as log:
        server = subprocess.Popen(
            [*program, *(f"--{name}={value}" for name, value in options.items())], stdout=log, stderr=log
        )
        try:
            listening(port, server)
            assert Server(port).ask("MKCALENDAR", COLLECTION)[0] == 201
            yield Server(port)
        finally:
            server.terminate()
            server.wait(timeout=30)


def objects(clinic: Clinic, *words: str) -> dict[str, str]:
    """Each event as an object of its own, by the name of its file."""
    folder = clinic.home / "objects"
    clinic.ok("export", "ics", "--split", str(folder), *words)
    return {path.name: path.read_bytes().decode() for path in sorted(folder.iterdir())}


def test_a_caldav_server_takes_each_and_finds_it_at_its_moment(booked: Clinic, radicale: Server) -> None:
    for name, text in objects(booked).items():
        assert radicale.put(name, text) == 201
        status, back = radicale.ask("GET", f"{COLLECTION}{name}")
        assert status == 200
        (sent,), (kept,) = (Calendar.from_ical(one).walk("VEVENT") for one in (text, back))
        assert kept.to_ical() == sent.to_ical(), "nothing is lost or turned"
    spans = {
        "20261124T100000Z/20261124T103000Z": 1,
        "20261124T093000Z/20261124T100000Z": 0,
        "20261201T093000Z/20261201T100000Z": 0,  # off before it was ever sent
        "20270705T130000Z/20270705T133000Z": 1,  # summer: 14:00 on the wall
        "20270705T133000Z/20270705T143000Z": 0,
        "20271031T013000Z/20271031T020000Z": 1,
        "20271031T003000Z/20271031T010000Z": 0,
    }
    assert {span: radicale.within(*span.split("/")) for span in spans} == spans


def test_a_caldav_server_follows_a_change(booked: Clinic, radicale: Server) -> None:
    before = objects(booked)
    for name, text in before.items():
        radicale.put(name, text)
    booked.ok("appt", "move", "A-0018", "2026-11-26 16:00", "--yes")
    after = objects(booked)
    assert list(after) != [] and set(after) == set(before)
    assert {radicale.put(name, text) for name, text in after.items()} <= {201, 204}
    assert radicale.within("20261124T000000Z", "20261125T000000Z") == 0
    assert radicale.within("20261126T160000Z", "20261126T163000Z") == 1
    name, text = next(iter(after.items()))
    assert radicale.put("another.ics", text) == 409, "one UID is one event"
    assert radicale.ask("DELETE", f"{COLLECTION}{name}")[0] == 200


def test_a_caldav_server_follows_a_due_date(due: Clinic, radicale: Server) -> None:
    """Moved, called off, let go by the day: one object all the while, each time with a higher SEQUENCE."""
    (name,) = objects(due, "--due", "only")
    states = [served(due, radicale, name)]
    due.inject("1", "ut l lido 1% 1ml", "--next", "1mo", "--pain", "7:3")
    states.append(served(due, radicale, name))
    due.ok("snooze", "1", "2026-12-24", "--reason", "away", "--yes")
    states.append(served(due, radicale, name))
    due.today = "2026-12-24"
    states.append(served(due, radicale, name))
    assert [state[:2] for state in states] == [
        ("20261124", "CONFIRMED"),
        ("20261223", "CONFIRMED"),
        ("20261223", "CANCELLED"),
        ("20261223", "CONFIRMED"),
    ]
    numbers = [state[2] for state in states]
    assert numbers == sorted(set(numbers))
    assert radicale.within("20261124T000000Z", "20261125T000000Z") == 0
    assert radicale.within("20261223T000000Z", "20261224T000000Z") == 1


def served(clinic: Clinic, server: Server, name: str) -> tuple[str, str, int]:
    """Put the due date; day, status and SEQUENCE as the server gives them back. It must hold this one object."""
    assert server.put(name, objects(clinic, "--due", "only")[name]) in {201, 204}
    status, text = server.ask("PROPFIND", COLLECTION, Depth="1")
    assert status == 207 and text.count(".ics</") == 1, text
    (event,) = Calendar.from_ical(server.ask("GET", f"{COLLECTION}{name}")[1]).walk("VEVENT")
    return event["dtstart"].to_ical().decode(), str(event["status"]), int(event["sequence"])


def test_a_caldav_server_keeps_hostile_text_as_text(clinic: Clinic, radicale: Server) -> None:
    evil = "Ann\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:more; a, b\\n" + "é痛" * 60
    clinic.patient(evil, "1971-03-04")
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "1d", "--pain", "7:3")
    clinic.ok("book", "1", f"{FIRST} 10:00", "--yes", "--note", evil)
    for name, text in objects(clinic, "--names", "--due").items():
        assert radicale.put(name, text) == 201
        (kept,) = Calendar.from_ical(radicale.ask("GET", f"{COLLECTION}{name}")[1]).walk("VEVENT")
        assert "ANN END:VEVENT BEGIN:VEVENT SUMMARY:MORE" in str(kept["summary"]).upper()
