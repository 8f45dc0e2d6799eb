"""Reading a shop's records into listings: what a leaf must be before the hub shows it. Pure.

The record's own form is judged by `federation.log.records`; here stand the hub's further demands. Faults come back as
RFC 6901 pointers with sentences.
"""

from federation.log.records import Record, decode_record, key_of
from federation.ports import AcceptedRecord
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS
from federation.vocabulary.product import ShopProfile

PRODUCT_PREFIX = "product/"


def read_record(record: AcceptedRecord) -> Record:
    """What a put record says. Raises RecordInvalidError or TooLargeError with its faults."""
    read = decode_record(record.type, record.body) if record.read is None else record.read
    key = key_of(read)
    if key not in {None, record.key}:
        fault = FieldError("", "key", f"the record under {record.key} belongs under {key}")
        raise RecordInvalidError(fault.message, errors=(fault,))
    if isinstance(read, ShopProfile) and read.currency not in CURRENCY_EXPONENTS:
        fault = FieldError("/currency", "unknown", f"currency {read.currency!r} is not handled here")
        raise RecordInvalidError(fault.message, errors=(fault,))
    return read


def product_id_of(key: str) -> str:
    """The product id in a record key, empty when the key names no product."""
    return key.removeprefix(PRODUCT_PREFIX) if key.startswith(PRODUCT_PREFIX) else ""


def faults_of(error: GalleriaError) -> tuple[FieldError, ...]:
    """The faults a refusal carries, at least one."""
    return error.errors or (FieldError("", error.slug, error.detail),)
