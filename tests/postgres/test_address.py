"""Where a store on a server is, who it is proved to be, and what is said where it cannot be reached."""

import os
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.postgres.cluster import OWNER, Cluster, free_port
from tests.postgres.house import SECRET, WRITER, House, said
from tpi_cli.errors import Usage
from tpi_cli.store import address


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the tests' own surroundings says where a server is."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "none"))
    monkeypatch.setenv("PGSYSCONFDIR", str(tmp_path))


HERE = [
    "postgresql:///c",
    "postgres:///c",
    "postgresql://localhost/c",
    "postgresql://LocalHost/c",
    "postgresql://anna@127.0.0.1:5433/c",
    "postgresql://127.8.9.10/c",
    "postgresql://[::1]:5433/c",
    "postgresql:///c?host=/run/postgresql",
    "postgresql://%2Frun%2Fpostgresql/c",
    "postgresql:///c?host=@tpi",
    "postgresql://localhost,127.0.0.1,[::1]/c",
    "postgresql://localhost:5433,localhost:5434/c?target_session_attrs=read-write",
    "postgresql://db.example/c?hostaddr=127.0.0.1",
    "postgresql://one.example,two.example/c?hostaddr=127.0.0.1,::1",
]
ELSEWHERE = [
    "postgresql://db.example/c",
    "postgresql://192.0.2.1/c",
    "postgresql://10.0.0.1/c",
    "postgresql://0.0.0.0/c",
    "postgresql://[2001:db8::1]/c",
    "postgresql://localhost.example/c",
    "postgresql://127.0.0.1.example/c",
    "postgresql://localhost,db.example/c",
    "postgresql://db.example,localhost/c",
    "postgresql://localhost/c?hostaddr=192.0.2.1",
    "postgresql://localhost,localhost/c?hostaddr=127.0.0.1,192.0.2.1",
    # where a number is left out libpq goes by the name
    "postgresql://localhost,db.example/c?hostaddr=127.0.0.1,",
    "postgresql://db.example,localhost/c?hostaddr=,127.0.0.1",
]


@pytest.mark.parametrize("url", HERE)
def test_on_this_computer_nothing_is_demanded(url: str) -> None:
    assert "sslmode" not in address.settled(url)
    assert address.settled(f"{url}{'&' if '?' in url else '?'}sslmode=disable")["sslmode"] == "disable"


@pytest.mark.parametrize("url", ELSEWHERE)
def test_elsewhere_the_server_proves_who_it_is(url: str) -> None:
    found = address.settled(url)
    assert (found["sslmode"], found["gssencmode"]) == ("verify-full", "disable")
    more = f"{url}{'&' if '?' in url else '?'}"
    assert address.settled(f"{more}sslmode=verify-full&sslrootcert=system")["sslrootcert"] == "system"
    for mode in ("disable", "allow", "prefer", "require", "verify-ca"):
        with pytest.raises(Usage, match="does not prove"):
            address.settled(f"{more}sslmode={mode}")


