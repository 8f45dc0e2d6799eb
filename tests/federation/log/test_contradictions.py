"""Two saved proofs of records that no one log can hold convict the shop; two that it can hold never do."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.log import forks
from federation.log.contradictions import contradiction
from federation.log.errors import ProofRefusedError
from tests.federation.log.histories import Signer, proof_of, signed, story

ONE, OTHER = story(1, 2, 3, 4, 5), story(1, 2, 9, 8, 7, 6, 5)


def test_two_lines_with_one_number_convict() -> None:
    """Saved from pages of two hubs at two sizes they are proof enough, in either order, where no log can be asked."""
    for pair in ((proof_of(ONE, 3), proof_of(OTHER, 3)), (proof_of(OTHER, 3), proof_of(ONE, 3))):
        found = contradiction(*pair)
        assert found is not None
        assert (found.kind, found.first_size, found.second_size) == ("two-leaves", 5, 7)
        assert forks.verify(forks.decode(forks.encode(found)))


def test_two_roots_at_one_size_convict_whatever_the_lines_are() -> None:
    """Then the checkpoints are enough, and the proofs may be of two different lines."""
    found = contradiction(proof_of(ONE, 0), proof_of(OTHER[:5], 3))
    assert found is not None
    assert found.kind == "two-roots"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(0, 30), st.data())
def test_one_growing_log_never_convicts(size: int, more: int, data: st.DataObject) -> None:
    """Any two proofs of one log, at any two sizes, are no contradiction."""
    whole = story(*range(size + more))
    one, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size + more - 1))
    assert contradiction(proof_of(whole[:size], one), proof_of(whole, other)) is None


def test_what_nobody_can_tell_apart_is_no_contradiction() -> None:
    """Different numbers at different sizes, another epoch, another shop: nothing is shown."""
    assert contradiction(proof_of(ONE, 3), proof_of(OTHER, 4)) is None
    other_epoch = msgspec.structs.replace(proof_of(OTHER, 3), epoch=2)
    assert contradiction(proof_of(ONE, 3), other_epoch) is None
    assert contradiction(proof_of(ONE, 3), msgspec.structs.replace(proof_of(OTHER, 3), shop="s1" + "a" * 32)) is None


def test_what_the_shop_did_not_sign_convicts_nobody() -> None:
    """A line put in by whoever saved it, or a checkpoint signed by another, is refused and no proof."""
    forged = msgspec.structs.replace(proof_of(OTHER, 3), line=ONE[2].line.decode().replace('"s":2', '"s":3'))
    with pytest.raises(ProofRefusedError):
        contradiction(proof_of(ONE, 3), forged)
    stranger = Signer("shop", 77)
    signed_by_another = msgspec.structs.replace(proof_of(OTHER, 3), checkpoint=signed(OTHER, by=stranger).decode())
    assert contradiction(proof_of(ONE, 3), signed_by_another) is None
