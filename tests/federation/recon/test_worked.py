"""One session byte for byte: what a second implementation must say and understand."""

import hashlib

from federation.log.tree import root_of
from federation.recon.items import ItemSet
from federation.recon.proof import prove, root_from
from federation.recon.session import Asking, answer

IDS = [hashlib.sha256(b"\0" + f"leaf {place}".encode()).digest() for place in range(40)]
LOST = (5, 39)
QUESTION = (
    "610700017170d3dc2ef81690fd7c9460f78e403d060001990838d5415414dc7c14d2934e5b8d8906000159af139286c3"
    "3dc0ec6f27f5fe6b091d060001bfc200aa80e8546b970370b6517f468d060001c2bb13a8e4b70cd047eae151dd613829"
    "060001320273e6950448a74523cf9112dbfe5b0500011b89ce63a805154286104280eea2fd760000015dd88f57dac79b"
    "0329bc061a0b608eab"
)
ANSWER = (
    "61070002061bb97dcc21635d47e2663efdfd0a174686d98dd701352dd2cd06e8b43fd3d305cb5a3ce862c3e321f3f7df"
    "6d2690549e936a8e377135aae9f3d69f691f547d5bab37ba34d1dfe29015de717a6d5764a8fb029c3a7a0f5b64b93b54"
    "351885bf7c58bd1496e1684aac9201c2e687ee7ae4f51c96a8b0d81ef3583628b93d3cd34583115f8947955fafdc2a27"
    "e7f4c0854bbd8da27bb1b3e3405db571c9af8dbe1a95adf15b7ef5db67386a8bafbefee4d145662afa450740e1868553"
    "e8348ed3a01e00000000020517a45ec8aa2a18a7952b913c2cdd86c7f08de42bc2665d459d4e1983c91e925cb3488939"
    "4564290c00c6cc7d5043d5e3c2199484c301c1182af346758ddf11b4900236987394e2df5f1f854ca103f6dbe60ca7c1"
    "50f09441412abb9a95d257848d2138c0b0086b9f34b77cf50ea6c4a88843f9fb731428fcc6970650b2c99541f9e849ad"
    "36bb96099cc604c9c55245ba7bb0ea528a556f94ab831526dd830e8f"
)
PROOF = (
    "4f631084a157c54f54fcfb23ff5eb8650c4ba160c295bb13a9832b109d52677e",
    "83115f8947955fafdc2a27e7f4c0854bbd8da27bb1b3e3405db571c9af8dbe1a",
    "6ebcc54b6710ee0610a7fc82cde51713db280e3dc84515bde9632a19b65a0b93",
    "a800a9786c988ce79d32396a32d94a7eabce331b32aa4db237159bbf94c532fe",
    "86772b5aa3dad91a776125e544e79daf3a54bb0d7875133165fc9ab6fc4869b7",
    "5be77b8ca4dbee84c59ad0bccb17d56c733750d0a6d1b780de3d8e969dd03162",
    "e0f762df0368ebcbe3f01642cc0a8772603ee83358ce3c48732015604c2ab050",
    "8d2138c0b0086b9f34b77cf50ea6c4a88843f9fb731428fcc6970650b2c99541",
)


def test_a_hub_that_lost_two_of_forty_asks_once() -> None:
    """Eight fingerprints out; two lists back, and nothing about the six ranges that agree."""
    items = list(enumerate(IDS))
    asking = Asking(ItemSet(item for item in items if item[0] not in LOST))
    question = asking.opening()
    assert question.hex() == QUESTION
    assert answer(ItemSet(items), question).hex() == ANSWER
    assert asking.hear(bytes.fromhex(ANSWER)) is None
    assert asking.need == {IDS[place] for place in LOST}
    assert (asking.have, asking.rounds, asking.bytes_exchanged) == (set(), 1, 517)


def test_the_two_leaves_are_proven_by_eight_subtrees() -> None:
    """The proof of both together, from left to right."""
    assert [item.hex() for item in prove(IDS, LOST)] == list(PROOF)
    assert root_from(40, {place: IDS[place] for place in LOST}, prove(IDS, LOST)) == root_of(IDS)


def test_fingerprints() -> None:
    """Of the whole set, and of none."""
    assert ItemSet(enumerate(IDS)).whole().hex() == "ddb185c9a2340243bc62ed7da7d1d98f"
    assert ItemSet([]).whole().hex() == hashlib.sha256(bytes(33)).hexdigest()[:32]
