"""The tables of trust: the log of who did what, what records were before, and what keeps both honest.

None of them is a record: they are about records, and carry no seal of their own.
"""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from tpi_cli.store.fields import ID, identity, of

_UNDONE = text("act = 'undo'")


class Audit(SQLModel, table=True):
    """An entry of the log, one an act: written in the act's own transaction, never changed (triggers see to it).

    `records` counts the record versions the act wrote or ended, `content` is the hash over their salted hashes;
    none of it tells anything of a patient. `structure` is the hash of the schema, in entries that set it. `hash`
    holds all of it and the entry before (`rules/chain.py`), `mac` is made with a key that is gone afterwards.
    """

    __table_args__ = (Index("ix_audit_undone", "subject", sqlite_where=_UNDONE),)
    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    clinic_id: str = of("clinic.id")
    at: str
    account: str
    acting: str | None = None
    act: str
    patient: int | None = Field(default=None, index=True)
    subject: str | None = None
    records: int = 0
    content: str | None = None
    structure: str | None = None
    before: str
    hash: str
    mac: str


class History(SQLModel, table=True):
    """A record's version that is not the present one: `ended_by` is the entry that changed or removed it.

    `record` is its table, `key` its primary key, `content` its columns as canonical JSON. Of an erased patient's
    only the hash is left (`leaf`).
    """

    __table_args__ = (Index("ix_history_ended_by", "ended_by"), Index("ix_history_entry", "entry"))
    record: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    entry: int = Field(primary_key=True)
    clinic_id: str = of("clinic.id")
    ended_by: int
    salt: str | None = None
    content: str | None = None
    leaf: str | None = None


class Ratchet(SQLModel, table=True):
    """The key that the next entry's mac is made with; one row. The key before it is overwritten."""

    clinic_id: str = Field(foreign_key="clinic.id", primary_key=True, max_length=ID)
    entry: int
    key: str


class Numbering(SQLModel, table=True):
    """The last short number given to a kind of record: one that was taken back is not given again."""

    clinic_id: str = Field(foreign_key="clinic.id", primary_key=True, max_length=ID)
    kind: str = Field(primary_key=True)
    last: int


class Request(SQLModel, table=True):
    """An act done under an idempotency key, so that a retry finds it done: `asked` is the hash of what was asked."""

    __table_args__ = (Index("ix_request_key", "clinic_id", "key", unique=True),)
    id: str = identity()
    clinic_id: str = of("clinic.id")
    key: str
    asked: str
    entry: int
