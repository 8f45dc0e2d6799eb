"""Choosing what a card shows of a product: language, pictures of a colour, sizes in stock, price range. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from federation.vocabulary.product import Product, ShopProfile, Variant
from marketplace.listings.views import CardView
from marketplace.media.domain.addresses import Picture, picture_of, stand_in_of

Spoken = Callable[[Mapping[str, str]], str]
"""Picks a boutique's text for the reader."""


def product_path(handle: str, product_id: str) -> str:
    """Where the storefront shows a product."""
    return f"/b/{handle}/p/{product_id}"


def pictures(handle: str, product: Product, colour: str) -> tuple[Picture | None, Picture | None]:
    """How the hub shows `colour` of a boutique's product: from the first picture whose words name it, or the first.

    None where there is no such picture.
    """
    named = (
        place for place, picture in enumerate(product.media) if colour and colour.casefold() in picture.alt.casefold()
    )
    place = next(named, 0)
    shown = [*(picture_of(handle, media) for media in product.media[place : place + 2]), None, None]
    return shown[0], shown[1]


def card(
    owner: tuple[str, ShopProfile], product: Product, colour_family: str, in_stock: frozenset[str], *, spoken: Spoken
) -> CardView:
    """The card of a product in `colour_family` (its whole range when it no longer has that colour).

    `owner` is the boutique's id and profile.
    """
    shop_id, profile = owner
    variants = tuple(one for one in product.variants if one.colour.family == colour_family) or product.variants
    sellable = [one for one in variants if one.id in in_stock]
    offered = sorted(sellable or variants, key=lambda one: one.price.amount_minor)
    lead, top = offered[0], offered[-1]
    title = spoken(product.title)
    first, second = pictures(profile.handle, product, lead.colour.name)
    return CardView(
        shop_id=shop_id,
        shop_handle=profile.handle,
        shop_name=profile.name,
        town=profile.town,
        product_id=product.id,
        title=title,
        language=next((code for code, text in product.title.items() if text == title), ""),
        price=lead.price,
        price_to=top.price if top.price != lead.price else None,
        compare_at=lead.compare_at,
        image_url=first.url if first else "",
        second_image_url=second.url if second else "",
        alt=first.alt if first else "",
        sizes=size_labels(sellable),
        url=product_path(profile.handle, product.id),
        picture=first or stand_in_of(profile.handle),
        second_picture=second,
        colour_family=colour_family,
        category=product.category,
    )


def size_labels(variants: Iterable[Variant]) -> list[str]:
    """The shop's own labels, each once: numbers from small to large, letters in the shop's order."""
    labels = list(dict.fromkeys(variant.size.label for variant in variants))
    numbers = [re.search(r"\d+(?:[.,]\d+)?", label) for label in labels]
    if not all(numbers):
        return labels
    known = {label: float(found[0].replace(",", ".")) for label, found in zip(labels, numbers, strict=True) if found}
    return sorted(labels, key=known.__getitem__)
