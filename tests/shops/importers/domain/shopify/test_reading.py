"""Shopify exports: rows into products, whatever their order, and what is said of each oddity."""

import pytest

from federation.vocabulary.money import Money
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.shopify.reading import read_shopify
from shops.importers.domain.table import text_of
from shops.importers.domain.translations import read_translations
from shops.importers.errors import FileRefusedError
from tests.shops.importers.exports import codes, csv_of, head, read, row, rules

COLOUR = "Color (product.metafields.shopify.color-pattern)"
FABRIC = "Fabric (product.metafields.shopify.fabric)"
GENDER = "Target gender (product.metafields.shopify.target-gender)"


def only(entries: list[Entry]) -> Entry:
    """The one entry."""
    assert len(entries) == 1
    return entries[0]


def test_rows_of_a_handle_belong_together_wherever_they_stand() -> None:
    """Variants repeat the handle, also after other products; a picture alone is no variant."""
    entries = read(
        [
            head(),
            head("gonna", Type="Gonne"),
            row(Option1_Value="IT 44", Variant_SKU="abito-44"),
            {"Handle": "abito", "Image Src": "https://x.example/2.jpg", "Image Position": "2"},
        ]
    )
    assert [entry.key for entry in entries] == ["abito", "gonna"]
    product = entries[0].product
    assert product is not None
    assert [variant.size.label for variant in product.variants] == ["IT 42", "IT 44"]
    assert entries[0].rows == RowTally(product=1, variant=1, image=1)
    assert entries[0].stock == {("abito:it-42", "main"): 2, ("abito:it-44", "main"): 2}


def test_both_generations_of_the_header_say_the_same() -> None:
    """Old and new names, in any order and with columns nobody knows, give equal products."""
    rows = [head(Variant_Barcode="'4006381333931"), row(Option1_Value="IT 44", Own_column="?")]
    older = read_shopify(csv_of(rows), rules())
    columns = sorted({name for each in rows for name in each}, reverse=True)
    newer = read_shopify(csv_of(rows, columns, newer=True), rules())
    assert [entry.product for entry in older] == [entry.product for entry in newer]
    assert older[0].product is not None
    assert older[0].product.variants[0].gtin == "4006381333931"


def test_blank_handles_continue_only_where_none_is_repeated() -> None:
    """A file that leaves further handles blank is read so; in one that repeats them a blank handle is refused."""
    blank = {"Variant Price": "190.00", "Option1 Value": "IT 44", "Variant Inventory Qty": "1"}
    product = only(read([head(), blank])).product
    assert product is not None
    assert len(product.variants) == 2
    refused = read([head(), row(Option1_Value="IT 46"), blank])
    assert (3, "key.missing") in codes(refused)
    assert sum(entry.rows.refused for entry in refused) == 1


def test_rows_after_one_that_cannot_be_read_join_no_other_product() -> None:
    """Blank handles below a refused row are refused with it: they would make variants of the product above it."""
    blank = {"Variant Price": "190.00", "Option1 Value": "IT 44", "Variant Inventory Qty": "1"}
    lines = csv_of([head(), head("gonna"), blank]).splitlines()
    lines[2] += ",one cell too many"
    entries = read_shopify("\n".join(lines), rules())
    assert [len(entry.product.variants) for entry in entries if entry.product is not None] == [1]
    assert {(2, "row.ragged"), (3, "key.missing")} <= set(codes(entries))


@pytest.mark.parametrize("vat", ["included", "excluded"])
def test_three_decimals_are_never_guessed(vat: str) -> None:
    """`1.299` may be one euro or a thousand, with VAT to add or not: the variant is refused."""
    entries = read([head(Variant_Price="1.299")], vat=vat, vat_rate=2_200)
    assert [entry.product for entry in entries] == [None]
    assert (1, "price.unreadable") in codes(entries)


