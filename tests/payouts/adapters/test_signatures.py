"""Signatures on delivered events."""

from datetime import timedelta

import pytest

from federation.node import clock
from payouts.adapters.signatures import TOLERANCE_SECONDS, sign, verify
from payouts.errors import EventRefusedError

BODY = b'{"id": "evt_1"}'


def test_own_signature_verifies_within_its_minutes() -> None:
    """A signature holds for its body and secret, five minutes either way."""
    now = clock.now()
    header = sign("secret", BODY, now)
    for late in (-TOLERANCE_SECONDS + 1, 0, TOLERANCE_SECONDS - 1):
        verify("secret", BODY, header, now + timedelta(seconds=late))


def test_one_of_several_digests_is_enough() -> None:
    """While a secret is being changed, an event carries a digest for each."""
    now = clock.now()
    header = sign("secret", BODY, now)
    verify("secret", BODY, header.replace(",v1=", ",v1=00,v1="), now)


@pytest.mark.parametrize(
    "header", ["", "t=,v1=00", "v1=00", "t=1,v1=00", "t=1", "t=1,t=2,v1=00", "t=99999999999999,v1=00", "t=²,v1=00", "ü"]
)
def test_what_is_no_signature_is_refused(header: str) -> None:
    """Missing, broken and foreign headers are refused with a sentence, never a crash."""
    with pytest.raises(EventRefusedError):
        verify("secret", BODY, header, clock.now())


def test_other_body_secret_or_time_is_refused() -> None:
    """A signature is good for one body, one secret and these minutes only."""
    now = clock.now()
    header = sign("secret", BODY, now)
    for secret, body, at in (
        ("other", BODY, now),
        ("secret", BODY + b" ", now),
        ("secret", BODY, now + timedelta(seconds=TOLERANCE_SECONDS + 1)),
        ("secret", BODY, now - timedelta(seconds=TOLERANCE_SECONDS + 1)),
    ):
        with pytest.raises(EventRefusedError):
            verify(secret, body, header, at)
