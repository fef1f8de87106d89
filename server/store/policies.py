"""What the brand has promised, as stored: documents, clauses, and rules in draft and live versions.

An approved version of a rule is immutable: new words make a new version, and the old one is retired, never rewritten.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from knowledge.brand import Brand
from knowledge.document import Clause, Document, DocumentId
from knowledge.terms import NotUnderstood, Rule, RuleId, Terms
from server.store.database import Transaction
from server.store.either import alone, insert_or_leave
from server.store.records import digest_of, read, written
from server.store.tables import clauses, documents, puzzles, rules


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    rule: Rule
    state: str
    """draft, live or retired."""
    version: str


async def keep_document(tx: Transaction, brand: Brand, document: Document, now: datetime) -> bool:
    """Store a document and its clauses in place of the copy of the same id and locale. False when nothing had changed."""
    await alone(tx, "policies", brand.id)
    mine = (documents.c.brand == brand.id, documents.c.document == document.id, documents.c.locale == document.locale)
    before = (await tx.execute(select(documents.c.version, documents.c.position).where(*mine))).first()
    if before is not None and before.version == document.version:
        return False
    position = before.position if before is not None else (await tx.scalar(select(func.count()).where(documents.c.brand == brand.id)) or 0)
    await tx.execute(delete(documents).where(*mine))
    row = dict(document=document.id, locale=document.locale, title=document.title, version=document.version, source=document.source)
    await tx.execute(insert(documents).values(brand=brand.id, position=position, at=now, **row))
    same = (clauses.c.brand == brand.id, clauses.c.document == document.id, clauses.c.locale == document.locale)
    since = {(row.clause, row.text): row.changed_at for row in await tx.execute(select(clauses).where(*same))}
    await tx.execute(delete(clauses).where(*same))
    for place, clause in enumerate(document.clauses):
        changed = since.get((clause.id, clause.text)) or clause.changed_at or now
        await tx.execute(
            insert(clauses).values(
                brand=brand.id,
                clause=clause.id,
                document=clause.document,
                locale=clause.locale,
                position=place,
                title=clause.title,
                text=clause.text,
                version=clause.version,
                source=clause.source,
                changed_at=changed,
            )
        )
    return True


async def documents_of(tx: Transaction, brand: Brand) -> tuple[Document, ...]:
    """Every document with its clauses, in the order they were added."""
    held: dict[tuple[str, str], list[Clause]] = {}
    for row in await tx.execute(select(clauses).where(clauses.c.brand == brand.id).order_by(clauses.c.position)):
        clause = Clause(
            id=row.clause,
            document=DocumentId(row.document),
            locale=row.locale,
            title=row.title,
            text=row.text,
            version=row.version,
            changed_at=row.changed_at,
            source=row.source,
        )
        held.setdefault((row.document, row.locale), []).append(clause)
    query = select(documents).where(documents.c.brand == brand.id).order_by(documents.c.position, documents.c.document)
    return tuple(
        Document(
            id=DocumentId(row.document),
            locale=row.locale,
            title=row.title,
            version=row.version,
            clauses=tuple(held.get((row.document, row.locale), ())),
            source=row.source,
        )
        for row in await tx.execute(query)
    )


async def keep_rules(tx: Transaction, brand: Brand, terms: Terms, *, now: datetime, approver: str | None = None) -> None:
    """Store compiled rules. A rule already stored in the same words keeps its state; new ones are drafts, or live where they say so."""
    await alone(tx, "policies", brand.id)
    for place, rule in enumerate(terms.rules):
        version = version_of(rule)
        values = dict(brand=brand.id, rule=rule.id, version=version, body=written(Rule, rule), position=place)
        if rule.approved:
            await _retire(tx, brand, rule.id, version)
            live = dict(state="live", approved_at=now, approved_by=approver or "world file")
            made = await tx.execute(insert_or_leave(tx, rules).values(**values, **live).on_conflict_do_nothing())
            if not made.rowcount:
                mine = (rules.c.brand == brand.id, rules.c.rule == rule.id, rules.c.version == version, rules.c.state != "live")
                await tx.execute(update(rules).where(*mine).values(**live))
        else:
            await tx.execute(insert_or_leave(tx, rules).values(**values, state="draft").on_conflict_do_nothing())
    for place, puzzle in enumerate(terms.not_understood):
        row = dict(brand=brand.id, digest=digest_of(puzzle), body=written(NotUnderstood, puzzle), position=place)
        await tx.execute(insert_or_leave(tx, puzzles).values(**row).on_conflict_do_nothing())


async def replace_rules(tx: Transaction, brand: Brand, terms: Terms, *, now: datetime, approver: str) -> None:
    """Make these the brand's rules: what is no longer among them is retired (a world file is the whole truth)."""
    await alone(tx, "policies", brand.id)
    kept = {rule.id for rule in terms.rules}
    gone = (rules.c.brand == brand.id, rules.c.rule.not_in(kept), rules.c.state != "retired")
    await tx.execute(update(rules).where(*gone).values(state="retired"))
    await tx.execute(delete(puzzles).where(puzzles.c.brand == brand.id))
    await keep_rules(tx, brand, terms, now=now, approver=approver)


