"""VAT on the hub's commission, and the VAT inside a price. Pure; it checks an id by its digits, it asks no authority.

The commission is a service to a business: taxed where the boutique is established (Directive 2006/112/EC, art. 44). In
the hub's own country the hub charges its rate; in another member state the boutique accounts for the tax itself if it
is known as a business by its VAT id (art. 196), else the hub charges its own rate; outside the Union the service is
out of scope of the hub's VAT. A hub outside the Union charges its own rate at home and none abroad.
"""

import re
from typing import Literal

from stdnum.eu import vat as eu_vat

from federation.vocabulary.countries import EUROPEAN_UNION
from payouts.domain.amounts import BASIS_POINTS, portion

Treatment = Literal["domestic", "reverse-charge", "no-vat-id", "outside-scope"]
"""How the commission is taxed: by the hub at home; by the boutique; by the hub for want of an id; not at all here."""

RATES_AS_OF = "2026-01-01"
"""The day for which STANDARD_RATES_BP was written."""

STANDARD_RATES_BP = {
    "AT": 2_000,
    "BE": 2_100,
    "BG": 2_000,
    "CY": 1_900,
    "CZ": 2_100,
    "DE": 1_900,
    "DK": 2_500,
    "EE": 2_400,
    "ES": 2_100,
    "FI": 2_550,
    "FR": 2_000,
    "GR": 2_400,
    "HR": 2_500,
    "HU": 2_700,
    "IE": 2_300,
    "IT": 2_200,
    "LT": 2_100,
    "LU": 1_700,
    "LV": 2_100,
    "MT": 1_800,
    "NL": 2_100,
    "PL": 2_300,
    "PT": 2_300,
    "RO": 2_100,
    "SE": 2_500,
    "SI": 2_200,
    "SK": 2_300,
}
"""Standard VAT rates of the member states, in basis points."""

_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"[1-9]\d{8}",
    "DK": r"[1-9]\d{7}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{10}\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"[1-9]\d{1,9}",
    "SE": r"\d{10}01",
    "SI": r"[1-9]\d{7}",
    "SK": r"[1-9]\d{9}",
}
"""The form of each member state's VAT ids behind the two letters (VIES, frequently asked questions 11)."""


def treatment_of(hub_country: str, shop_country: str, *, has_vat_id: bool) -> Treatment:
    """How the commission of a boutique is taxed, by where it is established and whether its VAT id was found right."""
    if shop_country == hub_country:
        return "domestic"
    if hub_country not in EUROPEAN_UNION or shop_country not in EUROPEAN_UNION:
        return "outside-scope"
    return "reverse-charge" if has_vat_id else "no-vat-id"


def charged_bp(treatment: Treatment, hub_rate_bp: int) -> int:
    """The rate the hub adds to its commission, in basis points."""
    return hub_rate_bp if treatment in {"domestic", "no-vat-id"} else 0


def vat_id_right(vat_id: str, country: str, *, by_form: bool = False) -> bool:
    """Whether a VAT id is one of `country`, a member state (ISO 3166; Greece writes EL): by its check digits.

    `by_form` looks at its form alone, for a world whose ids are invented so as to be nobody's.
    """
    prefix = "EL" if country == "GR" else country
    plain = re.sub(r"[\s.\-/]", "", vat_id).upper()
    form = _FORMS.get(prefix)
    if form is None or re.fullmatch(prefix + form, plain, re.ASCII) is None:
        return False
    return by_form or eu_vat.is_valid(plain)


def goods_rate_bp(shop_country: str, destination: str) -> int:
    """The standard rate inside the price of a piece that a boutique sends to a shopper, in basis points.

    That of the destination within the Union (distance sales, art. 33); none for what leaves it or comes from outside.
    """
    if shop_country not in EUROPEAN_UNION:
        return 0
    return STANDARD_RATES_BP.get(destination, 0)


def included(amount: int, rate_bp: int) -> int:
    """The VAT inside an amount that contains it, half a unit up."""
    return portion(amount, rate_bp, BASIS_POINTS + rate_bp)
