"""The rules of money that one table cannot hold, checked over all rows; each breach raises an alert for a person.

Checked: stored balances and their chains against the entries; every life cycle's sums against its ledger account;
no more sent than received, claims aside; refunds and disputes within what was paid; one transaction for each movement
of the provider's balance; papers that are what the ledger holds; and, when nothing is under way, the ledger against
the provider's balance itself. What the hub owes beyond what it has is no breach: it is known, and said to the cent.
"""

from datetime import datetime, timedelta

from federation.node.database import atomic
from payouts.domain import alert_words
from payouts.service.context import Payments
from payouts.service.reconciling import reconcile
from payouts.service.solvency import watch
from payouts.store import audit, paper_audit, rows
from payouts.store.audit import Breach

STUCK_IN_TRANSFER = timedelta(hours=24)
LOOKS = 3
"""How often books and provider are compared before they are said to differ: money may move between two looks."""


async def breaches(now: datetime) -> list[Breach]:
    """Every rule that does not hold at this moment; empty when all is well."""
    stuck = await audit.transfers_without_answer(now - STUCK_IN_TRANSFER)
    late = [Breach("transfer-stuck", each, "no answer for a day") for each in stuck]
    return await audit.broken_rules() + await paper_audit.broken_paper_rules(now) + late


async def differences(pay: Payments) -> list[Breach]:
    """Where the ledger and the provider's balance differ; meaningful only while nothing is under way."""
    balance = await pay.provider.balance()
    at_provider: dict[str, int] = {}
    for money in (*balance.available, *balance.pending):
        at_provider[money.currency] = at_provider.get(money.currency, 0) + money.amount_minor
    in_books = await audit.at_provider_by_books()
    return [
        Breach("books-match-provider", currency, f"{in_books.get(currency, 0)} booked, {at_provider.get(currency, 0)}")
        for currency in sorted({*at_provider, *in_books})
        if at_provider.get(currency, 0) != in_books.get(currency, 0)
    ]


async def check_books(pay: Payments, now: datetime) -> list[Breach]:
    """Check every rule, and the provider's balance when nothing is under way; raises an alert for each breach."""
    found = await breaches(now) + await _settled_differences(pay, now)
    for breach in found:
        await rows.raise_alert(
            breach.rule, breach.reference, alert_words.broken(breach.rule, breach.reference, breach.message), now
        )
    async with atomic():
        await watch(now)
    return found


async def _settled_differences(pay: Payments, now: datetime) -> list[Breach]:
    """Differences that are still there after what moved meanwhile was booked."""
    found: list[Breach] = []
    for _ in range(LOOKS):
        await reconcile(pay, now)
        if not await audit.is_quiet():
            return []
        found = await differences(pay)
        if not found:
            return []
    return found
