"""A file's bytes, unpacked where it is packed by gzip, and counted as they come: what is too much is never held."""

import gzip
import io
import zlib
from typing import Any, BinaryIO, cast

from tpi_cli.errors import Usage

GZIP = b"\x1f\x8b"
MEGABYTE = 1024 * 1024


def counted(name: str, stream: BinaryIO, most: int, hint: str) -> io.BufferedReader:
    """What is in a stream, packed or not. It ends in Usage, with the hint, as soon as `most` bytes came out of it."""
    start = stream if hasattr(stream, "peek") else io.BufferedReader(cast("io.RawIOBase", stream))
    packed = start.peek(2)[:2] == GZIP
    inside = gzip.GzipFile(fileobj=start) if packed else start
    return io.BufferedReader(_Counted(name, inside, most, hint))


def too_large(name: str, most: int, hint: str) -> Usage:
    """What is said of a file that holds more bytes."""
    return Usage(f"{name} is larger than {most // MEGABYTE:,} MB", hint=hint)


class _Counted(io.RawIOBase):
    def __init__(self, name: str, stream: Any, most: int, hint: str) -> None:
        self._name = name
        self._stream = stream
        self._most = most
        self._left = most
        self._hint = hint

    def readable(self) -> bool:
        """It is read, and nothing else."""
        return True

    def readinto(self, into: Any) -> int:
        """Up to as many bytes as there is room for. Raises Usage."""
        try:
            found: bytes = self._stream.read1(len(into))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise Usage(f"{self._name} is damaged: it cannot be unpacked", hint="fetch it again") from None
        self._left -= len(found)
        if self._left < 0:
            raise too_large(self._name, self._most, self._hint)
        into[: len(found)] = found
        return len(found)
