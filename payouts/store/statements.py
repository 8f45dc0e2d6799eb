"""The reads behind a statement: where a shop's accounts are cut, what was posted between two cuts, and the rows of it.

An account counts its entries (`version`) under its own lock, so that all entries up to a count are committed once the
count is read, and those of one transaction on several accounts are in or out together. A statement takes what was
effective before its end and is not in the one before: so what is posted late is in the next one, and nothing is lost.
"""

# ruff: noqa: S608 - queries are put together from our own words, values travel as parameters

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from payouts.domain.giveback import Components
from payouts.domain.ledger import AccountKind
from payouts.domain.records import parts_of
from payouts.domain.statement import BankPayout
from payouts.domain.statement_entries import About, Event, Piece
from payouts.store.account_lines import ABOUT, NOTE


class Cut(msgspec.Struct, frozen=True):
    """One account at the moment a statement was made: its entries so far, and its balance at the end of the period."""

    account_id: int
    kind: AccountKind
    version: int
    balance_minor: int


class LastStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the next statement follows: its number, end and closing balance, and how far it had counted."""

    paper_id: UUID
    number: str
    period_end: datetime
    total_minor: int
    versions: dict[int, int]


async def lock(shop_id: str, currency: str) -> None:
    """Let nobody else close a period of this shop until the transaction ends."""
    await database.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 20261122))", f"statement:{shop_id}:{currency}"
    )


async def last_statement(shop_id: str, currency: str) -> LastStatement | None:
    """The newest statement of a shop in a currency."""
    row = await database.fetch_one(
        "SELECT id AS paper_id, number, period_end, total_minor FROM pay_paper "
        "WHERE kind = 'statement' AND shop_id = $1 AND currency = $2 ORDER BY period_start DESC LIMIT 1",
        shop_id,
        currency,
    )
    if row is None:
        return None
    cuts = await database.fetch("SELECT account_id, version FROM pay_paper_cut WHERE paper_id = $1", row["paper_id"])
    return msgspec.convert(
        {**dict(row), "versions": {cut["account_id"]: cut["version"] for cut in cuts}}, LastStatement
    )


async def cuts_at(shop_id: str, currency: str, end: datetime) -> list[Cut]:
    """A shop's accounts as they are now, each with its balance at `end` (debit positive). One look at one moment."""
    rows = await database.fetch(
        """SELECT account.id AS account_id, account.kind, account.version, account.balance - coalesce((
                SELECT sum(entry.amount) FROM pay_entry AS entry JOIN pay_txn AS txn ON txn.id = entry.txn_id
                WHERE entry.account_id = account.id AND txn.effective_at >= $3
            ), 0)::bigint AS balance_minor
        FROM pay_account AS account WHERE account.owner = $1 AND account.currency = $2 AND account.keeps_balance
        ORDER BY account.id""",
        shop_id,
        currency,
        end,
    )
    return [msgspec.convert(dict(row), Cut) for row in rows]


async def first_uncovered(cuts: Collection[Cut], last: LastStatement | None) -> datetime | None:
    """When the oldest transaction became effective that no statement has yet; None without one."""
    start, versions = _before(last)
    found: datetime | None = await database.fetch_value(
        """SELECT min(txn.effective_at) FROM unnest($1::bigint[], $2::bigint[]) AS cut (account_id, version)
        JOIN pay_entry AS entry ON entry.account_id = cut.account_id JOIN pay_txn AS txn ON txn.id = entry.txn_id
        WHERE $3::timestamptz IS NULL OR txn.effective_at >= $3 OR entry.account_version > cut.version""",
        [cut.account_id for cut in cuts],
        [versions.get(cut.account_id, 0) for cut in cuts],
        start,
    )
    return found


def _before(last: LastStatement | None) -> tuple[datetime | None, Mapping[int, int]]:
    return (None, {}) if last is None else (last.period_end, last.versions)


_EVENTS = """
SELECT txn.id AS txn, txn.kind AS posting, txn.reference, txn.idem, txn.effective_at AS at, cut.kind, entry.amount
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS cut (account_id, kind, version, had)
JOIN pay_entry AS entry ON entry.account_id = cut.account_id AND entry.account_version <= cut.version
JOIN pay_txn AS txn ON txn.id = entry.txn_id
WHERE txn.effective_at < $6
    AND ($5::timestamptz IS NULL OR txn.effective_at >= $5 OR entry.account_version > cut.had)
ORDER BY txn.id
"""


