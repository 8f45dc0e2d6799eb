"""The background work beside orders that concerns money."""

from federation.node import mail
from federation.node.work import Sweep
from marketplace.hub import Hub
from marketplace.money.dispute_letters import DisputeLetters
from marketplace.money.letters import AlertLetters

LETTERS_SECONDS = 60.0
DISPUTES_SECONDS = 15.0


def money_sweeps(hub: Hub) -> tuple[Sweep, ...]:
    """Operators and boutiques are written to in the queue of mails: what stops the queue of money stops no letter."""
    return (
        Sweep("money.letters", LETTERS_SECONDS, mail.QUEUE, AlertLetters(hub).write),
        Sweep("money.disputes", DISPUTES_SECONDS, mail.QUEUE, DisputeLetters(hub).write),
    )
