"""Writing a boutique's catalogue as its own shop system would export it, for the importers to read back.

Three kinds, as houses say: Shopify's product CSV with its older or its newer column names, in the house's own language
and with a second file of translations; or JSON lines with everything in one. Pictures are named by the SHA-256 of their
plates, which lie in one folder for all boutiques.
"""

import csv
import html
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from federation.node.plates import write_plate
from federation.vocabulary.money import to_decimal
from federation.vocabulary.product import Product, Variant
from marketplace.demo.world.making import DemoBoutique

CATEGORY_WORDS: dict[str, dict[str, str]] = {
    "dresses": {"en": "Dresses", "it": "Abiti", "fr": "Robes", "de": "Kleider", "es": "Vestidos"},
    "knitwear": {"en": "Knitwear", "it": "Maglieria", "fr": "Maille", "de": "Strick", "es": "Punto"},
    "coats": {"en": "Coats & jackets", "it": "Cappotti e giacche", "fr": "Manteaux et vestes",
              "de": "Mäntel und Jacken", "es": "Abrigos y chaquetas"},
    "shirts": {"en": "Shirts", "it": "Camicie", "fr": "Chemises", "de": "Hemden und Blusen", "es": "Camisas"},
    "trousers": {"en": "Trousers", "it": "Pantaloni", "fr": "Pantalons", "de": "Hosen", "es": "Pantalones"},
    "skirts": {"en": "Skirts", "it": "Gonne", "fr": "Jupes", "de": "Röcke", "es": "Faldas"},
    "suits": {"en": "Suits", "it": "Completi", "fr": "Costumes", "de": "Anzüge", "es": "Trajes"},
    "shoes": {"en": "Shoes", "it": "Scarpe", "fr": "Chaussures", "de": "Schuhe", "es": "Zapatos"},
    "boots": {"en": "Boots", "it": "Stivali", "fr": "Bottes", "de": "Stiefel", "es": "Botas"},
    "sandals": {"en": "Sandals", "it": "Sandali", "fr": "Sandales", "de": "Sandalen", "es": "Sandalias"},
    "handbags": {"en": "Bags", "it": "Borse", "fr": "Sacs", "de": "Taschen", "es": "Bolsos"},
    "wallets": {"en": "Wallets", "it": "Portafogli", "fr": "Portefeuilles", "de": "Geldbörsen", "es": "Carteras"},
    "rings": {"en": "Rings", "it": "Anelli", "fr": "Bagues", "de": "Ringe", "es": "Anillos"},
    "necklaces": {"en": "Necklaces", "it": "Collane", "fr": "Colliers", "de": "Halsketten", "es": "Collares"},
    "earrings": {"en": "Earrings", "it": "Orecchini", "fr": "Boucles d’oreilles", "de": "Ohrringe", "es": "Pendientes"},
    "bracelets": {"en": "Bracelets", "it": "Bracciali", "fr": "Bracelets", "de": "Armbänder", "es": "Pulseras"},
    "scarves": {"en": "Scarves", "it": "Sciarpe e foulard", "fr": "Foulards", "de": "Tücher und Schals",
                "es": "Pañuelos"},
    "belts": {"en": "Belts", "it": "Cinture", "fr": "Ceintures", "de": "Gürtel", "es": "Cinturones"},
    "hats": {"en": "Hats", "it": "Cappelli", "fr": "Chapeaux", "de": "Hüte", "es": "Sombreros"},
    "gloves": {"en": "Gloves", "it": "Guanti", "fr": "Gants", "de": "Handschuhe", "es": "Guantes"},
}  # fmt: skip
"""What a boutique calls its departments, by language."""

OPTION_WORDS = {
    "en": ("Size", "Colour"), "it": ("Taglia", "Colore"), "fr": ("Taille", "Couleur"), "de": ("Größe", "Farbe"),
    "es": ("Talla", "Color"),
}  # fmt: skip
GENDER_WORDS = {"women": "female", "men": "male", "unisex": "female; male", "children": "unisex"}

COLOUR = "Color (product.metafields.shopify.color-pattern)"
GENDER = "Target gender (product.metafields.shopify.target-gender)"
FABRIC = "Fabric (product.metafields.shopify.fabric)"
CARE = "Care instructions (product.metafields.shopify.care-instructions)"
AGE_GROUP = "Google Shopping / Age Group"

