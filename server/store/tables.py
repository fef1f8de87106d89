"""The tables, in the words of trust.md 5.1. The brand stands in every primary key; every time is UTC in microseconds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware time kept as microseconds since 1970, so that SQLite and PostgreSQL order and compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without an offset: {value!r}")
        return (value - _EPOCH) // _MICRO

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()


def _table(name: str, *columns: Any, key: tuple[str, ...]) -> Table:
    """A table whose primary key starts with the brand."""
    return Table(name, metadata, Column("brand", String(64), nullable=False), *columns, PrimaryKeyConstraint("brand", *key))


brands = _table(
    "brands", Column("position", Integer, nullable=False), Column("config", Text, nullable=False), Column("at", Instant), key=()
)
credentials = _table(
    "shop_credentials",
    Column("name", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    key=("name",),
)
documents = _table(
    "documents",
    Column("document", String(200), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("position", Integer, nullable=False, default=0),
    Column("at", Instant, nullable=False),
    key=("document", "locale"),
)
clauses = _table(
    "clauses",
    Column("clause", String(200), nullable=False),
    Column("document", String(200), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("changed_at", Instant),
    key=("clause", "locale"),
)
rules = _table(
    "rules",
    Column("rule", String(200), nullable=False),
    Column("version", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # draft, live, retired
    Column("body", Text, nullable=False),
    Column("position", Integer, nullable=False, default=0),
    Column("approved_at", Instant),
    Column("approved_by", String(100)),
    key=("rule", "version"),
)
puzzles = _table(
    "not_understood",
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("position", Integer, nullable=False, default=0),
    key=("digest",),
)
conversations = _table(
    "conversations",
    Column("id", String(40), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("contact", Text),
    Column("address", Text),  # what a channel finds the conversation by: a phone number, or a mail thread's first Message-ID
    Column("token", String(64)),  # SHA-256 of the bearer token
    Column("state", Text, nullable=False),
    Column("fence", Integer, nullable=False, default=0),
    Column("due_at", Instant),
    Column("burst_at", Instant),  # when the first unanswered message came: the pause is capped from here
    Column("lease_until", Instant),
    Column("inbound_at", Instant),  # the shopper's last message or tap, by the app's clock: WhatsApp's window counts from it
    Column("failures", Integer, nullable=False, default=0),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("arrived", Integer, nullable=False, default=0),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    key=("id",),
)
Index("conversations_by_token", conversations.c.token, unique=True)
Index("conversations_by_address", conversations.c.brand, conversations.c.channel, conversations.c.address, unique=True)
Index("conversations_due", conversations.c.due_at)
proofs = _table(
    "proofs",
    Column("conversation", String(40), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("contact", Text),
    Column("customer", Text),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant),
    key=("conversation", "n"),
)
inbox = _table(
    "inbox",
    Column("provider", String(16), nullable=False),
    Column("message", String(200), nullable=False),
    Column("conversation", String(40)),
    Column("seq", Integer),  # of the event the message became, so that the same send gets the same answer
    Column("position", Integer, nullable=False, default=0),
    Column("signal", String(16), nullable=False, default="said"),
    Column("text", Text, nullable=False, default=""),
    Column("choice", Text),
    Column("locale", String(16)),
    Column("extra", Text, nullable=False, server_default="{}"),  # JSON: media kinds, mail headers
    Column("at", Instant, nullable=False),
    Column("turn", String(40)),
    key=("provider", "message"),  # kept for ever: a captured request replays for ever
)
Index("inbox_unanswered", inbox.c.brand, inbox.c.conversation, inbox.c.turn)
turns = _table(
    "turns",
    Column("id", String(40), nullable=False),
    Column("conversation", String(40), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("reading", Text, nullable=False),
    Column("shopper", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("terms", String(64), nullable=False),  # a snapshot's digest: rules repeat, so each set is kept once
    Column("config", String(64), nullable=False),
    Column("now", Instant, nullable=False),
    Column("outcomes", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("signal", String(16), nullable=False),
    Column("state_before", Text, nullable=False),
    Column("prompts_hash", String(64)),
    Column("model_out", Text),
    Column("model_calls", Integer, nullable=False),
    Column("queries", Integer, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("timings", Text, nullable=False),
    Column("at", Instant, nullable=False),
    key=("id",),
)
Index("turns_by_conversation", turns.c.brand, turns.c.conversation, turns.c.fence)
snapshots = _table(
    "snapshots",
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    key=("digest",),
)
outbox = _table(
    "outbox",
    Column("ref", String(64), nullable=False),
    Column("conversation", String(40)),
    Column("seq", Integer, nullable=False, default=0),
    Column("part", Integer, nullable=False, server_default="0"),  # of one reply that takes several messages
    Column("kind", String(16), nullable=False, server_default="reply"),  # reply, staff, code, notice
    Column("channel", String(16), nullable=False),
    Column("recipient", Text),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),  # ready, sending, sent, unknown, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Instant),
    Column("sending_at", Instant),
    Column("provider_ref", Text),
    Column("status", String(16)),  # the provider's own word: queued, sent, delivered, read, failed
    Column("error", String(64)),
    Column("at", Instant, nullable=False),
    key=("ref",),
)
Index("outbox_open", outbox.c.state, outbox.c.due_at)
Index("outbox_in_order", outbox.c.brand, outbox.c.conversation, outbox.c.state, outbox.c.seq, outbox.c.part)
Index("outbox_by_provider_ref", outbox.c.brand, outbox.c.provider_ref)
events = _table(
    "events",
    Column("conversation", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    key=("conversation", "seq"),
)
cases = _table(
    "cases",
    Column("reference", String(40), nullable=False),
    Column("conversation", String(40)),
    Column("origin", String(16), nullable=False),  # chat, hub
    Column("reason", String(40), nullable=False),
    Column("brief", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("customer", Text),
    Column("assigned", String(100)),
    Column("request", Text, nullable=False, default="{}"),  # what a Hub page asked for: action, lines, value
    Column("reply_by", Instant),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    key=("reference",),
)
case_notes = _table(
    "case_notes",
    Column("reference", String(40), nullable=False),
    Column("n", Integer, nullable=False),
    Column("author", String(100), nullable=False),
    Column("kind", String(16), nullable=False),  # reply, note, closed
    Column("once", String(64)),  # the form's own key, so that a form sent twice is one reply
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    key=("reference", "n"),
)
place_links = _table(
    "place_links",
    Column("digest", String(64), nullable=False),
    Column("conversation", String(40)),
    Column("customer", Text),
    Column("action", String(24), nullable=False),
    Column("order", Text),
    Column("order_name", Text),
    Column("line", Text),
    Column("value", Text),
    Column("expires", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Column("uses", Integer, nullable=False, default=0),
    key=("digest",),
)
challenges = _table(
    "challenges",
    Column("id", String(40), nullable=False),
    Column("session", String(64), nullable=False),
    Column("contact", Text, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("customer", Text),
    Column("salt", LargeBinary),
    Column("digest", LargeBinary),
    Column("state", String(16), nullable=False),  # asked, open, used, void, refused
    Column("failures", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    key=("id",),
)
Index("challenges_by_session", challenges.c.brand, challenges.c.session, challenges.c.state)
Index("challenges_by_contact", challenges.c.brand, challenges.c.contact, challenges.c.created_at)
failed_tries = _table(
    "failed_tries",
    Column("contact", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("counts", Boolean, nullable=False, default=True),  # false once a success came after it
    key=("contact", "n"),
)
passes = _table(
    "passes",
    Column("digest", String(64), nullable=False),  # SHA-256 of the token
    Column("kind", String(16), nullable=False),  # ticket, grant, desk_enter
    Column("body", Text, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used_at", Instant),
    key=("digest",),
)
sessions = _table(
    "sessions",
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # hub, desk
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    key=("digest",),
)
jobs = _table(
    "jobs",
    Column("id", String(40), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("job_key", String(200), nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("payload", Text, nullable=False),
    Column("claimed_until", Instant),
    Column("state", String(16), nullable=False),  # waiting, done, dead
    UniqueConstraint("brand", "kind", "job_key"),
    key=("id",),
)
Index("jobs_due", jobs.c.state, jobs.c.run_at)
gaps = _table(
    "gaps",
    Column("id", String(40), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("wish", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("question", Text, nullable=False),
    Column("conversation", String(40)),
    Column("at", Instant, nullable=False),
    key=("id",),
)
emitted = _table(
    "emitted",
    Column("id", String(40), nullable=False),
    Column("name", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("conversation", String(40)),
    Column("at", Instant, nullable=False),
    key=("id",),
)
staff = _table(
    "staff",
    Column("id", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("at", Instant, nullable=False),
    key=("id",),
)
withdrawals = _table(
    "withdrawals",
    Column("reference", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("matched", Boolean, nullable=False, default=False),
    Column("at", Instant, nullable=False),
    key=("reference",),
)
opt_outs = _table(
    "opt_outs",
    Column("contact", Text, nullable=False),  # for every kind of message of the brand (L-10)
    Column("channel", String(16), nullable=False),
    Column("by", String(16), nullable=False),  # keyword, words, provider, staff
    Column("word", Text, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("back_at", Instant),  # when the contact opted back in
    key=("contact",),
)
spent = _table(
    "spent",
    Column("kind", String(16), nullable=False),  # tokens, segments
    Column("scope", String(200), nullable=False),  # `brand`, or `contact:` and a digest of the contact
    Column("slot", String(16), nullable=False),  # a UTC day `2026-11-20` or hour `2026-11-20T14`
    Column("amount", Integer, nullable=False, default=0),
    key=("kind", "scope", "slot"),
)
cursors = _table(
    "cursors",
    Column("name", String(100), nullable=False),  # how far a reconciliation has read, e.g. `twilio`, `imap`
    Column("value", Text, nullable=False),
    Column("at", Instant, nullable=False),
    key=("name",),
)
mail_ids = _table(
    "mail_ids",
    Column("digest", String(64), nullable=False),  # SHA-256 of a Message-ID, ours or theirs
    Column("conversation", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    key=("digest",),
)
switches = _table(
    "switches",
    Column("name", String(32), nullable=False),  # catalogue_only
    Column("on", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    key=("name",),
)
