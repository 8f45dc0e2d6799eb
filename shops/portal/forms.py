"""From submitted forms to values: bounded, checked, and never guessed.

Invariants: every fault is a FieldError whose pointer is the form field's name, so that the page can point at it; a
form that does not parse changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast
from uuid import UUID, uuid5

import msgspec

from federation import limits
from federation.conversations.messages import ShippedLine
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money, parse_decimal, to_decimal
from federation.vocabulary.product import Product, ShippingRate, ShopProfile, Theme, Variant
from federation.vocabulary.wording import message, sentence
from shops.catalog.domain.wording import in_words

T = TypeVar("T", bound=msgspec.Struct)

Fields = Mapping[str, str]
LANGUAGES = {"en": message("English"), "it": message("Italian")}
VARIANTS_MAX = 250
BLANK_ROWS = 3
RATES_MAX = 50


def fields_of(form: Mapping[str, object]) -> dict[str, str]:
    """The text fields of a form, without blanks around them; files are not among them."""
    return {name: text.strip() for name, text in form.items() if isinstance(text, str)}


def uuid_field(fields: Fields, name: str) -> UUID:
    """A hidden id that our own page put into the form; raises RecordInvalidError when it is not one."""
    try:
        return UUID(fields.get(name, ""))
    except ValueError as error:
        raise RecordInvalidError("the form is incomplete: reload the page and send it again") from error


def step_of(fields: Fields, action: str) -> UUID:
    """The id of a click: the same for the same button and words, so that only a second click is passed over."""
    words = sorted((name, text) for name, text in fields.items() if name not in {"step", "csrf_token"})
    return uuid5(uuid_field(fields, "step"), msgspec.json.encode((action, words)).decode())


def whole_number(fields: Fields, name: str, what: str) -> int:
    """A figure between 0 and the bound on stock."""
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 7 or int(text) > limits.STOCK_QUANTITY_MAX:  # noqa: PLR2004
        raise _fault(name, sentence("%(what)s: write a whole number such as 3", what=sentence(what)))
    return int(text)


def price_field(fields: Fields, name: str, currency: str) -> Money:
    """A price as people write it, with a dot or a comma before the cents."""
    text = fields.get(name, "").strip("€ ").replace(",", ".")
    try:
        return parse_decimal(text, currency)
    except RecordInvalidError as error:
        raise _fault(name, error.sentence) from error


def _fault(name: str, message: str) -> RecordInvalidError:
    return RecordInvalidError(message, errors=(FieldError(name, "invalid", message),))


def _convert(values: Mapping[str, object], type_: type[T]) -> T:
    """Build a Struct from form values, with its own bounds; raises RecordInvalidError naming the field."""
    try:
        return msgspec.convert(values, type_)
    except msgspec.ValidationError as error:
        why, _, path = str(error).partition(" - at `$.")
        name = path.removesuffix("`")
        what = sentence(_LABELS.get(name, name))
        raise _fault(name, sentence("%(what)s: %(why)s", what=what, why=in_words(why))) from error


_LABELS = {
    "": message("the form"),
    "id": message("article code"),
    "size.value": message("size"),
    "size.label": message("size as you write it"),
    "colour.name": message("colour"),
    "materials[...]": message("materials"),
    "country": message("country, two letters"),
    "vat_id": message("VAT number"),
    "legal_name": message("legal name"),
    "theme.pairing": message("type pairing"),
    "theme.layout": message("opening"),
    "theme.motif": message("cover"),
    "theme.monogram": message("monogram"),
    "countries[...]": message("countries, two letters each"),
}
"""What the form calls a field, where that is not the record's own name for it."""

_ROW_NAMES = {"size.value": "size", "size.label": "label", "colour.name": "colour", "gtin": "gtin"}
"""The column of the form's table in which a part of a variant stands."""


def _texts(fields: Fields, name: str, before: Mapping[str, str]) -> dict[str, str]:
    """A text in our form's languages over what it was; other languages stay, blank ones go."""
    texts = {**before, **{language: fields.get(f"{name}_{language}", "") for language in LANGUAGES}}
    return {language: text for language, text in texts.items() if text}


# Products


