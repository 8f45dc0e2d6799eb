"""The background work beside orders that concerns money."""

from federation.node import mail
from federation.node.work import Sweep
from marketplace.hub import Hub
from marketplace.money.letters import AlertLetters

LETTERS_SECONDS = 60.0


def money_sweeps(hub: Hub) -> tuple[Sweep, ...]:
    """Operators are written to in the queue of mails: what stops the queue of money does not stop the letter."""
    return (Sweep("money.letters", LETTERS_SECONDS, mail.QUEUE, AlertLetters(hub).write),)
