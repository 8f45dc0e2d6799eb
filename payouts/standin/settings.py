"""What the stand-in is told at start."""

import msgspec


class StandinSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The stand-in's keys, addresses and habits.

    Money of a payment is available `funds_delay_seconds` after it; what a payment came to is known
    `settle_delay_seconds` after it (Stripe's asynchronous capture); a payout arrives `payout_delay_seconds` after it
    left. The platform's balance is kept in `settlement_currency`; of each payment `fee_bp` basis points and
    `fee_fixed_minor` minor units stay with the provider, and a dispute costs `dispute_fee_minor`. Keys are forgotten
    after `key_lifetime_seconds`. With `loop_seconds` zero nothing is delivered by itself.
    """

    api_key: str = "sk_test_standin"
    public_url: str = "http://127.0.0.1:21900"
    settlement_currency: str = "EUR"
    funds_delay_seconds: int = 0
    settle_delay_seconds: int = 0
    payout_delay_seconds: int = 0
    fee_bp: int = 140
    fee_fixed_minor: int = 25
    dispute_fee_minor: int = 2_000
    key_lifetime_seconds: int = 86_400
    loop_seconds: float = 0.0
