"""What a report listed the last time: one small file a store and report name, in the platform's state folder.

A report never writes to the store. The file holds no patient: of every row two digests (whose it is, what it
said) keyed with the store's key and a salt, the clinic's id, the moment, and a digest over all of it, by which
a damaged file is known. A plain store has no key, nor has one on a server: there the salt alone stands between the
digests and a guess.
"""

import os
import re
import sys
from hashlib import blake2b
from typing import NamedTuple

from tpi_cli import files
from tpi_cli.errors import StoreUnavailable, Usage
from tpi_cli.rules import identity
from tpi_cli.store.keys import key_of
from tpi_cli.store.place import Place, is_plain, make_folder

HEADER = "tpi-report-1"
DIGEST = 16
"""Bytes of a digest, and of the salt."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def named(text: str) -> str:
    """A report's name. Raises Usage, also for `7` and `pt-7`: wherever else they are typed they name a patient."""
    if identity.read_patient(text) is not None:
        raise Usage(f"{text!r} names a patient, not a report", hint="write the patient first: tpi due 7 --since-last")
    if not _NAME.fullmatch(text):
        raise Usage(f"{text!r} cannot name a report", hint="small letters, digits and -, at most 40: morning")
    return text


class Last(NamedTuple):
    """The last report of a name: its moment (`clock.stamp`), and for each patient what the row said, as digests."""

    moment: str
    rows: dict[bytes, bytes]


class Memory:
    """The state of one report of one store. `asked` is, as text, all that decides who can be on its list."""

    def __init__(self, place: Place, clinic: str, name: str, asked: str) -> None:
        """Raises Usage for a name that is none, and the errors of `key_of`."""
        self.name, self.clinic, self.asked = named(name), clinic, asked
        self._key = b"" if place.url or is_plain(place) else bytes.fromhex(key_of(place).digits)
        self._salt = os.urandom(DIGEST)
        store = blake2b(
            os.fsencode(place.path if place.url else os.path.realpath(place.path)), digest_size=6
        ).hexdigest()
        self.path = os.path.join(_folder(), "reports", f"{name}-{store}.seen")

    def digest(self, text: str, purpose: str = "row") -> bytes:
        """What stands for a text in the file; in another file, or for another purpose, it is another one."""
        found = blake2b(
            text.encode(), digest_size=DIGEST, key=self._key, salt=self._salt, person=f"tpi {purpose}".encode()
        )
        return found.digest()

    def last(self) -> tuple[Last | None, str]:
        """The last report, or None; and where there was one that does not count, why it does not."""
        found, doubt = self._opened()
        if found is None:
            self._salt = os.urandom(DIGEST)
        return found, doubt

    def _opened(self) -> tuple[Last | None, str]:
        try:
            with files.opened(self.path) as file:
                return self._read(file.read().decode("ascii"))
        except FileNotFoundError:
            return None, ""
        except (OSError, ValueError):
            return None, f"{self.path} is damaged or not this store's"

    def _read(self, text: str) -> tuple[Last | None, str]:
        """Raises ValueError for anything but what `keep` wrote."""
        header, clinic, moment, salt, asked, *rows, seal, end = text.split("\n")
        if header == HEADER and clinic != self.clinic:
            return None, f"{self.path} is another clinic's"
        self._salt = bytes.fromhex(salt)
        body = text[: len(text) - len(seal) - 1]
        if header != HEADER or end or self.digest(body, "seal").hex() != seal:
            raise ValueError
        if self.digest(self.asked, "asked").hex() != asked:
            return None, f"the last report {self.name!r} had other filters"
        halves = (row.split(" ") for row in rows)
        return Last(moment, {bytes.fromhex(who): bytes.fromhex(said) for who, said in halves}), ""

    def keep(self, now: Last) -> None:
        """Put this report in the last one's place, in one step. Raises StoreUnavailable; then the last one stands."""
        head = [HEADER, self.clinic, now.moment, self._salt.hex(), self.digest(self.asked, "asked").hex()]
        rows = [f"{who.hex()} {said.hex()}" for who, said in sorted(now.rows.items())]
        body = "".join(f"{line}\n" for line in (*head, *rows))
        make_folder(os.path.dirname(self.path))
        try:
            files.put(self.path, f"{body}{self.digest(body, 'seal').hex()}\n")
        except OSError as fault:
            raise StoreUnavailable(
                f"the list is complete, but cannot write {self.path}: {fault.strerror}",
                hint="the next report lists the same again; mend the folder, or name it with XDG_STATE_HOME",
            ) from None


def _folder() -> str:
    """The platform's folder for state; on Linux without the weight of platformdirs, as `config.home` has it."""
    home = os.environ.get("HOME")
    if sys.platform == "linux" and home:
        base = os.environ.get("XDG_STATE_HOME", "").strip()
        return os.path.join(base or os.path.join(home, ".local", "state"), "tpi")
    import platformdirs

    return platformdirs.user_state_dir("tpi", appauthor=False)
