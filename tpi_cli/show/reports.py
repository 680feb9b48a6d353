"""`--since-last`: of a list, what is new or changed since the last report of a name, and how that is said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tpi_cli import clock
from tpi_cli.store.read.due import Row
from tpi_cli.store.reports import Last, Memory


def said(row: Row) -> str:
    """All of a row that makes it another one: not how late it is, for that moves every day."""
    sites = [[site.site, site.muscle, site.side, site.due] for site in row.sites]
    flags = [kind for kind in row.alerts if not kind.endswith("-none")]
    events = [one["source"] for one in json.loads(row.reasons) if one["rule"] == "recall.adverse"]
    return json.dumps([row.patient, row.due, row.status, row.eligible_from, sites, flags, events], default=str)


class Changes:
    """Passes on the rows that the last report did not show, or not so, and takes note of all it has passed on."""

    def __init__(self, memory: Memory, zone: str) -> None:
        """`zone` is the clinic's, for the moments people read."""
        self.memory, self.zone = memory, zone
        self.moment = clock.stamp()
        self.last, self.doubt = memory.last()
        self.cut = False
        self._now: dict[bytes, bytes] = {}

    def of(self, rows: Iterable[Row], limit: int | None) -> Iterator[Row]:
        """The changed rows, at most `limit`; what lies beyond counts as not seen and comes the next time."""
        before = self.last.rows if self.last else {}
        left = limit
        for row in rows:
            who, now = self.memory.digest(str(row.patient), "patient"), self.memory.digest(said(row))
            was = before.get(who)
            if was != now and left == 0:
                self.cut = True
                self._now.update({who: was} if was else {})
                continue
            self._now[who] = now
            if was != now:
                left = None if left is None else left - 1
                yield row

    @property
    def gone(self) -> int:
        """How many the last report knew and the list no longer has, once all rows have passed."""
        return sum(who not in self._now for who in self.last.rows) if self.last else 0

    def around(self) -> dict[str, Any]:
        """What stands beside the rows, for programs; `since` is null for a first report."""
        since = f"{self.last.moment.partition('.')[0]}Z" if self.last else None
        return {"since": since, "gone": self.gone}

    def listed_as(self, words: str) -> str:
        """`new or changed since 2026-11-22 07:00, due by 2026-11-23`; a first report lists all there is."""
        if self.last is None:
            return words
        moment = datetime.fromisoformat(self.last.moment).astimezone(clock.zone(self.zone))
        return f"new or changed since {moment:%Y-%m-%d %H:%M}, {words}"

    def footer(self, words: str) -> str:
        """The footer with what is gone, or that this is a first report."""
        if self.last is None:
            return f"{words}; first report {self.memory.name!r}, with none before to compare"
        return f"{words}; {self.gone} no longer listed" if self.gone else words

    def keep(self) -> None:
        """Take note of what was shown; to be called once it was written out in full. Raises StoreUnavailable."""
        self.memory.keep(Last(self.moment, self._now))
