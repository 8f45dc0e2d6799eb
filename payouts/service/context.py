"""What every use case of money that talks to others is given."""

import msgspec

from payouts.paper_ports import Office
from payouts.ports import PaymentListener, PaymentProvider
from payouts.settings import PayoutSettings


class Payments(msgspec.Struct, frozen=True):
    """The payment provider, who hears what became of the money, the hub's money rules, and where papers are written."""

    provider: PaymentProvider
    listener: PaymentListener
    settings: PayoutSettings = PayoutSettings()
    office: Office | None = None
