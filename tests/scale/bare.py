"""`tpi due` without tpi: the same SQL over the bare driver, written out as the same bytes.

`python tests/scale/bare.py CONFIG FILE`: CONFIG is the JSON that `tests/scale/reads.py` writes, with the store's path
and key, the statements and their values, and the words that the list shows for muscles and alerts. This is what
somebody would write who needed this one list and nothing else: no options, no checks, no redaction, no other format.
"""

import json
import sys
from datetime import date
from itertools import groupby, islice

from sqlcipher3 import dbapi2

LISTED = {"due", "overdue", "lapsed", "reassess"}


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    store = opened(asked)
    rows = islice(listed(store, asked), asked["limit"])
    rows = list(rows) if asked["format"] == "plain" else rows
    with open(sys.argv[2], "w", encoding="utf-8", newline="") as into:
        (plain if asked["format"] == "plain" else tabbed)(asked["headings"], rows, into)
    told = {sql: store.execute(sql, asked["values"]).fetchall() for sql in asked["counts"]}
    sys.stderr.write(f"{told}\n")


def opened(asked):
    store = dbapi2.connect(f"file:{asked['path']}?mode=rw", uri=True, isolation_level=None)
    for pragma in asked["pragmas"]:
        store.execute(f"PRAGMA {pragma}")
    store.execute("BEGIN")
    return store


def listed(store, asked):
    """The list's rows as cells."""
    values, size = asked["values"], asked["batch"]
    keys = (found[:1] + found[2:] for found in store.execute(asked["ordering"], values))
    keys = (key for key, _ in groupby(keys))
    while batch := list(islice(keys, size)):
        more = {f"one{at}": patient for at, (patient, _) in enumerate(batch)}
        among = f"patient_id IN ({', '.join(f':{name}' for name in more)})"
        found, lasts = {}, {}
        for row in store.execute(asked["picking"].replace("{among}", among), {**values, **more}):
            found.setdefault(row[0], []).append(row)
        for row in store.execute(asked["last"].replace("{among}", among), more):
            lasts.setdefault(row[0], []).append(row[1:])
        for patient, place in batch:
            if found[patient][0][12] == place:
                yield cells(asked, found[patient], lasts.get(patient, []))


def cells(asked, sites, lasts):
    today, lead = date.fromisoformat(values_today(asked)), sites[0]
    late = (today - date.fromisoformat(lead[12])).days
    last = [one for one in lasts if one[:2] == lasts[0][:2]]
    agents = dict.fromkeys(agent for one in last for agent in one[2].splitlines())
    before, after = next(((one[3], one[4]) for one in last if one[3] is not None), (None, None))
    pain = "" if before is None else str(before) if after is None else f"{before}:{after}"
    event = any(one[7] is None for one in sites)
    return [
        lead[12],
        f"{late}d",
        f"PT-{lead[1]:04d}",
        lead[3],
        lead[4],
        lead[5] or "-",
        " ".join(f"{asked['short'][one[7]]}-{one[8]}" for one in sites if one[7]) or "-",
        last[0][0] if last else "-",
        " + ".join(agents) or "-",
        pain or "-",
        "adverse" if event else status(asked, lead, late),
        lead[13] or "-",
        " ".join(flags(asked, lead[23])) or "-",
    ]


def values_today(asked):
    return asked["values"]["today"]


def status(asked, lead, late):
    by_days = next((name for name, days in asked["thresholds"] if late >= days), "upcoming")
    return "reassess" if lead[15] and by_days in LISTED else by_days


def flags(asked, alerts):
    kinds = alerts.split(",") if alerts else []
    return dict.fromkeys(flag for kind, flag in asked["flags"] if kind in kinds)


def plain(headings, rows, into):
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in [headings, *rows]:
        row[1] = row[1].rjust(widths[1])
        into.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def tabbed(headings, rows, into):
    into.write("\t".join(heading.lower() for heading in headings) + "\n")
    for row in rows:
        into.write("\t".join("" if cell == "-" else cell for cell in row) + "\n")


if __name__ == "__main__":
    main()
