"""What the regular jobs of money do, in words. Pure."""

from collections.abc import Mapping

from federation.vocabulary.wording import message
from marketplace.console.words import say

_WORDS: Mapping[str, str] = {
    "pay.submitting": message("Ask again for what the provider did not answer"),
    "pay.payments": message("Look after payments under way"),
    "pay.releases": message("Release shares whose day has come"),
    "pay.blocked": message("Try blocked shares again"),
    "pay.payouts": message("Pay boutiques out to their banks"),
    "pay.events": message("Fetch what the provider told us and we missed"),
    "pay.disputes": message("Look after disputes"),
    "pay.balance": message("Compare the provider’s list with our books"),
    "pay.limits": message("Watch how long and how much is kept"),
    "pay.bank": message("Watch bank files"),
    "pay.books": message("Check every rule of the books"),
    "pay.papers": message("Close months: statements and invoices"),
    "pay.watch": message("Watch over all these jobs"),
}


def job_words(name: str) -> str:
    """What a job does; its own name when it is a new one."""
    return say(_WORDS[name]) if name in _WORDS else name
