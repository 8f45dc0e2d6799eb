"""Which colour family a boutique's own colour names belong to, in five languages. Pure."""

import re
from functools import lru_cache

from shops.importers.domain.words.folding import folded

_WORDS: dict[str, str] = {
    "black": "black, nero, nera, neri, nere, noir, noire, schwarz, negro, negra, jet, onyx, onice, ebony, ebano",
    "white": "white, bianco, bianca, bianchi, bianche, blanc, blanche, weiss, blanco, blanca, ivory, avorio, "
    "ivoire, elfenbein, marfil, ecru, off white, pearl, perla, perle, latte, milk, neve, gesso, panna, "
    "cream, creme, crema",
    "grey": "grey, gray, grigio, grigia, grigi, grigie, gris, grau, charcoal, anthracite, antracite, anthrazit, "
    "antracita, slate, ardesia, ardoise, piombo, pearl gray, grigio perla, gris perle, perlgrau, ash, "
    "cenere, cendre, taupe, tortora",
    "beige": "beige, sand, sabbia, sable, arena, natural, naturale, naturel, natur, nude, oatmeal, avena, lino, "
    "corda, champagne, desert, ecrù, greige, paglia",
    "brown": "brown, marrone, marroni, marron, brun, braun, tan, tan leather, camel, cammello, chestnut, castagna, "
    "castagno, cognac, cuoio, cuir, leder, cuero, dark brown, testa di moro, brun fonce, dunkelbraun, "
    "moro, cioccolato, chocolate, chocolat, schokolade, tabacco, tobacco, tabac, coffee, caffe, cafe, "
    "moka, walnut, noce, terra, ruggine, rust, rouille, rost, caramel, caramello, hazelnut, nocciola, "
    "kaffee, castano",
    "red": "red, rosso, rossa, rossi, rosse, rouge, rot, rojo, roja, scarlet, scarlatto, coral, corallo, corail, "
    "koralle, cherry, ciliegia, cerise, cardinal, cardinale, vermilion, vermiglio, rubino, ruby, fragola, "
    "pomodoro",
    "burgundy": "burgundy, bordeaux, burdeos, wine, vino, oxblood, maroon, granata, grenat, amaranto, mosto, vinaccia, "
    "weinrot, bordo, prugna rossa, granate",
    "pink": "pink, rosa, rose, fuchsia, fucsia, powder pink, cipria, rose poudre, puder, salmon, salmone, saumon, "
    "lachs, blush, peonia, magenta, hot pink, pesca, peach",
    "orange": "orange, arancione, arancio, naranja, terracotta, terre cuite, terrakotta, tangerine, mandarino, "
    "zucca, albicocca, apricot, mattone, brick, ambra, amber",
    "yellow": "yellow, giallo, gialla, gialli, gialle, jaune, gelb, amarillo, amarilla, mustard, senape, moutarde, "
    "senf, mostaza, ochre, ocra, ocker, ocre, limone, lemon, zafferano, saffron, honey, miele, miel, sole",
    "gold": "gold, golden, oro, dorato, dorata, or, dore, doree, dorado, dorada, gelbgold, yellow gold, oro "
    "giallo, or jaune, ottone, brass",
    "green": "green, verde, verdi, vert, verte, grun, forest green, verde bosco, vert sapin, waldgrun, emerald, "
    "smeraldo, sage, salvia, sauge, salbei, bottle green, verde bottiglia, mint, menta, menthe, minze, "
    "jade, giada, petrolio verde, bosco, pine, malachite",
    "olive": "olive, oliva, oliv, khaki, kaki, army green, verde militare, military green, militare, loden, "
    "muschio, moss",
    "turquoise": "turquoise, turchese, turkis, turquesa, aqua, acqua, teal, aqua green, verde acqua, vert d eau, "
    "wassergrun, petrol, ottanio, bleu petrole, lagoon, laguna, acquamarina, aquamarine",
    "blue": "blue, blu, bleu, bleue, blau, azul, azzurro, azzurra, azzurri, azzurre, celeste, light blue, bleu "
    "ciel, hellblau, carta da zucchero, sky, cielo, cobalt, cobalto, indigo, indaco, avio, royal, royal "
    "blue, denim, jeans, sugar paper blue, bleu gris, graublau, lapis, fiordaliso, pervinca, mare, "
    "ceruleo",
    "navy": "navy, blu navy, navy blue, bleu marine, marineblau, marine, azul marino, midnight, midnight blue, "
    "notte, blu notte, bleu nuit, nachtblau, dark blue, blu scuro, blu marino, marino, inchiostro, ink",
    "purple": "purple, viola, violet, violett, violetto, morado, morada, lila, lilla, lilac, lilas, flieder, mauve, "
    "malva, malve, aubergine, melanzana, berenjena, lavender, lavanda, lavande, lavendel, plum, prugna, "
    "prune, pflaume, glicine, ametista, amethyst, iris, mirtillo",
    "silver": "silver, argento, argent, silber, plata, argentato, argentata, plateado, sterling, white gold, oro "
    "bianco, or blanc, weissgold, steel, acciaio, acier, stahl, platino, platinum, rodio, stagno",
    "multicolour": "multicolour, multicolor, multicolore, mehrfarbig, multi, multicolour print, patterned, fantasia, "
    "imprime, gemustert, estampado, print, stampa, stripes, righe, rayures, streifen, rayas, assorted, "
    "assortiti, tartan",
    "transparent": "transparent, trasparente, transparente, clear, crystal, cristallo, glass, vetro, klar",
    "copper": "copper, rame, cuivre, kupfer, cobre, bronze, bronzo, bronce, rose gold, oro rosa, or rose, rosegold, "
    "roségold, rotgold, oro rosso",
}  # fmt: skip

_TABLE = {folded(word): family for family, line in _WORDS.items() for word in line.split(",")}
_SEVERAL = re.compile(r"\s*(?:/|\+|&|,)\s*")
_HEAD_LAST = frozenset({"en", "de"})
_PAIR = 2
_ENDINGS = tuple(sorted((word for word in _TABLE if " " not in word and len(word) > _PAIR + 1), key=len, reverse=True))


@lru_cache(maxsize=8192)
def family_named(name: str, language: str) -> str | None:
    """The family of a colour's name in `language`; None when no word of it is known.

    Two colours (`nero/bianco`) of different families are many colours.
    """
    parts = [part for part in _SEVERAL.split(name) if part]
    if len(parts) > 1:
        families = {_of_one(part, language) for part in parts} - {None}
        return families.pop() if len(families) == 1 else "multicolour" if families else None
    return _of_one(name, language)


def _of_one(name: str, language: str) -> str | None:
    whole = folded(name)
    if whole in _TABLE:
        return _TABLE[whole]
    words = whole.split()
    pairs = [" ".join(words[start : start + _PAIR]) for start in range(len(words) - 1)]
    ordered = list(reversed(words)) if language in _HEAD_LAST else words
    for group in (*pairs, *ordered):
        if group in _TABLE:
            return _TABLE[group]
    if language == "de":
        for word in ordered:
            ending = next((ending for ending in _ENDINGS if word.endswith(ending)), None)
            if ending is not None:
                return _TABLE[ending]
    return None
