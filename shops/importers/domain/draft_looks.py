"""Which of a draft's options is the size and which the colour, and the family of each colour. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from federation.vocabulary.product import Colour, SizeSystem
from shops.importers.domain.choices import ImportChoices
from shops.importers.domain.drafts import Draft
from shops.importers.domain.texts import plain_line
from shops.importers.domain.words.colours import family_named
from shops.importers.domain.words.sizes import is_colour_option, is_looks_option, is_size_option, system_named

NAME_LENGTH_MAX = 60
_UNNAMED = {
    "it": "Come in foto",
    "fr": "Comme en photo",
    "de": "Wie abgebildet",
    "es": "Como en la foto",
}
_UNKNOWN_FAMILY = "multicolour"


class ReadColour(msgspec.Struct):
    """A colour, whether its family is more than a fallback, whether the file named it, and whether that was said."""

    colour: Colour
    is_known: bool
    is_named: bool = True
    was_told: bool = False


class Looks(msgspec.Struct, kw_only=True):
    """The places of size and colour among the options, `extras` that set variants apart besides, and the colours."""

    size: int | None
    colour: int | None
    extras: tuple[int, ...]
    system: SizeSystem | None
    colours: dict[str, ReadColour]

    def colour_of(self, options: Sequence[str]) -> ReadColour:
        """The colour of a variant with these options."""
        return self.colours[options[self.colour] if self.colour is not None else ""]


def looks_of(draft: Draft, choices: ImportChoices) -> Looks:
    """Read the draft's option names, and its colours by the boutique's choices, the file's families, and our words."""
    names = draft.option_names
    size = _first(names, is_size_option)
    colour = _first(names, is_colour_option)
    if colour is None:
        colour = _first([name if place != size else "" for place, name in enumerate(names)], is_looks_option)
    others = [place for place in range(len(names)) if place not in {size, colour}]
    if size is None and others:
        size = others.pop(0)
    extras = [place for place in others if len({variant.options[place] for variant in draft.variants}) > 1]
    return Looks(
        size=size,
        colour=colour,
        extras=tuple(extras),
        system=draft.size_system or (system_named(names[size]) if size is not None else None),
        colours=_colours(draft, colour, choices),
    )


def _first(names: Sequence[str], fits: Callable[[str], bool]) -> int | None:
    return next((place for place, name in enumerate(names) if name and fits(name)), None)


def _colours(draft: Draft, place: int | None, choices: ImportChoices) -> dict[str, ReadColour]:
    if place is None:
        return {"": _of_whole(draft, choices)}
    names = list(dict.fromkeys(variant.options[place] for variant in draft.variants))
    hints = draft.colours
    said = dict(zip(names, hints, strict=True)) if len(hints) == len(names) else {}
    if len(hints) == 1:
        said = dict.fromkeys(names, hints[0])
    return {name: _of_name(name, said.get(name, ""), choices) for name in names}


def _of_name(name: str, hint: str, choices: ImportChoices) -> ReadColour:
    family = (
        choices.colours.get(name.casefold())
        or (family_named(hint, "en") or family_named(hint, choices.language) if hint else None)
        or family_named(name, choices.language)
        or family_named(name, "en")
    )
    shown = plain_line(name, NAME_LENGTH_MAX).text or _UNNAMED.get(choices.language, "As pictured")
    return ReadColour(Colour(shown, family or _UNKNOWN_FAMILY), is_known=family is not None)


def _of_whole(draft: Draft, choices: ImportChoices) -> ReadColour:
    """The colour of a product without a colour option: its one hint, else what its tags or title say."""
    if len(draft.colours) == 1:
        hint = draft.colours[0]
        words = hint.replace("-", " ").replace("_", " ")
        return _of_name(words[:1].upper() + words[1:], hint, choices)
    for text in (*draft.tags, draft.titles.get(choices.language, "")):
        family = choices.colours.get(text.casefold()) or family_named(text, choices.language)
        if family is not None:
            return ReadColour(
                Colour(FAMILY_NAMES[family].get(choices.language, family.capitalize()), family), is_known=True
            )
    name = _UNNAMED.get(choices.language, "As pictured")
    return ReadColour(Colour(name, _UNKNOWN_FAMILY), is_known=False, is_named=False)


def _named(words: str) -> dict[str, str]:
    return dict(zip(("it", "fr", "de", "es"), words.split(", "), strict=True))


FAMILY_NAMES: dict[str, dict[str, str]] = {
    "black": _named("Nero, Noir, Schwarz, Negro"),
    "white": _named("Bianco, Blanc, Weiß, Blanco"),
    "grey": _named("Grigio, Gris, Grau, Gris"),
    "beige": _named("Beige, Beige, Beige, Beige"),
    "brown": _named("Marrone, Marron, Braun, Marrón"),
    "red": _named("Rosso, Rouge, Rot, Rojo"),
    "burgundy": _named("Bordeaux, Bordeaux, Bordeaux, Burdeos"),
    "pink": _named("Rosa, Rose, Rosa, Rosa"),
    "orange": _named("Arancione, Orange, Orange, Naranja"),
    "yellow": _named("Giallo, Jaune, Gelb, Amarillo"),
    "gold": _named("Oro, Or, Gold, Oro"),
    "green": _named("Verde, Vert, Grün, Verde"),
    "olive": _named("Oliva, Olive, Oliv, Oliva"),
    "turquoise": _named("Turchese, Turquoise, Türkis, Turquesa"),
    "blue": _named("Blu, Bleu, Blau, Azul"),
    "navy": _named("Blu notte, Bleu marine, Marineblau, Azul marino"),
    "purple": _named("Viola, Violet, Violett, Morado"),
    "silver": _named("Argento, Argent, Silber, Plata"),
    "multicolour": _named("Multicolore, Multicolore, Mehrfarbig, Multicolor"),
    "transparent": _named("Trasparente, Transparent, Transparent, Transparente"),
    "copper": _named("Rame, Cuivre, Kupfer, Cobre"),
}
"""What a colour family is called where a product's colour was found in its tags or title."""
