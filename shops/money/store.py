"""The rows of a boutique's accounts at its hubs; every function takes the boutique. Decides nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.accounts import AccountLine, AccountState, LinePart, PaperForm, Papers
from federation.documents.times import moment_of
from federation.node import database
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import AMOUNT_MINOR_MAX
from shops.money.domain.copies import MOVED_ONLY, Copy, Movement, Wanted
from shops.money.domain.renewal import Renewal

KEPT_BYTES_MAX = 256 * 2**20
"""The most bytes of papers that are kept of one hub; beyond, they are fetched when somebody wants them."""


async def copy(shop_id: PartyId, hub_id: PartyId) -> Copy:
    """What a hub told last; an empty copy when it never did."""
    row = await database.fetch_one(
        "SELECT a.*, (SELECT count(*) FROM shop_account_line l WHERE l.shop_id = a.shop_id AND l.hub_id = a.hub_id) "
        "AS lines FROM shop_account a WHERE a.shop_id = $1 AND a.hub_id = $2",
        shop_id,
        hub_id,
    )
    if row is None:
        return Copy(hub_id=hub_id)
    return Copy(
        hub_id=hub_id,
        state=None if row["state"] is None else msgspec.json.decode(row["state"], type=AccountState),
        papers=() if row["papers"] is None else msgspec.json.decode(row["papers"], type=Papers).papers,
        told_at=row["told_at"],
        is_whole=row["is_whole"],
        is_cut=row["is_cut"],
        adds_up=row["adds_up"],
        lines=row["lines"],
    )


async def hubs_with_copies(shop_id: PartyId) -> list[PartyId]:
    """The hubs that ever told of the boutique's account."""
    rows = await database.fetch("SELECT hub_id FROM shop_account WHERE shop_id = $1 ORDER BY hub_id", shop_id)
    return [PartyId(row["hub_id"]) for row in rows]


async def save_told(shop_id: PartyId, hub_id: PartyId, state: AccountState, papers: Papers, now: datetime) -> None:
    """Keep how the boutique stands and which papers there are, as told now."""
    await database.execute(
        "INSERT INTO shop_account (shop_id, hub_id, state, papers, told_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (shop_id, hub_id) DO UPDATE SET state = $3, papers = $4, told_at = $5",
        *(shop_id, hub_id, msgspec.json.encode(state), msgspec.json.encode(papers), now),
    )


async def mark_lines(shop_id: PartyId, hub_id: PartyId, *, is_whole: bool, is_cut: bool, adds_up: bool) -> None:
    """Note whether all movements are here, and come to what the hub says."""
    await database.execute(
        "UPDATE shop_account SET is_whole = $3, is_cut = $4, adds_up = $5 WHERE shop_id = $1 AND hub_id = $2",
        *(shop_id, hub_id, is_whole, is_cut, adds_up),
    )


_SUM_IN_ALL = """
WITH began AS (
    SELECT currency, coalesce((
        SELECT before.in_all_minor FROM shop_account_line AS before
        WHERE before.shop_id = $1 AND before.hub_id = $2 AND before.line_id < $3 AND before.currency = present.currency
        ORDER BY before.line_id DESC LIMIT 1
    ), 0) AS in_all_minor
    FROM (
        SELECT DISTINCT currency FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2 AND line_id >= $3
    ) AS present
), summed AS (
    SELECT line.id, began.in_all_minor + sum(CASE account WHEN 'owed' THEN -amount_minor ELSE amount_minor END)
        OVER (PARTITION BY line.currency ORDER BY line.line_id) AS in_all
    FROM shop_account_line AS line JOIN began ON began.currency = line.currency
    WHERE line.shop_id = $1 AND line.hub_id = $2 AND line.line_id >= $3
), moved AS (
    UPDATE shop_account_line AS line SET in_all_minor = summed.in_all
    FROM summed WHERE summed.id = line.id AND line.in_all_minor <> summed.in_all AND abs(summed.in_all) <= $4
)
SELECT coalesce(bool_and(abs(in_all) <= $4), true) FROM summed
"""


async def add_lines(shop_id: PartyId, hub_id: PartyId, lines: Sequence[AccountLine]) -> bool:
    """Keep movements, in the caller's transaction; those that are here stay, what was owed in all is summed anew.

    False when that came to more than an amount can be: the caller must undo it.
    """
    if not lines:
        return True
    await database.execute("SELECT 1 FROM shop_account WHERE shop_id = $1 AND hub_id = $2 FOR UPDATE", shop_id, hub_id)
    await _insert_lines(shop_id, hub_id, lines)
    fits: bool = await database.fetch_value(
        _SUM_IN_ALL, shop_id, hub_id, min(line.id for line in lines), AMOUNT_MINOR_MAX
    )
    return fits


async def _insert_lines(shop_id: PartyId, hub_id: PartyId, lines: Sequence[AccountLine]) -> None:
    await database.execute_many(
        "INSERT INTO shop_account_line (shop_id, hub_id, line_id, at, kind, account, currency, amount_minor, "
        "balance_minor, order_id, order_number, title, note, parts) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
        "ON CONFLICT (shop_id, hub_id, line_id) DO NOTHING",
        [
            (
                shop_id, hub_id, line.id, moment_of(line.at), line.kind, line.account, line.currency, line.amount,
                line.balance, None if line.order_id is None else UUID(line.order_id), line.order, line.title,
                line.note, msgspec.json.encode(line.parts).decode(),
            )
            for line in lines
        ],
    )  # fmt: skip


