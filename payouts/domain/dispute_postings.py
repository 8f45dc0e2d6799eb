"""What disputes post, with ids made of the provider's own movement or of our dispute and its round."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.giveback import Components
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.domain.postings import Bearer, HubBooks


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One time that a dispute's money was taken: what each line gives up, and what no line bears."""

    dispute_id: UUID
    number: int
    taken: Money
    parts: tuple[Components, ...]
    excess: int = 0

    @property
    def settled(self) -> int:
        """What the lines come to, and the excess: the money taken, but for exchange rates."""
        return sum(part.paid for part in self.parts) + self.excess

    @property
    def provision(self) -> int:
        """The hub's own part as long as nothing is decided."""
        return sum(part.commission + part.vat - part.coupon for part in self.parts) + self.excess

    @property
    def costs_the_hub(self) -> bool:
        """Whether the hub gives anything up: of shipping, say, it has no part."""
        own = ((part.commission, part.vat, part.coupon) for part in self.parts)
        return bool(self.excess or any(sum(figures) for figures in zip(*own, strict=True)))

    def idem(self, what: str) -> str:
        """The id of what is posted of this round."""
        return f"dispute_{what}:{self.dispute_id}:{self.number}"


def funds_moved(dispute_id: UUID, move_id: str, amount: Money, fee: Money) -> Posting:
    """The provider took a dispute's money with a fee, or gave it back: `amount` is negative when it was taken."""
    currency = amount.currency
    return posting(
        "dispute_funds",
        str(dispute_id),
        f"dispute_funds:{move_id}",
        [
            (_hub(AccountKind.DISPUTE_OPEN, currency), -amount.amount_minor),
            (_hub(AccountKind.DISPUTE_FEES, currency), fee.amount_minor),
            (_hub(AccountKind.PROVIDER_AVAILABLE, currency), (amount - fee).amount_minor),
        ],
    )


def borne(of: Round, bearers: Sequence[Bearer]) -> Posting:
    """Whose money it is that was taken: the shops' parts, and the hub's as a provision; rates differ into `hub:fx`."""
    currency = of.taken.currency
    return posting(
        "dispute_borne",
        str(of.dispute_id),
        of.idem("borne"),
        [
            *((Account(each.kind, each.shop_id, currency), each.amount) for each in bearers),
            (_hub(AccountKind.DISPUTE_PROVISION, currency), of.provision),
            (_hub(AccountKind.EXCHANGE_RESULT, currency), of.taken.amount_minor - of.settled),
            (_hub(AccountKind.DISPUTE_OPEN, currency), -of.taken.amount_minor),
        ],
    )


def lost(of: Round, books: HubBooks) -> Posting:
    """Nothing comes back: the hub's commission is given up, with its VAT; the coupon was not spent after all.

    Only for a round that `costs_the_hub` anything: there is nothing to post otherwise.
    """
    currency = of.taken.currency
    return posting(
        "dispute_lost",
        str(of.dispute_id),
        of.idem("lost"),
        [*_given_up(of, books, sign=1), (_hub(AccountKind.DISPUTE_PROVISION, currency), -of.provision)],
    )


def returned(
    of: Round, back: Money, bearers: Sequence[Bearer], books: HubBooks, *, was_lost: bool, written_off: int
) -> Posting:
    """The money is back: the bearers get again what they gave up, the hub its provision or what it had lost.

    What of it had been written off is the hub's own again.
    """
    currency = back.currency
    hub = (
        _given_up(of, books, sign=-1) if was_lost else [(_hub(AccountKind.DISPUTE_PROVISION, currency), -of.provision)]
    )
    return posting(
        "dispute_returned",
        str(of.dispute_id),
        of.idem("returned"),
        [
            (_hub(AccountKind.DISPUTE_OPEN, currency), back.amount_minor),
            *((Account(each.kind, each.shop_id, currency), -each.amount) for each in bearers),
            *hub,
            (_hub(AccountKind.WRITE_OFF, currency), -written_off),
            (_hub(AccountKind.EXCHANGE_RESULT, currency), of.settled - back.amount_minor),
        ],
    )


def refund_void(refund_id: UUID, attempt: int, owed: Money, settled: Money, lost: Money) -> Posting:
    """A lost dispute paid what was owed to the shopper: `lost`, which was written off for it, was this debt.

    What the parties gave back for the refund is `settled`; rates differ into `hub:fx`.
    """
    idem = f"refund_void:{refund_id}:{attempt}"
    return posting("refund_void", str(refund_id), idem, _debt_paid(owed, settled, lost, 1))


def refund_owed_again(refund_id: UUID, attempt: int, owed: Money, settled: Money, lost: Money) -> Posting:
    """The dispute was won after all: the shopper is owed the refund again."""
    idem = f"refund_owed_again:{refund_id}:{attempt}"
    return posting("refund_owed_again", str(refund_id), idem, _debt_paid(owed, settled, lost, -1))


def _debt_paid(owed: Money, settled: Money, lost: Money, sign: int) -> list[tuple[Account, int]]:
    legs = [
        (_hub(AccountKind.REFUND_DUE, owed.currency), sign * owed.amount_minor),
        (_hub(AccountKind.WRITE_OFF, lost.currency), -sign * lost.amount_minor),
        (_hub(AccountKind.EXCHANGE_RESULT, lost.currency), sign * (lost - settled).amount_minor),
    ]
    if owed.currency != settled.currency:
        legs += [
            (_hub(AccountKind.EXCHANGE, owed.currency), -sign * owed.amount_minor),
            (_hub(AccountKind.EXCHANGE, settled.currency), sign * settled.amount_minor),
        ]
    return legs


def rate_kept(of: Round, back: Money) -> Posting:
    """Money that nobody had to bear yet came back at another rate: the difference is the hub's."""
    difference = back.amount_minor - of.taken.amount_minor
    return posting(
        "dispute_returned",
        str(of.dispute_id),
        of.idem("returned"),
        [
            (_hub(AccountKind.DISPUTE_OPEN, back.currency), difference),
            (_hub(AccountKind.EXCHANGE_RESULT, back.currency), -difference),
        ],
    )


def fee_charged(of: Round, shares: Sequence[Bearer]) -> Posting:
    """By the hub's policy the shops bear the fee of a lost dispute."""
    currency = of.taken.currency
    return posting(
        "dispute_fee",
        str(of.dispute_id),
        of.idem("fee"),
        [
            *((Account(each.kind, each.shop_id, currency), each.amount) for each in shares),
            (_hub(AccountKind.DISPUTE_FEES, currency), -sum(each.amount for each in shares)),
        ],
    )


def _given_up(of: Round, books: HubBooks, *, sign: int) -> list[tuple[Account, int]]:
    currency = of.taken.currency
    legs = [(_hub(AccountKind.WRITE_OFF, currency), sign * of.excess)]
    for part in of.parts:
        legs += [
            (_hub(AccountKind.COMMISSION, currency), sign * part.commission),
            (Account(AccountKind.VAT_PAYABLE, books.vat_country, currency), sign * part.vat),
            (_hub(AccountKind.PROMO, currency), -sign * part.coupon),
        ]
    return legs


def _hub(kind: AccountKind, currency: str) -> Account:
    return Account(kind, "", currency)
