"""Reading a shop's records into listings: what a leaf's body must be before the hub shows it. Pure.

A body is untrusted JSON of bounded size. Unknown fields are ignored here (the bytes are stored beside), unknown record
types are stored by the federation and not served. Faults come back as RFC 6901 pointers with sentences.
"""

from federation.documents.json import decode
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS
from federation.vocabulary.product import Product, ShopProfile, check_product

PRODUCT_TYPE = "fed.product/1"
SHOP_TYPE = "fed.shop/1"
PROFILE_KEY = "shop/profile"
PRODUCT_PREFIX = "product/"


def read_product(key: str, body: bytes) -> Product:
    """The product in a record. Raises RecordInvalidError (or another GalleriaError of the decoder) with its faults."""
    product = decode(body, Product)
    check_product(product)
    if key != PRODUCT_PREFIX + product.id:
        fault = FieldError("/id", "mismatch", f"the record's key is {key}, so its id must be the same")
        raise RecordInvalidError(fault.message, errors=(fault,))
    return product


def read_profile(key: str, body: bytes) -> ShopProfile:
    """The boutique's profile in a record; same refusals as `read_product`."""
    if key != PROFILE_KEY:
        fault = FieldError("", "mismatch", f"a shop's profile has the key {PROFILE_KEY}, not {key}")
        raise RecordInvalidError(fault.message, errors=(fault,))
    profile = decode(body, ShopProfile)
    if profile.currency not in CURRENCY_EXPONENTS:
        fault = FieldError("/currency", "unknown", f"currency {profile.currency!r} is not handled here")
        raise RecordInvalidError(fault.message, errors=(fault,))
    return profile


def product_id_of(key: str) -> str:
    """The product id in a record key, empty when the key names no product."""
    return key.removeprefix(PRODUCT_PREFIX) if key.startswith(PRODUCT_PREFIX) else ""


def faults_of(error: GalleriaError) -> tuple[FieldError, ...]:
    """The faults a refusal carries, at least one."""
    return error.errors or (FieldError("", "invalid", error.detail),)
