"""Ids that stay what they are: a record's own UUID where one resource is one record, and one made of it elsewhere.

No moment goes into an id, so a second export has the ids of the first.
"""

from typing import Any
from uuid import UUID, uuid5

from tpi_cli.store.read.clinic import Clinic

BASE = "https://tpi-cli.example/fhir"
"""What our own names begin with. An `example` name belongs to nobody: it names, and leads nowhere."""


def namespace(clinic: Clinic) -> str:
    """The UUID that a store's ids are made in: its clinic's own, or that of the store its records came from."""
    return clinic.namespace or clinic.id


def made(space: str, kind: str, key: str) -> str:
    """The id of a resource that is no record of its own; `key` tells it from others of its kind."""
    return str(uuid5(UUID(space), f"{kind}/{key}"))


def reference(kind: str, id_: str) -> dict[str, str]:
    """A reference as it stands on a server: `{"reference": "Patient/..."}`."""
    return {"reference": f"{kind}/{id_}"}


def to(resource: dict[str, Any]) -> dict[str, str]:
    """A reference to a resource."""
    return reference(resource["resourceType"], resource["id"])


def bare(reference: dict[str, str]) -> str:
    """The id that a reference names."""
    return reference["reference"].partition("/")[2]


def system(space: str, what: str) -> str:
    """The system of a store's own identifiers of a kind: `mrn`, `patient`, `session`, ..."""
    return f"{BASE}/sid/{space}/{what}"
