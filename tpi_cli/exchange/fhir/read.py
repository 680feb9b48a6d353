"""FHIR files read, resource by resource: NDJSON line by line, a Bundle or a resource as a whole, packed or not.

What is too much, too deep or no JSON that everybody reads alike is refused in one line before anything is made of it.
"""

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple, NoReturn

from tpi_cli import files
from tpi_cli.errors import Usage
from tpi_cli.exchange.fhir.bundle import split
from tpi_cli.exchange.fields import shown

MEGABYTE = 1024 * 1024
LARGEST_WHOLE = 32 * MEGABYTE
"""Bytes of a Bundle, whose text is held whole; also what is read from stdin, which cannot be read twice."""
LARGEST_LINES = 4096 * MEGABYTE
"""Bytes of an NDJSON file, unpacked: one resource at a time is held."""
LONGEST_LINE = 4 * MEGABYTE
"""Bytes of a resource: a photograph in a Patient has some hundred thousand."""
DEEPEST = 64
"""Objects and lists in each other: US Core's deepest have a dozen."""
MOST_FILES = 1000
LOOKED_AT = 64 * 1024
"""Bytes in which a file tells that it is FHIR."""
MANIFEST = "manifest.json"
ENDINGS = (".ndjson", ".json", ".ndjson.gz", ".json.gz")
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"

Resource = dict[str, Any]


class Item(NamedTuple):
    """A resource and where it stands: file and line (of a Bundle the entry, from 1); `url` is its entry's fullUrl."""

    file: str
    line: int
    url: str
    resource: Resource

    @property
    def kind(self) -> str:
        """Its resourceType."""
        return str(self.resource["resourceType"])

    @property
    def keys(self) -> tuple[str, ...]:
        """What references to it say: `Patient/123`, or the entry's `urn:uuid:...`."""
        found = self.resource.get("id")
        own = (f"{self.kind}/{found}",) if isinstance(found, str) else ()
        return (*own, *((self.url,) if self.url else ()))


def listed(paths: Iterable[str]) -> list[str]:
    """The files behind what was named: of a folder those of its manifest, or all that look so. Raises Usage."""
    found = [one for path in paths for one in (_folder(path) if os.path.isdir(path) else [path])]
    if len(found) > MOST_FILES:
        raise Usage(f"{len(found):,} files, and {MOST_FILES:,} are the most", hint="import them in parts")
    twice = [path for path in found if found.count(path) > 1]
    if twice:
        raise Usage(f"{twice[0]} is named twice", hint="name each file once")
    return found


def _folder(path: str) -> list[str]:
    found = {os.path.basename(one): one for one in _named(path)}
    wanted = _manifest(os.path.join(path, MANIFEST))
    missing = sorted((wanted or set()) - set(found))
    if missing:
        raise Usage(f"{path}: {shown(missing[0])} of the manifest is not there", hint="is the export whole?")
    if not found:
        raise Usage(f"{path} holds no FHIR files", hint=f"they end in {', '.join(ENDINGS)}")
    return [one for name, one in found.items() if wanted is None or name in wanted]


def _manifest(path: str) -> set[str] | None:
    """The names of the files that a Bulk Data manifest lists; None where there is none. Raises Usage."""
    if not os.path.exists(path):
        return None
    text = _start(path, MEGABYTE)
    found = _parsed(text, path, 1).get("output") if len(text) < MEGABYTE else None
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and isinstance(one.get("url"), str) for one in found
    ):
        raise Usage(f"{path} is no manifest of an export", hint="name the files one by one")
    return {one["url"].rpartition("/")[2] for one in found}


def is_fhir(path: str) -> bool:
    """Whether a file (not stdin) reads like FHIR, packed or not, or a folder has one that does. Raises Usage."""
    if os.path.isdir(path):
        return any(is_fhir(one) for one in _named(path))
    start = _start(path, LOOKED_AT)
    if start.startswith(GZIP):
        try:
            start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, LOOKED_AT)
        except zlib.error:
            return False
    return start.removeprefix(BOM).lstrip()[:1] == b"{" and b'"resourceType"' in start