ENVIRONMENT = [
    ("postgresql:///c", {}, False),
    ("postgresql:///c", {"PGHOST": "localhost"}, False),
    ("postgresql:///c", {"PGHOST": "/run/postgresql"}, False),
    ("postgresql:///c", {"PGHOST": "db.example"}, True),
    ("postgresql:///c", {"PGHOST": "db.example", "PGHOSTADDR": "127.0.0.1"}, False),
    ("postgresql:///c", {"PGHOST": "localhost", "PGHOSTADDR": "192.0.2.1"}, True),
    ("postgresql://localhost/c", {"PGHOST": "db.example"}, False),
    ("postgresql://localhost/c", {"PGHOSTADDR": "192.0.2.1"}, True),
    ("postgresql://db.example/c", {"PGHOST": "localhost"}, True),
    ("postgresql://db.example/c", {"PGSSLMODE": "verify-full"}, True),
    ("postgresql://db.example/c", {"PGSSLMODE": "prefer"}, True),
    ("postgresql://db.example/c", {"PGSSLMODE": "require"}, None),
    ("postgresql://db.example/c", {"PGSSLMODE": "disable"}, None),
    ("postgresql:///?service=near", {}, False),
    ("postgresql:///?service=far", {}, True),
    ("postgresql:///?service=lax", {}, None),
    ("postgresql:///?service=strict", {}, True),
    ("postgresql:///c", {"PGSERVICE": "near"}, False),
    ("postgresql:///c", {"PGSERVICE": "far"}, True),
    ("postgresql:///c", {"PGSERVICE": "lax"}, None),
    ("postgresql:///?service=near", {"PGSERVICE": "far"}, False),
    ("postgresql:///?service=far", {"PGSERVICE": "near"}, True),
    ("postgresql://localhost/?service=far", {}, False),
    ("postgresql://db.example/?service=near", {}, True),
    ("postgresql:///?service=near", {"PGHOST": "db.example"}, False),
    ("postgresql:///?service=lax&sslmode=verify-full", {}, True),
    ("postgresql:///?service=many", {}, True),
    ("postgresql:///?service=nowhere", {}, False),
]
SERVICES = """
[near]
host=127.0.0.1
dbname=c
[far]
host=db.example
dbname=c
[lax]
host=db.example
sslmode=require
[strict]
host=db.example
sslmode=verify-full
[many]
host=localhost,db.example
"""


