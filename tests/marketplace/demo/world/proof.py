"""Reads houses as a strict buyer would: `python -m tests.marketplace.demo.world.proof [FILE...]` says what fails.

Checks each file by itself (form, languages, goods' words, prices, contrast, variants, banned phrases) and all files of
the folder against each other (names, numbers and sentences used once). Exits 1 when anything is said.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from federation.node.colours import contrast
from federation.vocabulary.composition import MATERIALS
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.product import CATEGORIES, check_product
from marketplace.demo.world import boutiques
from marketplace.demo.world.goods import care_words
from marketplace.demo.world.house import Edition, House, Piece, Words, read_house, spoken
from marketplace.demo.world.making import languages_of, make_boutique
from marketplace.demo.world.picturing import PAPERS, PIGMENTS, Look, plates

INK_CONTRAST, ACCENT_CONTRAST = 7.0, 4.5
HOUSES = Path(boutiques.__file__).parent / "houses"
VARIANTS_MAX = 40
_ANY_COLOURS = (PIGMENTS[0], PIGMENTS[1])
SENTENCE_CHARACTERS = 30
"""Sentences from this length on belong to one house alone."""

NATIVE = {"FR": "fr", "DE": "de", "ES": "es"}
BANNED = (
    "timeless", "elevate", "perfect for any occasion", "must-have", "effortless", "not just", "a nod to",
    "testament to", "whispers", "embrace", "iconic", "statement piece", "versatile", "curated", "crafted with",
    "senza tempo", "imperdibile", "realizzato con amore", "unico nel suo genere", "passepartout",
    "perfetto per ogni occasione",
)  # fmt: skip
KINDS = {
    "dresses": "dress", "knitwear": "knit", "coats": "coat", "shirts": "shirt", "trousers": "trousers",
    "skirts": "skirt", "suits": "suit", "shoes": "shoe", "boots": "boot", "sandals": "sandal", "handbags": "bag",
    "wallets": "wallet", "rings": "ring", "necklaces": "necklace", "earrings": "earrings", "bracelets": "bracelet",
    "scarves": "scarf", "belts": "belt", "hats": "hat", "gloves": "gloves",
}  # fmt: skip
_SHARE = re.compile(r"^(\d{1,3})% (.+)$")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")


def faults_of(source: bytes) -> Iterator[str]:
    """What does not hold in one house's file."""
    try:
        house = read_house(source)
    except (ValueError, msgspec.MsgspecError) as error:
        yield str(error)
        return
    yield from _profile_faults(house)
    for edition in house.editions:
        yield from _goods_faults(f"edition {edition.id}", edition)
    for piece in house.pieces:
        yield from _piece_faults(house, piece)
    yield from _language_faults(house)
    yield from _phrase_faults(source.decode())
    yield from _product_faults(house)


def _profile_faults(house: House) -> Iterator[str]:
    theme = house.profile.get("theme", {})
    for role, least in (("ink", INK_CONTRAST), ("accent", ACCENT_CONTRAST)):
        found = contrast(theme.get(role, "#000000"), theme.get("ground", "#000000"))
        if found < least:
            yield f"theme: {role} on ground has contrast {found:.1f}, wanted {least}"
    if not str(house.profile.get("email", "")).endswith(".example"):
        yield "profile: the e-mail address must end in .example"


def _goods_faults(at: str, goods: Edition | Piece) -> Iterator[str]:
    shares = 0
    for material in goods.materials:
        found = _SHARE.match(material)
        shares += int(found[1]) if found else 0
        if (found[2] if found else material) not in MATERIALS:
            yield f"{at}: material {material!r} is not one we can say in other languages"
    if shares not in {0, 100}:
        yield f"{at}: the shares of its materials add up to {shares}"
    if not goods.materials:
        yield f"{at}: says nothing of what it is made of"
    if isinstance(goods.care, str) and goods.care not in care_words() and " " not in goods.care:
        yield f"{at}: care {goods.care!r} is not in care.toml"


def _piece_faults(house: House, piece: Piece) -> Iterator[str]:
    at = f"piece {piece.id}"
    if piece.category not in CATEGORIES:
        yield f"{at}: category {piece.category!r} is not one we know"
        return
    if type(piece.cut).__struct_config__.tag != KINDS[piece.category]:
        yield f"{at}: the cut does not fit {piece.category}"
    if not piece.editions:
        if not piece.shades:
            yield f"{at}: has neither editions nor shades"
        yield from _goods_faults(at, piece)
    if len(set(piece.editions)) < len(piece.editions):
        yield f"{at}: names an edition twice"
    if unknown := set(piece.editions) - {edition.id for edition in house.editions}:
        yield f"{at}: no such edition: {', '.join(sorted(unknown))}"


