"""Channels that reach out: addresses, order and status of what is sent, opt-outs, budgets, cursors"""

import sqlalchemy as sa
from alembic import op

import server.store.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cursors",
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", server.store.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "name"),
    )
    op.create_table(
        "mail_ids",
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("at", server.store.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "digest"),
    )
    op.create_table(
        "opt_outs",
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("at", server.store.tables.Instant(), nullable=False),
        sa.Column("back_at", server.store.tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("brand", "contact"),
    )
    op.create_table(
        "spent",
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "kind", "scope", "slot"),
    )
    op.create_table(
        "switches",
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("at", server.store.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "name"),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("burst_at", server.store.tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("inbound_at", server.store.tables.Instant(), nullable=True))
        batch_op.create_index("conversations_by_address", ["brand", "channel", "address"], unique=True)

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.Text(), server_default="{}", nullable=False))

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_until", server.store.tables.Instant(), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("kind", sa.String(length=16), server_default="reply", nullable=False))
        batch_op.add_column(sa.Column("status", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("error", sa.String(length=64), nullable=True))
        batch_op.create_index("outbox_by_provider_ref", ["brand", "provider_ref"], unique=False)
        batch_op.create_index("outbox_in_order", ["brand", "conversation", "state", "seq", "part"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("outbox_in_order")
        batch_op.drop_index("outbox_by_provider_ref")
        batch_op.drop_column("error")
        batch_op.drop_column("status")
        batch_op.drop_column("kind")
        batch_op.drop_column("part")

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("claimed_until")

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("conversations_by_address")
        batch_op.drop_column("inbound_at")
        batch_op.drop_column("burst_at")
        batch_op.drop_column("address")

    op.drop_table("switches")
    op.drop_table("spent")
    op.drop_table("opt_outs")
    op.drop_table("mail_ids")
    op.drop_table("cursors")
