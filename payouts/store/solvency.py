"""Whether the hub has what it owes, straight from the entries; and the alert that says by how much it has not."""

from datetime import datetime

from federation.node import database
from federation.vocabulary.wording import Sentence, as_kept

_SHORT = """
SELECT currency,
    -sum(amount) FILTER (WHERE kind IN ('held', 'releasable', 'in_transfer', 'reserve', 'vat:payable',
        'customer:refund_due', 'suspense')) AS owed,
    sum(amount) FILTER (WHERE kind IN ('provider:pending', 'provider:available', 'bank', 'fx')) AS has
FROM (
    SELECT account.currency, account.kind, sum(entry.amount) AS amount
    FROM pay_account AS account JOIN pay_entry AS entry ON entry.account_id = account.id
    WHERE NOT account.keeps_balance AND account.kind IN ('vat:payable', 'customer:refund_due', 'suspense',
        'provider:pending', 'provider:available', 'bank', 'fx')
    GROUP BY 1, 2
    UNION ALL
    SELECT currency, kind, sum(balance) FROM pay_account WHERE keeps_balance AND kind <> 'recv' GROUP BY 1, 2
) AS sums GROUP BY 1 ORDER BY 1
"""


async def shortfall() -> dict[str, int]:
    """By currency, what the hub owes shops, shoppers and the tax office beyond what it has (0: it is solvent).

    What is owed to shoppers in their currency stands against what was set aside for it in the hub's (`fx`).
    """
    found = await database.fetch(_SHORT)
    return {row["currency"]: max(0, int((row["owed"] or 0) - (row["has"] or 0))) for row in found}


async def tell(kind: str, reference: str, words: Sentence, now: datetime) -> None:
    """Open an alert, or have the open one say what is true now, and since when."""
    await database.execute(
        "INSERT INTO pay_alert (kind, reference, message, told, raised_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (kind, reference) WHERE cleared_at IS NULL "
        "DO UPDATE SET message = excluded.message, told = excluded.told, raised_at = excluded.raised_at "
        "WHERE pay_alert.message <> excluded.message",
        kind,
        reference,
        str(words),
        as_kept(words),
        now,
    )


async def take_back(kind: str, reference: str, now: datetime) -> None:
    """Close an alert whose cause is gone."""
    await database.execute(
        "UPDATE pay_alert SET cleared_at = $3 WHERE kind = $1 AND reference = $2 AND cleared_at IS NULL",
        kind,
        reference,
        now,
    )
