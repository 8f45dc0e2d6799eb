"""The checkout form: what was written into it, and what is wrong with it, field by field. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.wording import message
from marketplace.orders.drafting import Checkout
from marketplace.orders.views import Contact, Email

FIELD_MAX = 500


class CheckoutForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form's fields as text, so that a form with a fault is shown again as it was written."""

    key: str = ""
    quote: str = ""
    country: str = ""
    email: str = ""
    name: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    town: str = ""
    region: str = ""
    phone: str = ""
    note: str = ""

    def checkout(self) -> Checkout:
        """The checkout to begin. Raises msgspec.ValidationError when a field does not fit; see `faults`."""
        if self.faults():
            raise msgspec.ValidationError("the form has faults")
        return msgspec.convert(
            {
                "key": self.key,
                "quote": self.quote,
                "country": self.country,
                "contact": {"email": self.email, "note": self.note},
                "address": {name: getattr(self, name) for name in Address.__struct_fields__},
            },
            Checkout,
        )

    def faults(self) -> dict[str, str]:
        """A sentence, in English, for each field that does not fit."""
        found = {name: words for name, words in _MISSING.items() if not getattr(self, name)}
        if self.email and not _fits(self.email, Email):
            found["email"] = message("This does not look like an e-mail address: write it like name@example.com.")
        for name in ("name", "line1", "line2", "postcode", "town", "region", "phone"):
            if name not in found and not _fits(_address_with(name, getattr(self, name)), Address):
                found[name] = message("This is too long, or holds characters that do not fit on a parcel label.")
        if not _fits({"email": "a@b.c", "note": self.note}, Contact):
            found["note"] = message("Please keep it under 500 characters.")
        return found


_MISSING = {
    "email": message("We need an e-mail address to send the order's page to."),
    "name": message("Whose name goes on the parcel?"),
    "line1": message("The parcel needs a street and a number."),
    "postcode": message("The parcel needs a postcode."),
    "town": message("The parcel needs a town."),
}
_SOUND = {"name": "A", "line1": "A", "postcode": "1", "town": "A", "country": "IT"}


def _address_with(name: str, value: str) -> dict[str, str]:
    return {**_SOUND, name: value}


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def read_form(form: Mapping[str, Any]) -> CheckoutForm:
    """The fields of a posted form, trimmed and bounded."""
    values = {}
    for name in CheckoutForm.__struct_fields__:
        value = form.get(name, "")
        values[name] = value.strip()[:FIELD_MAX] if isinstance(value, str) else ""
    return CheckoutForm(**values)
