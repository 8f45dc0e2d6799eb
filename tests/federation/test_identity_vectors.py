"""The vectors of identity are what the code makes, and what the code refuses is refused by the vectors' reasons."""

import pytest

from federation.documents.errors import KeyRefusedError
from federation.documents.keys import PublicKey, SigningKey, decode_base64url
from tests.federation import identity_vectors

VECTORS = identity_vectors.vectors()


def test_the_file_is_made_from_the_code() -> None:
    """The vectors beside the specification are what the code makes today."""
    assert identity_vectors.FILE.read_text(encoding="utf-8") == identity_vectors.text()


def test_keys_of_the_vectors_are_taken_and_refused() -> None:
    """Each seed gives its key and thumbprint; fifty-five spellings of no key are refused."""
    for row in VECTORS["keys"]["accepted"]:
        key = SigningKey.from_seed(bytes.fromhex(row["seed"])).public
        assert (decode_base64url(row["public"]), row["keyid"]) == (key.raw, key.keyid)
    refused = VECTORS["keys"]["refused"]
    assert len(refused) == 14 + 38 + 3
    for row in refused:
        with pytest.raises(KeyRefusedError):
            PublicKey.from_raw(bytes.fromhex(row["raw"]))


def test_signatures_of_the_vectors_are_worth_nothing() -> None:
    """None of the forged spellings verifies."""
    for row in VECTORS["keys"]["refused_signatures"]:
        key = PublicKey.from_raw(decode_base64url(row["public"]))
        assert not key.verify(bytes.fromhex(row["signature"]), bytes.fromhex(row["message"]))


def test_rivals_of_the_vectors_end_as_the_rule_says() -> None:
    """The table of the specification: who holds, and who is contested."""
    outcome = {case["what"]: (case["holds"], case["contested"]) for case in VECTORS["rivals"]["cases"]}
    assert outcome == {
        "the higher root in time": ("first", False),
        "the higher root a second too late": ("second", False),
        "the higher root first": ("first", False),
        "one root twice: contested": ("second", True),
        "one root twice, the window over": ("second", False),
        "the middle root overrules the lowest, and may be overruled": ("second", True),
        "each operation has its own window": ("first", False),
    }
