"""Balance transactions: the only way money enters or leaves a balance of the stand-in."""

from payouts.standin.world import Thing, World, money_of

_CATEGORY = {
    "payment": "charge",
    "transfer_refund": "transfer_reversal",
    "payment_refund": "refund",
    "adjustment": "dispute",
}


def move(world: World, owner: str, cause: tuple[str, str], amount: int, currency: str, **terms: int) -> Thing:
    """Let `amount` less the term `fee` enter (or, when negative, leave) a balance; available from the term `at`.

    `cause` is the type of the balance transaction and the id of the object it comes from.
    """
    kind, source = cause
    at, fee = terms.get("at", 0), terms.get("fee", 0)
    return world.add(
        "balance_transaction",
        {
            "id": world.new_id("balance_transaction"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": max(at, world.now),
            "created": world.now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [_fee_detail(fee, currency)] if fee else [],
            "net": amount - fee,
            "reporting_category": _CATEGORY.get(kind, kind),
            "source": source,
            "status": "pending",
            "type": kind,
        },
        owner,
    )


def with_status(world: World, made: Thing) -> Thing:
    """A balance transaction as it reads now."""
    return made | {"status": "available" if made["available_on"] <= world.now else "pending"}


def exchanged_minor(world: World, amount: int, currency: str) -> int:
    """An amount in the currency the platform's balance is kept in, at the stand-in's rate of now."""
    target = world.settings.settlement_currency
    return world.converted(money_of(amount, currency), target).amount_minor


def balance_of(world: World, owner: str) -> Thing:
    """The Balance object of the platform or of a connected account."""

    def places(*, available: bool) -> list[Thing]:
        look = world.available_minor if available else world.pending_minor
        return [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency in world.currencies(owner)
            for amount in [look(owner, currency)]
        ]

    return {
        "object": "balance",
        "available": places(available=True),
        "livemode": False,
        "pending": places(available=False),
    }


def _fee_detail(fee: int, currency: str) -> Thing:
    return {"amount": fee, "application": None, "currency": currency, "description": "Fees", "type": "stripe_fee"}
