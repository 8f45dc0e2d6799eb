"""Why a boutique declines an order: the sentences that pages say in their reader's language. Pure.

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


def reason_of(reason: DeclineReason, note: str) -> Sentence:
    """What is sent: the reason, and what the person wrote about it."""
    words = sentence(DECLINE_WORDS[reason])
    return sentence("%(why)s: %(note)s", why=words, note=note.strip()) if note.strip() else words


def reason_in_words(text: str) -> str:
    """A reason as it was received: one of ours as a Sentence, anything else as it is."""
    for reason, words in DECLINE_WORDS.items():
        if text == words or text.startswith(f"{words}: "):
            return reason_of(reason, text.removeprefix(words).removeprefix(": "))
    return text
