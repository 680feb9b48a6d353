"""Another system's Patient as one of ours: the name in use, birth date, record number, and whether they live."""

from datetime import date

from tpi_cli.acts.patient import New
from tpi_cli.exchange.fhir.parts import Resource, concept, day, each, flag, text, words
from tpi_cli.exchange.fields import Fault, sound
from tpi_cli.rules import checks, identity

FORMER = frozenset(["old", "maiden", "temp", "anonymous"])
NAMES = ("official", "usual", "", "nickname")
"""Which name is taken, the first of these that there is."""
SEXES = frozenset(["female", "male", "other", "unknown"])
RECORD_NUMBER = "MR"
KINDS = ("http://terminology.hl7.org/CodeSystem/v2-0203", "http://hl7.org/fhir/v2/0203")
"""Where kinds of identifier are told, today and before R4."""
NOT_A_RECORD = frozenset(["SS", "DL", "PPN", "SB", "NI", "NIIP", "TAX", "MC", "MA"])
"""Kinds of identifier (HL7 v2-0203) that are a state's or an insurer's and are not written on a chart."""


def person(resource: Resource, today: date, ours: str = "") -> New:
    """The patient; `ours` is the system of our own short ids. Raises Fault for what cannot be taken."""
    born = day(resource, "birthDate")
    if born is None:
        raise Fault("birthDate", "is missing")
    sound("birthDate", checks.born(born, today))
    gender = text(resource, "gender")
    return New(
        name=_name(resource),
        born=born,
        mrn=_mrn(resource, ours),
        sex=gender if gender in SEXES else "unknown",
        phone=_telecom(resource, "phone"),
        email=_telecom(resource, "email"),
        status="deceased" if _is_dead(resource) else "archived" if _is_past(resource) else "active",
        status_on=_died(resource, born, today),
    )


def _is_dead(resource: Resource) -> bool:
    return bool(flag(resource, "deceasedBoolean")) or bool(text(resource, "deceasedDateTime"))


def _is_past(resource: Resource) -> bool:
    """Whether the record is in use no more, or another took its place."""
    replaced = any(text(link, "type") == "replaced-by" for link in each(resource, "link"))
    return flag(resource, "active") is False or replaced


def _died(resource: Resource, born: date, today: date) -> date | None:
    """The day of death; None for the living, and where only a year is known."""
    said = text(resource, "deceasedDateTime")
    if len(said) < len("1971-03-04"):
        return None
    found = day(resource, "deceasedDateTime")
    if found is not None:
        sound("deceasedDateTime", checks.happened(found, today, born))
    return found


def _name(resource: Resource) -> str:
    """`Tan, Mei`, of the name that is in use."""
    known = [one for one in each(resource, "name") if text(one, "use") not in FORMER]
    found = sorted(known, key=_rank)
    written = next(filter(None, map(_written, found)), "")
    if not written:
        raise Fault("name", "none that is in use")
    sound("name", checks.name(written))
    return written


def _rank(name: Resource) -> int:
    use = text(name, "use")
    return NAMES.index(use) if use in NAMES else len(NAMES)


def _written(name: Resource) -> str:
    family, given = text(name, "family"), " ".join(words(name, "given"))
    return ", ".join(filter(None, [family, given])) if family or given else text(name, "text")


def _mrn(resource: Resource, ours: str) -> str:
    """The medical record number; else the first identifier that is a chart's; else the resource's own id.

    `PT-0007` is a number of ours where its system is ours; of another clinic's it says nothing here.
    """
    known = [one for one in each(resource, "identifier") if text(one, "use") != "old" and _is_number(one, ours)]
    kinds = [(one, concept(one.get("type", {}) if isinstance(one.get("type", {}), dict) else {})) for one in known]
    marked = [one for one, kind in kinds if kind.has(RECORD_NUMBER, systems=KINDS)]
    others = [one for one, kind in kinds if not kind.has(*NOT_A_RECORD, systems=KINDS)]
    found = next((text(one, "value") for one in (*marked, *others)), "") or text(resource, "id")
    if not found:
        raise Fault("identifier", "is missing, and an id too")
    sound("identifier", checks.text(found, checks.LONGEST_NAME))
    return found


def _is_number(identifier: Resource, ours: str) -> bool:
    """Whether an identifier says something here: not one that looks like a short id of ours and is another's."""
    value = text(identifier, "value")
    short = isinstance(identity.read_patient(value), int) and not value.isdigit()
    return bool(value) and (not short or (bool(ours) and text(identifier, "system") == ours))


def _telecom(resource: Resource, system: str) -> str | None:
    """The first telephone or address that is in use."""
    known = (one for one in each(resource, "telecom") if text(one, "system") == system and text(one, "use") != "old")
    found = next(filter(None, (text(one, "value") for one in known)), None)
    if found is not None:
        sound("telecom", checks.text(found, checks.LONGEST_NAME))
    return found
