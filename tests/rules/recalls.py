"""A site's history as a clinician would jot it down, one line an entry, in the order it was recorded.

2026-08-23 treated 3mo
2026-10-01 snooze 2026-12-24
2026-10-05 stop declined
2026-10-20 resume
"""

from datetime import date

from tpi_cli.rules.recall import Facts, Hold, Treatment


def facts(history: str, patient: str = "active", since: str | None = None) -> Facts:
    """What the rule is told. Sessions are called S1, S2 ... in the order they were recorded."""
    treatments: list[Treatment] = []
    holds: list[Hold] = []
    for number, line in enumerate(filter(None, map(str.strip, history.splitlines()))):
        day, act, *more = line.split()
        on, recorded = date.fromisoformat(day), f"2026-12-31T10:00:{number:02}.000000Z"
        if act == "treated":
            origin = more[1] if len(more) > 1 else "stated"
            treatments.append(Treatment(f"S{len(treatments) + 1}", on, more[0], origin, recorded, number))
        else:
            reason = more[0] if act == "stop" else None
            until = date.fromisoformat(more[0]) if act == "snooze" else None
            holds.append(Hold(act, on, "the desk", reason, until, None, recorded))
    return Facts(tuple(treatments), tuple(holds), patient, date.fromisoformat(since) if since else None)
