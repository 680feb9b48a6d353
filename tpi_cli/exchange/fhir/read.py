"""FHIR files read, resource by resource: NDJSON line by line, a Bundle entry by entry, packed or not.

What is too much, too deep or no JSON that everybody reads alike is refused in one line before anything is made of it.
"""

import codecs
import io
import json
import os
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple, NoReturn

from tpi_cli import files
from tpi_cli.errors import Usage
from tpi_cli.exchange.fhir.bundle import Cutter, TooLarge
from tpi_cli.exchange.fields import shown
from tpi_cli.exchange.packed import GZIP, MEGABYTE, counted, too_large

LARGEST_PIPE = 32 * MEGABYTE
"""Bytes of stdin or a pipe, which is held in memory because it cannot be read twice."""
LARGEST = 4096 * MEGABYTE
"""Bytes of a file, unpacked: one resource at a time is held."""
PART = MEGABYTE
"""Bytes of a Bundle that are read at once."""
LONGEST_LINE = 4 * MEGABYTE
"""Bytes of a resource: a photograph in a Patient has some hundred thousand. A smaller document is read as a whole."""
DEEPEST = 64
"""Objects and lists in each other: US Core's deepest have a dozen."""
MOST_FILES = 100_000
"""An export of transactions has one for every fifty resources."""
LOOKED_AT = 64 * 1024
"""Bytes in which a file tells that it is FHIR."""
MANIFEST = "manifest.json"
ENDINGS = (".ndjson", ".json", ".ndjson.gz", ".json.gz")
PARTS = "export it in parts"
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
    twice = next((path for path, count in Counter(found).items() if count > 1), None)
    if twice:
        raise Usage(f"{twice} is named twice", hint="name each file once")
    return found


def _folder(path: str) -> list[str]:
    found = {os.path.basename(one): one for one in _named(path)}
    wanted = _manifest(os.path.join(path, MANIFEST))
    other = next((one for one in found.values() if wanted is None and not is_fhir(one)), None)
    if other:
        raise Usage(
            f"{other} is no FHIR", hint="name the files; what tpi export json wrote is read, and not brought back"
        )
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
    """Whether a file (not stdin or a pipe) reads like FHIR, packed or not, or a folder has one that does.

    Raises Usage where it cannot be read.
    """
    if os.path.isdir(path):
        return any(is_fhir(one) for one in _named(path))
    if _is_pipe(path):  # it is read once, by whoever takes it
        return False
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
    """A file that can be read more than once; stdin and pipes are kept in memory, up to `LARGEST_PIPE`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._kept: bytes | None = None
        if path == "-":
            self._kept = _held(sys.stdin.buffer, "stdin")
        elif _is_pipe(path):
            with files.opened(path, pipes=True) as pipe:
                self._kept = _held(pipe, path)

    def items(self) -> Iterator[Item]:
        """Its resources, those of Bundles one by one. Raises Usage."""
        try:
            with self._opened() as raw:
                yield from _items(self.path, raw)
        except OSError as fault:
            why = getattr(fault, "strerror", None) or "is it whole?"
            raise Usage(f"{self.path} cannot be read: {why}", hint="check the file") from None

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked and counted."""
        if self._kept is not None:
            yield counted(self.path, io.BytesIO(self._kept), LARGEST, PARTS)
            return
        with files.opened(self.path) as file:
            yield counted(self.path, file, LARGEST, PARTS)


def _is_pipe(path: str) -> bool:
    return os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)


def _held(stream: BinaryIO, name: str) -> bytes:
    found = stream.read(LARGEST_PIPE + 1)
    if len(found) > LARGEST_PIPE:
        raise too_large(name, LARGEST_PIPE, "save it as a file, which may have any size")
    return found


def _items(name: str, raw: BinaryIO) -> Iterator[Item]:
    """NDJSON where the first line is a whole resource; else one document."""
    line = raw.readline(LONGEST_LINE + 1)
    first = line.removeprefix(BOM)
    if len(line) > LONGEST_LINE or not _whole(first):
        yield from _one_document(name, first, raw)
        return
    yield from _expanded(name, 1, _parsed(first, name, 1))
    number = 1
    while line := raw.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise Usage(f"{name}:{number}: the line is longer than {LONGEST_LINE // MEGABYTE} MB",
                        hint="one resource a line")  # fmt: skip
        if line.strip():
            yield from _expanded(name, number, _parsed(line, name, number))


def _one_document(name: str, first: bytes, raw: BinaryIO) -> Iterator[Item]:
    """The resources of a file that is one document: a small one at once, a Bundle of any size entry by entry."""
    begun = first + raw.read(max(0, LONGEST_LINE + 1 - len(first)))
    if len(begun) <= LONGEST_LINE:
        yield from _expanded(name, 1, _parsed(begun, name, 0))
        return
    cutter = Cutter(LONGEST_LINE)
    try:
        for number, entry in enumerate(cutter.entries(_texts(name, begun, raw)), 1):
            yield from _entry(name, number, _parsed(entry, f"{name}: entry {number}", 0))
    except TooLarge:
        raise Usage(f"{name}: a resource has more than {LONGEST_LINE // MEGABYTE} MB", hint="is it FHIR?") from None
    frame = _parsed(cutter.frame, name, 0)
    holes = frame.get("entry")
    if frame.get("resourceType") != "Bundle" or not isinstance(holes, list) or len(holes) != cutter.holes:
        raise Usage(f"{name}: no Bundle, or an entry of it is no object", hint="is it FHIR R4?")


def _texts(name: str, begun: bytes, raw: BinaryIO) -> Iterator[str]:
    """The document's text in parts, the first of which was read. Raises Usage."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    part = begun
    try:
        while part:
            yield decoder.decode(part)
            part = raw.read(PART)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _no_utf8(name) from None


def _whole(line: bytes) -> bool:
    """Whether a first line is a document of its own: what a person laid out over lines is not."""
    return line.rstrip().endswith(b"}")


def _decoded(text: bytes, name: str, line: int) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise _no_utf8(f"{name}:{line or 1}") from None


def _no_utf8(where: str) -> Usage:
    return Usage(f"{where}: not UTF-8", hint="save it as UTF-8 and try again")


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
        raise Usage(f"{at}: not JSON: {fault.msg}", hint=_why_no_json(known, fault)) from None
    except ValueError:
        raise Usage(f"{where}: a number of too many figures", hint="is it FHIR?") from None
    if not isinstance(found, dict):
        raise Usage(f"{where}: not an object of JSON", hint="a resource begins with {")
    if _depth(found) > DEEPEST:
        raise Usage(f"{where}: nested too deep", hint="is it FHIR?")
    return found


def _why_no_json(text: str, fault: json.JSONDecodeError) -> str:
    """What helps: a file that ends too early was not fetched whole."""
    if text.lstrip().startswith("<"):
        return "FHIR as JSON or NDJSON is read, XML is not"
    short = fault.pos >= len(text.rstrip()) or fault.msg.startswith("Unterminated")
    return "is it whole? fetch it again" if short else "is it FHIR as JSON or NDJSON?"


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
