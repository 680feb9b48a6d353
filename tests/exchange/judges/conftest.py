"""The judges, called once for a whole run of tests."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Clinic
from tests.exchange.judges import acts, node
from tests.exchange.judges.node import Resource
from tests.exchange.judges.receiver import Receiver


@pytest.fixture(scope="session")
def validators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[node.Validators]:
    """Medplum's and Lantana's validator."""
    profiles = node.us_core(tmp_path_factory.mktemp("us-core"))
    words = [str(profiles)] if profiles else []
    with node.script("validate.mjs", *words) as process:
        yield node.Validators(process, profiles)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An empty FHIR server."""
    with node.script("server.mjs") as process:
        assert process.stdout
        server = Receiver(process.stdout.readline().strip())
        with closing(server.line):
            yield server


class Busy(NamedTuple):
    """The sample clinic with more on top, and the patient about whom there is some of everything."""

    clinic: Clinic
    patient: str


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory, _sample: Path) -> Busy:
    clinic = Clinic(tmp_path_factory.mktemp("busy"))
    shutil.copytree(_sample, clinic.home, dirs_exist_ok=True)
    return Busy(clinic, acts.put_on_file(clinic))


@pytest.fixture(scope="session")
def one_patient(busy: Busy) -> Resource:
    """What `tpi export fhir` writes of that patient."""
    bundle: Resource = busy.clinic.ok("export", "fhir", "--patient", busy.patient).json
    return bundle


class Exported(NamedTuple):
    """The three shapes of the whole clinic."""

    collection: Resource
    transactions: list[Resource]
    lines: Path


@pytest.fixture(scope="session")
def exported(busy: Busy) -> Exported:
    """What `tpi export fhir` writes of everybody."""
    folders = [busy.clinic.home / name for name in ("transactions", "lines")]
    busy.clinic.ok("export", "fhir", "--bundle", "transaction", "-o", f"{folders[0]}/")
    busy.clinic.ok("export", "fhir", "--ndjson", str(folders[1]))
    transactions = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folders[0].iterdir())]
    return Exported(busy.clinic.ok("export", "fhir").json, transactions, folders[1])
