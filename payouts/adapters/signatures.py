"""The signature on delivered events: an HMAC-SHA256 over the second it was made and the body, refused after 300 s."""

import hashlib
import hmac
from datetime import datetime

from payouts.errors import EventRefusedError

HEADER = "stripe-signature"
TOLERANCE_SECONDS = 300


def sign(secret: str, body: bytes, made_at: datetime) -> str:
    """The header's content for a body: `t=<seconds>,v1=<hexadecimal digest>`."""
    second = int(made_at.timestamp())
    return f"t={second},v1={_digest(secret, second, body)}"


def verify(secret: str, body: bytes, header: str, now: datetime) -> None:
    """Raises EventRefusedError when the header is missing, not of this body and secret, or not of these minutes."""
    fields = [part.partition("=") for part in header.split(",")]
    seconds = [text for name, _, text in fields if name == "t" and text.isascii() and text.isdigit()]
    digests = [text for name, _, text in fields if name == "v1"]
    if len(seconds) != 1 or not digests or len(seconds[0]) > len("9999999999"):
        raise EventRefusedError("this event carries no signature that can be read")
    second = int(seconds[0])
    expected = _digest(secret, second, body)
    if not any(hmac.compare_digest(expected.encode(), digest.encode()) for digest in digests):
        raise EventRefusedError("this event's signature is not of its body and our secret")
    if abs(now.timestamp() - second) > TOLERANCE_SECONDS:
        raise EventRefusedError(f"this event was signed more than {TOLERANCE_SECONDS} seconds away from now")


def _digest(secret: str, second: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
