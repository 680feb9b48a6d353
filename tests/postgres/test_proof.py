"""A server that asks for a password, and one that proves who it is: with the right one, and with any other."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.postgres.cluster import OWNER, QUICK, Cluster
from tests.postgres.conftest import place, wanted
from tests.postgres.house import READER, SECRET, House, said
from tpi_cli.store import address

pytestmark = pytest.mark.slow

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Guarded:
    """A server that asks for a password, and has a certificate for clinic.example from a CA of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        self.cluster = Cluster(folder / "c", QUICK).make()
        self.ca, self.other_ca = self._authority("ca"), self._authority("other")
        self._certificate("clinic.example")
        hba = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.cluster.data / "pg_hba.conf").write_text(hba)
        files = {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}
        self.cluster.configured(**files).start()

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def _authority(self, name: str) -> Path:
        self._openssl("req", "-x509", *NEW_KEY, "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.crt",
                      "-subj", f"/CN={name}")  # fmt: skip
        return self.folder / f"{name}.crt"

    def _certificate(self, host: str) -> None:
        self._openssl("req", *NEW_KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={host}")
        (self.folder / "names").write_text(f"subjectAltName=DNS:{host}\n")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "2", "-extfile", "names", "-out", "server.crt")  # fmt: skip
        for name in ("server.key", "server.crt"):
            shutil.copy(self.folder / name, self.cluster.data / name)
            (self.cluster.data / name).chmod(0o600)
            if os.getuid() == 0:
                shutil.chown(self.cluster.data / name, "postgres", "postgres")

    def furnish(self, clinic: Clinic) -> str:
        """A store there, read by a login with a password."""
        url = self.cluster.database("clinic")
        self.cluster.sql(f"ALTER ROLE {OWNER} PASSWORD '{SECRET}'")
        self.cluster.login(READER, f"PASSWORD '{SECRET}'")
        for words in (("init", "--zone", "UTC"), ("db", "grant", READER, "reader")):
            clinic.ok(*words, TPI_DB=url, PGPASSWORD=SECRET)
        return self.cluster.url("clinic", READER)

    def tls(self, host: str = "clinic.example", root: Path | None = None, mode: str = "verify-full") -> str:
        """The store's address by TLS, under a name of the host's, trusting one authority."""
        where = f"hostaddr=127.0.0.1&port={self.cluster.port}&sslmode={mode}"
        return f"postgresql://{READER}@{host}/clinic?{where}&sslrootcert={root or self.ca}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    wanted()
    with place() as folder:
        found = Guarded(folder)
        try:
            found.url = found.furnish(Clinic(tmp_path_factory.mktemp("guarded")))
            yield found
        finally:
            found.cluster.stop()


def test_a_password_that_is_nowhere_or_wrong_is_asked_for_in_one_line(guarded: Guarded, home: Clinic) -> None:
    said(home.run("due", TPI_DB=guarded.url), 6, "asks for a password")
    said(home.run("due", TPI_DB=guarded.url, PGPASSFILE=_passfile(home, "wrong")), 6, "asks for a password")


def _passfile(home: Clinic, password: str) -> str:
    path = home.file("pgpass", f"127.0.0.1:*:clinic:{READER}:{password}\n")
    os.chmod(path, 0o600)
    return path


def test_a_password_comes_from_the_passfile(guarded: Guarded, home: Clinic) -> None:
    answer = home.ok("due", TPI_DB=guarded.url, PGPASSFILE=_passfile(home, SECRET))
    assert SECRET not in answer.out + answer.err


def test_a_password_comes_from_a_service_file(guarded: Guarded, home: Clinic) -> None:
    text = f"[clinic]\nhost=127.0.0.1\nport={guarded.cluster.port}\ndbname=clinic\nuser={READER}\npassword={SECRET}\n"
    more = {"TPI_DB": "postgresql:///?service=clinic", "PGSERVICEFILE": home.file("services", text)}
    for command in ("due", "doctor", "config list", "cron show", "config path"):
        answer = home.ok(*command.split(), **more)
        assert SECRET not in answer.out + answer.err
    assert "service clinic" in home.ok("config", "path", **more).out


def test_a_password_comes_from_the_keyring(guarded: Guarded, home: Clinic) -> None:
    """By the keyring package's own way in: a keyring of ours that is a file."""
    ring = home.home / "ring"
    ring.mkdir()
    (ring / "filed.py").write_text(RING)
    where = address.shown(guarded.url)
    home.file("filed.json", json.dumps({where: SECRET}))
    more = {"TPI_DB": guarded.url, "PYTHONPATH": str(ring), "PYTHON_KEYRING_BACKEND": "filed.Filed"}
    answer = home.process("due", **more)
    assert answer.code == 0 and SECRET not in answer.out + answer.err, answer
    home.file("filed.json", json.dumps({where: "wrong"}))
    said(home.process("due", **more), 6, "asks for a password")
    home.file("filed.json", "{}")
    said(home.process("due", **more), 6, "asks for a password")


RING = """
import json, os
from keyring.backend import KeyringBackend

class Filed(KeyringBackend):
    priority = 1
    def get_password(self, service, name):
        with open(os.path.join(os.environ["HOME"], "filed.json")) as file:
            return json.load(file).get(name) if service == "tpi" else None
    def set_password(self, service, name, password): raise NotImplementedError
    def delete_password(self, service, name): raise NotImplementedError
"""


def test_a_server_that_proves_who_it_is_is_let_talk(guarded: Guarded, home: Clinic) -> None:
    answer = home.ok("doctor", "--json", TPI_DB=guarded.tls(), PGPASSWORD=SECRET)
    assert answer.json["encrypted_connection"] == "yes"
    home.ok("due", TPI_DB=guarded.tls(), PGPASSWORD=SECRET)


@pytest.mark.parametrize("other", ["authority", "host", "no authority"])
def test_one_that_cannot_is_not(guarded: Guarded, home: Clinic, other: str) -> None:
    url = {
        "authority": guarded.tls(root=guarded.other_ca),
        "host": guarded.tls(host="other.example"),
        "no authority": guarded.tls(root=home.home / "none.crt"),
    }[other]
    said(home.run("due", TPI_DB=url, PGPASSWORD=SECRET), 6, "could not prove that it is the clinic's")


def test_one_that_takes_no_tls_is_not(house: House) -> None:
    url = f"{house.url(READER)}?sslmode=verify-full"
    said(house.run(READER, "due", TPI_DB=url), 6, "takes no encrypted connection")


def test_a_login_that_the_server_lets_in_only_encrypted(guarded: Guarded, home: Clinic) -> None:
    hba = guarded.cluster.data / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
    try:
        guarded.cluster.sql("SELECT pg_reload_conf()")
        home.ok("due", TPI_DB=guarded.tls(), PGPASSWORD=SECRET)
        answer = home.run("due", TPI_DB=f"{guarded.url}?sslmode=disable", PGPASSWORD=SECRET)
        said(answer, 6, "lets nobody in from here")
    finally:
        hba.write_text(before)
        guarded.cluster.sql("SELECT pg_reload_conf()")
