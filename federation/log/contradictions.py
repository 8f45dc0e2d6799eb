"""Two saved proofs of records held against each other: whether together they prove that a shop signed two histories.

Whoever keeps proofs of records (a shopper, a hub of long ago) has no log and nobody who would show how one grew. Two
documents can still contradict each other by themselves: one size under two roots, or one number with two lines. Pure.
"""

from collections.abc import Sequence

from federation.log import forks, proofs
from federation.log.errors import ProofRefusedError
from federation.log.forks import ForkProof, LeafEvidence
from federation.log.proofs import RecordProof
from federation.vocabulary.errors import GalleriaError


def contradiction(one: RecordProof, other: RecordProof) -> ForkProof | None:
    """The proof that both cannot be of one log; None when they may be, or are of two shops or epochs.

    Raises ProofRefusedError when they contradict each other and the shop has not signed both.
    """
    if (one.shop, one.epoch) != (other.shop, other.epoch):
        return None
    first, second = sorted((one, other), key=_size)
    made = _made(first, second, max(first.operations, second.operations, key=len))
    if made is None:
        return None
    try:
        forks.verify(made)
    except GalleriaError as error:
        raise ProofRefusedError(f"they contradict each other, and prove nothing: {error.detail}") from error
    return made


def _size(proof: RecordProof) -> int:
    judged = proofs.judge(proof)
    return judged.signed.checkpoint.size if judged.signed is not None else 0


def _made(first: RecordProof, second: RecordProof, chain: Sequence[str]) -> ForkProof | None:
    operations = [text.encode() for text in chain]
    notes = (first.checkpoint.encode(), second.checkpoint.encode())
    told = [proofs.judge(item).signed for item in (first, second)]
    if told[0] is None or told[1] is None:
        return None
    ours, theirs = told[0].checkpoint, told[1].checkpoint
    if ours.size == theirs.size and ours.root != theirs.root:
        return forks.two_roots(notes, operations)
    if first.seq == second.seq and first.line != second.line:
        leaves = (LeafEvidence(first.line, first.inclusion), LeafEvidence(second.line, second.inclusion))
        return forks.two_leaves(notes, leaves, operations)
    return None
