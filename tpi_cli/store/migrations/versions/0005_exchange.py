"""Exchange: ids of exports in the namespace of another store, and imports of any length.

What an entry of the log wrote is read by an index that has the order in which it is hashed; who is born on a day is
found without reading everybody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BY_ID = (
    *("adverse_event", "agent", "alert", "appointment", "appointment_act", "clinic", "clinician", "component"),
    *("contact", "elsewhere", "finding", "hold", "injection", "mixture", "outcome", "patient", "payer_rule", "plan"),
    *("rule_setting", "session", "site"),
)
KEYS = {"setting": ["clinic_id", "key"], **dict.fromkeys(BY_ID, ["id"])}


def upgrade() -> None:
    """Add the column (empty means the clinic's own UUID) and make the indexes anew."""
    op.add_column("clinic", sa.Column("namespace", sa.String(), nullable=True))
    for table, key in KEYS.items():
        op.drop_index(f"ix_{table}_entry", table)
        op.create_index(f"ix_{table}_entry", table, ["entry", *key])
    op.create_index("ix_patient_born", "patient", ["born"])
