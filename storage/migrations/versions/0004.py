"""Schema 0004."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In 0003, as it was given out first, it had to be something.
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.alter_column("note", existing_type=sa.LargeBinary(), nullable=True)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stuck_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "outbox_unclear",
            ["ambiguous"],
            unique=False,
            sqlite_where=sa.text("ambiguous > 0"),
            postgresql_where=sa.text("ambiguous > 0"),
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "outbox_unclear", sqlite_where=sa.text("ambiguous > 0"), postgresql_where=sa.text("ambiguous > 0")
        )
        batch_op.drop_column("stuck_since")
