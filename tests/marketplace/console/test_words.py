"""What the console's own code says: counted, filled in, and in the reader's language."""

from federation.node.languages import speaking
from marketplace.console.words import counted, refund_reason, say


def test_counting() -> None:
    """One of a thing, or several, with separators between thousands."""
    one, many = "%(num)s parcel overdue", "%(num)s parcels overdue"
    assert [counted(one, many, number) for number in (1, 1_200)] == ["1 parcel overdue", "1,200 parcels overdue"]


def test_sentences_are_filled_in_and_translated() -> None:
    """Names stand in a sentence of the reader's language."""
    assert say("%(boutique)s, owes us", boutique="Ginestra") == "Ginestra, owes us"
    with speaking("it"):
        assert say("%(boutique)s, owes us", boutique="Ginestra") == "Ginestra, in debito con noi"


def test_why_something_was_refunded() -> None:
    """What our own code wrote is said in the reader's language, what a person wrote stays."""
    assert refund_reason("return R-A319B0D0") == "return R-A319B0D0"
    with speaking("it"):
        assert refund_reason("return R-A319B0D0") == "reso R-A319B0D0"
        assert refund_reason("return R-A319B0D0, late") == "return R-A319B0D0, late"
        assert refund_reason("") == ""
