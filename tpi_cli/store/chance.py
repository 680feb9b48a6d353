"""Random digits for ids and salts, from the system's own source, a page at a time: asking it for each record would cost
more than writing the record does."""

import io
import os

_BYTES = 2048
"""Bytes asked for at a time."""


class _Page:
    """Hex digits that were not given out yet."""

    def __init__(self) -> None:
        self._left = io.StringIO()

    def forget(self) -> None:
        """Give out nothing that another process may give out too: a fork has the same page."""
        self._left = io.StringIO()

    def digits(self, count: int) -> str:
        """So many hex digits, none of them given out before."""
        found = self._left.read(count)
        if len(found) < count:
            self._left = io.StringIO(os.urandom(_BYTES).hex())
            found = self._left.read(count)
        return found


_PRESENT = _Page()
digits = _PRESENT.digits
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_PRESENT.forget)