async def drop_documents(tx: Transaction, brand: Brand, keep: Collection[tuple[str, str]]) -> None:
    """Forget documents that are not among these (id, locale) pairs, with their clauses."""
    await alone(tx, "policies", brand.id)
    for row in (await tx.execute(select(documents.c.document, documents.c.locale).where(documents.c.brand == brand.id))).all():
        if (row.document, row.locale) not in keep:
            for table in (documents, clauses):
                mine = (table.c.brand == brand.id, table.c.document == row.document, table.c.locale == row.locale)
                await tx.execute(delete(table).where(*mine))


async def drop_stale(tx: Transaction, brand: Brand, document: DocumentId, keep: Collection[RuleId]) -> None:
    """After a document changed: its rules that no longer stand in it are retired, its puzzles forgotten."""
    await alone(tx, "policies", brand.id)
    for stored in await rules_of(tx, brand):
        if stored.rule.source.document == document and stored.rule.id not in keep and not stored.rule.stated:
            mine = (rules.c.brand == brand.id, rules.c.rule == stored.rule.id, rules.c.version == stored.version)
            await tx.execute(update(rules).where(*mine).values(state="retired"))
    for row in await tx.execute(select(puzzles).where(puzzles.c.brand == brand.id)):
        if read(NotUnderstood, row.body).source.document == document:
            await tx.execute(delete(puzzles).where(puzzles.c.brand == brand.id, puzzles.c.digest == row.digest))


async def approve(tx: Transaction, brand: Brand, wanted: Sequence[str] | None, *, approver: str, now: datetime) -> tuple[RuleId, ...]:
    """Make drafts live: those named, or all. Returns the ids that changed. Raises KeyError naming an unknown rule."""
    await alone(tx, "policies", brand.id)
    drafts = {stored.rule.id: stored for stored in await rules_of(tx, brand) if stored.state == "draft"}
    chosen = list(drafts) if wanted is None else [RuleId(name) for name in wanted]
    known = {stored.rule.id for stored in await rules_of(tx, brand)}
    for name in chosen:
        if name not in known:
            raise KeyError(name)
        if name not in drafts:
            continue
        stored = drafts[name]
        await _retire(tx, brand, name, stored.version)
        mine = (rules.c.brand == brand.id, rules.c.rule == name, rules.c.version == stored.version)
        await tx.execute(update(rules).where(*mine).values(state="live", approved_at=now, approved_by=approver))
    return tuple(name for name in chosen if name in drafts)


async def rules_of(tx: Transaction, brand: Brand) -> tuple[StoredRule, ...]:
    """Drafts and live rules, in the order of the documents; retired ones are left out."""
    query = select(rules).where(rules.c.brand == brand.id, rules.c.state != "retired").order_by(rules.c.position, rules.c.rule)
    return tuple(
        StoredRule(rule=replace(read(Rule, row.body), approved=row.state == "live"), state=row.state, version=row.version)
        for row in await tx.execute(query)
    )


async def terms_of(tx: Transaction, brand: Brand) -> Terms:
    """The brand's terms: live and draft rules, and the sentences nobody has understood yet."""
    stored = await rules_of(tx, brand)
    query = select(puzzles.c.body).where(puzzles.c.brand == brand.id).order_by(puzzles.c.position)
    unread = tuple(read(NotUnderstood, row.body) for row in await tx.execute(query))
    found = tuple(item.rule for item in stored)
    version = digest_of([(item.rule.id, item.version, item.state) for item in stored])[:16]
    return Terms(rules=found, not_understood=unread, zone=brand.time_zone, currency=brand.currency, version=version)


def version_of(rule: Rule) -> str:
    """The same for the same rule in the same words, approved or not."""
    return digest_of(replace(rule, approved=False))[:32]


async def _retire(tx: Transaction, brand: Brand, rule: RuleId, version: str) -> None:
    old = (rules.c.brand == brand.id, rules.c.rule == rule, rules.c.version != version, rules.c.state.in_(("live", "draft")))
    await tx.execute(update(rules).where(*old).values(state="retired"))