def _language_faults(house: House) -> Iterator[str]:
    languages = set(languages_of(house))
    wanted = {"en", "it", *filter(None, [NATIVE.get(str(house.profile.get("country")))])}
    if missing := wanted - languages:
        yield f"story: not told in {', '.join(sorted(missing))}"
    for at, words in _texts(house):
        if missing := languages - spoken(words).keys():
            yield f"{at}: missing in {', '.join(sorted(missing))}"


def _texts(house: House) -> Iterator[tuple[str, Words]]:
    for name in ("tagline", "story", "returns"):
        yield name, house.profile.get(name, {})
    if house.editions:
        yield "naming", house.naming
    for edition in house.editions:
        yield f"edition {edition.id} name", edition.name
        yield f"edition {edition.id} text", edition.text
    for piece in house.pieces:
        yield f"piece {piece.id} title", piece.title
        yield f"piece {piece.id} text", piece.text


def _phrase_faults(text: str) -> Iterator[str]:
    for phrase in BANNED:
        if phrase in text.lower():
            yield f"banned phrase: {phrase}"


def _product_faults(house: House) -> Iterator[str]:
    try:
        made = make_boutique(house, 0)
    except (ValueError, KeyError, msgspec.MsgspecError, GalleriaError) as error:
        yield f"{type(error).__name__}: {error}"
        return
    seen: set[str] = set()
    for product in made.products:
        try:
            check_product(product)
        except GalleriaError as error:
            yield str(error)
        if product.id in seen:
            yield f"product {product.id} appears twice"
        seen.add(product.id)
        yield from _drawing_faults(product.id, made.looks[product.id])
        if len(product.variants) > VARIANTS_MAX:
            yield f"product {product.id} has {len(product.variants)} variants"


def _drawing_faults(product_id: str, looks: Sequence[Look]) -> Iterator[str]:
    """Whether the cut can be drawn; its colours do not matter for that."""
    try:
        for look in looks:
            plates(msgspec.structs.replace(look, colours=_ANY_COLOURS, ground=PAPERS[0]))
    except (KeyError, ValueError) as error:
        yield f"product {product_id} cannot be drawn: {error!r}"


def repeated(houses: dict[str, House]) -> Iterator[str]:
    """What several houses use that each must have for itself."""
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, house in houses.items():
        own = ("handle", "name", "vat_id", "email")
        for word in own:
            users[word, str(house.profile.get(word))].add(name)
        users["sku_prefix", house.sku_prefix].add(name)
        users["company_number", house.company_number].add(name)
        theme = house.profile.get("theme", {})
        users["ground and accent", f"{theme.get('ground')} {theme.get('accent')}".lower()].add(name)
        for sentence in _sentences(house):
            users["sentence", sentence].add(name)
    for (kind, value), names in users.items():
        if len(names) > 1:
            yield f"{kind} {value!r} is used by {', '.join(sorted(names))}"


def _sentences(house: House) -> set[str]:
    found = set()
    for _, words in _texts(house):
        for text in spoken(words).values():
            flat = " ".join(text.split())
            found |= {one.strip() for one in _SENTENCE.split(flat) if len(one.strip()) >= SENTENCE_CHARACTERS}
    return found


def main(arguments: Sequence[str]) -> int:
    """Say what does not hold in the named files, or in all, and how much each house sells."""
    folder = HOUSES
    named = [Path(argument) for argument in arguments] or sorted(folder.glob("*.toml"))
    said = 0
    products = variants = 0
    for path in named:
        faults = list(faults_of(path.read_bytes()))
        said += len(faults)
        for fault in faults:
            print(f"{path.name}: {fault}")  # noqa: T201 - a command's answer
        if not faults:
            made = make_boutique(read_house(path.read_bytes()), 0)
            count = sum(len(product.variants) for product in made.products)
            products, variants = products + len(made.products), variants + count
            print(f"{path.name}: {len(made.products)} products, {count} variants")  # noqa: T201
    shared = list(repeated(_readable(folder)))
    for fault in shared:
        print(fault)  # noqa: T201
    print(f"{len(named)} houses, {products} products, {variants} variants, {said + len(shared)} faults")  # noqa: T201
    return 1 if said or shared else 0


def _readable(folder: Path) -> dict[str, House]:
    houses = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            houses[path.stem] = read_house(path.read_bytes())
        except (ValueError, msgspec.MsgspecError):
            continue
    return houses


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
