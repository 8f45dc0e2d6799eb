"""How the hub divides a sale: which rates a boutique's line carries, and the shares that payouts splits. Pure.

What is divided is what the shopper pays, in the shopper's currency; the boutique's signed order shows the same division
of its own list prices. The rates are frozen on the line at checkout; a later change of the hub's rates touches no
order. The VAT on the commission follows the boutique's country: the hub's own is charged, elsewhere the boutique
accounts for it itself.
"""

from collections.abc import Sequence

import msgspec

from federation.vocabulary.money import Money
from marketplace.orders.domain.values import Line, Part
from payouts.domain.split import SaleLine, SaleShare, ShareSplit, split_preview


class Rates(msgspec.Struct, frozen=True):
    """The hub's rates in basis points, and the country in which it charges VAT."""

    commission_bp: int
    vat_bp: int
    country: str

    def vat_for(self, shop_country: str) -> int:
        """The VAT rate on the commission of a boutique in `shop_country`."""
        return self.vat_bp if shop_country == self.country else 0


def shares_of(parts: Sequence[Part], lines: Sequence[Line], currency: str) -> tuple[SaleShare, ...]:
    """What each boutique sells, as payouts takes it."""
    return tuple(
        SaleShare(
            shop_id=part.shop_id,
            shop_order_id=part.id,
            lines=tuple(
                SaleLine(str(line.id), line.quantity, Money(line.unit_minor, currency), line.commission_bp, line.vat_bp)
                for line in lines
                if line.shop_order_id == part.id
            ),
            shipping=Money(part.shipping_minor, currency),
        )
        for part in parts
    )


def at_list_prices(part: Part, lines: Sequence[Line]) -> ShareSplit:
    """How a part would divide at the boutique's own prices: what its signed order says before the money is settled."""
    listed = [msgspec.structs.replace(line, unit_minor=line.list_unit_minor) for line in lines]
    own = msgspec.structs.replace(part, shipping_minor=part.list_shipping_minor)
    return split_preview(shares_of([own], listed, part.list_currency))[0]


def divided(parts: Sequence[Part], lines: Sequence[Line], currency: str) -> list[Line]:
    """The lines with their split frozen on them, by the rates they carry."""
    splits = {
        split.line_id: split for share in split_preview(shares_of(parts, lines, currency)) for split in share.lines
    }
    return [
        msgspec.structs.replace(
            line,
            commission_minor=splits[str(line.id)].commission,
            commission_vat_minor=splits[str(line.id)].vat,
            seller_minor=splits[str(line.id)].seller,
        )
        for line in lines
    ]
