"""Who wears a piece: the words of five languages. Pure."""

from collections.abc import Iterable

from federation.vocabulary.product import Gender
from shops.importers.domain.words.folding import folded

_WORDS: dict[Gender, str] = {
    "women": "women woman womens female ladies lady donna donne femminile femme femmes dame damen frau frauen "
    "mujer mujeres senora",
    "men": "men man mens male gentlemen uomo uomini maschile homme hommes herren herr mann manner hombre hombres "
    "caballero",
    "unisex": "unisex uniseks",
    "children": "children child kids kid bambino bambina bambini bimba bimbo neonato neonati enfant enfants fille "
    "garcon bebe kinder kind madchen jungen baby newborn infant toddler nino nina ninos ninas infantil",
}  # fmt: skip
_TABLE: dict[str, Gender] = {word: gender for gender, line in _WORDS.items() for word in line.split()}


def gender_of(words: Iterable[str]) -> Gender | None:
    """The one wearer that these texts name; women and men together are `unisex`, any child makes it `children`."""
    named = {_TABLE[word] for text in words for word in folded(text).split() if word in _TABLE}
    if "children" in named:
        return "children"
    if "unisex" in named or {"women", "men"} <= named:
        return "unisex"
    return next(iter(named), None)
