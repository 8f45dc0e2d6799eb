"""Refusals of the hub; no status codes here (see `federation.node.answers`).

GalleriaError
├── ConflictError
│   ├── BasketChangedError      price, shipping or availability differ from what the shopper saw
│   ├── OrderStateError         the order has moved on; what was asked no longer applies
│   └── RulesChangedError       somebody else has changed the commission rules meanwhile
├── RecordInvalidError
│   ├── BasketInvalidError      a line, quantity or destination that cannot be bought
│   │   └── CheckoutCrowdedError    too many unfinished orders come from the same place
│   ├── CouponInvalidError      a coupon that cannot be used for this basket, or made like this
│   │   └── CouponGivenError        a coupon whose code was given before
│   ├── RulesInvalidError       commission rules that contradict themselves or miss their bounds
│   ├── RefundInvalidError      more than what is left, or nothing
│   └── ReturnInvalidError      pieces that cannot be given back: too many, too late, or none
├── QuotaError
│   └── CodesShutError          too many codes were tried that cannot be used
├── NotFoundError
│   ├── OrderNotFoundError      no order behind this link or id
│   └── ListingNotFoundError    no such boutique or product, or no longer shown
└── HubMissingError             this node has no hub yet: run `galleria hub init`
"""

from federation.vocabulary.errors import (
    ConflictError,
    GalleriaError,
    NotFoundError,
    QuotaError,
    RecordInvalidError,
    RetryClass,
)


class BasketChangedError(ConflictError):
    """Price, shipping or availability differ from what the shopper saw; show the basket again."""

    slug = "basket-changed"


class OrderStateError(ConflictError):
    """The order has moved on; what was asked no longer applies."""

    slug = "order-state"


class RulesChangedError(ConflictError):
    """Somebody else has changed the commission rules since they were shown."""

    slug = "rules-changed"


class RulesInvalidError(RecordInvalidError):
    """A list of commission rules that cannot be used as it stands."""

    slug = "rules-invalid"


class CouponInvalidError(RecordInvalidError):
    """A coupon that cannot be used for this basket, or that cannot be made like this."""

    slug = "coupon-invalid"


class CouponGivenError(CouponInvalidError):
    """A coupon whose code was given before."""


class BasketInvalidError(RecordInvalidError):
    """A line, quantity or destination that cannot be bought."""

    slug = "basket-invalid"


class CheckoutCrowdedError(BasketInvalidError):
    """Too many unfinished orders come from the same place."""

    slug = "quota"
    retry: RetryClass = "after"


class CodesShutError(QuotaError):
    """Too many codes were tried from the same place that cannot be used: none is looked at for a while."""


class RefundInvalidError(RecordInvalidError):
    """More than what is left to give back, or nothing at all."""

    slug = "refund-invalid"


class ReturnInvalidError(RecordInvalidError):
    """Pieces that cannot be given back: too many, too late, or none."""

    slug = "return-invalid"


class OrderNotFoundError(NotFoundError):
    """No order behind this link or id."""


class ListingNotFoundError(NotFoundError):
    """No such boutique or product, or no longer shown."""


class HubMissingError(GalleriaError):
    """This node hosts no hub yet."""

    slug = "hub-missing"
    retry = "after"
