"""Records: products and boutiques are read by type and key, others kept, faults pointed at."""

import pytest

from federation.documents import json
from federation.log import records
from federation.log.leaves import build_leaf, parse_leaf
from federation.log.records import PRODUCT_TYPE, SHOP_KEY, SHOP_TYPE, UnknownRecord
from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from federation.vocabulary.product import Product, ShopProfile
from tests.federation.log.examples import PRODUCT, SHOP_PROFILE


def faults(key: str, record_type: str, body: bytes) -> list[tuple[str, str]]:
    leaf = parse_leaf(build_leaf(0, "put", key, None, record_type=record_type, body=body))
    return [(fault.pointer, fault.code) for fault in records.faults_of(leaf)]


def test_products_and_boutiques_read_back() -> None:
    """The two known types come out as the values that went in."""
    assert records.decode_record(PRODUCT_TYPE, json.encode(PRODUCT)) == PRODUCT
    assert records.decode_record(SHOP_TYPE, json.encode(SHOP_PROFILE)) == SHOP_PROFILE
    assert isinstance(records.decode_record(PRODUCT_TYPE, json.encode(PRODUCT)), Product)
    assert isinstance(records.decode_record(SHOP_TYPE, json.encode(SHOP_PROFILE)), ShopProfile)


def test_unknown_types_are_kept_and_unknown_fields_ignored() -> None:
    """A later version's records and fields do no harm to an older reader."""
    assert records.decode_record("fed.look/7", b'{"any":1}') == UnknownRecord("fed.look/7")
    later = json.encode(PRODUCT)[:-1] + b',"zzz_later":true}'
    assert records.decode_record(PRODUCT_TYPE, later) == PRODUCT
    assert faults("look/1", "fed.look/7", b"{}") == []


def test_a_fault_in_a_product_is_pointed_at() -> None:
    """Types, lists and rules between fields all answer with pointers."""
    body = json.encode(PRODUCT)
    assert faults("product/1", PRODUCT_TYPE, body.replace(b'"amount_minor":18900', b'"amount_minor":0')) == [
        ("/variants/0/price", "range")
    ]
    assert faults("product/1", PRODUCT_TYPE, body.replace(b'"knitwear"', b"5")) == [("/category", "type")]
    assert faults("product/1", PRODUCT_TYPE, body.replace(b'"EUR"', b'"DEM"')) == [("", "record-invalid")]
    with pytest.raises(RecordInvalidError):
        records.decode_record(PRODUCT_TYPE, b'{"id":"1","id":"2"}')


def test_poison_is_a_fault_and_nothing_worse() -> None:
    """Depth, floats, repeated names and half a line are faults of the one record, of unknown types too."""
    for record_type in (PRODUCT_TYPE, SHOP_TYPE, "fed.look/7"):
        assert faults("look/1", record_type, b"[" * 40 + b"]" * 40) == [("", "too-large")]
        for body in (b"1.5", b'{"a":1,"a":2}', b"{},", b"NaN"):
            assert faults("look/1", record_type, body) == [("", "record-invalid")]
    with pytest.raises(TooLargeError):
        records.decode_record(PRODUCT_TYPE, b"[" * 40 + b"]" * 40)


def test_a_record_lives_under_its_own_key() -> None:
    """A product under another's key, or a second boutique, is a fault."""
    assert faults("product/1", PRODUCT_TYPE, json.encode(PRODUCT)) == []
    assert faults("product/2", PRODUCT_TYPE, json.encode(PRODUCT)) == [("", "key")]
    assert faults(SHOP_KEY, SHOP_TYPE, json.encode(SHOP_PROFILE)) == []
    assert faults("shop/other", SHOP_TYPE, json.encode(SHOP_PROFILE)) == [("", "key")]
    assert records.key_of(PRODUCT) == records.product_key(PRODUCT.id)
    assert records.key_of(SHOP_PROFILE) == SHOP_KEY


def test_a_deletion_has_no_faults_of_its_own() -> None:
    """There is no body to judge."""
    assert records.faults_of(parse_leaf(build_leaf(0, "del", "product/1", None))) == ()
