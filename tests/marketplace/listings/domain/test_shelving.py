"""What a batch of records leaves on the shelf."""

import pytest

from federation.vocabulary.errors import RecordInvalidError
from marketplace.listings.domain.shelving import GoodRecord, Shelf
from tests.marketplace.listings.builders import product, variant


def good(product_id: str, *variant_ids: str, seq: int = 1) -> GoodRecord:
    """A record of a product with these variants."""
    made = product(product_id, *(variant(variant_id) for variant_id in variant_ids))
    return GoodRecord(product=made, body=b"{}", seq=seq, leaf_hash=f"{seq:064x}")


def test_the_last_good_record_of_a_product_is_what_stays() -> None:
    """A product that stands twice in one batch is listed as it was said last."""
    shelf = Shelf({}, ())
    shelf.put(good("p", "v", seq=1))
    shelf.put(good("p", "w", seq=2))
    assert {name: record.seq for name, record in shelf.written.items()} == {"p": 2}
    assert shelf.touched == {"p"}


def test_a_variant_is_free_once_its_product_is_written_without_it() -> None:
    """What one product gives up, a later one of the same batch may bear; an earlier one may not."""
    shelf = Shelf({"v": "p"}, ("p",))
    with pytest.raises(RecordInvalidError):
        shelf.put(good("q", "v"))
    shelf.put(good("p", "w"))
    shelf.put(good("q", "v"))
    assert shelf.written.keys() == {"p", "q"}


def test_a_refused_record_keeps_what_it_had() -> None:
    """A product whose new version is refused still bears its variants, so nobody else takes them."""
    shelf = Shelf({"v": "p", "x": "other"}, ("p",))
    with pytest.raises(RecordInvalidError, match="x belongs to other"):
        shelf.put(good("p", "x"))
    with pytest.raises(RecordInvalidError, match="v belongs to p"):
        shelf.put(good("q", "v"))


def test_a_product_deleted_and_published_again_starts_anew() -> None:
    """The old row goes before the new one comes; a delete of what is not there says nothing."""
    shelf = Shelf({"v": "p"}, ("p",))
    shelf.delete("p")
    shelf.delete("p")
    shelf.delete("never")
    shelf.put(good("p", "v"))
    assert (shelf.dropped, set(shelf.written), shelf.touched) == ({"p"}, {"p"}, {"p"})


def test_doubt_lasts_until_the_next_good_record() -> None:
    """An unreadable record marks what is listed, and only what is listed."""
    shelf = Shelf({"v": "p"}, ("p", "q"))
    shelf.doubt("p")
    shelf.doubt("q")
    shelf.doubt("never")
    shelf.put(good("p", "v"))
    assert shelf.stale == {"q"}