async def events(cuts: Collection[Cut], last: LastStatement | None, end: datetime) -> list[Event]:
    """What was posted on these accounts, effective before `end`, that the last statement has not; by transaction."""
    start, versions = _before(last)
    rows = await database.fetch(
        _EVENTS,
        [cut.account_id for cut in cuts],
        [cut.kind.value for cut in cuts],
        [cut.version for cut in cuts],
        [versions.get(cut.account_id, 0) for cut in cuts],
        start,
        end,
    )
    return _events(rows)


async def events_of(txns: Collection[int], shop_id: str, currency: str) -> list[Event]:
    """These transactions as far as they touch a shop's accounts."""
    rows = await database.fetch(
        """SELECT txn.id AS txn, txn.kind AS posting, txn.reference, txn.idem, txn.effective_at AS at, account.kind,
            entry.amount
        FROM pay_txn AS txn JOIN pay_entry AS entry ON entry.txn_id = txn.id
        JOIN pay_account AS account ON account.id = entry.account_id
        WHERE txn.id = ANY($1::bigint[]) AND account.owner = $2 AND account.currency = $3 AND account.keeps_balance
        ORDER BY txn.id""",
        list(txns),
        shop_id,
        currency,
    )
    return _events(rows)


def _events(rows: Collection[Any]) -> list[Event]:
    found: dict[int, Event] = {}
    moved: dict[int, dict[AccountKind, int]] = {}
    kinds = {kind.value: kind for kind in AccountKind}
    for txn, posting, reference, idem, at, kind, amount in rows:
        legs = moved.setdefault(txn, {})
        legs[kinds[kind]] = legs.get(kinds[kind], 0) + amount
        if txn not in found:
            found[txn] = Event(txn=txn, posting=posting, reference=reference, idem=idem, at=at, moved=legs)
    return list(found.values())


async def sold(order_ids: Collection[str], shop_id: str, currency: str) -> dict[str, list[Piece]]:
    """The lines of these orders that concern a shop, as far as they were sold in this currency."""
    return {
        order: [piece for piece, ours in lines if ours]
        for order, lines in (await _lines(order_ids, shop_id, currency)).items()
    }


async def exchanged(order_ids: Collection[str], shop_id: str, currency: str) -> dict[str, list[Piece]]:
    """The lines of these orders that concern a shop and were sold in another currency, at what they came to in this."""
    found = await _lines(order_ids, shop_id, currency)
    return {order: pieces for order, lines in found.items() if (pieces := [piece for piece, ours in lines if not ours])}


async def _lines(order_ids: Collection[str], shop_id: str, currency: str) -> dict[str, list[tuple[Piece, bool]]]:
    """Lines by order, each with whether it was sold in this currency."""
    if not order_ids:
        return {}
    rows = await database.fetch(
        """SELECT order_id, shop_order_id, shop_id, referrer, line_id, quantity, currency, paid, seller, commission,
            vat, referral, coupon, settled
        FROM pay_line WHERE order_id = ANY($1::uuid[]) AND (shop_id = $2 OR referrer = $2) ORDER BY id""",
        [UUID(each) for each in order_ids],
        shop_id,
    )
    found: dict[str, list[tuple[Piece, bool]]] = {}
    for row in rows:
        ours = row["currency"] == currency
        parts = _parts(row) if ours else _settled(row)
        if parts is not None:
            found.setdefault(str(row["order_id"]), []).append((_piece(row, parts), ours))
    return found


_BACK = """
SELECT refund.id AS refund_id, refund.order_id, line.shop_order_id, line.shop_id, line.referrer, line.line_id,
    part.quantity, refund.currency, part.paid, part.seller, part.commission, part.vat, part.referral, part.coupon,
    part.settled
FROM pay_refund AS refund JOIN pay_refund_part AS part ON part.refund_id = refund.id
JOIN pay_line AS line ON line.shop_order_id = refund.shop_order_id AND line.line_id = part.line_id
"""


