"""What every use case of money that talks to others is given."""

import msgspec

from payouts.ports import PaymentListener, PaymentProvider
from payouts.settings import PayoutSettings


class Payments(msgspec.Struct, frozen=True):
    """The payment provider, the one who hears what became of the money, and the hub's money rules."""

    provider: PaymentProvider
    listener: PaymentListener
    settings: PayoutSettings = PayoutSettings()
