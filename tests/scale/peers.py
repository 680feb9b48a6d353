"""The same 10,000 items (a title, a day) listed by `tpi due` and by taskwarrior, calcurse and khal, in one run.

`python -m tests.scale.peers` makes a clinic of 10,000 patients twice (encrypted; the others keep plain text): all of
them due, and 50. Both lists go to a file from each program, and hold the same titles on the same days. The least of
several runs in turn counts, in seconds on the wall, and in processor seconds, which a busy machine moves less. Needs
taskwarrior and calcurse (Debian) and khal; prints a table and exits 1 where `tpi due` takes more than half of
another's time.
"""

import csv
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.scale.ten_thousand import TODAY, TPI, store

RUNS = 5
LIMIT = 0.5
FIRST = date(2026, 1, 1)
LAST = date(2027, 12, 31)
Item = tuple[date, str]
"""The day, and the title: a patient's name."""


class Program(NamedTuple):
    """A peer: what puts the items into a folder, what lists those up to a day, and how its lines are read."""

    name: str
    put: Callable[[Path, list[Item]], None]
    words: Callable[[Path, date], tuple[str, ...]]
    read: Callable[[str], list[Item]]


# --- each peer's own files and words


def put_tasks(folder: Path, items: list[Item]) -> None:
    """taskwarrior's own import."""
    listed = [{"description": title, "due": f"{day:%Y%m%d}T120000Z", "status": "pending"} for day, title in items]
    (folder / "items.json").write_text(json.dumps(listed), encoding="utf-8")
    (folder / "taskrc").write_text(
        f"data.location={folder}/tasks\nconfirmation=off\nverbose=nothing\ndetection=off\ndefaultwidth=200\n"
        "report.due.columns=due,description\nreport.due.labels=due,title\nreport.due.dateformat=Y-M-D\n"
        "report.due.sort=due+\nreport.due.description=by day\n",
        encoding="utf-8",
    )
    done = (*task(folder), "import", str(folder / "items.json"))
    subprocess.run(done, check=True, env=_home(folder), capture_output=True)


def task(folder: Path) -> tuple[str, ...]:
    """taskwarrior on a folder's tasks."""
    return ("task", f"rc:{folder}/taskrc")


def due_tasks(folder: Path, until: date) -> tuple[str, ...]:
    """A report of two columns of what is due before the next day."""
    return (*task(folder), "status:pending", f"due.before:{until + timedelta(days=1)}", "due")


def put_appointments(folder: Path, items: list[Item]) -> None:
    """calcurse's file: a line an event of the whole day."""
    lines = "".join(f"{day:%m/%d/%Y} [1] {title}\n" for day, title in sorted(items))
    (folder / "apts").write_text(lines, encoding="utf-8")


def due_appointments(folder: Path, until: date) -> tuple[str, ...]:
    """A query from the first day there can be to the last wanted."""
    span = ("--from", f"{FIRST:%m/%d/%Y}", "--to", f"{until:%m/%d/%Y}")
    return ("calcurse", "-D", str(folder), "-Q", *span, "--output-datefmt", "%Y-%m-%d")


def put_events(folder: Path, items: list[Item]) -> None:
    """A vdir, a file an event, and khal's settings; it makes its database of them when it first runs."""
    (folder / "events").mkdir()
    for number, (day, title) in enumerate(items):
        lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tpi//peers", "BEGIN:VEVENT", f"UID:{number}",
                 "DTSTAMP:20260101T000000Z", f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"SUMMARY:{title}", "END:VEVENT",
                 "END:VCALENDAR", "")  # fmt: skip
        (folder / "events" / f"{number}.ics").write_text("\r\n".join(lines), encoding="utf-8", newline="")
    forms = {"timeformat": "%H:%M", "datetimeformat": "%Y-%m-%d %H:%M", "longdatetimeformat": "%Y-%m-%d %H:%M",
             "dateformat": "%Y-%m-%d", "longdateformat": "%Y-%m-%d"}  # fmt: skip
    locale = "".join(f"{name} = {form}\n" for name, form in forms.items())
    calendar = f"[calendars]\n[[due]]\npath = {folder}/events\n"
    (folder / "config").write_text(f"{calendar}[sqlite]\npath = {folder}/khal.db\n[locale]\n{locale}", encoding="utf-8")


def due_events(folder: Path, until: date) -> tuple[str, ...]:
    """A list from the first day there can be to the last wanted."""
    khal = str(Path(sys.executable).with_name("khal"))
    forms = ("--format", "{start-date} {title}", "--day-format", "")
    return (khal, "-c", str(folder / "config"), "list", "--notstarted", *forms, str(FIRST), str(until))