async def given_back(refund_ids: Collection[str], shop_id: str, currency: str) -> dict[str, list[Piece]]:
    """What these refunds gave back of lines that concern a shop."""
    rows = await database.fetch(
        f"{_BACK} WHERE refund.id = ANY($1::uuid[]) AND (line.shop_id = $2 OR line.referrer = $2) ORDER BY part.id",
        [UUID(each) for each in refund_ids],
        shop_id,
    )
    return _by(rows, currency, lambda row: str(row["refund_id"]))


async def before_exchange(order_ids: Collection[str], shop_id: str, currency: str) -> dict[str, list[Piece]]:
    """What was refunded of these orders before their payment was exchanged, by order, in the currency it came to."""
    rows = await database.fetch(
        f"""{_BACK}
        JOIN pay_txn AS due ON due.idem = 'refund_due:' || refund.id
        JOIN pay_txn AS exchange ON exchange.idem = 'fx_settle:' || refund.payment_id AND exchange.id > due.id
        WHERE refund.order_id = ANY($1::uuid[]) AND (line.shop_id = $2 OR line.referrer = $2) ORDER BY part.id""",
        [UUID(each) for each in order_ids],
        shop_id,
    )
    return _by(rows, currency, lambda row: str(row["order_id"]))


async def disputed(dispute_ids: Collection[str], shop_id: str) -> dict[tuple[str, int], list[Piece]]:
    """What disputes are about of lines that concern a shop, by dispute and round, in the hub's currency."""
    rows = await database.fetch(
        """SELECT part.dispute_id, part.round, line.shop_order_id, line.shop_id, line.referrer, line.line_id,
            0 AS quantity, part.settled
        FROM pay_dispute_line AS part JOIN pay_line AS line USING (shop_order_id, line_id)
        WHERE part.dispute_id = ANY($1::uuid[]) AND (line.shop_id = $2 OR line.referrer = $2) ORDER BY part.id""",
        [UUID(each) for each in dispute_ids],
        shop_id,
    )
    found: dict[tuple[str, int], list[Piece]] = {}
    for row in rows:
        found.setdefault((str(row["dispute_id"]), row["round"]), []).append(_piece(row, parts_of(row["settled"])))
    return found


_TOLD = f"""
SELECT txn.id AS txn, {ABOUT} AS shop_order_id, {NOTE} AS note FROM pay_txn AS txn WHERE txn.id = ANY($2::bigint[])
"""


async def about(txns: Collection[int], shop_id: str) -> dict[int, About]:
    """The shop orders these transactions are about, and what people said of them."""
    rows = await database.fetch(_TOLD, shop_id, list(txns))
    return {row["txn"]: About(_plain_id(row["shop_order_id"]), row["note"]) for row in rows}


async def payouts(shop_id: str, currency: str, start: datetime, end: datetime) -> list[BankPayout]:
    """Payouts to the shop's bank that were begun, arrived or failed in a period, oldest first."""
    rows = await database.fetch(
        """SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, amount_minor,
            status AS state, rail AS way, failure,
            coalesce(to_char(arrival_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '') AS arrives_at
        FROM pay_payout WHERE shop_id = $1 AND currency = $2 AND created_at < $4 AND (
            created_at >= $3 OR (arrival_at >= $3 AND arrival_at < $4) OR (status = 'failed' AND updated_at >= $3))
        ORDER BY created_at, id""",
        shop_id,
        currency,
        start,
        end,
    )
    return [msgspec.convert(dict(row), BankPayout) for row in rows]


def _by(rows: Collection[Any], currency: str, key: Any) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for row in rows:
        parts = _parts(row) if row["currency"] == currency else _settled(row)
        if parts is not None:
            found.setdefault(key(row), []).append(_piece(row, parts))
    return found


def _parts(row: Any) -> Components:
    return Components(row["paid"], row["seller"], row["commission"], row["vat"], row["referral"], row["coupon"])


def _settled(row: Any) -> Components | None:
    return None if row["settled"] is None else parts_of(row["settled"])


def _piece(row: Any, parts: Components) -> Piece:
    return Piece(
        shop_order_id=_plain_id(row["shop_order_id"]),
        shop_id=row["shop_id"],
        referrer=row["referrer"],
        line_id=row["line_id"],
        quantity=row["quantity"],
        parts=parts,
    )


def _plain_id(found: Any) -> Any:
    """The driver's ids as plain ones, which serialise and compare everywhere."""
    return None if found is None else UUID(int=found.int)
