"""The tables of the house: the clinic, its settings, who works there, what it stocks."""

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from tpi_cli.rules.roles import CLINICIAN, ROLES
from tpi_cli.store.fields import ID, Sealed, identity, of, one_of


class Clinic(Sealed, table=True):
    """Whose records these are; `zone` decides what day it is.

    `knowledge` names the revision of rules and tables that every stored due date was worked out with. Ids of exports
    are made in `namespace`: none is the clinic's own UUID, another that of the store whose records this one took over.
    """

    id: str = identity()
    name: str
    zone: str
    made_up: bool = False
    knowledge: str | None = None
    created_at: str
    namespace: str | None = None


class Setting(Sealed, table=True):
    """A clinic's own value of a setting; without a row the shipped one holds."""

    clinic_id: str = Field(foreign_key="clinic.id", primary_key=True, max_length=ID)
    key: str = Field(primary_key=True)
    value: str
    set_by: str
    set_at: str


class Clinician(Sealed, table=True):
    """Who may act; `code` is what `--as` and the sessions name, `account` the login the person works under."""

    __table_args__ = (
        UniqueConstraint("clinic_id", "code"),
        Index("ix_clinician_account", "clinic_id", "account", unique=True),
        one_of("role", "role", *ROLES),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    code: str
    name: str | None = None
    role: str = Field(default=CLINICIAN, sa_column_kwargs={"server_default": CLINICIAN})
    account: str | None = None
    retired_on: date | None = None
    created_at: str
    created_by: str | None = None


class Agent(Sealed, table=True):
    """A clinic's own agent or the strengths it stocks; shadows the shipped row of the same id."""

    __table_args__ = (UniqueConstraint("clinic_id", "agent"), one_of("unit", "unit", "mg", "units"))
    id: str = identity()
    clinic_id: str = of("clinic.id")
    agent: str
    name: str
    kind: str
    unit: str
    strengths: str
    note: str | None = None
    created_at: str
    created_by: str