def test_default_title_means_no_options() -> None:
    """A product without options has one variant in one size, whose code is the product's."""
    product = only(read([head(Option1_Name="Title", Option1_Value="Default Title")])).product
    assert product is not None
    assert [(variant.id, variant.size.system) for variant in product.variants] == [("abito", "ONE")]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        pytest.param({"Variant Price": ""}, "price.missing", id="no price"),
        pytest.param({"Variant Price": "180,00"}, "price.decimal_sign", id="comma"),
        pytest.param({"Variant Price": "-5"}, "price.negative", id="below zero"),
        pytest.param({"Variant Price": "€ 5"}, "price.unreadable", id="a sign"),
        pytest.param({"Option1 Value": "IT 42"}, "combination.duplicate", id="same options"),
        pytest.param({"Variant Inventory Qty": "some"}, "stock.unreadable", id="stock in words"),
    ],
)
def test_a_variant_that_cannot_be_read_is_refused_alone(cells: dict[str, str], code: str) -> None:
    """The row is refused with its code; the product stays with its other variants."""
    entry = only(read([head(), row(Option1_Value="IT 44", Variant_SKU="x") | cells]))
    assert entry.product is not None
    assert len(entry.product.variants) == 1
    assert entry.rows == RowTally(product=1, refused=1)
    assert (2, code) in codes([entry])
    finding = next(finding for finding in entry.findings if finding.code == code)
    assert (finding.severity, finding.product, finding.line) == ("error", "abito", 3)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        pytest.param({"Variant Barcode": "8.80609E+12"}, "gtin.scientific", id="spreadsheet number"),
        pytest.param({"Variant Barcode": "12345"}, "gtin.length", id="short"),
        pytest.param({"Variant Barcode": "4006381333932"}, "gtin.check", id="check digit"),
        pytest.param({"Variant Barcode": "2000000000008"}, "gtin.prefix", id="in-store number"),
        pytest.param({"Variant SKU": ""}, "sku.missing", id="no SKU"),
        pytest.param({"Variant SKU": "7½ nero"}, "sku.rewritten", id="SKU with a fraction"),
        pytest.param({"Variant Compare At Price": "189.00"}, "compare_at.not_above", id="former price"),
        pytest.param({"Variant Inventory Tracker": ""}, "stock.untracked", id="not counted"),
        pytest.param({"Variant Inventory Qty": "-3"}, "stock.negative", id="oversold"),
        pytest.param({"Option1 Value": "tiny-ish"}, "option.unknown_size", id="size"),
        pytest.param({"Image Src": "https://x.example/a b.jpg"}, "image.url", id="blank in address"),
        pytest.param({"Image Src": "ftp://x.example/a.jpg"}, "image.scheme", id="no web address"),
        pytest.param({"Title": "Il <b>abito</b>"}, "title.html", id="tags in a title"),
        pytest.param({"Title": "Abito perchÃ© no"}, "text.mojibake", id="damaged letters"),
        pytest.param({"Title": "Abito\x1b"}, "text.control", id="control character"),
        pytest.param({"Body (HTML)": "<p onclick='x'>a</p><script>b</script>"}, "html.removed", id="markup that acts"),
        pytest.param({"Type": "Astronavi", "Title": "Qualcosa"}, "category.unmapped", id="unknown type"),
        pytest.param({"Option2 Name": "Colore", "Option2 Value": "Xyz"}, "colour.unmapped", id="unknown colour"),
    ],
)
def test_what_is_set_aside_is_said_and_the_product_kept(cells: dict[str, str], code: str) -> None:
    """Each oddity that does no harm is a warning or a note beside a product that comes in."""
    entry = only(read([head(Option2_Name="Colore", Option2_Value="Nero") | cells]))
    assert entry.product is not None
    assert code in [finding.code for finding in entry.findings]
    assert all(finding.severity != "error" for finding in entry.findings)


def test_stock_is_only_what_the_shop_counts() -> None:
    """Oversold shows 0; uncounted is offered with the boutique's number; a file without the column says nothing."""
    assert set(only(read([head(Variant_Inventory_Qty="-3")])).stock.values()) == {0}
    uncounted = only(read([head(Variant_Inventory_Tracker="", Variant_Inventory_Qty="7")], untracked_pieces=4))
    assert set(uncounted.stock.values()) == {4}
    silent = [{name: cell for name, cell in head().items() if "Inventory" not in name}]
    entries = read_shopify(csv_of(silent, list(silent[0])), rules())
    assert entries[0].stock == {}


def test_only_what_is_active_and_published_is_shown() -> None:
    """Drafts, archived and unpublished products are kept back; gift cards are refused with all their rows."""
    entries = read(
        [
            head("bozza", Status="draft"),
            head("vecchio", Status="Archived"),
            head("nascosto", Published="false"),
            head("buono", Gift_Card="true"),
            row("buono", Option1_Value="100"),
            head("gratis", Variant_Price="0.00"),
            head("visto"),
        ]
    )
    assert {entry.key: entry.hidden for entry in entries if entry.product} == {
        "bozza": "draft",
        "vecchio": "archived",
        "nascosto": "unpublished",
        "gratis": "price",
        "visto": "",
    }
    assert [entry.rows.refused for entry in entries if entry.product is None] == [2]
    assert (4, "type.unsupported") in codes(entries)


def test_metafields_say_colour_family_wearer_and_materials() -> None:
    """Colour families stand one for each colour in its order, or one for all; lists are parted by semicolons."""
    rows = [
        head(Option2_Name="Colore", Option2_Value="Mare lungo") | {COLOUR: "navy; rose-gold", FABRIC: "lino; seta"},
        row(Option1_Value="IT 42", Option2_Value="Tramonto", Variant_SKU="y"),
    ]
    rows[0][GENDER] = "female; male"
    product = only(read(rows)).product
    assert product is not None
    assert [variant.colour.family for variant in product.variants] == ["navy", "copper"]
    assert (product.gender, product.materials) == ("unisex", ("lino", "seta"))


