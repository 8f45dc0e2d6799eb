"""The steps of a proof in a reader's words."""

import msgspec

from federation.log.proofs import Judged, StepName
from federation.vocabulary.wording import message
from marketplace.storefront.words import say

TITLES: dict[StepName, str] = {
    "shop": message("It is this boutique"),
    "checkpoint": message("The boutique signed it"),
    "leaf": message("This is the line"),
    "inclusion": message("The line is in what was signed"),
    "hub": message("We countersigned it"),
}
WORDS: dict[StepName, str] = {
    "shop": message("The boutique’s name in this network is made from its own first key, so nobody else can take it."),
    "checkpoint": message("One signature of the boutique’s key covers its whole catalogue up to that moment."),
    "leaf": message("The fingerprint is that of the exact words, sizes and prices shown here."),
    "inclusion": message("A short chain of fingerprints leads from the line to the signature; no other line fits."),
    "hub": message("Our signature says when we had it, and that it continues everything we had before."),
}
ORDER: tuple[StepName, ...] = ("shop", "leaf", "inclusion", "checkpoint", "hub")


class SaidStep(msgspec.Struct, frozen=True):
    """One step for a page: what it is, what it means, and why it failed (empty when it held)."""

    title: str
    words: str
    reason: str


def said_steps(judged: Judged) -> list[SaidStep]:
    """The steps in the order in which a reader follows them."""
    reasons = {step.name: step.reason for step in judged.steps}
    return [SaidStep(say(TITLES[name]), say(WORDS[name]), reasons[name]) for name in ORDER]
