"""Words shoppers use for categories, colours and wearers, in English and Italian. Data and one look-up; pure.

The same words serve twice: they are added to a document's attribute text, so that "borsa rossa" finds a red handbag
titled in English, and they are recognised in a query, where they become boosts.
"""

from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES
from search.analysis import stem, tokens

CATEGORY_WORDS: dict[str, str] = {
    "dresses": "dress dresses gown frock vestito vestiti abito abiti",
    "knitwear": "knitwear knit jumper sweater pullover cardigan maglia maglione maglioni cardigan maglieria",
    "coats": "coat coats jacket jackets blazer trench cappotto cappotti giacca giacche giubbotto",
    "shirts": "shirt shirts blouse blouses top tops camicia camicie blusa bluse camicetta",
    "trousers": "trousers pants jeans pantaloni pantalone",
    "skirts": "skirt skirts gonna gonne",
    "suits": "suit suits completo completi tailleur",
    "hosiery": "sock socks stocking stockings tights hosiery calza calze calzini calzino collant",
    "shoes": "shoe shoes loafer loafers pump pumps heels sneaker sneakers scarpa scarpe mocassino mocassini",
    "boots": "boot boots stivale stivali stivaletto stivaletti",
    "sandals": "sandal sandals sandalo sandali infradito",
    "handbags": "bag bags handbag handbags tote clutch purse borsa borse borsetta pochette",
    "wallets": "wallet wallets cardholder purse portafoglio portafogli portacarte",
    "rings": "ring rings anello anelli",
    "necklaces": "necklace necklaces pendant collana collane ciondolo",
    "earrings": "earring earrings hoops studs orecchino orecchini",
    "bracelets": "bracelet bracelets bangle cuff bracciale bracciali braccialetto",
    "watches": "watch watches wristwatch orologio orologi",
    "scarves": "scarf scarves stole shawl foulard sciarpa sciarpe stola",
    "belts": "belt belts cintura cinture",
    "hats": "hat hats cap beret cappello cappelli berretto coppola",
    "gloves": "glove gloves guanto guanti",
    "eyewear": "eyewear sunglasses spectacles glasses occhiali",
    "home": "home homeware furniture lamp vase cushion casa arredo lampada vaso cuscino mobili",
}

COLOUR_WORDS: dict[str, str] = {
    "black": "black nero nera neri nere",
    "white": "white ivory cream ecru bianco bianca bianchi bianche avorio panna",
    "grey": "grey gray charcoal grigio grigia grigi grigie",
    "beige": "beige sand camel sabbia cammello",
    "brown": "brown tan chestnut cognac marrone marroni cuoio",
    "red": "red scarlet coral rosso rossa rossi rosse corallo",
    "burgundy": "burgundy bordeaux wine oxblood",
    "pink": "pink rose blush rosa cipria",
    "orange": "orange arancio arancione",
    "yellow": "yellow mustard giallo gialla gialli gialle",
    "gold": "gold golden oro dorato dorata",
    "green": "green emerald verde verdi",
    "olive": "olive khaki oliva",
    "turquoise": "turquoise teal aqua turchese",
    "blue": "blue azure cobalt blu azzurro azzurra celeste",
    "navy": "navy midnight marino",
    "purple": "purple violet lilac viola lilla",
    "silver": "silver argento argentato",
    "multicolour": "multicolour multicolor multicolore",
    "transparent": "transparent clear trasparente",
    "copper": "copper bronze rame bronzo",
}

COLOUR_PARENTS: dict[str, str] = {"navy": "blue", "burgundy": "red", "olive": "green"}
"""A family that a wider colour word also finds: asking for blue finds navy."""

GENDER_WORDS: dict[str, str] = {
    "women": "women woman womens ladies donna donne",
    "men": "men man mens uomo uomini",
    "children": "children kids child bambino bambina bambini",
}


def _by_token(words: dict[str, str]) -> dict[str, str]:
    table: dict[str, str] = {}
    for code, line in words.items():
        for word in line.split():
            table.setdefault(word, code)
            table.setdefault(stem(word), code)
    return table


_CATEGORIES = _by_token(CATEGORY_WORDS)
_COLOURS = _by_token(COLOUR_WORDS)
_GENDERS = _by_token(GENDER_WORDS)


def recognise(token: str) -> tuple[str, str] | None:
    """What a folded query token names: ("category" | "colour" | "gender", its code), or None."""
    for kind, table in (("category", _CATEGORIES), ("colour", _COLOURS), ("gender", _GENDERS)):
        code = table.get(token) or table.get(stem(token))
        if code is not None:
            return kind, code
    return None


def colour_and_parent(family: str) -> tuple[str, ...]:
    """The family first, then the wider one that also finds it: navy is (navy, blue)."""
    parent = COLOUR_PARENTS.get(family)
    return (family,) if parent is None else (family, parent)


def attribute_words(category: str, colour_family: str, gender: str) -> str:
    """Every word by which a shopper might mean these attributes, for the index."""
    parent = COLOUR_PARENTS.get(colour_family, "")
    return " ".join(
        (
            CATEGORY_WORDS.get(category, ""),
            " ".join(tokens(CATEGORIES[category][1])) if category in CATEGORIES else "",
            COLOUR_WORDS.get(colour_family, ""),
            COLOUR_WORDS.get(parent, ""),
            GENDER_WORDS.get(gender, "") if gender != "unisex" else f"{GENDER_WORDS['women']} {GENDER_WORDS['men']}",
        )
    )


def covers_vocabulary() -> bool:
    """Whether every category and colour family of the vocabulary has words here (held by a test)."""
    return set(CATEGORY_WORDS) == set(CATEGORIES) and set(COLOUR_WORDS) == set(COLOUR_FAMILIES)