def product_from(fields: Fields, currency: str, before: Product | None) -> Product:
    """The product that the form describes; pictures and other languages stay as they were."""
    variants = list(_variants(fields, currency))
    if not variants:
        raise _fault("v0_sku", "a product needs at least one variant: fill in the first row")
    values = {
        "id": before.id if before else fields.get("id", ""),
        "title": _texts(fields, "title", before.title if before else {}),
        "description": _texts(fields, "description", before.description if before else {}),
        "care": _texts(fields, "care", before.care if before else {}),
        "category": fields.get("category", ""),
        "gender": fields.get("gender", ""),
        "brand": fields.get("brand", ""),
        "materials": [part.strip() for part in fields.get("materials", "").split(",") if part.strip()],
        "media": msgspec.to_builtins(before.media) if before else [],
        "variants": msgspec.to_builtins(variants),
    }
    return _convert(values, Product)


def _variants(fields: Fields, currency: str) -> Iterator[Variant]:
    for number in range(VARIANTS_MAX):
        if f"v{number}_sku" not in fields:
            return
        row = {name: fields.get(f"v{number}_{name}", "") for name in _VARIANT_FIELDS}
        if row["sku"]:
            yield _variant(fields, number, row, currency)
        elif row["price"] or (row["label"] and not row["id"]):
            raise _fault(
                f"v{number}_sku",
                sentence("row %(number)s needs a SKU; to remove the variant, empty its price too", number=number + 1),
            )


_VARIANT_FIELDS = ("id", "sku", "system", "size", "label", "colour", "family", "gtin", "price", "compare")


def _variant(fields: Fields, number: int, row: Mapping[str, str], currency: str) -> Variant:
    compare = price_field(fields, f"v{number}_compare", currency) if row["compare"] else None
    price = price_field(fields, f"v{number}_price", currency)
    values = {
        "id": row["id"] or row["sku"],
        "sku": row["sku"],
        "size": {"system": row["system"], "value": row["size"] or row["label"], "label": row["label"] or row["size"]},
        "colour": {"name": row["colour"], "family": row["family"]},
        "price": msgspec.to_builtins(price),
        "gtin": row["gtin"] or None,
        "compare_at": None if compare is None else msgspec.to_builtins(compare),
    }
    try:
        return _convert(values, Variant)
    except RecordInvalidError as error:
        column = _ROW_NAMES.get(error.errors[0].pointer, "sku")
        raise _fault(
            f"v{number}_{column}", sentence("row %(number)s: %(why)s", number=number + 1, why=error.sentence)
        ) from error


def product_fields(product: Product | None) -> dict[str, str]:
    """What the product form shows for a product, or for none yet: the reverse of `product_from`."""
    fields: dict[str, str] = {"gender": "women"}
    variants: tuple[Variant, ...] = ()
    if product is not None:
        variants = product.variants
        fields |= {
            "id": product.id,
            "category": product.category,
            "gender": product.gender,
            "brand": product.brand,
            "materials": ", ".join(product.materials),
        }
        for name, texts in (("title", product.title), ("description", product.description), ("care", product.care)):
            fields |= {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}
    for number, variant in enumerate(variants):
        fields |= {f"v{number}_{name}": text for name, text in _variant_fields(variant).items()}
    return fields


def _variant_fields(variant: Variant) -> dict[str, str]:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "system": variant.size.system,
        "size": variant.size.value,
        "label": variant.size.label,
        "colour": variant.colour.name,
        "family": variant.colour.family,
        "gtin": variant.gtin or "",
        "price": to_decimal(variant.price),
        "compare": "" if variant.compare_at is None else to_decimal(variant.compare_at),
    }


def variant_rows(fields: Fields) -> int:
    """How many rows the product form shows: those that are filled, and some blank ones."""
    filled = sum(1 for number in range(VARIANTS_MAX) if fields.get(f"v{number}_sku"))
    return min(filled + BLANK_ROWS, VARIANTS_MAX)


# A parcel


def parcel_lines(fields: Fields) -> tuple[ShippedLine, ...]:
    """The pieces of a parcel; none for a form that does not ask for lines, which means everything that is left.

    Raises RecordInvalidError when every line says 0.
    """
    asked = [name for name in fields if name.startswith("line_")]
    lines = tuple(
        ShippedLine(name.removeprefix("line_"), quantity)
        for name in asked
        if (quantity := whole_number(fields, name, message("pieces")))
    )
    if asked and not lines:
        raise _fault(asked[0], "the parcel is empty: choose at least one piece")
    return lines


