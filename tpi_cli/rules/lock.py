"""A key locked with a passphrase: without the passphrase a stolen key file opens nothing."""

import hashlib
import hmac
import unicodedata
from typing import NamedTuple

HEADER = "tpi-key-2"
ITERATIONS = 210_000
"""Rounds of PBKDF2-HMAC-SHA512, as the OWASP Password Storage Cheat Sheet of 2023 asks for."""
MOST = 10_000_000
"""A key file that asks for more rounds than this is none of ours: it would keep the computer busy for minutes."""
SALT_BYTES = 16
KEY_BYTES = 32
SHORTEST = 12
"""Characters of a passphrase."""


class Locked(NamedTuple):
    """What a key file with a passphrase holds: the key crossed with one half of what the passphrase gives."""

    salt: bytes
    iterations: int
    wrapped: bytes
    check: bytes

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return f"{HEADER} {self.salt.hex()} {self.iterations} {self.wrapped.hex()} {self.check.hex()}"


def lock(key: bytes, passphrase: str, salt: bytes, iterations: int = ITERATIONS) -> Locked:
    """Lock a key; the salt must be a new one every time."""
    cover, seal = _halves(passphrase, salt, iterations)
    wrapped = _crossed(key, cover)
    return Locked(salt, iterations, wrapped, _check(seal, wrapped))


def unlock(locked: Locked, passphrase: str) -> bytes | None:
    """The key; None where this is not the passphrase."""
    cover, seal = _halves(passphrase, locked.salt, locked.iterations)
    fits = hmac.compare_digest(_check(seal, locked.wrapped), locked.check)
    return _crossed(locked.wrapped, cover) if fits else None


def read(words: list[str]) -> Locked | None:
    """What the words of a key file say; None where it is no locked key."""
    if len(words) != 5 or words[0] != HEADER or not (words[2].isascii() and words[2].isdigit() and len(words[2]) < 9):
        return None
    try:
        salt, wrapped, check = (bytes.fromhex(words[place]) for place in (1, 3, 4))
    except ValueError:
        return None
    if (len(salt), len(wrapped), len(check)) != (SALT_BYTES, KEY_BYTES, KEY_BYTES) or not 0 < int(words[2]) <= MOST:
        return None
    return Locked(salt, int(words[2]), wrapped, check)


def too_short(passphrase: str) -> bool:
    """Whether a passphrase could be guessed."""
    return len(passphrase) < SHORTEST


def _halves(passphrase: str, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    """What covers the key, and what seals it. One keyboard's letters are the same as another's (NFKC)."""
    text = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    derived = hashlib.pbkdf2_hmac("sha512", text, salt, iterations, 2 * KEY_BYTES)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def _check(seal: bytes, wrapped: bytes) -> bytes:
    return hmac.new(seal, wrapped, hashlib.sha256).digest()
