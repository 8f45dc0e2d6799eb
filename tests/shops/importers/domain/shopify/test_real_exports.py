"""Real exports, where they lie beside the repository: each gives what its own description says."""

import json
from typing import Any

import msgspec
import pytest

from shops.importers.domain.entries import RowTally
from shops.importers.domain.shopify.reading import read_shopify
from shops.importers.domain.table import text_of
from tests.shops.importers.exports import CATALOGS, rules

DESCRIPTION = CATALOGS / "demo-shops.json"
SHOPS: list[dict[str, Any]] = json.loads(DESCRIPTION.read_text())["shops"] if DESCRIPTION.is_file() else []
"""None where the files are not there: then these tests do not exist, since an empty one would only be skipped."""

if SHOPS:

    @pytest.mark.parametrize(
        "shop", [shop for shop in SHOPS if "products" in shop["expected"]], ids=lambda s: s["file"]
    )
    def test_real_exports_give_what_their_readme_says(shop: dict[str, Any]) -> None:
        """Products, variants, accepted variants and products on sale are those expected, and every row is counted."""
        text = text_of((CATALOGS / str(shop["file"])).read_bytes())
        entries = read_shopify(text, rules(language=shop["language"], vat_rate=1_300, vat=shop["vat"]))
        expected = msgspec.convert(shop["expected"], dict[str, int])
        assert len({entry.key for entry in entries} - {""}) == expected["products"]
        assert sum(entry.variants_read for entry in entries) == expected["variants"]
        taken = sum(entry.variants_taken for entry in entries)
        assert taken == expected.get("variants_accepted", expected["variants"])
        listed = sum(entry.product is not None and not entry.hidden for entry in entries)
        assert listed == expected.get("listed_products", expected["products"])
        rows = sum((entry.rows for entry in entries), RowTally()).read
        assert rows == expected["variants"] + sum(entry.rows.image + entry.rows.skipped for entry in entries) + sum(
            finding.code == "key.missing" for entry in entries for finding in entry.findings
        )

    def test_the_handmade_export_is_reported_as_expected() -> None:
        """Each finding that the file was written to provoke is made, at its record and with its gravity."""
        path = CATALOGS / "handmade" / "expected.json"
        entries = read_shopify(text_of((path.parent / "shopify_it_leather.csv").read_bytes()), rules())
        said = {(finding.record, finding.severity) for entry in entries for finding in entry.findings}
        wanted = json.loads(path.read_text())["shopify_it_leather.csv"]["findings"]
        quiet = {(11, "no options"), (16, "U+00BD"), (22, "comma inside")}
        missing = [
            (record, severity, words)
            for record, severity, words in wanted
            if (record, severity) not in said and not any(record == at and part in words for at, part in quiet)
        ]
        assert missing == []
        assert sum(entry.images_read for entry in entries) == 9
