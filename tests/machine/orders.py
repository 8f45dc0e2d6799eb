"""What shoppers buy: orders of several shops, as drawn, as the hub divides them, and as the model knows them."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from federation.vocabulary.money import Money
from payouts.service import SaleLine, SaleShare
from payouts.service.sales import SHIPPING_LINE
from tests.machine.arithmetic import Line, divided, shared_out

SHOPS = ("shop-a", "shop-b", "shop-c")
COUNTRIES = {"shop-a": "FR", "shop-b": "DE", "shop-c": "GB"}
"""Money sent to the last of them crosses a border: it is not taken back before a dispute is lost."""

CURRENCIES = ("EUR", "EUR", "EUR", "GBP", "JPY")
COMMISSION_BP, VAT_BP = 1_000, 2_000

Draft = dict[str, Any]
"""An order as plain values: `currency`, `manual`, `coupon`, and `parts` with `shop`, `shipping` and `lines`."""

_LINES = st.fixed_dictionaries(
    {
        "quantity": st.integers(1, 3),
        "price": st.integers(50, 20_000),
        "discount": st.sampled_from((0, 0, 0, 17)),
        "referral_bp": st.sampled_from((0, 0, 1_200)),
    }
)


def drafts() -> st.SearchStrategy[Draft]:
    """Any order of one to three shops."""
    parts = st.lists(
        st.fixed_dictionaries(
            {
                "shop": st.sampled_from(SHOPS),
                "shipping": st.sampled_from((0, 490)),
                "lines": st.lists(_LINES, min_size=1, max_size=2),
            }
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda part: part["shop"],
    )
    return st.fixed_dictionaries(
        {
            "currency": st.sampled_from(CURRENCIES),
            "manual": st.sampled_from((False, False, True)),
            "coupon_bp": st.sampled_from((0, 0, 300, 3_000)),
            "bears_fee": st.sampled_from((False, False, True)),
            "parts": parts,
        }
    )


class Order:
    """One order. `accepted` are the parts that are charged: all, or those that shops took."""

    def __init__(self, number: int, draft: Draft) -> None:
        self.id = UUID(int=number << 8)
        self.draft = draft
        self.currency: str = draft["currency"]
        self.manual: bool = draft["manual"]
        self.parts = {UUID(int=(number << 8) + place + 1): part for place, part in enumerate(draft["parts"])}
        self.accepted = list(self.parts)
        self.page = ""
        self.refunds: list[str] = []
        coupons = self._coupons(draft["coupon_bp"])
        self.coupon = dict(zip(self._places(), coupons, strict=True))

    def shares(self) -> list[SaleShare]:
        """What the hub is told to divide."""
        found = []
        for part_id in self.accepted:
            part = self.parts[part_id]
            lines = tuple(self._sale_line(part_id, name, line) for name, line in self._named(part))
            shipping = Money(part["shipping"], self.currency)
            found.append(SaleShare(part["shop"], part_id, lines, shipping, self.draft["bears_fee"]))
        return found

    def lines(self) -> dict[tuple[UUID, str], Line]:
        """What the model says each line comes to, shipping last in each part."""
        found: dict[tuple[UUID, str], Line] = {}
        for part_id in self.accepted:
            part = self.parts[part_id]
            for name, line in self._named(part):
                base, coupon = _base(line), self.coupon[part_id, name]
                found[part_id, name] = divided(base, coupon, COMMISSION_BP, VAT_BP, line["referral_bp"])
            if part["shipping"]:
                found[part_id, SHIPPING_LINE] = divided(part["shipping"], 0, 0, 0, 0)
        return found

    def total(self) -> Money:
        """What the shopper pays for the accepted parts."""
        return Money(sum(line["paid"] for line in self.lines().values()), self.currency)

    def shop(self, part_id: UUID) -> str:
        shop: str = self.parts[part_id]["shop"]
        return shop

    def referrer(self, part_id: UUID) -> str:
        """The shop that sent the shopper: the next one in the row."""
        return SHOPS[(SHOPS.index(self.shop(part_id)) + 1) % len(SHOPS)]

    def quantity(self, line: tuple[UUID, str]) -> int:
        """How many pieces a line is of."""
        named = dict(self._named(self.parts[line[0]]))
        return int(named[line[1]]["quantity"]) if line[1] in named else 1

    def _named(self, part: Draft) -> list[tuple[str, Draft]]:
        return [(f"line-{place}", line) for place, line in enumerate(part["lines"])]

    def _places(self) -> list[tuple[UUID, str]]:
        return [(part_id, name) for part_id, part in self.parts.items() for name, _ in self._named(part)]

    def _coupons(self, coupon_bp: int) -> list[int]:
        bases = [_base(line) for part in self.parts.values() for line in part["lines"]]
        return shared_out(sum(bases) * coupon_bp // 10_000, bases)

    def _sale_line(self, part_id: UUID, name: str, line: Draft) -> SaleLine:
        return SaleLine(
            name,
            line["quantity"],
            Money(line["price"], self.currency),
            COMMISSION_BP,
            VAT_BP,
            seller_discount_minor=line["discount"],
            referral_bp=line["referral_bp"],
            referrer=self.referrer(part_id) if line["referral_bp"] else "",
            coupon_minor=self.coupon[part_id, name],
        )


def _base(line: Draft) -> int:
    return int(line["price"] * line["quantity"] - line["discount"])
