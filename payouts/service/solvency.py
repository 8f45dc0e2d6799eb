"""Solvency is a condition, not a rule: when the hub owes more than it has, a person knows it to the cent, at once.

Called in the transaction of whatever can take money from the hub or leave it owing: the alert is there with the cause.
"""

from datetime import datetime

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.store import solvency

SHORTFALL = "shortfall"


async def watch(now: datetime) -> dict[str, int]:
    """Say what is missing in each currency, or that nothing is any more; in the caller's transaction."""
    short = await solvency.shortfall()
    for currency, missing in short.items():
        if missing:
            words = sentence(
                "the hub owes %(missing)s more than it has at the provider and at its bank",
                missing=Money(missing, currency),
            )
            await solvency.tell(SHORTFALL, currency, words, now)
        else:
            await solvency.take_back(SHORTFALL, currency, now)
    return short
