"""A group's clinics are read together where their records are copied to, and nothing is written there."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.conftest import TODAY
from tests.postgres.cluster import OWNER
from tests.postgres.desk import folder, needs_a_server
from tests.postgres.group import CLINICS, REPORT, Group

pytestmark = [needs_a_server, pytest.mark.slow]
EARLIER = {"north": "2026-10-01", "south": "2026-10-08", "west": "2026-10-01"}
"""When each clinic's first patient was treated: due again six weeks later."""
LOTS = {"north": "lido=L-7", "south": "lido=l-7", "west": "lido=L-8"}
"""Of which lot."""


@pytest.fixture(scope="module")
def group() -> Iterator[Group]:
    with folder() as place:
        made = Group(place)
        for name, desk in made.desks.items():
            desk.patient(f"Tan, {name.title()}")
            told = ("--pain", "7:3", "--next", "6w", "--on", EARLIER[name], "--lot", LOTS[name])
            desk.inject("1", "ut l lido 1% 1ml", *told)
            desk.ok("outcome", "1", "2", "--on", "2026-10-20")
        made.desks["south"].ok("config", "set", "recall.overdue", "3")
        made.let_copies_be_made()
        made.set_up()
        yield made
        made.stop()


def test_the_due_lists_are_read_as_one_in_order_with_the_clinic_beside_each(group: Group) -> None:
    answer = group.reads("due", "--clinic", "all", "--json")
    assert answer.code == 0, answer
    assert [(row["clinic"], row["patient"], row["due"], row["name"]) for row in answer.rows] == [
        ("North", "PT-0001", "2026-11-12", "Tan, North"),
        ("West", "PT-0001", "2026-11-12", "Tan, West"),
        ("South", "PT-0001", "2026-11-19", "Tan, South"),
    ]
    shown = group.reads("due", "--clinic", "all", "--format", "csv").out.splitlines()
    assert shown[0].startswith("clinic,due,late,patient,name") and len(shown) == 4
    by_name = group.reads("due", "--clinic", "all", "--sort", "name", "--json").rows
    assert [row["clinic"] for row in by_name] == ["North", "South", "West"]
    assert [row["clinic"] for row in group.reads("due", "--clinic", "all", "--limit", "1", "--json").rows] == ["North"]


def test_each_clinic_s_own_settings_count_for_its_rows(group: Group) -> None:
    """North waits 14 days, as shipped, until somebody is overdue; South said 3."""
    rows = group.reads("due", "--clinic", "all", "--json").rows
    assert {row["clinic"]: (row["late_days"], row["status"]) for row in rows} == {
        "North": (11, "due"),
        "West": (11, "due"),
        "South": (4, "overdue"),
    }
    assert [row["clinic"] for row in group.reads("due", "--overdue", "--clinic", "all", "--json").rows] == ["South"]
    grace = {row["clinic"]: row["judged"] for row in group.reads("stats", "--clinic", "all", "--json").rows}
    assert grace == {"North": 0, "South": 1, "West": 0}


def test_each_clinic_s_own_day_counts_for_its_rows(group: Group) -> None:
    rows = group.reads("due", "--clinic", "all", "--status", "all", "--json", TPI_TODAY="").rows
    days = {row["clinic"]: row["late_days"] for row in rows}
    own = {
        name.title(): desk.ok("due", "--status", "all", "--json", TPI_TODAY="").rows[0]["late_days"]
        for name, desk in group.desks.items()
    }
    assert days == own
    assert days["North"] > days["West"], "both are due on one day, and have another day today"


def test_one_of_them_is_read_as_at_its_own_server(group: Group) -> None:
    for name, desk in group.desks.items():
        there = group.reads("due", "--clinic", name, "--json").json
        own = desk.ok("due", "--json").json
        assert there["rows"] == own["rows"] and there["held_back"] == own["held_back"]
        assert group.reads("stats", "--clinic", name.title(), "--json").rows == desk.ok("stats", "--json").rows


def test_the_numbers_are_read_together(group: Group) -> None:
    rows = group.reads("stats", "--clinic", "all", "--by", "muscle", "--json").rows
    assert [(row["clinic"], row["id"], row["treated"]) for row in rows] == [
        (name, "trapezius_upper", 1) for name in ("North", "South", "West")
    ]
    table = group.reads("stats", "--clinic", "all")
    assert table.out.split()[:2] == ["CLINIC", "GROUP"]
    assert "back by each clinic's own days after" in table.err


def test_whoever_had_a_lot_is_found_in_all_of_them(group: Group) -> None:
    found = group.reads("lots", "L-7", "--clinic", "all", "--json").rows
    assert [(row["clinic"], row["patient"], row["name"], row["date"]) for row in found] == [
        ("North", "PT-0001", "Tan, North", "2026-10-01"),
        ("South", "PT-0001", "Tan, South", "2026-10-08"),
    ]
    assert group.reads("lots", "L-7", "--clinic", "South", "--json").rows == [
        {name: value for name, value in found[1].items() if name != "clinic"}
    ]
    nobody = group.reads("lots", "L-8", "--clinic", "North")
    assert nobody.code == 3
    assert "L-7" in nobody.err


UNSAID = (
    "lots L-7",
    "due",
    "stats",
    "find tan",
    "day",
    "why 1",
    "patient show 1",
    "rule list",
    "payer list",
    "verify",
    "log",
)


@pytest.mark.parametrize("command", UNSAID)
def test_where_nobody_says_which_clinic_it_is_asked(group: Group, command: str) -> None:
    answer = group.reads(*command.split())
    assert (answer.code, answer.out) == (2, ""), answer
    said = [line for line in answer.err.splitlines() if TODAY not in line]
    assert said[0] == "tpi: several clinics are read here: North, South, West"
    assert "--clinic NAME or all" in said[1] and len(said) == 2


