"""Boutiques and pieces side by side: order, fairness, variety."""

from datetime import date, timedelta

import msgspec

from federation.vocabulary.money import Money
from marketplace.listings.views import CardView, ShopCard
from marketplace.storefront import houses
from tests.marketplace.listings.builders import profile


def shop(handle: str, town: str = "Lucca", country: str = "IT", products: int = 3) -> ShopCard:
    """A boutique as the hub shows it."""
    made = msgspec.structs.replace(profile(handle), town=town, country=country)
    return ShopCard(
        shop_id=f"s-{handle}", handle=handle, name=handle.title(), town=town, country=country, theme=made.theme,
        tagline={}, profile=made, state="accepted", products=products,
    )  # fmt: skip


def card(shop_id: str, category: str) -> CardView:
    """A card of a piece."""
    price = Money(100, "EUR")
    return CardView(
        shop_id=shop_id, shop_handle=shop_id, shop_name=shop_id, town="Lucca", product_id=f"{shop_id}-{category}",
        title=category, price=price, price_to=None, compare_at=None, image_url="", second_image_url="", alt="",
        sizes=[], url="/", category=category,
    )  # fmt: skip


def test_each_boutique_has_its_day_before_any_has_a_second() -> None:
    """Over as many days as there are boutiques each is the house of the day once; those without pieces never."""
    shops = [shop(f"house-{number}") for number in range(122)] + [shop("bare", products=0)]
    days = [houses.of_the_day(shops, date(2026, 11, 22) + timedelta(days=day)) for day in range(122)]
    assert {one.handle for one in days if one} == {one.handle for one in shops[:122]}
    assert houses.of_the_day([], date(2026, 11, 22)) is None


def test_countries_towns_and_names_stand_in_order() -> None:
    """The country with most boutiques first, towns and names by alphabet whatever their accents and capitals."""
    found = houses.by_country([shop("b", "Ávila", "ES"), shop("z", "Zara"), shop("élan", "asti"), shop("dune", "asti")])
    assert [(country.code, [town.name for town in country.towns]) for country in found] == [
        ("IT", ["asti", "Zara"]),
        ("ES", ["Ávila"]),
    ]
    assert [one.handle for one in found[0].towns[0].shops] == ["dune", "élan"]


def test_the_wall_shows_unlike_pieces() -> None:
    """A garment opens it; then other categories of other boutiques, and only then what is left."""
    cards = [card("a", "rings"), card("a", "dresses"), card("b", "dresses"), card("b", "boots"), card("c", "hats")]
    wall = houses.hung(cards, 4)
    assert [(one.shop_id, one.category) for one in wall] == [
        ("a", "dresses"),
        ("b", "boots"),
        ("c", "hats"),
        ("a", "rings"),
    ]
    assert houses.hung([], 4) == ()


def test_one_of_each_category_comes_before_a_second() -> None:
    """Of one boutique's pieces the categories take turns."""
    cards = [card("a", "boots"), card("a", "boots"), card("a", "hats"), card("a", "boots"), card("a", "gloves")]
    assert [one.category for one in houses.unlike(cards, 4)] == ["boots", "hats", "gloves", "boots"]
