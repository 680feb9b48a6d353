"""The three shapes of an export: one collection, transactions to be sent one after the other, a file a type.

No moment of the export stands in any of them: the same store gives the same bytes.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain, islice
from typing import Any, TextIO

from tpi_cli.exchange.fhir.ids import BASE
from tpi_cli.exchange.fhir.terms import Part
from tpi_cli.show.machine import text

MOST = 50
"""Entries of a transaction: more are refused by some servers."""
IDENTITIES = ("Organization", "Location", "Practitioner")
MANIFEST = "manifest.json"
NEVER = "1970-01-01T00:00:00Z"
"""When something was last recorded in a store with nothing in it: a manifest must name a moment."""

Opened = Callable[[str], AbstractContextManager[TextIO]]
"""How a file of that path is opened for writing."""


def collection(resources: Iterable[Part], into: TextIO) -> int:
    """Write one Bundle, an entry a line, in which everything refers by `urn:uuid`; returns how many entries."""
    count = 0
    into.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
    for one in resources:
        into.write(("," if count else "") + "\n" + text({"fullUrl": _urn(one["id"]), "resource": _by_urn(one)}))
        count += 1
    into.write("\n]}\n")
    return count


def _urn(id_: str) -> str:
    return f"urn:uuid:{id_}"


def _by_urn(value: Any) -> Any:
    """The same with `Patient/...` in references as `urn:uuid:...`."""
    if isinstance(value, list):
        return [_by_urn(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _pointed(one) if name == "reference" else _by_urn(one) for name, one in value.items()}


def _pointed(reference: str) -> str:
    return reference if reference.startswith("#") else _urn(reference.partition("/")[2])


def transaction(entries: Iterable[Part], into: TextIO) -> int:
    """Write resources as one Bundle that a server keeps whole or not at all; sent twice it changes nothing."""
    found = [_put(one) for one in entries]
    into.write('{"resourceType": "Bundle", "type": "transaction", "entry": [\n')
    into.write(",\n".join(map(text, found)) + "\n]}\n")
    return len(found)


def _put(one: Part) -> Part:
    url = f"{one['resourceType']}/{one['id']}"
    return {"fullUrl": _urn(one["id"]), "resource": one, "request": {"method": "PUT", "url": url}}


def transactions(resources: Iterable[Part], folder: str, opened: Opened) -> tuple[int, int]:
    """Write numbered transactions, who everything refers to in the first; returns how many entries and files.

    Every resource stands after those it refers to, so they are sent by number.
    """
    entries = files = 0
    for files, some in enumerate(_packed(resources), 1):
        with opened(os.path.join(folder, f"{files:06}.json")) as into:
            entries += transaction(some, into)
    return entries, files


def _packed(resources: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """Resources in lots of `MOST`, those of identity by themselves."""
    ahead = iter(resources)
    houses = []
    for one in ahead:
        if one["resourceType"] not in IDENTITIES:
            ahead = chain([one], ahead)
            break
        houses.append(one)
    yield from _lots(iter(houses))
    yield from _lots(ahead)


def _lots(resources: Iterator[Part]) -> Iterator[tuple[Part, ...]]:
    while lot := tuple(islice(resources, MOST)):
        yield lot


def ndjson(resources: Iterable[Part], folder: str, opened: Opened) -> Counter[str]:
    """Write a file a type, a resource a line, and last a manifest of them; returns how many of each type."""
    count: Counter[str] = Counter()
    last = NEVER
    with ExitStack() as stack:
        files: dict[str, TextIO] = {}
        for one in resources:
            kind = one["resourceType"]
            if kind not in files:
                files[kind] = stack.enter_context(opened(os.path.join(folder, _file(kind))))
            files[kind].write(text(one) + "\n")
            count[kind] += 1
            last = max(last, one.get("recorded", ""))
    with opened(os.path.join(folder, MANIFEST)) as into:
        into.write(_manifest(count, last))
    return count


def _file(kind: str) -> str:
    return f"{kind}.ndjson"


def _manifest(count: Counter[str], last: str) -> str:
    """What a bulk export's manifest says; its moment is that of the last thing recorded."""
    output = [{"type": kind, "url": _file(kind), "count": count[kind]} for kind in sorted(count)]
    head = {"transactionTime": last, "request": f"{BASE}/$export", "requiresAccessToken": False}
    return text({**head, "output": output, "error": []}) + "\n"
