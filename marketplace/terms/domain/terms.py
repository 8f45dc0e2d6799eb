"""The terms of one piece: what rules, settings and the boutique's own word come to on the day of a sale. Pure.

Whoever sells freezes these on the order line; they are never worked out again for an order that was placed.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.product import CATEGORIES, ShopProfile
from marketplace.terms.domain.rules import Piece, Rule, rule_for
from marketplace.vat.domain.checks import plain_id
from payouts.domain.vat import Treatment, charged_bp, goods_rate_bp, treatment_of, vat_id_right

CommissionBase = Literal["gross", "net"]
"""What a commission's rate is taken of: the price as the shopper pays it, or that without the VAT inside it."""


class RuleBook(msgspec.Struct, frozen=True, kw_only=True):
    """The rules in force, by the number of their revision."""

    revision: int
    rules: tuple[Rule, ...]


class HubTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub decides for all: where it is, its VAT rate, what the rates are taken of, and the referral share.

    `vat_ids_by_form` believes every VAT id that has the right form: boutiques of a demo have none of their own.
    With `shops_bear_fee` each bears its part of what the payment provider keeps. `checked_vat_ids` are, by boutique,
    the ids that a register has found right, where the hub believes no other; None: check digits are enough.
    """

    country: str
    vat_bp: int
    base: CommissionBase = "gross"
    referral_bp: int = 0
    vat_ids_by_form: bool = False
    shops_bear_fee: bool = False
    checked_vat_ids: Mapping[str, str] | None = None


class LineTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of one piece. Amounts are minor units of the boutique's currency, each for one piece.

    `inside_vat_bp` is the VAT inside the price as the shopper's receipt says it, None where the hub cannot tell.
    """

    rule_id: str
    rule_revision: int
    rate_bp: int
    fixed_minor: int
    floor_minor: int
    cap_minor: int | None
    vat_bp: int
    vat_treatment: Treatment
    goods_vat_bp: int
    referral_bp: int = 0
    referrer: str = ""
    inside_vat_bp: int | None = None


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """A piece about to be sold: whose, of which category code, at which price of the boutique, and to which country."""

    shop_id: str
    profile: ShopProfile
    category: str
    price: Money
    destination: str


class Referrer(msgspec.Struct, frozen=True):
    """The boutique from whose own site the shopper came, and the most it would itself pay for such a favour."""

    shop_id: str
    referral_bp_max: int


def path_of(category: str) -> str:
    """A category code as the path that rules speak of: its department, then itself."""
    return f"{CATEGORIES[category][1]}/{category}" if category in CATEGORIES else category


def terms_of(sold: Sold, book: RuleBook, hub: HubTerms, referrer: Referrer | None = None) -> LineTerms:
    """The terms of one piece."""
    rule = rule_for(book.rules, Piece(sold.shop_id, path_of(sold.category), sold.price))
    treatment = vat_treatment(sold.shop_id, sold.profile, hub)
    referral_bp = referral_of(sold, hub, referrer)
    return LineTerms(
        rule_id=rule.id,
        rule_revision=book.revision,
        rate_bp=rule.rate_bp,
        fixed_minor=rule.fixed_minor,
        floor_minor=rule.floor_minor,
        cap_minor=rule.cap_minor,
        vat_bp=charged_bp(treatment, hub.vat_bp),
        vat_treatment=treatment,
        goods_vat_bp=goods_rate_bp(sold.profile.country, sold.destination) if hub.base == "net" else 0,
        referral_bp=referral_bp,
        referrer=referrer.shop_id if referrer is not None and referral_bp else "",
        inside_vat_bp=inside_vat(sold, hub),
    )


def inside_vat(sold: Sold, hub: HubTerms) -> int | None:
    """The rate of the VAT inside a piece's price, in basis points; nothing is claimed for who gives no VAT id.

    Many a small boutique charges none, and outside the Union the hub knows no rates.
    """
    profile = sold.profile
    if not vat_id_right(profile.vat_id, profile.country, by_form=hub.vat_ids_by_form):
        return None
    return goods_rate_bp(profile.country, sold.destination)


def vat_treatment(shop_id: str, profile: ShopProfile, hub: HubTerms) -> Treatment:
    """How the commission of a boutique is taxed, by the country and VAT id it publishes."""
    right = vat_id_right(profile.vat_id, profile.country, by_form=hub.vat_ids_by_form)
    if hub.checked_vat_ids is not None:
        right = right and hub.checked_vat_ids.get(shop_id) == plain_id(profile.vat_id)
    return treatment_of(hub.country, profile.country, has_vat_id=right)


def referral_of(sold: Sold, hub: HubTerms, referrer: Referrer | None) -> int:
    """The referral share of a piece in basis points.

    None for a boutique's own shopper, and none unless both boutiques have agreed to pay as much as the hub asks.
    """
    if referrer is None or referrer.shop_id == sold.shop_id:
        return 0
    agreed = min(referrer.referral_bp_max, sold.profile.referral_bp_max)
    return hub.referral_bp if hub.referral_bp <= agreed else 0


def categories_known() -> Sequence[str]:
    """Every path a rule can name: departments, and the categories below them."""
    departments = dict.fromkeys(department for _, department in CATEGORIES.values())
    return [
        path
        for department in departments
        for path in (department, *(path_of(code) for code, (_, own) in CATEGORIES.items() if own == department))
    ]