def test_the_boutiques_own_words_come_first() -> None:
    """Categories and colours that the boutique has mapped are taken before any guess."""
    entry = only(
        read(
            [head(Type="Stivali", Option2_Name="Colore", Option2_Value="Rosso")],
            categories={"stivali": "wallets"},
            colours={"rosso": "green"},
        )
    )
    assert entry.product is not None
    assert entry.product.category == "wallets"
    assert entry.product.variants[0].colour.family == "green"


def test_net_prices_get_their_vat() -> None:
    """With VAT excluded, the rate is added and rounded half up; also to the former price."""
    entry = only(read([head(Variant_Price="19.99", Variant_Compare_At_Price="24.99")], vat="excluded", vat_rate=1_300))
    assert entry.product is not None
    variant = entry.product.variants[0]
    assert (variant.price, variant.compare_at) == (Money(2_259, "EUR"), Money(2_824, "EUR"))


def test_a_third_option_is_written_into_the_size() -> None:
    """What sets variants apart besides size and colour is shown with the size; a value that never changes is not."""
    rows = [
        head(Option2_Name="Pianta", Option2_Value="Stretta"),
        row(Option1_Value="IT 42", Option2_Value="Larga", Variant_SKU="y"),
    ]
    product = only(read(rows)).product
    assert product is not None
    assert [variant.size.label for variant in product.variants] == ["IT 42 · Stretta", "IT 42 · Larga"]
    rows[1] |= {"Option1 Value": "IT 44", "Option2 Value": "Stretta"}
    product = only(read(rows)).product
    assert product is not None
    assert [variant.size.label for variant in product.variants] == ["IT 42", "IT 44"]


def test_a_sku_that_stands_twice_is_kept_and_said() -> None:
    """Both variants stay, each finding says so, and no two codes are equal."""
    entry = only(read([head(), row(Option1_Value="IT 44", Variant_SKU="abito-42")]))
    assert entry.product is not None
    assert [variant.sku for variant in entry.product.variants] == ["abito-42", "abito-42.2"]
    assert [found for found in codes([entry]) if found[1] == "sku.duplicate"] == [
        (1, "sku.duplicate"),
        (2, "sku.duplicate"),
    ]


def test_pictures_stand_in_their_order_once() -> None:
    """Positions order pictures; the same address with another cache key is the same picture; ten are shown."""
    rows = [head(Image_Src="https://x.example/b.jpg?v=2", Image_Position="2")]
    rows += [{"Handle": "abito", "Image Src": "https://x.example/a.jpg", "Image Position": "1"}]
    rows += [{"Handle": "abito", "Image Src": "https://x.example/b.jpg?v=3", "Image Position": "3"}]
    rows += [{"Handle": "abito", "Image Src": f"https://x.example/{n}.jpg"} for n in range(10)]
    entry = only(read(rows))
    addresses = [picture.address for picture in entry.pictures]
    assert addresses[:2] == ["https://x.example/a.jpg", "https://x.example/b.jpg?v=2"]
    assert len(addresses) == 10
    assert {"image.duplicate", "image.many"} <= {finding.code for finding in entry.findings}


def test_translations_add_languages() -> None:
    """A second file gives titles and texts in further languages; one for an unknown handle is said."""
    translations = "Handle,Locale,Title,Body (HTML)\nabito,en,Dress,<p>Cut on the bias</p>\nnobody,de,Nichts,\n"
    entries = read_shopify(csv_of([head()]), rules(), read_translations(translations))
    product = entries[0].product
    assert product is not None
    assert product.title == {"it": "Il abito", "en": "Dress"}
    assert product.description == {"en": "Cut on the bias"}
    assert [finding.code for finding in entries[1].findings] == ["translation.orphan"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        pytest.param('Handle,Title,Variant Price\na,"cut', "file.cut_off", "quoted cell", id="cut off"),
        pytest.param("Handle,Title\na,b\n", "file.header", "Variant Price / Price", id="a column missing"),
        pytest.param("Handle,Title,Variant Price\n", "file.empty", "no rows", id="no rows"),
        pytest.param("\n", "file.empty", "empty", id="nothing"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused(text: str, code: str, words: str) -> None:
    """The refusal names its cause; nothing is taken."""
    with pytest.raises(FileRefusedError, match=words) as refused:
        read_shopify(text, rules())
    assert refused.value.code == code


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    """A file in another encoding names the first line that is not UTF-8."""
    with pytest.raises(FileRefusedError, match="line 2") as refused:
        text_of("Handle\nPerché\n".encode("cp1252"))
    assert refused.value.code == "file.encoding"


def test_a_shifted_row_is_refused_alone() -> None:
    """A row with more or fewer cells than the header is refused: everything after would be shifted."""
    text = csv_of([head(), head("gonna", Type="Gonne")]).rstrip("\n") + ",extra\n"
    entries = read_shopify(text, rules())
    assert [entry.key for entry in entries if entry.product] == ["abito"]
    assert codes(entries)[-1] == (2, "row.ragged")
