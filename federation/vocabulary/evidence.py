"""What a boutique hands in about a dispute, and until when: the same words on the wire and in a hub's books."""

from typing import Literal

FileKind = Literal["delivery", "tracking", "correspondence", "policy", "product", "refund", "other"]
"""What a file shows: that it arrived, its way, what was written, what was promised, the piece, money given back."""

Takes = Literal["yes", "late", "answered", "decided"]
"""Whether the hub still takes evidence, or why it does not any more."""