OLDER = {
    "handle": "Handle", "title": "Title", "body": "Body (HTML)", "vendor": "Vendor", "type": "Type", "tags": "Tags",
    "published": "Published", "name1": "Option1 Name", "value1": "Option1 Value", "name2": "Option2 Name",
    "value2": "Option2 Value", "sku": "Variant SKU", "grams": "Variant Grams", "tracker": "Variant Inventory Tracker",
    "quantity": "Variant Inventory Qty", "policy": "Variant Inventory Policy",
    "fulfilment": "Variant Fulfillment Service", "price": "Variant Price", "was": "Variant Compare At Price",
    "ships": "Variant Requires Shipping", "taxable": "Variant Taxable", "barcode": "Variant Barcode",
    "image": "Image Src", "position": "Image Position", "alt": "Image Alt Text", "gift": "Gift Card",
    "age": AGE_GROUP, "colour": COLOUR, "gender": GENDER, "fabric": FABRIC, "care": CARE,
    "variant_image": "Variant Image", "unit": "Variant Weight Unit", "status": "Status",
}  # fmt: skip
"""Our short names for the columns of the older generation, in its order."""

NEWER = {
    "title": "Title", "handle": "URL handle", "body": "Description", "vendor": "Vendor", "type": "Type",
    "tags": "Tags", "published": "Published on online store", "status": "Status", "sku": "SKU", "barcode": "Barcode",
    "name1": "Option1 name", "value1": "Option1 value", "name2": "Option2 name", "value2": "Option2 value",
    "price": "Price", "was": "Compare-at price", "taxable": "Charge tax", "tracker": "Inventory tracker",
    "quantity": "Inventory quantity", "policy": "Continue selling when out of stock", "grams": "Weight value (grams)",
    "unit": "Weight unit for display", "ships": "Requires shipping", "fulfilment": "Fulfillment service",
    "image": "Product image URL", "position": "Image position", "alt": "Image alt text",
    "variant_image": "Variant image URL", "gift": "Gift card", "age": AGE_GROUP, "colour": COLOUR, "gender": GENDER,
    "fabric": FABRIC, "care": CARE,
}  # fmt: skip
"""The same for the newer generation."""

TRANSLATION_COLUMNS = ("Handle", "Locale", "Title", "Body (HTML)", "Care instructions")


class ExportFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's export as it lies on the disk, and the words its importer needs to be told once."""

    format: Literal["shopify", "jsonl"]
    catalog: Path
    translations: Path | None
    language: str
    categories: dict[str, str]
    colours: dict[str, str]


def write_export(boutique: DemoBoutique, folder: Path, plates_dir: Path) -> ExportFiles:
    """Write the boutique's export and the plates it names; what exists already is written again, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    write_plates(boutique, plates_dir)
    language = home_language(boutique)
    words: dict[str, str] = {}
    colours: dict[str, str] = {}
    translations: Path | None = None
    if boutique.export == "jsonl":
        catalog = folder / "catalog.jsonl"
        catalog.write_bytes(b"".join(line + b"\n" for line in named_lines(boutique)))
    else:
        catalog, translations = folder / "products.csv", folder / "translations.csv"
        columns = OLDER if boutique.export == "shopify" else NEWER
        catalog.write_text(_csv(columns.values(), _rows(boutique, language, columns)), "utf-8", newline="")
        translations.write_text(_csv(TRANSLATION_COLUMNS, _translations(boutique, language)), "utf-8", newline="")
        words = {_type(product, language).lower(): product.category for product in boutique.products}
        colours = {
            variant.colour.name.lower(): variant.colour.family
            for product in boutique.products
            for variant in product.variants
        }
    return ExportFiles(
        format="jsonl" if boutique.export == "jsonl" else "shopify",
        catalog=catalog,
        translations=translations,
        language=language,
        categories=words,
        colours=colours,
    )


def home_language(boutique: DemoBoutique) -> str:
    """The language in which the boutique writes its own shop system."""
    return next((one for one in boutique.profile.story if one in OPTION_WORDS), "en")


def write_plates(boutique: DemoBoutique, plates_dir: Path) -> None:
    """Put the boutique's plates where every node of the demo finds them; a plate that lies there is left alone."""
    plates_dir.mkdir(parents=True, exist_ok=True)
    for svg in {plate.svg for plates in boutique.plates.values() for plate in plates}:
        write_plate(plates_dir, svg.encode())


