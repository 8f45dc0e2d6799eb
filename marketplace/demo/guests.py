"""Boutiques for catalogues that come from outside: a name, a town and a look of our own making for each. Pure.

Deterministic: the same place in a list always gives the same boutique, and no two have the same name.
"""

import hashlib
import re
import unicodedata

from federation.vocabulary.countries import EUROPEAN_UNION
from federation.vocabulary.money import Money
from federation.vocabulary.product import LAYOUTS, MOTIFS, ShippingRate, ShopProfile, Theme
from marketplace.storefront.destinations import BEYOND

_THINGS = (
    "Ancora", "Bussola", "Credenza", "Dispensa", "Edicola", "Fiumara", "Gronda", "Impronta", "Lanterna", "Madia",
    "Navetta", "Ortica", "Persiana", "Quercia", "Ringhiera", "Spoletta", "Tessera", "Uliva", "Vetrina", "Zagara",
    "Altana", "Brocca", "Cornice", "Darsena", "Fibbia", "Ghirlanda", "Intaglio", "Limonaia", "Matassa", "Nicchia",
    "Officina", "Pergola", "Rondine", "Serra", "Terrazza", "Veranda", "Asola", "Balestra", "Cometa", "Dogana",
    "Falda", "Giostra", "Lisca", "Mensola", "Nuvola", "Palizzata", "Rotonda", "Sartìa", "Trama", "Volpe",
)  # fmt: skip
_FAMILIES = (
    "Albani", "Baldacci", "Cerasi", "Dessì", "Ermini", "Fadda", "Galvagni", "Iacobelli", "Lorusso", "Marangon",
    "Nardelli", "Olivieri", "Pastorello", "Quaranta", "Rinaldini", "Sabatucci", "Tagliapietra", "Ubaldini", "Vianello",
    "Zuccarello", "Amitrano", "Boscolo", "Carrara", "Degasperi", "Esposito", "Frescobaldi", "Giannetti", "Imparato",
    "Loi", "Mattarelli", "Nicolosi", "Orsatti", "Piras", "Rosati", "Sciacca", "Tedeschini", "Urso", "Vezzosi",
    "Zambelli", "Ansaldi", "Bertolotti", "Cattaneo", "Donnarumma", "Fumagalli", "Grimaldi", "Lucchesi", "Mazzola",
    "Pellegrino", "Savoldi", "Trevisan",
)  # fmt: skip
_TOWNS = (
    "Alessandria", "Asti", "Avellino", "Barletta", "Belluno", "Benevento", "Bra", "Brindisi", "Caltanissetta",
    "Campobasso", "Carrara", "Cesena", "Chieti", "Chiavari", "Crema", "Cuneo", "Empoli", "Enna", "Fano", "Foggia",
    "Forlì", "Frosinone", "Gorizia", "Grosseto", "Imola", "Isernia", "Ivrea", "L’Aquila", "La Spezia", "Latina",
    "Lecco", "Lodi", "Macerata", "Massa", "Messina", "Monza", "Novara", "Oristano", "Pavia", "Pesaro", "Piacenza",
    "Pordenone", "Potenza", "Rieti", "Rovigo", "Savona", "Sondrio", "Teramo", "Terni", "Vercelli",
)  # fmt: skip
_GROUNDS = ("#FBF8F2", "#F4F1EA", "#F7F3F6", "#F1F5F3", "#FAF6EE", "#F3F4F8", "#FFFDF8", "#F6F2EC")
_INKS = ("#1B1A18", "#22201E", "#1A2230", "#231B22", "#17231E")
_ACCENTS = (
    "#7A2E1D", "#1F4E4A", "#5B2A5E", "#2B4A7A", "#6B4A12", "#8A1F3D", "#33502A", "#3B3470", "#7A3B12", "#124B66",
)  # fmt: skip
_HANDLE_LENGTH_MAX = 40
_NOT_HANDLE = re.compile(r"[^a-z0-9]+")
_PAIRINGS = 8


def guest_name(place: int) -> str:
    """The name of the boutique at this place, from 0; three kinds take turns."""
    turn, kind = divmod(place, 3)
    thing, family = _THINGS[turn % len(_THINGS)], _FAMILIES[turn % len(_FAMILIES)]
    if kind == 0:
        return f"{'L’' if thing[0] in 'AEIOU' else 'La '}{thing}"
    return f"Bottega {family}" if kind == 1 else f"{_FAMILIES[-1 - turn % len(_FAMILIES)]} dal {1908 + 2 * turn}"


def guest_profile(place: int) -> ShopProfile:
    """A boutique somewhere in Italy that sells in euros."""
    town = _TOWNS[(place * 7) % len(_TOWNS)]
    return profile_of(guest_name(place), town, "IT", "EUR")


def profile_of(name: str, town: str, country: str, currency: str) -> ShopProfile:
    """A profile for a boutique of this name: its look follows from the name, its parcels from its country."""
    return ShopProfile(
        handle=handle_of(name, town),
        name=name,
        town=town,
        country=country,
        currency=currency,
        theme=_theme(name),
        shipping=_shipping(country, currency),
        tagline={
            "it": "Una vetrina di prova, riempita da un catalogo vero",
            "en": "A trial window, filled from a real catalogue",
        },
        story={
            "it": "Questa bottega mostra come entra in Galleria un catalogo esportato da un altro sistema.",
            "en": "This boutique shows how a catalogue exported from another system comes into Galleria.",
        },
        returns={"it": "Resi entro quattordici giorni.", "en": "Returns within fourteen days."},
        legal_name=name,
        email=f"ciao@{handle_of(name, town)}.example",
        order_acceptance="automatic",
    )


def handle_of(name: str, town: str) -> str:
    """An address made of name and town."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", f"{name} {town}") if not unicodedata.combining(c))
    return _NOT_HANDLE.sub("-", plain.casefold()).strip("-")[:_HANDLE_LENGTH_MAX].strip("-")


def _theme(name: str) -> Theme:
    dice = hashlib.sha256(name.encode()).digest()
    letters = [word[0] for word in re.findall(r"[^\W\d_]+", name) if word[0].isupper()]
    return Theme(
        ground=_GROUNDS[dice[0] % len(_GROUNDS)],
        ink=_INKS[dice[1] % len(_INKS)],
        accent=_ACCENTS[dice[2] % len(_ACCENTS)],
        pairing=1 + dice[3] % _PAIRINGS,
        monogram="".join(letters[:2]) or "G",
        layout=LAYOUTS[dice[4] % len(LAYOUTS)],
        motif=MOTIFS[dice[5] % len(MOTIFS)],
    )


def _shipping(country: str, currency: str) -> tuple[ShippingRate, ...]:
    europe, world = tuple(sorted(EUROPEAN_UNION - {country})), tuple(sorted(BEYOND - {country}))
    return (
        ShippingRate((country,), Money(700, currency), 2, 4, Money(15_000, currency)),
        ShippingRate(europe, Money(1_400, currency), 3, 7),
        ShippingRate(world, Money(2_900, currency), 6, 14),
    )