def lines(text: str) -> list[Item]:
    """`2026-11-16 Title` a line."""
    found = re.findall(r"^(\d{4}-\d\d-\d\d)\s+(.*\S)\s*$", text, re.MULTILINE)
    return [(date.fromisoformat(day), title) for day, title in found]


def days(text: str) -> list[Item]:
    """A heading for each day, its titles below."""
    out: list[Item] = []
    for line in text.splitlines():
        if line[:1].isdigit():
            day = date.fromisoformat(line.rstrip(":"))
        elif line.strip():
            out.append((day, line.strip().removeprefix("* ")))
    return out


PEERS = (
    Program("taskwarrior", put_tasks, due_tasks, lines),
    Program("calcurse", put_appointments, due_appointments, days),
    Program("khal", put_events, due_events, lines),
)


# --- one run


class Taken(NamedTuple):
    """How long a run took, in seconds: on the wall, and on the processors."""

    wall: float
    processor: float


def listed(words: tuple[str, ...], environment: dict[str, str], into: Path) -> Taken:
    """One list, written to a file."""
    with into.open("wb") as file:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(words, env=environment, stdout=file, stderr=subprocess.DEVNULL, check=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def best(runs: list[Taken]) -> Taken:
    """The least of each."""
    return Taken(min(run.wall for run in runs), min(run.processor for run in runs))


def _home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8"}


def items(environment: dict[str, str], *more: str) -> list[Item]:
    """What `tpi due` lists."""
    words = (*TPI, "due", *more, "--format", "csv", "--columns", "due,name")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return [(date.fromisoformat(day), title) for day, title in list(csv.reader(done.stdout.splitlines()))[1:]]


def compared(home: Path, *, all_due: bool) -> dict[str, Taken]:
    """The programs' times on one set of 10,000. Raises AssertionError where their lists differ."""
    environment = store(str(home), all_due=all_due)
    wanted = items(environment)
    everything = items(environment, "--status", "all")
    dated = [(day, title) for day, title in everything if FIRST <= day <= LAST]
    words = {"tpi due": (*TPI, "due", "--columns", "due,name")}
    where = {"tpi due": environment}
    for peer in PEERS:
        folder = home / peer.name
        folder.mkdir()
        peer.put(folder, dated)
        words[peer.name], where[peer.name] = peer.words(folder, TODAY), _home(folder)
        listed(words[peer.name], where[peer.name], home / "out")  # the first run may build what the others use
        found = peer.read((home / "out").read_text(encoding="utf-8"))
        due = sorted(item for item in dated if item[0] <= TODAY)
        assert sorted(found) == due, f"{peer.name} lists {len(found)} of {len(due)}"
        assert set(wanted) <= set(found), f"{peer.name} lacks somebody"
    taken: dict[str, list[Taken]] = {name: [] for name in words}
    for _ in range(RUNS):
        for name, line in words.items():
            taken[name].append(listed(line, where[name], home / "out"))
    sys.stdout.write(f"{len(wanted)} of {len(everything)} listed\n")
    return {name: best(runs) for name, runs in taken.items()}


def table(taken: dict[str, Taken]) -> int:
    """The times and the ratios; 1 where `tpi due` takes more than it may."""
    ours = taken["tpi due"]
    sys.stdout.write(f"{'':<14} {'wall s':>8} {'ratio':>6} {'processor s':>12} {'ratio':>6} {'limit':>6}\n")
    over = 0
    for name, one in taken.items():
        wall, processor = ours.wall / one.wall, ours.processor / one.processor
        over += name != "tpi due" and wall > LIMIT
        limit = "" if name == "tpi due" else f"{LIMIT:6.2f}"
        sys.stdout.write(f"{name:<14} {one.wall:>8.3f} {wall:>6.2f} {one.processor:>12.3f} {processor:>6.2f} {limit}\n")
    return int(over > 0)


def main() -> int:
    """Print both tables; 1 where a ratio is over its limit."""
    lacking = [name for name in ("task", "calcurse") if not shutil.which(name)]
    if lacking:
        sys.stdout.write(f"not installed: {', '.join(lacking)} (apt-get install taskwarrior calcurse)\n")
        return 1
    over = 0
    for all_due in (True, False):
        with tempfile.TemporaryDirectory() as home:
            over += table(compared(Path(home), all_due=all_due))
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
