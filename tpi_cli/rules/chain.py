"""The log's arithmetic: hashes of records, the chain of entries, and a key that only moves forward.

Everything hashed is a canonical JSON array that starts with its kind and version, so that no two different
things read the same. The chain shows any change to whoever recomputes it; an insider could recompute it too,
therefore each entry also has a mac, made with a key that is replaced by its own hash right after. Only who
holds the first key (the officer key, printed once) can make those macs again.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import NamedTuple

START = "0" * 64
"""What stands before the first entry."""
KEY_BYTES = 32
SHORT = 16
"""Hex digits of a head in its short form: 64 bits, enough to find out a changed log, short enough to type."""
_STEP = b"tpi-ratchet-1"
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
"""Made once: a store of a million patients has records by the ten million, and every one is hashed."""


class Entry(NamedTuple):
    """An entry of the log without its hash and mac: `entry` counts from 1, `at` is a stamp in UTC."""

    entry: int
    clinic: str
    at: str
    account: str
    acting: str | None
    act: str
    patient: int | None
    subject: str | None
    records: int
    content: str | None
    structure: str | None
    before: str


def canonical(value: object) -> bytes:
    """A value as JSON in the one way it is hashed: ASCII, keys sorted, no blanks."""
    return _JSON.encode(value).encode()


def word(value: int | str | None) -> str:
    """A number, a text or nothing as canonical JSON: what `canonical` makes of it, without asking what it may be."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    return "null" if value is None else str(value)


class Form:
    """How records are written whose columns stand at these places of a row: as a canonical JSON object, empty columns
    left out, so that a column that came later changes no hash."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = [(f"{word(name)}:", place) for name, place in sorted(places.items())]

    def record(self, row: Sequence[int | str | None]) -> str:
        """The record that a row holds."""
        told = [
            mark + (encode_basestring_ascii(value) if isinstance(value, str) else str(value))
            for mark, place in self._places
            if (value := row[place]) is not None
        ]
        return f"{{{','.join(told)}}}"


def record(columns: Mapping[str, int | str | None]) -> str:
    """One record by itself."""
    return Form({name: place for place, name in enumerate(columns)}).record(tuple(columns.values()))


def written(table: str, key: str, entry: int, salt: str | None, content: str) -> str:
    """The salted hash of a record's version, as hex; without the salt nobody can try values against it."""
    text = encode_basestring_ascii
    told = f'["tpi-record-1",{text(table)},{text(key)},{entry},{word(salt)},{text(content)}]'
    return hashlib.sha256(told.encode()).hexdigest()


def ended(table: str, key: str, entry: int, by: int) -> str:
    """The hash of the fact that one entry changed or removed what another had written."""
    return _hash(["tpi-ended-1", table, key, entry, by])


def content(leaves: Iterable[str]) -> tuple[int, str | None]:
    """How many hashes there are, and the hash over all of them in their order; None where there are none."""
    total, count = hashlib.sha256(b"tpi-content-1"), 0
    for leaf in leaves:
        total.update(bytes.fromhex(leaf))
        count += 1
    return count, total.hexdigest() if count else None


def entry_hash(entry: Entry) -> str:
    """The hash of an entry, which holds that of the entry before it."""
    return _hash(["tpi-audit-1", *entry])


def mac(key: bytes, digest: str) -> str:
    """An entry's mac, made with the key of its turn."""
    return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()


def step(key: bytes) -> bytes:
    """The next entry's key: there is no way back from it."""
    return hashlib.sha256(_STEP + key).digest()


def keys(first: bytes) -> Iterator[bytes]:
    """The keys of the entries, from the first on."""
    while True:
        yield first
        first = step(first)


def head(entry: int, digest: str) -> str:
    """The short form that is printed under reports: `57:a3f09c1e22b46d70`."""
    return f"{entry}:{digest[:SHORT]}"


def read_head(text: str) -> tuple[int, str] | None:
    """The entry and the first digits of its hash that an anchor names; None if it is no anchor."""
    number, _, digits = text.strip().lower().partition(":")
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or set(digits) - set("0123456789abcdef"):
        return None
    return (int(number), digits) if SHORT <= len(digits) <= len(START) else None


def _hash(value: object) -> str:
    return _digest(_JSON.encode(value))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