async def place_before(shop_id: PartyId, hub_id: PartyId, back: int) -> int:
    """The id of the movement `back` places before the newest; 0 when there are not so many."""
    found: int | None = await database.fetch_value(
        "SELECT line_id FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2 ORDER BY line_id DESC "
        "OFFSET $3 LIMIT 1",
        *(shop_id, hub_id, back),
    )
    return found or 0


async def cut_lines(shop_id: PartyId, hub_id: PartyId, kept_max: int) -> bool:
    """Let the oldest movements go beyond `kept_max`; whether there were any."""
    tag = await database.execute(
        "DELETE FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2 AND line_id <= "
        "(SELECT line_id FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2 ORDER BY line_id DESC "
        "OFFSET $3 LIMIT 1)",
        *(shop_id, hub_id, kept_max),
    )
    return database.affected(tag) > 0


async def forget_lines(shop_id: PartyId, hub_id: PartyId) -> None:
    """Let every movement of a hub go, to be told anew."""
    await database.execute("DELETE FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2", shop_id, hub_id)


async def sums(shop_id: PartyId, hub_id: PartyId) -> dict[tuple[str, str], int]:
    """What the movements come to, by currency and account: it may be more than an amount can be."""
    rows = await database.fetch(
        "SELECT currency, account, sum(amount_minor) AS amount FROM shop_account_line "
        "WHERE shop_id = $1 AND hub_id = $2 GROUP BY 1, 2",
        shop_id,
        hub_id,
    )
    return {(row["currency"], row["account"]): int(row["amount"]) for row in rows}


async def sums_of_kind(shop_id: PartyId, hub_id: PartyId, kind: str) -> dict[str, int]:
    """What all movements of one kind changed, by currency; nothing where it is more than an amount can be."""
    rows = await database.fetch(
        "SELECT currency, sum(CASE account WHEN 'owed' THEN -amount_minor ELSE amount_minor END)::bigint AS amount "
        "FROM shop_account_line WHERE shop_id = $1 AND hub_id = $2 AND kind = $3 GROUP BY 1 "
        "HAVING abs(sum(CASE account WHEN 'owed' THEN -amount_minor ELSE amount_minor END)) <= $4 ORDER BY 1",
        *(shop_id, hub_id, kind, AMOUNT_MINOR_MAX),
    )
    return {row["currency"]: row["amount"] for row in rows}


_MOVEMENTS = """
SELECT m.*, o.id AS order_row FROM shop_account_line m
LEFT JOIN shop_order o ON o.shop_id = $1 AND o.hub_id = $2 AND o.order_id = m.order_id
"""
_NARROWED = """
WHERE m.shop_id = $1 AND m.hub_id = $2
    AND ($3 = '' OR starts_with(upper(m.order_number), upper($3))) AND ($4 = '' OR m.kind = $4)
    AND ($5 = '' OR m.account = $5) AND ($6 = '' OR m.currency = $6)
    AND ($7::timestamptz IS NULL OR m.at >= $7) AND ($8::timestamptz IS NULL OR m.at < $8)
    AND NOT ($9 AND m.kind = ANY($10::text[]))
"""


async def movements(
    shop_id: PartyId, hub_id: PartyId, wanted: Wanted, *, oldest_first: bool, offset: int, limit: int
) -> list[Movement]:
    """A page of the movements at one hub, each with what the boutique was owed in all after it."""
    rows = await database.fetch(
        f"{_MOVEMENTS} {_NARROWED} ORDER BY m.line_id {'' if oldest_first else 'DESC'} LIMIT $11 OFFSET $12",
        *(shop_id, hub_id, wanted.order, wanted.kind, wanted.account, wanted.currency),
        None if wanted.since is None else datetime.combine(wanted.since, time(), UTC),
        _after(wanted.until),
        *(wanted.only_changes, list(MOVED_ONLY), limit, offset),
    )
    return [_movement(row) for row in rows]


def _after(last: date | None) -> datetime | None:
    """When a last day is over; nothing comes after the calendar's own."""
    return None if last is None or last == date.max else datetime.combine(last, time(), UTC) + timedelta(days=1)


async def movements_of_order(shop_id: PartyId, hub_id: PartyId, order_id: UUID) -> list[Movement]:
    """Every movement of one order, oldest first."""
    rows = await database.fetch(
        "SELECT *, NULL::bigint AS order_row FROM shop_account_line "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3 ORDER BY line_id",
        *(shop_id, hub_id, order_id),
    )
    return [_movement(row) for row in rows]


def _movement(row: Any) -> Movement:
    told = {name: row[name] for name in Movement.__struct_fields__ if name != "parts"}
    return Movement(**told, parts=msgspec.json.decode(row["parts"], type=tuple[LinePart, ...]))


