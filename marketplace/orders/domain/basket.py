"""The basket as a value: adding, changing, and its form in a session. Pure; prices are worked out in `pricing`.

Invariants: at most LINES_MAX lines of at most QUANTITY_MAX pieces; a variant appears once; every change raises
`revision`. `seen_minor` is the unit price that the shopper last saw: never what is charged, only what a change is
told from.
"""

from typing import Annotated, Any

import msgspec

from federation.vocabulary.product import Code
from federation.vocabulary.wording import sentence
from marketplace.errors import BasketInvalidError

LINES_MAX = 40
QUANTITY_MAX = 20


class BasketItem(msgspec.Struct, frozen=True):
    """So many pieces of one variant of one boutique."""

    shop_id: Annotated[str, msgspec.Meta(max_length=64)]
    product_id: Code
    variant_id: Code
    quantity: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
    seen_minor: int = 0

    @property
    def key(self) -> str:
        """Names this line in forms and links."""
        return item_key(self.shop_id, self.product_id, self.variant_id)


class Basket(msgspec.Struct, frozen=True):
    """The lines, in the order in which they were added."""

    items: Annotated[tuple[BasketItem, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    revision: int = 0

    @property
    def pieces(self) -> int:
        """How many pieces in all."""
        return sum(item.quantity for item in self.items)


def item_key(shop_id: str, product_id: str, variant_id: str) -> str:
    """The key of a variant's line."""
    return f"{shop_id}/{product_id}/{variant_id}"


def add(basket: Basket, item: BasketItem) -> Basket:
    """The basket with `item` in it; pieces of the same variant are counted together.

    Raises BasketInvalidError beyond the bounds.
    """
    held = next((old for old in basket.items if old.key == item.key), None)
    if held is None:
        if len(basket.items) >= LINES_MAX:
            raise BasketInvalidError(
                sentence("A basket holds %(num)s different pieces; check some out first.", num=LINES_MAX)
            )
        return _changed(basket, (*basket.items, _bounded(item)))
    together = msgspec.structs.replace(item, quantity=held.quantity + item.quantity)
    return _changed(basket, tuple(_bounded(together) if old.key == item.key else old for old in basket.items))


def set_quantity(basket: Basket, key: str, quantity: int) -> Basket:
    """The basket with `quantity` pieces on the line `key`; zero removes it; an unknown key changes nothing."""
    if quantity == 0:
        return remove(basket, key)
    return _changed(
        basket,
        tuple(
            _bounded(msgspec.structs.replace(item, quantity=quantity)) if item.key == key else item
            for item in basket.items
        ),
    )


def remove(basket: Basket, key: str) -> Basket:
    """The basket without the line `key`."""
    return _changed(basket, tuple(item for item in basket.items if item.key != key))


def without(basket: Basket, bought: frozenset[str]) -> Basket:
    """The basket without the lines named in `bought`."""
    return _changed(basket, tuple(item for item in basket.items if item.key not in bought))


def with_seen(basket: Basket, prices_minor: dict[str, int]) -> Basket:
    """The basket in which the shopper has seen `prices_minor` (by line key)."""
    items = tuple(
        msgspec.structs.replace(item, seen_minor=prices_minor.get(item.key, item.seen_minor)) for item in basket.items
    )
    return _changed(basket, items)


def from_session(stored: Any) -> Basket:
    """Read a basket from session data; what does not fit (an older form, a damaged row) is an empty basket."""
    try:
        return msgspec.convert(stored, Basket)
    except msgspec.ValidationError:
        return Basket()


def to_session(basket: Basket) -> dict[str, Any]:
    """The JSON form of a basket for the session."""
    stored: dict[str, Any] = msgspec.to_builtins(basket)
    return stored


def _changed(basket: Basket, items: tuple[BasketItem, ...]) -> Basket:
    return basket if items == basket.items else Basket(items, basket.revision + 1)


def _bounded(item: BasketItem) -> BasketItem:
    if not 1 <= item.quantity <= QUANTITY_MAX:
        raise BasketInvalidError(
            sentence(
                "A basket takes 1 to %(num)s pieces of one size. For more, write to the boutique.", num=QUANTITY_MAX
            )
        )
    return item
