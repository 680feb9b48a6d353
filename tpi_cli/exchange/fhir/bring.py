"""FHIR brought in: our own records as they were, and of other systems what matters here; the rest is counted.

The files are read twice, since they come in any order: first whom everything is about, and every record of our own;
then what is said of them, of our own patients too. One resource at a time is held, and what is small: who is who,
the latest weight of each.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from tpi_cli.acts import bring_home, bring_in, bring_in_chart
from tpi_cli.acts.bring_in import Beside, Line
from tpi_cli.acts.take_over import HOUSE, Agree
from tpi_cli.exchange.fhir import clinical, ids, record
from tpi_cli.exchange.fhir.clinical import Alert, Measured, Skip
from tpi_cli.exchange.fhir.foreign import person
from tpi_cli.exchange.fhir.parts import Concept, Resource, concept, one, reference, text
from tpi_cli.exchange.fhir.read import Item, Source
from tpi_cli.exchange.fields import Fault
from tpi_cli.rules import checks
from tpi_cli.show.progress import Watch
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.write import Writing

MOST_REFUSED = 1000
"""So many are told one by one; the rest are counted."""
REFUSED = "refused"
"""What stands for a patient that did not come."""
CARRIERS = {**dict.fromkeys(HOUSE, "Organization"), "clinician": "Practitioner"}
"""Which resource the records of a clinic go with."""


class Refused(NamedTuple):
    """A resource that cannot be taken: where it stands, which element, and why."""

    file: str
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what}"


class Tally(NamedTuple):
    """What became of the resources: (type, new | changed | same), (type, why it was skipped), and the refused.

    Of the refused the first `MOST_REFUSED` stand in the list, and all of them in the count by type.
    """

    kept: Counter[tuple[str, str]]
    skipped: Counter[tuple[str, str]]
    refused: list[Refused]
    refusals: Counter[str]
    home: bring_home.Result


class Bringing:
    """An import under way."""

    def __init__(self, writing: Writing, sources: Iterable[Source], watch: Watch, agree: Agree) -> None:
        self._writing = writing
        self._sources = list(sources)
        self._today = writing.today
        self._watch = watch
        self._coming = bring_home.Coming(writing, agree)
        self._short_ids = ids.system(ids.namespace(clinic(writing.db)), "patient")
        self._people: dict[str, str] = {}
        self._mrns: dict[str, str] = {}
        self._medications: dict[str, Concept] = {}
        medication = partial(clinical.medication, medications=self._medications)
        self._alerts: dict[str, Callable[[Resource], Alert]] = {
            "AllergyIntolerance": clinical.allergy,
            "Condition": clinical.condition,
            "MedicationRequest": medication,
            "MedicationStatement": medication,
        }
        self._latest: dict[tuple[str, str], tuple[Measured, str]] = {}
        self._scored: set[str] = set()
        self.tally = Tally(Counter(), Counter(), [], Counter(), self._coming.result)

    def keep(self) -> Tally:
        """Keep all of it in the transaction. Raises Usage where a file cannot be read as a whole, Cancelled."""
        for item in self._items("reading"):
            self._first(item)
        if not self._coming.arrived().refused:
            for item in self._items("importing"):
                self._second(item)
            self._measures()
            bring_in_chart.refresh(self._writing, self._scored)
        return self.tally

    def _items(self, doing: str) -> Iterator[Item]:
        count = 0
        for source in self._sources:
            for item in source.items():
                if len(self.tally.home.refused) >= MOST_REFUSED:  # nothing will be kept
                    return
                yield item
                count += 1
                self._watch(doing, count, None)

    def _first(self, item: Item) -> None:
        """A record of our own, a patient, or a medication that others refer to."""
        try:
            ours = self._recorded(item)
            if item.kind == "Patient":
                self._known(item, self._own(item, ours) if ours else self._person(item))
            elif item.kind == "Medication" and not ours:
                self._medications.update(dict.fromkeys(item.keys, concept(one(item.resource, "code"))))
                self._skip(item.kind, "read where it is taken")
        except Fault as fault:
            self._refuse(item, fault)
            if item.kind == "Patient":
                self._known(item, REFUSED)

    def _recorded(self, item: Item) -> list[record.Record]:
        """Take the records that a resource carries. Raises Fault."""
        ours = list(record.records(item.resource))
        for table, columns in ours:
            if CARRIERS.get(table, item.kind) != item.kind:
                raise Fault("extension", f"a record of {table.replace('_', ' ')} goes with its {CARRIERS[table]}")
            self._coming.take(table, columns)
        return ours

    def _own(self, item: Item, ours: list[record.Record]) -> str:
        """The UUID of a patient who came as a record of our own. Raises Fault."""
        wanted = text(item.resource, "id")
        if not any(table == "patient" and columns.get("id") == wanted for table, columns in ours):
            raise Fault("extension", "the record is of another patient")
        return wanted

    def _known(self, item: Item, whom: str) -> None:
        for key in item.keys:
            if self._people.setdefault(key, whom) != whom:
                self._refuse(item, Fault("id", "another patient in these files has it"))

    def _person(self, item: Item) -> str:
        """Bring a patient in; returns the UUID on file. Raises Fault."""
        new = person(item.resource, self._today, self._short_ids)
        mrn = new.mrn or ""
        line = Line((item.file, item.line), new)
        if self._mrns.setdefault(mrn, bring_in.digest(new)) != bring_in.digest(new):
            raise Fault("identifier", f"{mrn} stands there twice with different values")
        result = bring_in.one_patient(self._writing, line, self._today)
        if result.refused:
            raise Fault(result.refused[0].column, result.refused[0].what)
        self._count(item.kind, "new" if result.new else "changed" if result.changed else "same")
        row = bring_in.whose(self._writing, mrn, Beside(taken=True))
        assert not isinstance(row, str), "it was just brought in"
        return row.id

    def _second(self, item: Item) -> None:
        """What is said of a patient of another system."""
        if item.kind in {"Patient", "Medication"}:
            return
        try:
            self._said(item)
        except Skip as why:
            self._skip(item.kind, str(why))
        except Fault as fault:
            self._refuse(item, fault)

    def _said(self, item: Item) -> None:
        if next(record.records(item.resource), None):
            return
        if item.kind not in {*self._alerts, "Observation"}:
            raise Skip("not read")
        whom = self._people.get(reference(item.resource, "subject", "patient"))
        if whom == REFUSED:
            raise Skip("its patient is refused")
        if whom is None:
            raise Skip("its patient is not in these files")
        if item.kind == "Observation":
            self._observed(item, whom)
        else:
            self._alert(item, whom, self._alerts[item.kind](item.resource))

    def _alert(self, item: Item, whom: str, found: Alert) -> None:
        pairs = tuple((kind, found.text) for kind in found.kinds)
        added = bring_in_chart.alerts(self._writing, whom, pairs, self._today)
        self._count(item.kind, "new" if added else "same")

    def _observed(self, item: Item, whom: str) -> None:
        found = clinical.observation(item.resource, self._today)
        if found.what == "pain":
            self._score(item, whom, found)
            return
        earlier = self._latest.get((whom, found.what))
        if earlier is not None and found.on <= earlier[0].on:
            raise Skip("an older one")
        if earlier is not None:
            self._skip(earlier[1], "an older one")
        self._latest[whom, found.what] = found, item.kind

    def _score(self, item: Item, whom: str, found: Measured) -> None:
        """Known again by patient and day too: two hospitals may call two observations the same."""
        source = f"fhir:{whom}:{found.on}:{text(item.resource, 'id') or found.written}"
        why = bring_in_chart.score(self._writing, whom, found.amount, found.on, source)
        if why:
            raise Skip(why)
        self._count(item.kind, "new" if why is None else "same")
        if why is None:
            self._scored.add(whom)

    def _measures(self) -> None:
        """The latest weight and height of each patient."""
        for (whom, what), (found, kind) in self._latest.items():
            weight = what == "weight_kg"
            if (checks.weight if weight else checks.height)(found.amount):
                self._skip(kind, f"no body {what}")
                continue
            take = bring_in_chart.weight if weight else bring_in_chart.height
            self._count(kind, "new" if take(self._writing, whom, found.amount, found.on) else "same")

    def _count(self, kind: str, what: str) -> None:
        self.tally.kept[kind, what] += 1

    def _skip(self, kind: str, why: str) -> None:
        self.tally.skipped[kind, why] += 1

    def _refuse(self, item: Item, fault: Fault) -> None:
        self.tally.refusals[item.kind] += 1
        if len(self.tally.refused) < MOST_REFUSED:
            self.tally.refused.append(Refused(item.file, item.line, fault.column, str(fault)))
