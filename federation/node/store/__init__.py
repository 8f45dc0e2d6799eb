"""The node kit's rows behind ports: a call goes to the adapter of the database bound in the running context."""

from typing import Any, cast

import msgspec

from federation.node.store.memory import answers as memory_answers
from federation.node.store.memory import messages as memory_messages
from federation.node.store.ports import AnswerStore, MessageStore
from federation.node.store.postgres import answers as postgres_answers
from federation.node.store.postgres import messages as postgres_messages
from federation.node.transactions import current

__all__ = ["answers", "messages"]


class Adapters(msgspec.Struct, frozen=True):
    """One adapter per subject, all over the same kind of database."""

    messages: MessageStore
    answers: AnswerStore


ADAPTERS = {
    "postgres": Adapters(messages=postgres_messages, answers=postgres_answers),
    "memory": Adapters(messages=memory_messages, answers=memory_answers),
}


class _Forwarder:
    """Looks like a subject's adapter; finds the right one at each call."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(ADAPTERS[current().kind], self._subject), name)


messages = cast(MessageStore, _Forwarder("messages"))
answers = cast(AnswerStore, _Forwarder("answers"))