def test_a_clinic_that_is_none_of_them_is_not_found(group: Group) -> None:
    answer = group.reads("due", "--clinic", "east")
    assert (answer.code, answer.out) == (3, "")
    assert "no clinic 'east'" in answer.err and "North, South, West, or all" in answer.err


@pytest.mark.parametrize("more", ["7", "--since-last morning"])
def test_what_is_one_clinic_s_own_is_asked_there(group: Group, more: str) -> None:
    for name in ("all", "north"):
        answer = group.reads("due", *more.split(), "--clinic", name)
        assert (answer.code, answer.out) == (2, "")


WRITES = (
    "patient add 'X' 1970-01-01 --allergy none --bleeding none",
    "call 1 reached",
    "outcome 1 3",
    "config set recall.overdue 5",
    "inject 1 ut l lido 1% 1ml --yes",
    "db grant analyst writer",
    "undo",
)


@pytest.mark.parametrize("login", ["analyst", "postgres"])
@pytest.mark.parametrize("command", WRITES)
def test_nothing_is_written_there(group: Group, command: str, login: str) -> None:
    before = [group.rows(name, group.report) for name in CLINICS]
    answer = group.reads(*command.split(), login=login)
    assert answer.code in (2, 6) and answer.out == "", answer
    assert len([line for line in answer.err.splitlines() if TODAY not in line]) == 2, "a line, and a hint"
    assert [group.rows(name, group.report) for name in CLINICS] == before


def test_who_has_one_clinic_s_role_sees_that_one_and_writes_to_none(group: Group) -> None:
    clinic = group.servers["south"].value("SELECT id FROM tpi.clinic", "clinic")
    role, sam = f"tpi_{clinic.replace('-', '')}", OWNER
    group.report.sql(f"CREATE ROLE {role}", f"CREATE ROLE {sam} LOGIN IN ROLE tpi_writer, {role}")
    alone = group.reads("due", "--json", login=sam)
    assert alone.rows == group.desks["south"].ok("due", "--json").rows
    assert [row["clinic"] for row in group.reads("due", "--clinic", "all", "--json", login=sam).rows] == ["South"]
    assert group.reads("due", "--clinic", "north", login=sam).code == 3
    refused = group.reads("call", "1", "reached", login=sam)
    assert (refused.code, "a copy for a group's reports: nothing is written" in refused.err) == (6, True), refused
    with group.report.admin(REPORT) as db:
        db.execute(f"SET SESSION AUTHORIZATION {sam}")
        assert db.execute("SELECT count(*), count(DISTINCT clinic_id) FROM tpi.patient").fetchone() == (1, 1)


def test_a_clinic_that_was_cut_off_catches_up(group: Group) -> None:
    """The line is gone while it records; its server is stopped and started again; the others are read meanwhile."""
    west = group.desks["west"]
    group.report.sql("ALTER SUBSCRIPTION west DISABLE", database=REPORT)
    for number in range(10):
        west.patient(f"Later, {chr(65 + number)}", "1980-01-01")
    west.ok("patient", "edit", "1", "--phone", "0161 496 0101")
    west.ok("patient", "merge", "2", "3", "--yes")
    group.servers["west"].stop()
    group.desks["north"].patient("New, Ann")
    assert {row["clinic"] for row in group.reads("due", "--clinic", "all", "--json").rows} == {"North", "South", "West"}
    assert group.report.value("SELECT count(*) FROM tpi.patient WHERE name LIKE 'Later%'", REPORT) == 0
    group.servers["west"].start()
    west.ok("call", "1", "reached")
    group.report.sql("ALTER SUBSCRIPTION west ENABLE", database=REPORT)
    group.settled()
    assert group.report.value("SELECT count(*) FROM tpi.patient WHERE name LIKE 'Later%'", REPORT) == 10


def test_a_server_that_was_stopped_is_followed_again_by_itself(group: Group) -> None:
    group.servers["south"].stop()
    group.servers["south"].start()
    group.desks["south"].patient("After, Al")
    group.settled()
    assert group.report.value("SELECT count(*) FROM tpi.patient WHERE name = 'After, Al'", REPORT) == 1


def test_no_record_of_one_clinic_has_the_id_of_another_s(group: Group) -> None:
    ids: Counter[str] = Counter()
    for name in CLINICS:
        with group.servers[name].admin("clinic") as db:
            for table in group.tables:
                if db.execute("SELECT 1 FROM information_schema.columns WHERE table_schema = 'tpi' AND table_name = %s"
                              " AND column_name = 'id'", [table]).fetchone():  # fmt: skip
                    ids.update(found for (found,) in db.execute(f"SELECT id FROM tpi.{table}"))
    assert len(ids) > 30 and ids.most_common(1)[0][1] == 1


def test_ids_made_at_the_same_moment_by_three_programs_differ() -> None:
    made = "from tpi_cli.store.write import new_id\nprint(*(new_id() for _ in range(20_000)), sep='\\n')"
    started = [subprocess.Popen([sys.executable, "-c", made], stdout=subprocess.PIPE, text=True) for _ in CLINICS]
    ids = [found for one in started for found in one.communicate()[0].split()]
    assert len(ids) == len(set(ids)) == 60_000


def test_the_copies_are_made_anew(group: Group) -> None:
    everything = ("due", "--clinic", "all", "--status", "all", "--json")
    before = group.reads(*everything).rows
    group.take_down()
    group.set_up()
    assert group.reads(*everything).rows == before
    assert len(before) == len(CLINICS)