def _named(path: str) -> list[str]:
    """The files of a folder that are named as FHIR's are."""
    names = sorted(name for name in os.listdir(path) if name.endswith(ENDINGS) and name != MANIFEST)
    return [os.path.join(path, name) for name in names]


def _start(path: str, most: int) -> bytes:
    try:
        return files.start(path, most)
    except OSError as fault:
        raise Usage(f"{path} cannot be read: {fault.strerror}", hint="check the file's name") from None


class Source:
    """A file that can be read more than once; stdin and pipes are kept in memory, up to `LARGEST_WHOLE`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._kept = _all(sys.stdin.buffer, "stdin", LARGEST_WHOLE) if path == "-" else None

    def items(self) -> Iterator[Item]:
        """Its resources, those of Bundles one by one. Raises Usage."""
        try:
            with self._opened() as raw:
                yield from _items(self.path, raw)
        except (OSError, EOFError, zlib.error) as fault:
            why = getattr(fault, "strerror", None) or "is it whole?"
            raise Usage(f"{self.path} cannot be read: {why}", hint="check the file") from None

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked and counted."""
        if self._kept is not None:
            yield _unpacked(self.path, io.BufferedReader(io.BytesIO(self._kept)))
            return
        with files.opened(self.path) as file:
            yield _unpacked(self.path, file)


def _unpacked(name: str, file: BinaryIO) -> BinaryIO:
    packed = file.peek(2)[:2] == GZIP  # type: ignore[attr-defined]
    return io.BufferedReader(_Counted(name, gzip.GzipFile(fileobj=file) if packed else file))


class _Counted(io.RawIOBase):
    """A stream that ends in an error as soon as more came out of it than a file may hold, whatever it is packed in."""

    def __init__(self, name: str, stream: Any) -> None:
        self._name = name
        self._stream = stream
        self._left = LARGEST_LINES

    def readable(self) -> bool:
        """It is read, and nothing else."""
        return True

    def readinto(self, into: Any) -> int:
        """Up to as many bytes as there is room for. Raises Usage."""
        found: bytes = self._stream.read1(len(into))
        self._left -= len(found)
        if self._left < 0:
            raise _too_large(self._name, LARGEST_LINES)
        into[: len(found)] = found
        return len(found)


def _too_large(name: str, most: int) -> Usage:
    return Usage(f"{name} is larger than {most // MEGABYTE:,} MB", hint="export it as NDJSON, or in parts")


def _all(stream: BinaryIO, name: str, most: int) -> bytes:
    found = stream.read(most + 1)
    if len(found) > most:
        raise _too_large(name, most)
    return found


def _items(name: str, raw: BinaryIO) -> Iterator[Item]:
    """NDJSON where the first line is a whole resource; else one document."""
    line = raw.readline(LARGEST_WHOLE + 1)
    if len(line) > LARGEST_WHOLE:
        raise _too_large(name, LARGEST_WHOLE)
    first = line.removeprefix(BOM)
    if not _whole(first):
        yield from _document(name, 0, first + _all(raw, name, LARGEST_WHOLE - len(line)))
        return
    yield from _document(name, 1, first)
    number = 1
    while line := raw.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise Usage(f"{name}:{number}: the line is longer than {LONGEST_LINE // MEGABYTE} MB",
                        hint="one resource a line")  # fmt: skip
        if line.strip():
            yield from _document(name, number, line)


