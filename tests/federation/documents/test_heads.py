"""Countersigned heads of operations: a hub's word for when it first saw one, verifiable by anyone with its key."""

import pytest

from federation.documents import heads
from federation.documents.errors import BadSignatureError
from federation.documents.heads import OperationsHead
from federation.documents.keys import SigningKey
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId

HUB = PartyId("h1" + "a" * 32)
SHOP = PartyId("s1" + "b" * 32)
KEY = SigningKey.from_seed(b"h" * 32)
HEAD = OperationsHead(SHOP, 2, "ab" * 32)


def test_a_head_carries_the_time_of_first_sight() -> None:
    """What was signed reads back, verifies under the hub's key, and says when."""
    note = heads.countersign(HEAD, HUB, KEY, 1_795_331_760)
    assert heads.parse(note)[0] == HEAD
    assert heads.verify(note, HEAD, HUB, (KEY.public,)).timestamp == 1_795_331_760


def test_a_head_is_not_believed_under_another_key_name_or_head() -> None:
    """Another hub's key, another hub's name and another head are refused."""
    note = heads.countersign(HEAD, HUB, KEY, 1)
    stranger = SigningKey.from_seed(b"x" * 32).public
    for head, hub, keys in (
        (HEAD, HUB, (stranger,)),
        (HEAD, HUB, ()),
        (HEAD, PartyId("h1" + "c" * 32), (KEY.public,)),
        (OperationsHead(SHOP, 3, HEAD.hash), HUB, (KEY.public,)),
    ):
        with pytest.raises(BadSignatureError):
            heads.verify(note, head, hub, keys)


def test_a_touched_time_or_text_does_not_verify() -> None:
    """Neither the number nor the time inside can be changed afterwards."""
    note = heads.countersign(HEAD, HUB, KEY, 7).decode()
    with pytest.raises(BadSignatureError):
        heads.verify(note.replace("\n2\n", "\n3\n").encode(), OperationsHead(SHOP, 3, HEAD.hash), HUB, (KEY.public,))
    line = heads.countersign(HEAD, HUB, KEY, 8).decode().splitlines()[-1]
    assert line != note.splitlines()[-1]


@pytest.mark.parametrize("text", [f"{SHOP}/catalog/1\n2\n", f"{SHOP}/operations\n0\n", f"{SHOP}/operations\n2\nx"])
def test_another_note_is_no_head(text: str) -> None:
    """A checkpoint, a head of nothing and a hash of another length are refused."""
    good = heads.countersign(HEAD, HUB, KEY, 1).decode()
    begin = "\n".join(text.split("\n")[:2])
    with pytest.raises(RecordInvalidError):
        heads.parse(
            (begin + "\n" + "\n".join(good.split("\n")[2:])).replace("=\n", "\n" if "x" in text else "=\n").encode()
        )
