"""FHIR brought in: our own records as they were, and of other systems what matters here; the rest is counted.

The files are read twice, since they come in any order: first whom everything is about, and every record of our own;
then what is said of them. One resource at a time is held, and what is small: who is who, the latest weight of each.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.acts import bring_home, bring_in, bring_in_chart
from tpi_cli.acts.bring_in import Beside, Line
from tpi_cli.exchange.bring import TELL_EVERY, Watch
from tpi_cli.exchange.fhir import clinical, record
from tpi_cli.exchange.fhir.clinical import Alert, Measured, Skip
from tpi_cli.exchange.fhir.foreign import Person, person
from tpi_cli.exchange.fhir.parts import Concept, concept, one, reference, text
from tpi_cli.exchange.fhir.read import Item, Source
from tpi_cli.exchange.fields import Fault
from tpi_cli.rules import checks, duplicates, identity
from tpi_cli.store.read import duplicates as read
from tpi_cli.store.write import Writing

MOST_REFUSED = 1000
"""After so many nothing more is looked at: that is another kind of file."""
ALERTS = {
    "AllergyIntolerance": clinical.allergy,
    "Condition": clinical.condition,
    "MedicationRequest": clinical.medication,
    "MedicationStatement": clinical.medication,
}
READ = frozenset([*ALERTS, "Observation"])
OURS, REFUSED = "ours", "refused"
"""What stands for a patient that came as a record of our own, or did not come at all."""


class Refused(NamedTuple):
    """A resource that cannot be taken: where it stands, which element, and why."""

    file: str
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what}"


class Tally(NamedTuple):
    """What became of the resources: (type, new | changed | same), (type, why it was skipped), and the refused."""

    kept: Counter[tuple[str, str]]
    skipped: Counter[tuple[str, str]]
    refused: list[Refused]
    home: bring_home.Result


class Bringing:
    """An import under way."""

    def __init__(self, writing: Writing, sources: Iterable[Source], today: date, watch: Watch) -> None:
        self._writing = writing
        self._sources = list(sources)
        self._today = today
        self._watch = watch
        self._coming = bring_home.Coming(writing)
        self._people: dict[str, str] = {}
        self._mrns: dict[str, str] = {}
        self._medications: dict[str, Concept] = {}
        self._latest: dict[tuple[str, str], tuple[Measured, Item]] = {}
        self._scored: set[str] = set()
        self.tally = Tally(Counter(), Counter(), [], self._coming.result)

    def keep(self) -> Tally:
        """Keep all of it in the transaction. Raises Usage where a file cannot be read as a whole."""
        for item in self._items("reading"):
            self._first(item)
        self._coming.arrived()
        if self._people and set(self._people.values()) != {OURS}:
            for item in self._items("importing"):
                self._second(item)
            self._measures()
            bring_in_chart.refresh(self._writing, self._scored)
        return self.tally

    def _items(self, doing: str) -> Iterator[Item]:
        count = 0
        for source in self._sources:
            for item in source.items():
                if len(self.tally.refused) + len(self.tally.home.refused) >= MOST_REFUSED:
                    return
                yield item
                count += 1
                if count % TELL_EVERY == 0:
                    self._watch(doing, count, None)

    def _first(self, item: Item) -> None:
        """A record of our own, a patient, or a medication that others refer to."""
        try:
            ours = list(record.records(item.resource))
            for table, columns in ours:
                self._coming.take(table, columns)
            if item.kind == "Patient":
                self._known(item, OURS if ours else self._person(item))
            elif item.kind == "Medication" and not ours:
                self._medications.update(dict.fromkeys(item.keys, concept(one(item.resource, "code"))))
                self._skip(item, "read where it is taken")
        except Fault as fault:
            self._refuse(item, fault)
            if item.kind == "Patient":
                self._known(item, REFUSED)

    def _known(self, item: Item, whom: str) -> None:
        for key in item.keys:
            if self._people.setdefault(key, whom) != whom:
                self._refuse(item, Fault("id", "another patient in these files has it"))

    def _person(self, item: Item) -> str:
        """Bring a patient in; returns the UUID on file. Raises Fault."""
        found: Person = person(item.resource, self._today)
        mrn = found.new.mrn or ""
        line = Line((item.file, item.line), found.new)
        result = bring_in.one_patient(self._writing, line, found.died or self._today, self._mrns.get(mrn))
        if result.refused:
            raise Fault(result.refused[0].column, result.refused[0].what)
        self._mrns[mrn] = bring_in.digest(found.new)
        self._count(item, "new" if result.new else "changed" if result.changed else "same")
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
            self._skip(item, str(why))
        except Fault as fault:
            self._refuse(item, fault)

    def _said(self, item: Item) -> None:
        whom = self._people.get(reference(item.resource, "subject", "patient"))
        if whom == OURS or next(record.records(item.resource), None):
            return
        if item.kind not in READ:
            raise Skip("not read")
        if whom == REFUSED:
            raise Skip("its patient is refused")
        if whom is None:
            raise Skip("its patient is not in these files")
        if item.kind == "Observation":
            self._observed(item, whom)
        else:
            self._alert(item, whom, ALERTS[item.kind](item.resource, self._medications))

    def _alert(self, item: Item, whom: str, found: Alert) -> None:
        pairs = tuple((kind, found.text) for kind in found.kinds)
        added = bring_in_chart.alerts(self._writing, whom, pairs, self._today)
        self._count(item, "new" if added else "same")

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
        self._latest[whom, found.what] = found, item

    def _score(self, item: Item, whom: str, found: Measured) -> None:
        source = f"fhir:{text(item.resource, 'id') or bring_in.digest((whom, found.on, found.written))}"
        why = bring_in_chart.score(self._writing, whom, found.amount, found.on, source)
        if why:
            raise Skip(why)
        self._count(item, "new" if why is None else "same")
        if why is None:
            self._scored.add(whom)

    def _measures(self) -> None:
        """The latest weight and height of each patient."""
        for (whom, what), (found, item) in self._latest.items():
            weight = what == "weight"
            if (checks.weight if weight else checks.height)(found.amount):
                self._skip(item, f"no body {what}")
                continue
            take = bring_in_chart.weight if weight else bring_in_chart.height
            self._count(item, "new" if take(self._writing, whom, found.amount, found.on) else "same")

    def alike(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Who was added and may be somebody else on file: two ids, and why."""
        fresh = "SELECT number FROM patient WHERE entry = :entry AND created_at = :stamp"
        db, stamp = self._writing.db, self._writing.stamp
        added = {number for (number,) in db.rows(fresh, entry=self._writing.entry, stamp=stamp)}
        for pair in duplicates.pairs(read.everybody(db)) if added else ():
            if {pair.one, pair.other} & added:
                yield identity.patient(pair.one), identity.patient(pair.other), pair.why

    def _count(self, item: Item, what: str) -> None:
        self.tally.kept[item.kind, what] += 1

    def _skip(self, item: Item, why: str) -> None:
        self.tally.skipped[item.kind, why] += 1

    def _refuse(self, item: Item, fault: Fault) -> None:
        self.tally.refused.append(Refused(item.file, item.line, fault.column, str(fault)))
