"""The judges, called once for a whole run of tests."""

from collections.abc import Iterator

import pytest

from tests.exchange.judges import node
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
        yield Receiver(process.stdout.readline().strip())
