"""Asks the store what a command asked, over the bare driver: `python tests/scale/asking.py CONFIG [typer]`.

CONFIG is JSON that `tests/scale/patient.py` writes: the store's path, the settings of the connection, and the
statements with their values in the order in which the command made them. The entry that logs the reading is written
as it is, with its hash and its key. What is read is printed as it comes. With `typer` the framework of a command line
is loaded too.
"""

import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime

from sqlcipher3 import dbapi2

if "typer" in sys.argv:
    import typer  # noqa: F401

LOG = (
    "INSERT INTO audit (entry, clinic_id, at, account, acting, act, patient, subject, records, content, structure,"
    " before, hash, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    store = dbapi2.connect(f"file:{asked['path']}?mode=rw", uri=True, isolation_level=None)
    for pragma in asked["pragmas"]:
        store.execute(f"PRAGMA {pragma}")
    store.execute("BEGIN")
    for sql, values in asked["statements"]:
        if sql == "log":
            logged(store, *values)
        else:
            for row in store.execute(sql, values):
                sys.stdout.write("  ".join("-" if cell is None else str(cell) for cell in row) + "\n")


def logged(store, account, act, patient):
    store.execute("COMMIT")
    for pragma in ("query_only=OFF", "journal_mode=WAL", "synchronous=FULL", "fullfsync=ON"):
        store.execute(f"PRAGMA {pragma}")
    store.execute("BEGIN IMMEDIATE")
    ((clinic,),) = store.execute("SELECT id FROM clinic")
    ((last, before),) = store.execute("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1")
    ((key,),) = store.execute("SELECT key FROM ratchet WHERE clinic_id = ?", (clinic,))
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    entry = [last + 1, clinic, at, account, None, act, patient, None, 0, None, None, before]
    digest = hashlib.sha256(json.dumps(["tpi-audit-1", *entry], separators=(",", ":")).encode()).hexdigest()
    mac = hmac.new(bytes.fromhex(key), digest.encode(), hashlib.sha256).hexdigest()
    store.execute(LOG, [*entry, digest, mac])
    step = hashlib.sha256(b"tpi-ratchet-1" + bytes.fromhex(key)).hexdigest()
    store.execute("UPDATE ratchet SET entry = ?, key = ? WHERE clinic_id = ?", (last + 1, step, clinic))
    store.execute("COMMIT")
    store.execute("PRAGMA query_only=ON")
    store.execute("BEGIN")


if __name__ == "__main__":
    main()
