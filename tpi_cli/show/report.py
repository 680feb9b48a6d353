"""What a report is: named columns over rows, and the same rows as records for programs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tpi_cli.errors import Usage
from tpi_cli.show.colours import LOUD, Look

NOTHING = "-"
"""What a person sees where there is nothing to show."""


def many(count: int, what: str) -> str:
    """`1 site`, `2 sites`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


PERSON = frozenset(
    {"name", "born", "phone", "email", "mrn", "note", "void_reason", "amend_reason", "change_reason", "was", "reason"}
)
"""Keys that tell who somebody is, and those of free text, which may."""
CLINICAL = frozenset(
    [
        "sites",
        "muscle",
        "side",
        "agent",
        "agents",
        "pain",
        "flags",
        "alerts",
        "alert",
        "reasons",
        "site",
        "point",
        "referred_to",
        "weight_kg",
        "height_cm",
        "sex",
        "payer",
        "findings",
        "taut_band",
        "tender_spot",
        "referred",
        "recognised",
        "diagnosis",
        "consent",
        "injections",
        "allergy",
        "bleeding",
        "adverse",
        "strength",
        "dose",
        "last_agent",
        "totals",
        "position",
        "with",
        "kind",
        "amount",
        "what",
        "code",
        "units",
        "why",
        "source",
        "steroid",
        "steroid_mg",
        "last_steroid",
        "by_site",
        "anaesthetic",
        "peak",
        "equivalent_mg",
        "running_mg",
        "fraction",
        "of_limit",
        "of_advice",
        "trend",
        "scores",
        "relief",
        "relief_pct",
        "threshold",
        "drawn",
    ]
)
"""Keys that tell what somebody has."""


class Column(NamedTuple):
    """A column: key for scripts, heading for people, how a row shows in it.

    `drop` ranks the columns for a narrow terminal: 0 is always there, then 1, 2, ... as long as they fit. `look` is
    how a text stands out in colour.
    """

    key: str
    text: Callable[[Any], str]
    drop: int = 0
    right: bool = False
    look: Callable[[str], Look | None] = LOUD.get

    @property
    def heading(self) -> str:
        """The heading over the column."""
        return self.key.upper().replace("_", " ")


class Report(NamedTuple):
    """Rows with their columns; `record` gives a row as JSON has it, `around` what stands beside the rows.

    `above` and `below` are lines for people around the rows: a picture, what belongs to it.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Any]
    record: Callable[[Any], dict[str, Any]]
    around: Callable[[], dict[str, Any]] = dict
    footer: Callable[[], str] = str
    above: Sequence[str] = ()
    below: Sequence[str] = ()


def chosen(columns: tuple[Column, ...], names: str | None) -> tuple[Column, ...]:
    """The columns that `--columns` names, in its order. Raises Usage for an unknown one."""
    if not names:
        return columns
    known = {column.key: column for column in columns}
    wanted = [name.strip().lower().replace(" ", "_") for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise Usage(f"no column {unknown[0] if unknown else names!r}", hint=f"columns: {', '.join(known)}")
    return tuple(known[name] for name in wanted)


def hidden(key: str, redact: str) -> bool:
    """Whether a key is kept back at this level of `--redact`: names, or all."""
    return redact != "none" and (key in PERSON or (redact == "all" and key in CLINICAL))


def redacted(record: dict[str, Any], redact: str) -> dict[str, Any]:
    """A record without what the level keeps back."""
    if redact == "none":
        return record
    return {key: None if hidden(key, redact) else _within(value, redact) for key, value in record.items()}


def _within(value: Any, redact: str) -> Any:
    if isinstance(value, dict):
        return redacted(value, redact)
    return [_within(one, redact) for one in value] if isinstance(value, list | tuple) else value


def cells(columns: Iterable[Column], row: Any, redact: str) -> list[str]:
    """A row as the texts of its columns, `-` for nothing."""
    from tpi_cli.show.clean import clean

    return [NOTHING if hidden(column.key, redact) else clean(column.text(row)) or NOTHING for column in columns]
