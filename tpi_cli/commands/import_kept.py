"""What a person should look at after an import: what was put on file, who may be one, what the rules found."""

from itertools import islice
from typing import Any

from tpi_cli.exchange.alike import alike
from tpi_cli.exchange.bring import Bringing
from tpi_cli.show.report import many
from tpi_cli.store.read import added, overrides
from tpi_cli.store.shelf import Shelf
from tpi_cli.store.write import Writing

MOST, MOST_FACTS = 10, 100
"""Pairs of people that are told, to people and to programs; tpi patient duplicates has all of them."""


class Alike:
    """Who was brought in and may be somebody else on file: two short ids, and why. Few are told, all are counted."""

    def __init__(self, writing: Writing, shelf: Shelf) -> None:
        pairs = alike(writing, shelf)
        self._pairs = list(islice(pairs, MOST_FACTS))
        self.count = len(self._pairs) + sum(1 for _ in pairs)
        self._crowded = shelf.crowded()

    def told(self) -> list[str]:
        """A line each, of the first."""
        lines = [
            f"{one} may be {other}: {', '.join(why)} (tpi patient merge)" for one, other, why in self._pairs[:MOST]
        ]
        more = self.count - len(lines)
        rest = [f"and {more} more: tpi patient duplicates"] if more else []
        crowd = f"{many(self._crowded, 'birth date, name or telephone')} shared by too many to compare them"
        return [*lines, *rest, *([crowd] if self._crowded else [])]

    def facts(self) -> list[dict[str, Any]]:
        """The same for programs."""
        return [{"patient": one, "other": other, "why": list(why)} for one, other, why in self._pairs]


class Kept:
    """What an import put on file, looked up before its transaction ends."""

    def __init__(self, bringing: Bringing, writing: Writing, shelf: Shelf) -> None:
        self._alike = Alike(writing, shelf)
        self._notes = overrides.noted(writing.db, writing.entry)
        self._new = added.added(writing.db, writing.entry, writing.stamp)
        self._unsaid = bringing.unsaid
        self._by = writing.acting

    def told(self, *, dry_run: bool) -> list[str]:
        """A line each. The numbers of a dry run are nobody's."""
        would = "would be " if dry_run else ""
        return [*self._added(would), *([] if dry_run else self._alike.told()), *self._past(would)]

    def _added(self, would: str) -> list[str]:
        """New sessions, and people whom the files name as clinicians: a misspelt one is one more."""
        new = self._new
        lines = [f"{would}put on file: {many(new.patients, 'patient')}, {many(new.sessions, 'session')}"]
        if new.clinicians:
            lines.append(f"{would}clinicians of these files: {', '.join(new.clinicians)} (tpi clinician list)")
        if self._unsaid:
            lines.append(f"{many(self._unsaid, 'row')} named no clinician: {would}recorded under {self._by}")
        return lines if new.patients or new.sessions else lines[1:]

    def _past(self, would: str) -> list[str]:
        findings, sessions = self._notes
        past = f"{would}kept as notes: {many(findings, 'finding')} in {many(sessions, 'past session')}"
        return [f"{past} (tpi session show SESSION)"] if findings else []

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        new = self._new
        return {
            "patients": new.patients,
            "sessions": new.sessions,
            "clinicians": list(new.clinicians),
            "similar": self._alike.facts(),
            "similar_count": self._alike.count,
            "findings": self._notes[0],
        }
