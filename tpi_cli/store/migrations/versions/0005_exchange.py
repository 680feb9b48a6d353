"""Exchange: the namespace in which ids of exports are made, where a store took another's records over."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; empty means the clinic's own UUID."""
    op.add_column("clinic", sa.Column("namespace", sa.String(), nullable=True))
