"""Keys as people write them down: groups of four letters and digits, the last group a checksum."""

import hashlib

from tpi_cli.rules import base32

KEY_BYTES = 32
_DIGITS = 52
_CHECK_DIGITS = 4
GROUP = 4
RECOVERY = "recovery code"
OFFICER = "officer key"


def write(kind: str, key: bytes) -> str:
    """A key of 32 bytes as `4F2K-...`: 52 digits in base 32 and 4 that catch a slip; one kind is not the other."""
    digits = base32.written(int.from_bytes(key), _DIGITS) + _check(kind, key)
    return "-".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def read(kind: str, text: str) -> bytes | None:
    """The key behind what somebody typed, in capitals or not, blanks and dashes anywhere; None if it is mistyped."""
    digits = base32.letters("".join(text.split()).replace("-", ""))
    if len(digits) != _DIGITS + _CHECK_DIGITS or set(digits) - set(base32.ALPHABET):
        return None
    number = base32.read(digits[:_DIGITS])
    if number >= 1 << 8 * KEY_BYTES:
        return None
    key = number.to_bytes(KEY_BYTES)
    return key if digits[_DIGITS:] == _check(kind, key) else None


def _check(kind: str, key: bytes) -> str:
    digest = hashlib.sha256(f"tpi-paper-1 {kind} ".encode() + key).digest()
    return base32.written(int.from_bytes(digest[:3]) >> 4, _CHECK_DIGITS)
