"""What payers ask for before they pay for a repeat: `payers.csv`, dated rows, a clinic default that only advises."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from tpi_cli.reference import screening
from tpi_cli.reference.tables import key, rows, several
from tpi_cli.rules import interval
from tpi_cli.rules.eligibility import ADVICE_ONLY, CAP, Policy
from tpi_cli.rules.relief import Wanted

SUGGESTIONS = 3
"""How many names a "did you mean" offers at most."""
CLINIC_DEFAULT = "self_pay"
"""The payer whose rows hold where a patient has none, or one without rules."""


class Row(NamedTuple):
    """A row of `payers.csv`: the policy, the payers it belongs to, other words for them, and its papers."""

    policy: Policy
    payers: tuple[str, ...]
    aliases: tuple[str, ...]
    name: str
    papers: str
    note: str
    sign_off: str


@cache
def shipped() -> tuple[Row, ...]:
    """Every shipped row, in the order of the file."""
    return tuple(_read(row) for row in rows("payers"))


def _read(row: dict[str, str]) -> Row:
    payers = several(row["payers"])
    policy = Policy(
        id=row["rule"],
        payer=payers[0],
        source=row["rule"],
        window=window(),
        starts=_day(row["effective_from"]),
        ends=_day(row["effective_to"]),
        max_sessions=_whole(row["max_sessions"]),
        cap_scope=row["cap_scope"],
        min_interval=interval.read(row["min_interval"]),
        interval_scope=row["interval_scope"],
        relief=Wanted(_decimal(row["min_relief_pct"]), _whole(row["min_relief_weeks"])),
        max_regions=_whole(row["max_regions"]),
        advisory=frozenset() if row["enforced"] == "yes" else ADVICE_ONLY,
        revision=f"payers/{row['revision']}",
    )
    return Row(policy, payers, several(row["aliases"]), row["name"], row["policy"], row["note"], row["sign_off"])


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


def _decimal(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def named(text: str | None, own: Iterable[Policy] = ()) -> str | None:
    """The payer's id that a text names: an id, a rule's id or an alias; None where there are no rules for it."""
    wanted = key(text or "")
    mine = {key(one.payer): one.payer for one in own}
    return mine.get(wanted) or _names().get(wanted)


def similar(text: str, own: Iterable[Policy] = ()) -> list[str]:
    """Up to three payers of whose names one is a typing slip away, nearest first."""
    from difflib import get_close_matches

    called = _names() | {key(one.payer): one.payer for one in own}
    near = get_close_matches(key(text), called, n=2 * SUGGESTIONS, cutoff=0.75)
    return list(dict.fromkeys(called[word] for word in near))[:SUGGESTIONS]


@cache
def _names() -> dict[str, str]:
    """The shipped payers by everything that names them, as compared; a rule's id or an alias means its first."""
    others = {key(word): row.payers[0] for row in shipped() for word in (row.policy.id, *row.aliases)}
    return others | {key(payer): payer for row in shipped() for payer in row.payers}


def policies(text: str | None, own: screening.Own, mine: Iterable[Policy] = ()) -> tuple[Policy, ...]:
    """The rows that hold for a patient whose payer is `text`, the clinic's own among them.

    Where the payer is not known, or has no row on a day, the clinic's default. `own` are the clinic's levels: a
    rule the clinic took down
    to a warning makes nobody wait.
    """
    clinic = tuple(mine)
    payer = named(text, clinic) or CLINIC_DEFAULT
    rows_of = _rows(payer, clinic)
    default = () if payer == CLINIC_DEFAULT else _rows(CLINIC_DEFAULT, clinic)
    return tuple(_eased(one, own) for one in (*rows_of, *(one._replace(fallback=True) for one in default)))


def _rows(payer: str, clinic: Iterable[Policy]) -> tuple[Policy, ...]:
    """The shipped rows of a payer and the clinic's own."""
    return (*(row.policy for row in shipped() if payer in row.payers), *(one for one in clinic if one.payer == payer))


def _eased(policy: Policy, own: screening.Own) -> Policy:
    """The row with the rules that the clinic took down to a warning or a note as mere advice."""
    eased = {rule for rule in ADVICE_ONLY if own.get((rule, screening.LEVEL)) in {"warn", "note"}}
    return policy._replace(window=window(own), advisory=policy.advisory | eased)


def window(own: screening.Own = MappingProxyType({})) -> interval.Interval:
    """How far back sessions are counted: the clinic's months, or the shipped ones."""
    return interval.Interval(int(own.get((CAP, "months")) or screening.numbers()[CAP, "months"].value), "mo")