# The boutique's profile


def profile_from(fields: Fields, before: ShopProfile) -> ShopProfile:
    """The profile that the form describes; handle and currency stay, as do texts in other languages."""
    plain = ("name", "town", "country", "legal_name", "vat_id", "address", "email", "order_acceptance")
    values: dict[str, object] = {name: fields.get(name, "") for name in plain}
    values["country"] = fields.get("country", "").upper()
    values |= {name: _texts(fields, name, getattr(before, name)) for name in ("tagline", "story", "returns")}
    theme = {name: fields.get(f"theme_{name}", "") for name in ("ground", "ink", "accent", "monogram")}
    theme |= {name: fields.get(f"theme_{name}") or getattr(before.theme, name) for name in ("layout", "motif")}
    pairing = fields.get("theme_pairing", "")
    values |= {
        "handle": before.handle,
        "currency": before.currency,
        "return_days": whole_number(fields, "return_days", message("days to give back")),
        "referral_bp_max": _referral_bp(fields, before),
        "theme": {**theme, "pairing": int(pairing) if pairing.isdigit() and len(pairing) == 1 else 0},
        "shipping": msgspec.to_builtins(list(_rates(fields, before.currency))),
    }
    return _convert(values, ShopProfile)


def _referral_bp(fields: Fields, before: ShopProfile) -> int:
    """The most the boutique gives for a shopper that another one sent, in basis points; a form without it keeps it."""
    if "referral_percent" not in fields:
        return before.referral_bp_max
    return 100 * whole_number(fields, "referral_percent", message("per cent for boutiques that send shoppers"))


def _rates(fields: Fields, currency: str) -> Iterator[ShippingRate]:
    for number in range(RATES_MAX):
        countries = fields.get(f"rate{number}_countries", "").replace(",", " ").upper().split()
        if not countries:
            continue
        free_from = price_field(fields, f"rate{number}_free", currency) if fields.get(f"rate{number}_free") else None
        values = {
            "countries": countries,
            "price": msgspec.to_builtins(price_field(fields, f"rate{number}_price", currency)),
            "days_min": whole_number(fields, f"rate{number}_min", message("shortest delivery in days")),
            "days_max": whole_number(fields, f"rate{number}_max", message("longest delivery in days")),
            "free_from": None if free_from is None else msgspec.to_builtins(free_from),
        }
        yield _convert(values, ShippingRate)


def profile_fields(profile: ShopProfile) -> dict[str, str]:
    """What the profile form shows: the reverse of `profile_from`."""
    plain = ("name", "town", "country", "legal_name", "vat_id", "address", "email", "order_acceptance")
    fields = {name: cast("str", getattr(profile, name)) for name in plain}
    for name in ("tagline", "story", "returns"):
        fields |= {f"{name}_{language}": getattr(profile, name).get(language, "") for language in LANGUAGES}
    fields |= {"referral_percent": str(profile.referral_bp_max // 100)}
    fields |= {"return_days": str(profile.return_days), **_theme_fields(profile.theme)}
    for number, rate in enumerate(profile.shipping):
        fields |= {
            f"rate{number}_countries": " ".join(rate.countries),
            f"rate{number}_price": to_decimal(rate.price),
            f"rate{number}_min": str(rate.days_min),
            f"rate{number}_max": str(rate.days_max),
            f"rate{number}_free": "" if rate.free_from is None else to_decimal(rate.free_from),
        }
    return fields


def _theme_fields(theme: Theme) -> dict[str, str]:
    return {f"theme_{name}": str(getattr(theme, name)) for name in Theme.__struct_fields__}


def rate_rows(fields: Fields) -> int:
    """How many rows of shipping rates the form shows."""
    filled = sum(1 for number in range(RATES_MAX) if fields.get(f"rate{number}_countries"))
    return min(filled + 2, RATES_MAX)


def new_step() -> str:
    """A fresh id for a form, so that its second click is known as such."""
    return str(new_id())
