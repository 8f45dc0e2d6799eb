"""Which of a dispute's files go to the shopper's bank, and as what. Pure.

A person decides of each file; until somebody has, a proposal by what it is to show stands in the form. A bank takes one
file of each sort and no more than so many bytes in all, which is said before anything leaves.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from federation.vocabulary.evidence import FileKind
from federation.vocabulary.wording import sentence
from payouts.domain.evidence import FILES_BYTES_MAX, SLOTS, TEXT_LENGTH_MAX, TEXTS_LENGTH_MAX, Evidence, Slot
from payouts.domain.hearing import FileHead
from payouts.errors import DisputeChoiceError

_REST: tuple[Slot, ...] = ("uncategorized_file", "service_documentation")
_FITS: Mapping[FileKind, tuple[Slot, ...]] = {
    "delivery": ("shipping_documentation", *_REST),
    "tracking": ("shipping_documentation", *_REST),
    "correspondence": ("customer_communication", *_REST),
    "policy": ("refund_policy", *_REST),
    "product": _REST,
    "refund": ("uncategorized_file", "receipt"),
    "other": _REST,
}
"""As what a file may go by what it is to show, the best first."""


def proposed(files: Sequence[FileHead]) -> dict[UUID, Slot | None]:
    """As what each file goes: as a person has said, else as fits best and is still free; None: it does not go."""
    found: dict[UUID, Slot | None] = {one.id: one.goes_as for one in files if one.is_decided}
    for one in files:
        if not one.is_decided:
            found[one.id] = next((slot for slot in _FITS[one.kind] if slot not in found.values()), None)
    return found


def check_texts(evidence: Evidence) -> None:
    """Raises DisputeChoiceError when a text, or all together, is longer than a bank reads."""
    lengths = [len(text) for text in evidence.given.values()]
    if any(length > TEXT_LENGTH_MAX for length in lengths):
        raise DisputeChoiceError(
            sentence("a text of the evidence has more than %(num)s characters: shorten it", num=TEXT_LENGTH_MAX)
        )
    if sum(lengths) > TEXTS_LENGTH_MAX:
        raise DisputeChoiceError(
            sentence("the texts together have more than %(num)s characters: shorten them", num=TEXTS_LENGTH_MAX)
        )


def going(files: Sequence[FileHead]) -> dict[Slot, FileHead]:
    """What goes, by slot, once a person has decided of every file.

    Raises DisputeChoiceError when one is undecided, two would go as the same, or they are too large together.
    """
    if any(not one.is_decided for one in files):
        raise DisputeChoiceError("a file has come that nobody has decided about: say of each how it goes")
    found: dict[Slot, FileHead] = {}
    for one in files:
        if one.goes_as is not None and found.setdefault(one.goes_as, one) is not one:
            raise DisputeChoiceError("the bank takes one file of each sort: let no two go as the same")
    size = sum(one.size for one in found.values())
    if size > FILES_BYTES_MAX:
        raise DisputeChoiceError(
            sentence(
                "the files have %(kilobytes)s kB together and the bank takes %(most)s kB: leave one out",
                kilobytes=-(-size // 1000),
                most=FILES_BYTES_MAX // 1000,
            )
        )
    return {slot: found[slot] for slot in SLOTS if slot in found}
