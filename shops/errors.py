"""What a shop node refuses.

GalleriaError
├── RecordInvalidError
│   ├── VoucherGivenError       a voucher's code that this boutique gave before
│   └── SkuTakenError           a SKU or variant id that another product of this boutique bears
├── NotFoundError
│   ├── UnknownShopError        no such boutique on this node
│   └── UnknownOrderError       no such order at this boutique
└── ConflictError
    ├── StockChangedError       the stock moved since the person looked at it
    ├── DepartedError           the boutique has left this node; nothing of it changes here
    ├── BeingTakenInError       another node has its whole archive and may let it live there at any moment
    ├── ReservationReusedError  a reservation id sent again with other lines
    └── OrderStateError         the order's state does not allow this step

Refusals that travel to a hub (`ReservationExpiredError`, `HoldQuotaError`, `OrderDeclinedError`) belong to
`federation.errors`.
"""

from datetime import datetime

from federation.vocabulary.errors import ConflictError, NotFoundError, RecordInvalidError


class SkuTakenError(RecordInvalidError):
    """A SKU or variant id is borne by another product of this boutique already."""

    slug = "sku-taken"


class VoucherGivenError(RecordInvalidError):
    """The boutique has had a voucher with this code."""


class UnknownShopError(NotFoundError):
    """No such boutique on this node."""


class UnknownOrderError(NotFoundError):
    """No such order at this boutique."""


class StockChangedError(ConflictError):
    """The stock moved between looking and writing; look again."""

    slug = "stock-changed"


class DepartedError(ConflictError):
    """The boutique has left this node for another one."""

    slug = "party-moved"
    retry = "never"


class BeingTakenInError(ConflictError):
    """Another node has the boutique's whole archive and may be about to let it live there; look again at `until`."""

    def __init__(self, detail: str, *, until: datetime) -> None:
        super().__init__(detail)
        self.until = until


class ReservationReusedError(ConflictError):
    """A reservation id was sent again with other lines."""

    slug = "idempotency-conflict"
    retry = "never"


class OrderStateError(ConflictError):
    """The order has moved on and does not allow this step."""

    slug = "order-state"
