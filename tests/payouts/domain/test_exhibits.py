"""Which files go to a shopper's bank, and as what."""

from typing import Any
from uuid import UUID

import pytest

from federation.node import clock
from payouts.domain.evidence import FILES_BYTES_MAX, SLOTS, TEXT_LENGTH_MAX, Evidence, HandIn
from payouts.domain.exhibits import check_texts, going, proposed
from payouts.domain.hearing import FileHead
from payouts.errors import DisputeChoiceError


def file(number: int, kind: str = "delivery", slot: str | None = None, size: int = 10) -> FileHead:
    """A file of a boutique's, undecided unless told otherwise."""
    more: dict[str, Any] = {"kind": kind, "media_type": "application/pdf"}
    return FileHead(
        id=UUID(int=number),
        dispute_id=UUID(int=1),
        shop_id="a",
        sha256=b"",
        size=size,
        received_at=clock.now(),
        slot=slot,
        **more,
    )


def test_each_file_is_proposed_where_it_fits_best_and_none_twice() -> None:
    """By what it shows, then what is free; what a person has said comes first; for what is left over there is none."""
    kinds = ("delivery", "tracking", "correspondence", "policy", "product", "refund", "other")
    files = [file(number, kind) for number, kind in enumerate(kinds, 1)]
    assert list(proposed(files).values()) == [
        "shipping_documentation",
        "uncategorized_file",
        "customer_communication",
        "refund_policy",
        "service_documentation",
        "receipt",
        None,
    ]
    said = [file(1), file(2, slot="shipping_documentation"), file(3, slot="")]
    assert proposed(said) == {
        UUID(int=2): "shipping_documentation",
        UUID(int=3): None,
        UUID(int=1): "uncategorized_file",
    }


def test_what_goes_is_decided_by_a_person_and_fits() -> None:
    """Nothing undecided, nothing twice, not too large together; what does not go does not count."""
    with pytest.raises(DisputeChoiceError, match="nobody has decided"):
        going([file(1, slot="receipt"), file(2)])
    with pytest.raises(DisputeChoiceError, match="one file of each sort"):
        going([file(1, slot="receipt"), file(2, slot="receipt")])
    half = FILES_BYTES_MAX // 2
    with pytest.raises(DisputeChoiceError, match="4501 kB together"):
        going([file(1, slot="receipt", size=half), file(2, slot="refund_policy", size=half + 1)])
    fits = [file(1, slot="refund_policy", size=half), file(2, slot="receipt", size=half), file(3, slot="", size=half)]
    assert list(going(fits)) == ["receipt", "refund_policy"]
    assert going([]) == {}


def test_texts_are_as_long_as_a_bank_reads() -> None:
    """One may be long, all together not eight times so."""
    full = "x" * TEXT_LENGTH_MAX
    names = Evidence.__struct_fields__
    check_texts(Evidence(**dict.fromkeys(names[:7], full)))
    with pytest.raises(DisputeChoiceError, match="a text of the evidence"):
        check_texts(Evidence(uncategorized_text=f"{full}x"))
    with pytest.raises(DisputeChoiceError, match="together"):
        check_texts(Evidence(**dict.fromkeys(names[:8], full)))


def test_what_follows_a_draft_empties_what_it_lacks() -> None:
    """A first hand-in says what there is; one after a draft names every field."""
    first = HandIn(texts=Evidence(customer_name="Ada"), files={"receipt": "file_1"})
    assert first.fields == {"customer_name": "Ada", "receipt": "file_1"}
    later = HandIn(texts=Evidence(customer_name="Ada"), replaces=True)
    assert set(later.fields) == {*Evidence.__struct_fields__, *SLOTS}
    assert {name: text for name, text in later.fields.items() if text} == {"customer_name": "Ada"}
