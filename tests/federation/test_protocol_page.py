"""The specification says what the code does, byte for byte."""

from federation.documents import identity
from federation.documents.signature_fields import spell_signature
from tests.federation import protocol_example as example
from tests.federation.protocol_page import PAGE, VECTORS, made_parts, rendered, vectors_text


def test_the_page_is_made_from_the_code() -> None:
    """Examples, diagrams, limits and refusals on the page are those of the code; every made part is shown."""
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page
    for name in made_parts():
        assert f"<!-- made: {name} -->" in page


def test_the_vectors_are_made_from_the_code() -> None:
    """The vectors beside the page are what the code makes today."""
    assert VECTORS.read_text(encoding="utf-8") == vectors_text()


def test_the_printed_bases_are_what_was_signed() -> None:
    """Put together from the headers by hand, both bases verify under the printed signatures."""
    asked, answered = example.request_headers(), example.response_headers()
    for headers, base, key in (
        (asked, example.request_base(), example.HUB_KEY),
        (answered, example.response_base(), example.SHOP_KEY),
    ):
        assert headers["Signature"] == f"fed={spell_signature(key.sign(base.encode()))}"


def test_the_example_party_moves_and_stays_itself() -> None:
    """The chain in the vectors folds to the same id at another address."""
    moved = identity.fold([example.GENESIS, example.MOVE])
    assert moved.party_id == example.SHOP.party_id
    assert moved.address == "https://shop.atelier.example"
