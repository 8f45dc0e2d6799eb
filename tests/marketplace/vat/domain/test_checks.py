"""For how long an answer of a register stands, and for which id."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from marketplace.vat.domain.checks import BELIEVED, VatCheck, plain_id, stands

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHECK = VatCheck(
    id=UUID(int=1),
    shop_id="s1",
    vat_id="DE136695976",
    valid=True,
    name="",
    address="",
    consultation="",
    source="VIES",
    checked_at=NOW,
    asked_by="ada@example.com",
)


def test_an_answer_is_about_one_id_for_a_year() -> None:
    """Written in any way it is the same id; another id, another answer, no answer or an old one do not count."""
    assert plain_id("de 136.695-976") == CHECK.vat_id
    assert stands(CHECK, "DE 136 695 976", NOW + BELIEVED)
    assert not stands(CHECK, "DE136695977", NOW)
    assert not stands(msgspec.structs.replace(CHECK, valid=False), CHECK.vat_id, NOW)
    assert not stands(CHECK, CHECK.vat_id, NOW + BELIEVED + timedelta(seconds=1))
    assert not stands(None, CHECK.vat_id, NOW)
