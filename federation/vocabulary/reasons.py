"""Why a boutique declines an order, or a shopper cancels: sentences that pages say in their reader's language. Pure.

They travel as English text with the person's own note behind them, so a reader of any kind understands them.
"""

from typing import Literal

from federation.vocabulary.wording import Sentence, message, sentence

DeclineReason = Literal["sold_out", "damaged", "cannot_deliver", "other"]

DECLINE_WORDS: dict[DeclineReason, str] = {
    "sold_out": message("The piece is no longer here"),
    "damaged": message("The piece is damaged"),
    "cannot_deliver": message("We cannot deliver to this address"),
    "other": message("Another reason"),
}
SHOPPER_ASKED = message("The shopper asked for it.")
"""Why a hub asks to cancel when a shopper does not want a part any more."""

PARCEL_LEFT = message("The parcel has left already.")
"""Why a boutique answers such a wish with a no when nobody decided anything."""


def reason_of(reason: DeclineReason, note: str) -> Sentence:
    """What is sent: the reason, and what the person wrote about it."""
    words = sentence(DECLINE_WORDS[reason])
    return sentence("%(why)s: %(note)s", why=words, note=note.strip()) if note.strip() else words


def reason_in_words(text: str) -> str:
    """A reason as it was received: one of ours as a Sentence, anything else as it is."""
    if text in {SHOPPER_ASKED, PARCEL_LEFT}:
        return sentence(text)
    for reason, words in DECLINE_WORDS.items():
        if text == words or text.startswith(f"{words}: "):
            return reason_of(reason, text.removeprefix(words).removeprefix(": "))
    return text
