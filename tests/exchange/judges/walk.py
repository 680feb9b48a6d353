"""Ways through a resource: what our own judge reads it by."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tests.exchange.judges.node import Issue, Resource


class At(NamedTuple):
    """A value in a resource: its path without the type, the name it stands under, and itself."""

    path: str
    name: str
    value: Any


class Records:
    """Everything one export holds, and the day it was made."""

    def __init__(self, resources: Iterable[Resource], today: date) -> None:
        self.all = list(resources)
        self.today = today
        self.by_key = {f"{it['resourceType']}/{it['id']}": it for it in self.all}
        self.by_id = {it["id"]: it for it in self.all}

    def of(self, kind: str) -> list[Resource]:
        """Those of one type, in the order of the export."""
        return [it for it in self.all if it["resourceType"] == kind]

    def found(self, reference: str, inside: Resource | None = None) -> Resource | None:
        """Whom a reference names: by type and id, by urn:uuid, within the resource itself, or by identifier."""
        if reference.startswith("#"):
            return next((it for it in (inside or {}).get("contained", []) if it["id"] == reference[1:]), None)
        if reference.startswith("urn:uuid:"):
            return self.by_id.get(reference.removeprefix("urn:uuid:"))
        if "?identifier=" in reference:
            return self._sought(*reference.split("?identifier="))
        return self.by_key.get(reference)

    def _sought(self, kind: str, token: str) -> Resource | None:
        system, _, value = token.partition("|")
        fitting = [it for it in self.of(kind) if (system, value) in identifiers(it)]
        return fitting[0] if len(fitting) == 1 else None

    def subject(self, resource: Resource) -> Resource | None:
        """The patient a resource is about, whatever the element is called there."""
        told: Resource = next((resource[name] for name in ("subject", "patient") if name in resource), {})
        return self.found(told.get("reference", ""))

    def parts(self, resource: Resource, kind: str) -> list[Resource]:
        """The resources of that type that say they are part of this one."""
        return [it for it in self.of(kind) if resource in self.linked(it, "partOf")]

    def linked(self, resource: Resource, *names: str) -> list[Resource]:
        """What these elements of a resource refer to, as far as it is there."""
        told = [one for name in names for one in listed(resource.get(name))]
        found = (self.found(one.get("reference", ""), resource) for one in told)
        return [it for it in found if it is not None]


def listed(value: Any) -> list[Any]:
    """A list as it is, one value as a list of one, nothing as an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def values(value: Any, path: str = "", name: str = "") -> Iterator[At]:
    """Every value of a resource, itself first, at every depth."""
    yield At(path, name, value)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values(inner, f"{path}.{key}".strip("."), key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from values(inner, f"{path}[{index}]", name)


def codings(resource: Resource) -> Iterator[At]:
    """Every Coding: an object that has a system and a code and is no quantity."""
    for at in values(resource):
        told = at.value if isinstance(at.value, dict) else {}
        if told.get("system") and isinstance(told.get("code"), str) and "value" not in told:
            yield at


def quantities(resource: Resource) -> Iterator[At]:
    """Every Quantity: an object with a number as its value."""
    for at in values(resource):
        if isinstance(at.value, dict) and isinstance(at.value.get("value"), int | float):
            yield at


def references(resource: Resource) -> Iterator[At]:
    """Every literal reference, at the path of the Reference that holds it."""
    for at in values(resource):
        if isinstance(at.value, dict) and isinstance(at.value.get("reference"), str):
            yield At(at.path, at.name, at.value["reference"])


def identifiers(resource: Resource) -> list[tuple[str | None, str | None]]:
    """System and value of each identifier of a resource."""
    return [(one.get("system"), one.get("value")) for one in listed(resource.get("identifier"))]


def codes(concept: Resource | None, system: str) -> list[str]:
    """The codes of one system in a CodeableConcept."""
    return [one["code"] for one in (concept or {}).get("coding", []) if one.get("system") == system]


def ours(resource: Resource, path: str, said: str) -> Issue:
    """What our own judge holds against a resource."""
    return Issue("ours", f"{resource['resourceType']}/{resource.get('id')} {path}", said)
