"""Whose export it is: what every resource needs to know of the clinic, and what is to be kept back."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.terms import Part, filled, hl7, resource
from tpi_cli.reference.agents import Agent
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians, stock
from tpi_cli.store.read.bill import unclassed
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.person import Written


class House(NamedTuple):
    """The clinic, what it gives, how it counts sides, the codes of who works there, and `redact` (none, names, all)."""

    clinic: Clinic
    namespace: str
    agents: dict[str, Agent]
    unclassed: frozenset[str]
    sides: str
    clinicians: frozenset[str]
    redact: str = "none"

    @property
    def whole(self) -> bool:
        """Whether nothing is kept back."""
        return self.redact == "none"

    def free(self, text: str | None) -> str | None:
        """Free text, which may name somebody: none of it where names are kept back."""
        return text if self.whole else None

    def made(self, kind: str, key: str) -> str:
        """The id of a resource that is no record of its own."""
        return ids.made(self.namespace, kind, key)

    def identifier(self, what: str, value: str) -> Part:
        """One of the clinic's own identifiers."""
        return {"system": ids.system(self.namespace, what), "value": value}

    def practitioner(self, code: str) -> Part:
        """A reference to a clinician."""
        return ids.reference("Practitioner", self.made("Practitioner", code))

    @property
    def organization(self) -> Part:
        """A reference to the clinic."""
        return ids.reference("Organization", self.made("Organization", "clinic"))

    @property
    def location(self) -> Part:
        """A reference to where the clinic is."""
        return ids.reference("Location", self.made("Location", "clinic"))

    def day(self, stamp: str) -> date:
        """The day on the clinic's wall of a moment."""
        return clock.unstamped(stamp).astimezone(clock.zone(self.clinic.zone)).date()


def house(db: Database, clinic: Clinic, sides: str, redact: str) -> House:
    """Whose export it is."""
    agents = {one.agent: one for one in stock.shipped_and_own(db)}
    codes = frozenset(one.code for one in clinicians.everyone(db))
    return House(clinic, ids.namespace(clinic), agents, unclassed(db), sides, codes, redact)


def identities(db: Database, at: House) -> Iterator[Part]:
    """Who everything else refers to: the clinic, its place, everybody on file by code."""
    yield resource(
        "Organization",
        ids.bare(at.organization),
        "organization",
        identifier=[{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{at.namespace}"}],
        active=True,
        name=at.clinic.name,
    )
    yield resource(
        "Location",
        ids.bare(at.location),
        "location",
        status="active",
        name=at.clinic.name,
        managingOrganization=at.organization,
    )
    for one in sorted(clinicians.everyone(db)):
        yield _practitioner(at, one)


def _practitioner(at: House, one: clinicians.Clinician) -> Part:
    """Somebody on file. The whole name is the family name where no comma tells which part is; the code without one."""
    named = one.name if one.name and at.redact != "all" else one.code
    return resource(
        "Practitioner",
        at.made("Practitioner", one.code),
        "practitioner",
        identifier=[at.identifier("clinician", one.code)],
        active=one.retired_on is None,
        name=[human(named)],
    )


def human(name: str) -> Part:
    """A name as it stands on file, and its parts where a comma tells them."""
    family, comma, given = (part.strip() for part in name.partition(","))
    return filled(text=name, family=family or name, given=given.split() if comma else None)


def provenance(at: House, key: str, targets: list[Part], last: Written, clinician: str | None = None) -> Part:
    """Who wrote something last, and when.

    An author is named only where the acting person is known by a code; an account alone is nobody's name outside, and
    then the clinic entered it. Beside the author stands the `clinician` whose session it is. US Core lets a clinician
    act on behalf of an organization only, so neither acts on behalf of the other.
    """
    author = _acting(at, last.by)
    wrote = _agent(at, "author", author) if author else {"type": _role("enterer"), "who": at.organization}
    others = [_agent(at, "performer", clinician)] if clinician and clinician != author else []
    return resource(
        "Provenance",
        at.made("Provenance", key),
        "provenance",
        target=targets,
        recorded=last.at,
        agent=[wrote, *others],
    )


def _acting(at: House, by: str) -> str | None:
    """The code of who acted: `AM` of `desk as AM`, and of an account that is somebody's code."""
    code = by.rpartition(" as ")[2]
    return code if code in at.clinicians else None


def _agent(at: House, role: str, code: str) -> Part:
    return {"type": _role(role), "who": at.practitioner(code), "onBehalfOf": at.organization}


def _role(role: str) -> Part:
    return hl7("provenance-participant-type", role)
