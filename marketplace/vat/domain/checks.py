"""What a register has said of a VAT id, and for how long that is believed. Pure.

An answer is about one id on one day. A boutique that publishes another id has none until it is asked about.
"""

import re
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

BELIEVED = timedelta(days=365)
"""For so long an answer stands for a boutique's commissions; a hub asks again in time."""

TEXT_LENGTH_MAX = 300


class VatAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A register's answer: whether the id is there, for whom, and the number under which the register keeps it.

    `source` is what the register is called.
    """

    valid: bool
    name: str = ""
    address: str = ""
    consultation: str = ""
    source: str


class VatCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as it was kept: never changed, only followed by another one."""

    id: UUID
    shop_id: str
    vat_id: str
    valid: bool
    name: str
    address: str
    consultation: str
    source: str
    checked_at: datetime
    asked_by: str


def plain_id(vat_id: str) -> str:
    """A VAT id without blanks and marks, upper case: country letters, then the rest."""
    return re.sub(r"[\s.\-/]", "", vat_id).upper()


def stands(check: VatCheck | None, vat_id: str, now: datetime) -> bool:
    """Whether this answer says that this id is right, today."""
    if check is None or not check.valid or check.vat_id != plain_id(vat_id):
        return False
    return now - check.checked_at <= BELIEVED
