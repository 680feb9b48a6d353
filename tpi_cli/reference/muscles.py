"""The muscles a trigger point can be in: names in `muscles.csv`, hazards and codes in `muscle_notes.csv`.

Two tables, because every list needs the short names and next to none the rest.
"""

from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import key, rows, several

SUGGESTIONS = 3
"""How many names a "did you mean" offers at most."""


class Muscle(NamedTuple):
    """A row of both tables: a muscle, or the part of one that is recorded apart.

    `title` is what a person says, `short` what a list shows. `aliases` are this row's alone, `shared` are
    words that mean several rows. `cpt_key` is equal where billing counts one muscle. `pneumothorax` is
    none, low, moderate or high; `deep` is a site that cannot be compressed. `source` is ids of
    `sources.csv` joined by `|`. `referral` and `points` are hints: no diagnosis follows from them.
    """

    muscle: str
    name: str
    part: str
    title: str
    short: str
    aliases: tuple[str, ...]
    shared: tuple[str, ...]
    region: str
    cms_region: str
    cpt_key: str
    side_rule: str
    points: str
    referral: str
    pneumothorax: str
    hazards: str
    deep: bool
    position: str
    icd10: str
    uberon: str
    fma: str
    fma_right: str
    fma_left: str
    sctid: str
    note: str
    source: str
    sign_off: str
    revision: str


def _read(row: dict[str, str]) -> Muscle:
    text = {column: row[column] for column in Muscle._fields if column not in {"aliases", "shared", "deep"}}
    aliases, shared = several(row["aliases"]), several(row["shared"])
    return Muscle(aliases=aliases, shared=shared, deep=row["deep"] == "yes", **text)


@cache
def all_muscles() -> dict[str, Muscle]:
    """Every shipped muscle by id, in the order of the file (head to foot, then arm)."""
    notes = {row["muscle"]: row for row in rows("muscle_notes")}
    return {row["muscle"]: _read({**row, **notes[row["muscle"]]}) for row in rows("muscles")}


@cache
def _index() -> dict[str, tuple[Muscle, ...]]:
    """Muscles by every name they answer to; a row's own name goes before one that several rows share."""
    own: dict[str, tuple[Muscle, ...]] = {}
    common: dict[str, tuple[Muscle, ...]] = {}
    for one in all_muscles().values():
        for word in (one.muscle, one.short, one.title, *one.aliases):
            own[key(word)] = (one,)
        for word in (one.name, *one.shared):
            common[key(word)] = (*common.get(key(word), ()), one)
    return common | own


def by_name(text: str) -> tuple[Muscle, ...]:
    """The muscles a name means: one, several when rows share it (`trapezius`), none when it is unknown.

    Compares id, short name, title, name and aliases whole; case, spacing, `_` and `-` do not count.
    """
    return _index().get(key(text), ())


def similar(text: str) -> tuple[str, ...]:
    """Up to three muscles whose names come near, nearest first, as `upper trapezius (ut)`."""
    from difflib import get_close_matches

    near = get_close_matches(key(text), _index(), n=2 * SUGGESTIONS, cutoff=0.7)
    found = {one.muscle: f"{one.title} ({one.short.lower()})" for word in near for one in _index()[word]}
    return tuple(found.values())[:SUGGESTIONS]
