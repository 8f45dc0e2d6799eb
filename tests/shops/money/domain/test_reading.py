"""What a signed paper says, as far as it is known."""

from federation.documents import json
from shops.money.domain.reading import Reading, read


def test_a_statement_is_summed_by_kind_and_must_add_up() -> None:
    """Opening and entries come to the closing; fields of later versions are passed over."""
    entries = [
        {"kind": "sale", "amount_minor": 1000, "order": "G-1"},
        {"kind": "transfer", "amount_minor": -900},
        {"kind": "sale", "amount_minor": 50},
    ]
    found = read(json.encode({"opening_minor": 10, "closing_minor": 160, "entries": entries, "moon": "full"}))
    assert (found.sums, found.adds_up) == ({"sale": 1050, "transfer": -900}, True)
    assert not read(json.encode({"opening_minor": 10, "closing_minor": 161, "entries": entries})).adds_up


def test_an_invoice_is_net_and_vat() -> None:
    """Its gross is their sum."""
    assert read(b'{"net_minor":100,"vat_minor":22,"gross_minor":122,"refers_to":"FC-1"}').adds_up
    assert read(b'{"net_minor":100,"vat_minor":22,"gross_minor":121}').adds_up is False


def test_another_document_is_no_reading() -> None:
    """Nothing is shown of it, and nothing breaks."""
    assert read(b'{"opening_minor":"ten"}') == Reading()
    assert read(b"[]") == Reading()
    assert Reading().adds_up is None