@pytest.mark.parametrize(("url", "set_", "demanded"), ENVIRONMENT)
def test_what_the_environment_and_services_say_counts_as_libpq_has_it(
    url: str, set_: dict[str, str], demanded: bool | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`demanded`: whether verify-full is; None where a weaker mode was asked for, which is refused."""
    (tmp_path / "services").write_text(SERVICES)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    if demanded is None:
        with pytest.raises(Usage, match="does not prove"):
            address.settled(url)
        return
    assert (address.settled(url).get("sslmode") == "verify-full") == demanded
    assert os.environ.get("PGSERVICE") == set_.get("PGSERVICE")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql:///c", "postgresql:///c"),
        ("postgres://anna@db.example/c?sslmode=verify-full&application_name=x", "postgresql://db.example/c"),
        ("postgresql://db.example:5433/c", "postgresql://db.example:5433/c"),
        ("postgresql://[::1]:5433/c", "postgresql://[::1]:5433/c"),
        ("postgresql://one:1,two:2/c", "postgresql://one:1,two:2/c"),
        ("postgresql://one,two/c?port=7", "postgresql://one:7,two:7/c"),
        ("postgresql:///c?host=/run/pg", "postgresql://%2Frun%2Fpg/c"),
        ("postgresql:///?service=clinic", "service clinic"),
        ("postgresql:///other?service=clinic", "service clinic (other)"),
    ],
)
def test_an_address_as_it_is_shown(url: str, shown: str) -> None:
    assert address.shown(url) == shown


@pytest.mark.parametrize("url", ["postgresql://[::1/c", "postgresql://h/c?nothing=x", "postgresql://h/c?%zz"])
def test_what_is_no_address_is_said_without_repeating_it(url: str) -> None:
    with pytest.raises(Usage, match="no address of a PostgreSQL server"):
        address.settled(url)


WITH_SECRET = [
    f"postgresql://anna:{SECRET}@127.0.0.1/c",
    f"postgresql://anna:%67eheim-7{SECRET}@db.example/c",
    f"postgresql://127.0.0.1/c?password={SECRET}",
    f"postgresql://127.0.0.1/c?sslpassword={SECRET}",
    f"postgresql:///?service=clinic&password={SECRET}",
    f"postgresql://db.example/c?sslmode=require&password={SECRET}",
]
COMMANDS = ["due", "patient show 1", "config list", "config path", "config get db", "doctor", "cron show",
            "cron show --systemd", "verify", "backup", "db status", "db move x.db --yes", "init"]  # fmt: skip


@pytest.mark.parametrize("url", WITH_SECRET)
def test_a_password_in_an_address_is_refused_and_told_nobody(home: Clinic, url: str) -> None:
    for command in COMMANDS:
        for answer in (home.run("--db", url, *command.split()), home.run(*command.split(), TPI_DB=url)):
            assert answer.code == 2 and "password" in answer.err, (command, answer)
            assert SECRET not in answer.out + answer.err
    answer = home.run("config", "set", "db", url)
    assert answer.code == 2 and SECRET not in answer.out + answer.err
    assert not (home.home / "config" / "tpi" / "config.toml").exists()


def test_an_address_is_kept_in_the_settings_as_it_is(home: Clinic) -> None:
    url = "postgresql://anna@db.example/c?sslrootcert=/etc/ca.crt"
    home.ok("config", "set", "db", url)
    assert home.ok("config", "path").out.split()[3] == "postgresql://db.example/c"
    assert home.run("config", "set", "db", "mysql://x/y").code == 6


@pytest.fixture(params=["due", "patient add X,Y 1950-01-02 --allergy none --bleeding none"])
def command(request: pytest.FixtureRequest) -> list[str]:
    found: str = request.param
    return found.split()


def test_no_server_there(home: Clinic, command: list[str]) -> None:
    said(home.run(*command, TPI_DB=f"postgresql://127.0.0.1:{free_port()}/c"), 6, "cannot be reached")


def test_no_such_host(home: Clinic) -> None:
    said(home.run("due", TPI_DB="postgresql://nowhere.invalid/c"), 6, "cannot be reached")


def test_no_such_service(home: Clinic) -> None:
    said(home.run("due", TPI_DB="postgresql:///?service=nix"), 6, "is not in the service file")


def test_no_such_database_no_such_login_and_no_store(cluster: Cluster, home: Clinic, command: list[str]) -> None:
    said(home.run(*command, TPI_DB=cluster.url("nodatabase")), 6, "no such database or login")
    said(home.run(*command, TPI_DB=cluster.url("postgres", "nologin")), 6, "no such database or login")
    said(home.run(*command, TPI_DB=cluster.url("postgres")), 6, "no store at postgresql://127.0.0.1")


@pytest.mark.parametrize(("schema", "words"), [("4", "of an older schema"), ("99", "by a newer tpi")])
def test_a_store_of_another_schema(house: House, command: list[str], schema: str, words: str) -> None:
    house.sql("postgres", f"UPDATE alembic_version SET version_num = '{schema}'")
    said(house.run(WRITER, *command), 6, words)


def test_a_database_that_has_not_every_letter(cluster: Cluster, home: Clinic) -> None:
    cluster.sql(f"CREATE DATABASE letters OWNER {OWNER} ENCODING SQL_ASCII TEMPLATE template0")
    said(home.run("init", TPI_DB=cluster.url("letters")), 6, "is encoded in SQL_ASCII")
    assert cluster.value("SELECT to_regnamespace('tpi')", "letters") is None


def test_a_login_that_may_not_make_a_store(cluster: Cluster, home: Clinic) -> None:
    cluster.login("poor")
    cluster.sql("CREATE DATABASE poors OWNER poor TEMPLATE template0", "CREATE DATABASE theirs TEMPLATE template0")
    for name in ("poors", "theirs"):
        said(home.run("init", TPI_DB=cluster.url(name, "poor")), 7, "may not make a store")
        assert cluster.value("SELECT to_regnamespace('tpi')", name) is None


def test_without_the_driver_it_is_said_what_to_install(home: Clinic, command: list[str]) -> None:
    shadow = home.home / "shadow" / "psycopg"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError('not installed')")
    answer = home.process(*command, PYTHONPATH=str(shadow.parent), TPI_DB="postgresql:///c")
    said(answer, 6, "needs psycopg, which is not installed")
    assert "pip install 'tpi-cli[pg]'" in answer.err


def test_no_message_repeats_a_record(house: House) -> None:
    """The server's own words of a value that it refuses quote the whole row."""
    house.sql("postgres", "ALTER TABLE patient ADD CONSTRAINT none CHECK (phone <> '0770')")
    answer = house.run(WRITER, "patient", "edit", "1", "--phone", "0770")
    assert answer.code == 5 and "the store refused the record" in answer.err, answer
    assert "Tan" not in answer.err and "0770" not in answer.err
