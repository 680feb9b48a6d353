"""The parts of another system's resource, each looked at before it is used: what is of another type is a Fault."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.exchange.fields import Fault, iso, shown
from tpi_cli.rules import checks

Resource = Mapping[str, Any]


def text(resource: Resource, name: str) -> str:
    """A text, without blanks around it; empty where it is not there. Raises Fault."""
    found = resource.get(name, "")
    if not isinstance(found, str):
        raise Fault(name, "is no text")
    wrong = checks.text(found)
    if wrong:
        raise Fault(name, wrong)
    return " ".join(found.split())


def flag(resource: Resource, name: str) -> bool | None:
    """True, false, or None where it is not there. Raises Fault."""
    found = resource.get(name)
    if found is not None and not isinstance(found, bool):
        raise Fault(name, "is neither true nor false")
    return found


def one(resource: Resource, name: str) -> Resource:
    """An object; an empty one where it is not there. Raises Fault."""
    found = resource.get(name, {})
    if not isinstance(found, dict):
        raise Fault(name, "is no object")
    return found


def each(resource: Resource, name: str) -> list[Resource]:
    """A list of objects; empty where it is not there. Raises Fault."""
    found = resource.get(name, [])
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise Fault(name, "is no list of objects")
    return found


def words(resource: Resource, name: str) -> list[str]:
    """A list of texts. Raises Fault."""
    found = resource.get(name, [])
    if not isinstance(found, list):
        raise Fault(name, "is no list")
    return [text({name: part}, name) for part in found]


def day(resource: Resource, name: str) -> date | None:
    """The day of a date or a moment, as its own clock showed it; None where there is none. Raises Fault.

    `1971` and `1971-03` name no day.
    """
    found = text(resource, name)
    if not found:
        return None
    if len(found) < len("1971-03-04"):
        raise Fault(name, f"{shown(found)} names no day")
    return iso(found[: len("1971-03-04")], name)


class Concept(NamedTuple):
    """A CodeableConcept: its own words first, then those of its codes, and the codes with their systems."""

    texts: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        """How it is called."""
        return next(iter(self.texts), "")

    @property
    def all_words(self) -> str:
        """Everything it is called."""
        return ", ".join(self.texts)

    def has(self, *codes: str, systems: tuple[str, ...] = ()) -> bool:
        """Whether one of the codes is among its own: of these systems, or where none is said; else of whatever one."""
        return any(code in codes for system, code in self.codes if not systems or system in {"", *systems})


def concept(found: Resource) -> Concept:
    """A CodeableConcept. Raises Fault."""
    codings = each(found, "coding")
    texts = [text(found, "text"), *(text(coding, "display") for coding in codings)]
    codes = [(text(coding, "system"), text(coding, "code")) for coding in codings]
    return Concept(tuple(dict.fromkeys(filter(None, texts))), tuple(pair for pair in codes if pair[1]))


def reference(resource: Resource, *names: str) -> str:
    """What the first of these that is there refers to, as `Patient/123`, `#in-here` or `urn:...`; empty for none."""
    found = next((one(resource, name) for name in names if name in resource), {})
    said = text(found, "reference").partition("/_history/")[0]
    if said.startswith(("urn:", "#")):
        return said
    return "/".join(said.split("/")[-2:])
