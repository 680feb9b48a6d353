"""Random digits for ids and salts, from the system's own source, a page at a time: asking it for each record would cost
more than writing the record does."""

import io
import os

_PAGE = 2048
"""Bytes asked for at a time."""


class _Page:
    """Hex digits that were not given out yet."""

    def __init__(self) -> None:
        self._left = io.StringIO()

    def digits(self, count: int) -> str:
        """So many hex digits, none of them given out before."""
        found = self._left.read(count)
        if len(found) < count:
            self._left = io.StringIO(os.urandom(_PAGE).hex())
            found = self._left.read(count)
        return found


digits = _Page().digits