def _document(name: str, line: int, text: bytes) -> Iterator[Item]:
    """The resources of a document that begins on a line (0: it is all of the file)."""
    if len(text) <= LONGEST_LINE:
        yield from _expanded(name, line or 1, _parsed(text, name, line))
        return
    found = _decoded(text, name, line)
    parts = split(found, name)
    if len(parts.frame) > LONGEST_LINE or any(end - start > LONGEST_LINE for start, end in parts.spans):
        raise Usage(f"{name}: a resource has more than {LONGEST_LINE // MEGABYTE} MB", hint="is it FHIR?")
    frame = _parsed(parts.frame, name, line)
    holes = frame.get("entry")
    if frame.get("resourceType") != "Bundle" or not isinstance(holes, list) or len(holes) != len(parts.spans):
        raise Usage(f"{name}: no Bundle, or an entry of it is no object", hint="is it FHIR R4?")
    for number, (start, end) in enumerate(parts.spans, 1):
        entry = _parsed(found[start:end], f"{name}: entry {number}", 0)
        yield from _entry(name, number, entry)


def _whole(line: bytes) -> bool:
    """Whether a first line is a document of its own: what a person laid out over lines is not."""
    return line.rstrip().endswith(b"}")


def _decoded(text: bytes, name: str, line: int) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise Usage(f"{name}:{line or 1}: not UTF-8", hint="save it as UTF-8 and try again") from None


def _parsed(text: bytes | str, name: str, line: int) -> Resource:
    """An object of JSON, in which every reader sees the same. Raises Usage."""
    where = f"{name}:{line}" if line else name
    known = text if isinstance(text, str) else _decoded(text, name, line)
    try:
        found = json.loads(known, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except RecursionError:
        raise Usage(f"{where}: nested too deep", hint="is it FHIR?") from None
    except _Odd as fault:
        raise Usage(f"{where}: {fault}", hint="it could be read in more than one way: mend it first") from None
    except json.JSONDecodeError as fault:
        at = where if line else f"{name}:{fault.lineno}"
        raise Usage(f"{at}: not JSON: {fault.msg}", hint="FHIR as JSON or NDJSON is read, XML is not") from None
    except ValueError:
        raise Usage(f"{where}: a number of too many figures", hint="is it FHIR?") from None
    if not isinstance(found, dict):
        raise Usage(f"{where}: not an object of JSON", hint="a resource begins with {")
    if _depth(found) > DEEPEST:
        raise Usage(f"{where}: nested too deep", hint="is it FHIR?")
    return found


class _Odd(ValueError):
    """JSON that readers understand differently."""


def _no_number(word: str) -> NoReturn:
    raise _Odd(f"{word} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Odd("a name stands twice in one object")
    return found


def _depth(value: Any) -> int:
    """How deep a value goes; looked at level by level, for a recursion could be too deep itself."""
    level, deep = [value], 0
    while level and deep <= DEEPEST:
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
        deep += 1
    return deep


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _expanded(name: str, line: int, found: Resource) -> Iterator[Item]:
    """A resource, or those of a Bundle. Raises Usage for what is none."""
    kind = found.get("resourceType")
    if kind != "Bundle":
        yield Item(name, line, "", _resource(found, f"{name}:{line}"))
        return
    entries = found.get("entry", [])
    if not isinstance(entries, list):
        raise Usage(f"{name}: the Bundle's entry is no list", hint="is it FHIR R4?")
    for number, entry in enumerate(entries, 1):
        yield from _entry(name, number, entry)


def _entry(name: str, number: int, entry: Any) -> Iterator[Item]:
    """The resource of a Bundle's entry, which need not have one. Raises Usage."""
    where = f"{name}: entry {number}"
    if not isinstance(entry, dict):
        raise Usage(f"{where} is no object", hint="is it FHIR R4?")
    url = entry.get("fullUrl", "")
    if "resource" in entry:
        yield Item(name, number, url if isinstance(url, str) else "", _resource(entry["resource"], where))


def _resource(found: Any, where: str) -> Resource:
    kind = found.get("resourceType") if isinstance(found, dict) else None
    if not isinstance(kind, str) or not kind.isascii() or not kind.isalpha() or len(kind) > 60:
        raise Usage(f"{where}: no FHIR resource", hint="each has a resourceType")
    assert isinstance(found, dict), "it has a kind"
    return found
