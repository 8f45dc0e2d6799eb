"""Every boutique's statement as it would be made now, and every commission line by line: they add up, or this fails."""

from datetime import datetime

from federation.node.database import atomic, fetch
from payouts.service import statement_making
from payouts.store import invoices, paper_audit
from tests.payouts.paper_scene import TestOffice


async def check_papers(now: datetime) -> int:
    """Make every boutique's draft in each currency, take all commissions apart; returns how many entries there were."""
    entries = 0
    for row in await fetch("SELECT DISTINCT owner, currency FROM pay_account WHERE keeps_balance"):
        async with atomic():
            made = await statement_making.draft(TestOffice(), row["owner"], row["currency"], now)
        entries += len(made.entries)
    async with atomic():
        await invoices.take_apart("EUR")
    assert await paper_audit.broken_paper_rules(now) == []
    return entries