async def order_places(shop_id: PartyId, hub_id: PartyId, order_ids: Sequence[UUID]) -> dict[str, tuple[int, str]]:
    """Row and number of those orders that are the boutique's own, by their ids as text."""
    rows = await database.fetch(
        "SELECT order_id, id, number FROM shop_order WHERE shop_id = $1 AND hub_id = $2 AND order_id = ANY($3::uuid[])",
        *(shop_id, hub_id, list(order_ids)),
    )
    return {str(row["order_id"]): (row["id"], row["number"]) for row in rows}


async def kept_paper(shop_id: PartyId, hub_id: PartyId, paper_id: UUID, form: PaperForm, sha256: str) -> bytes | None:
    """A paper's bytes as they were fetched before, if they are those named."""
    found: bytes | None = await database.fetch_value(
        "SELECT content FROM shop_account_paper WHERE shop_id = $1 AND hub_id = $2 AND paper_id = $3 AND form = $4 "
        "AND sha256 = $5",
        *(shop_id, hub_id, paper_id, form, sha256),
    )
    return found


async def keep_paper(
    shop_id: PartyId, hub_id: PartyId, name: tuple[UUID, PaperForm, str], content: bytes, now: datetime
) -> None:
    """Keep a paper's bytes under (id, form, hash) if there is room; the same paper again changes nothing."""
    await database.execute(
        "INSERT INTO shop_account_paper (shop_id, hub_id, paper_id, form, sha256, content, kept_at) "
        "SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT coalesce(sum(length(content)), 0) FROM shop_account_paper "
        "WHERE shop_id = $1 AND hub_id = $2) + length($6::bytea) <= $8 "
        "ON CONFLICT (shop_id, hub_id, paper_id, form) DO NOTHING",
        *(shop_id, hub_id, *name, content, now, KEPT_BYTES_MAX),
    )


async def kept_forms(shop_id: PartyId, hub_id: PartyId) -> tuple[set[tuple[UUID, str]], int]:
    """Which forms of which papers are kept of a hub, and for how many bytes more there is room."""
    rows = await database.fetch(
        "SELECT paper_id, form, length(content) AS size FROM shop_account_paper WHERE shop_id = $1 AND hub_id = $2",
        *(shop_id, hub_id),
    )
    return {(row["paper_id"], row["form"]) for row in rows}, KEPT_BYTES_MAX - sum(row["size"] for row in rows)


async def renewals(shop_id: PartyId) -> dict[str, Renewal]:
    """When each hub is asked again, by hub."""
    rows = await database.fetch("SELECT * FROM shop_account_renewal WHERE shop_id = $1", shop_id)
    fields = Renewal.__struct_fields__
    return {row["hub_id"]: Renewal(**{name: row[name] for name in fields}) for row in rows}


async def want_renewal(shop_id: PartyId, hub_id: PartyId, due_at: datetime, now: datetime) -> None:
    """Ask a hub at `due_at`, or earlier if that was meant before."""
    await database.execute(
        "INSERT INTO shop_account_renewal (shop_id, hub_id, due_at, wanted_at) VALUES ($1, $2, $3, $4) ON CONFLICT "
        "(shop_id, hub_id) DO UPDATE SET due_at = least(shop_account_renewal.due_at, $3), wanted_at = $4",
        *(shop_id, hub_id, due_at, now),
    )


async def due_renewals(now: datetime, limit: int) -> list[tuple[PartyId, PartyId]]:
    """(boutique, hub) that are due, of boutiques that live here, the longest due first; names for the sweep."""
    rows = await database.fetch(
        "SELECT r.shop_id, r.hub_id FROM shop_account_renewal r JOIN shop_boutique b USING (shop_id) "
        "WHERE r.due_at <= $1 AND NOT b.departed ORDER BY r.due_at LIMIT $2",
        *(now, limit),
    )
    return [(PartyId(row["shop_id"]), PartyId(row["hub_id"])) for row in rows]


async def take_renewal(shop_id: PartyId, hub_id: PartyId, now: datetime, until: datetime) -> bool:
    """Let nobody else ask until then, and if it is never noted what came of it, ask again; False if it is not due."""
    tag = await database.execute(
        "UPDATE shop_account_renewal SET due_at = $4 WHERE shop_id = $1 AND hub_id = $2 AND due_at <= $3",
        *(shop_id, hub_id, now, until),
    )
    return database.affected(tag) == 1


async def save_renewal(shop_id: PartyId, tried: Renewal, began_at: datetime) -> None:
    """Note what came of asking; what was wanted since it began is asked no later for it."""
    await database.execute(
        "INSERT INTO shop_account_renewal AS r (shop_id, hub_id, due_at, tried_at, silence, failures, papers_missing, "
        "wanted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $4) ON CONFLICT (shop_id, hub_id) DO UPDATE SET due_at = CASE "
        "WHEN r.wanted_at > $4 THEN least(r.due_at, $3) ELSE $3 END, tried_at = $4, silence = $5, failures = $6, "
        "papers_missing = $7",
        *(shop_id, tried.hub_id, tried.due_at, began_at, tried.silence, tried.failures, tried.papers_missing),
    )
