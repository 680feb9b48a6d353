"""One batch of the generator, as a process of its own works it out: rows, recalls by the rules, and their hash."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.scale import rules
from tests.scale.records import BATCH, Book, House, Rows, Wish, one
from tpi_cli.rules import chain
from tpi_cli.store import chart


class Batch(NamedTuple):
    """What a batch is: rows by table (columns, then tuples), how many records, the hash over theirs, and the last
    numbers of sessions and appointments."""

    rows: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]
    records: int
    content: str | None
    last: dict[str, int]


def made(wish: Wish, house: House, rule_book: chart.House, number: int, patients: int) -> Batch:
    """The `number`-th batch of so many patients; the clinic's own rules come from the store."""
    book = Book(wish, number, house)
    recalls: list[dict[str, Any]] = []
    for who in range(number * BATCH + 1, min(patients, (number + 1) * BATCH) + 1):
        before = {table: len(rows) for table, rows in book.rows.items()}
        one(book, who, wish.per)
        new = {table: rows[before.get(table, 0) :] for table, rows in book.rows.items()}
        recalls.extend(rules.recalls(rule_book, house.clinic, new))
    records, content = chain.content(_hashes(book.rows))
    rows = {table: (tuple(found[0]), [tuple(row.values()) for row in found])
            for table, found in {**book.rows, "recall": recalls}.items()}  # fmt: skip
    return Batch(rows, records, content, book.last)


def _hashes(rows: Rows) -> Iterator[str]:
    """The hashes of a batch's records in the order in which an entry sums them up."""
    for table in sorted(rows):
        for row in sorted(rows[table], key=lambda one: one["id"]):
            bare = {name: value for name, value in row.items() if name not in {"entry", "salt"}}
            yield chain.written(table, row["id"], row["entry"], row["salt"], chain.record(bare))


def insert(table: str, names: tuple[str, ...]) -> str:
    """The statement that puts rows into a table."""
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