def named_lines(boutique: DemoBoutique) -> Iterator[bytes]:
    """The catalogue as JSON lines that name their pictures by SHA-256."""
    for product in boutique.products:
        stock = {variant.id: boutique.stock[variant.id] for variant in product.variants}
        pictures = [
            {"sha256": plate.sha256, "alt": plate.alt, "width": plate.width, "height": plate.height}
            for plate in boutique.plates[product.id]
        ]
        yield msgspec.json.encode({"product": product, "stock": stock, "pictures": pictures})


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    names = list(columns)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rows(boutique: DemoBoutique, language: str, columns: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for product in boutique.products:
        for row in _product_rows(boutique, product, language, newer=columns is NEWER):
            yield {columns[name]: value for name, value in row.items()}


def _product_rows(boutique: DemoBoutique, product: Product, language: str, *, newer: bool) -> Iterator[dict[str, str]]:
    plates = boutique.plates[product.id]
    addresses = [f"https://{boutique.profile.handle}.example/plates/{plate.sha256}.svg" for plate in plates]
    colours = list(dict.fromkeys(variant.colour.name for variant in product.variants))
    per_colour = len(plates) // len(colours)
    for place in range(max(len(product.variants), len(plates))):
        row = {"handle": product.id}
        if place == 0:
            row |= _head(boutique, product, language)
        if place < len(product.variants):
            variant = product.variants[place]
            first = colours.index(variant.colour.name) * per_colour
            row |= _variant(variant, boutique.stock[variant.id], newer=newer)
            row |= _options(variant, product.variants, language, named=place == 0)
            row["variant_image"] = addresses[first] if len(colours) > 1 else ""
        if place < len(plates):
            row |= {"image": addresses[place], "position": str(place + 1), "alt": plates[place].alt}
        yield row


def _head(boutique: DemoBoutique, product: Product, language: str) -> dict[str, str]:
    families: dict[str, str] = {variant.colour.name: variant.colour.family for variant in product.variants}
    return {
        "title": _in(product.title, language),
        "body": _html(_in(product.description, language)),
        "vendor": boutique.profile.name,
        "type": _type(product, language),
        "tags": ", ".join(sorted({material.split("% ")[-1] for material in product.materials})),
        "published": "TRUE",
        "status": "active",
        "gift": "FALSE",
        "age": "kids" if product.gender == "children" else "adult",
        "colour": "; ".join(families.values()),
        "gender": GENDER_WORDS[product.gender],
        "fabric": "; ".join(product.materials),
        "care": _in(product.care, language),
    }


def _variant(variant: Variant, quantity: int, *, newer: bool) -> dict[str, str]:
    return {
        "sku": variant.sku,
        "barcode": variant.gtin or "",
        "grams": "0",
        "unit": "kg",
        "tracker": "shopify",
        "quantity": str(quantity),
        "policy": "FALSE" if newer else "deny",
        "fulfilment": "manual",
        "price": to_decimal(variant.price),
        "was": to_decimal(variant.compare_at) if variant.compare_at else "",
        "ships": "TRUE",
        "taxable": "TRUE",
    }


def _options(variant: Variant, siblings: Sequence[Variant], language: str, *, named: bool) -> dict[str, str]:
    size_word, colour_word = OPTION_WORDS[language]
    values = [(colour_word, variant.colour.name)]
    if any(one.size.system != "ONE" for one in siblings):
        values.insert(0, (size_word, variant.size.value if variant.size.system == "ISO" else variant.size.label))
    row = {}
    for place, (word, value) in enumerate(values, start=1):
        row[f"value{place}"] = value
        if named:
            row[f"name{place}"] = word
    return row


def _translations(boutique: DemoBoutique, home: str) -> Iterator[dict[str, str]]:
    for product in boutique.products:
        for language in product.title.keys() - {home}:
            texts = (
                product.id,
                language,
                product.title[language],
                _html(product.description.get(language, "")),
                product.care.get(language, ""),
            )
            yield dict(zip(TRANSLATION_COLUMNS, texts, strict=True))


def _type(product: Product, language: str) -> str:
    return CATEGORY_WORDS[product.category][language]


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")


def _html(text: str) -> str:
    return "".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in text.split("\n\n") if paragraph)
