"""The federation's rows, by subject: `from federation.store import logs`, then `await logs.head(...)`.

Each subject has one Protocol in `ports` and an adapter per kind of database; a call goes to the adapter of the
database bound in the running context. A new subject is a port, its adapters, and one line in each place below.
"""

from typing import Any, cast

import msgspec

from federation.node.transactions import current
from federation.store.memory import compared as memory_compared
from federation.store.memory import contacts as memory_contacts
from federation.store.memory import conversations as memory_conversations
from federation.store.memory import forks as memory_forks
from federation.store.memory import links as memory_links
from federation.store.memory import logs as memory_logs
from federation.store.memory import mailbox as memory_mailbox
from federation.store.memory import parties as memory_parties
from federation.store.memory import refusals as memory_refusals
from federation.store.memory import registers as memory_registers
from federation.store.memory import repairs as memory_repairs
from federation.store.memory import replicas as memory_replicas
from federation.store.memory import snapshots as memory_snapshots
from federation.store.ports.compared import ComparedStore
from federation.store.ports.contacts import ContactStore
from federation.store.ports.conversations import ConversationStore
from federation.store.ports.forks import ForkStore
from federation.store.ports.links import LinkStore
from federation.store.ports.logs import LogStore
from federation.store.ports.mailbox import MailboxStore
from federation.store.ports.parties import PartyStore
from federation.store.ports.refusals import RefusalStore
from federation.store.ports.registers import RegisterStore
from federation.store.ports.repairs import RepairStore
from federation.store.ports.replicas import ReplicaStore
from federation.store.ports.snapshots import SnapshotStore
from federation.store.postgres import compared as postgres_compared
from federation.store.postgres import contacts as postgres_contacts
from federation.store.postgres import conversations as postgres_conversations
from federation.store.postgres import forks as postgres_forks
from federation.store.postgres import links as postgres_links
from federation.store.postgres import logs as postgres_logs
from federation.store.postgres import mailbox as postgres_mailbox
from federation.store.postgres import parties as postgres_parties
from federation.store.postgres import refusals as postgres_refusals
from federation.store.postgres import registers as postgres_registers
from federation.store.postgres import repairs as postgres_repairs
from federation.store.postgres import replicas as postgres_replicas
from federation.store.postgres import snapshots as postgres_snapshots

__all__ = [
    "compared",
    "contacts",
    "conversations",
    "forks",
    "links",
    "logs",
    "mailbox",
    "parties",
    "refusals",
    "registers",
    "repairs",
    "replicas",
    "snapshots",
]


class Adapters(msgspec.Struct, frozen=True):
    """One adapter per subject, all over the same kind of database."""

    parties: PartyStore
    links: LinkStore
    logs: LogStore
    mailbox: MailboxStore
    registers: RegisterStore
    replicas: ReplicaStore
    repairs: RepairStore
    snapshots: SnapshotStore
    contacts: ContactStore
    conversations: ConversationStore
    forks: ForkStore
    refusals: RefusalStore
    compared: ComparedStore


ADAPTERS = {
    "postgres": Adapters(
        parties=postgres_parties,
        links=postgres_links,
        logs=postgres_logs,
        mailbox=postgres_mailbox,
        registers=postgres_registers,
        replicas=postgres_replicas,
        repairs=postgres_repairs,
        snapshots=postgres_snapshots,
        contacts=postgres_contacts,
        conversations=postgres_conversations,
        forks=postgres_forks,
        refusals=postgres_refusals,
        compared=postgres_compared,
    ),
    "memory": Adapters(
        parties=memory_parties,
        links=memory_links,
        logs=memory_logs,
        mailbox=memory_mailbox,
        registers=memory_registers,
        replicas=memory_replicas,
        repairs=memory_repairs,
        snapshots=memory_snapshots,
        contacts=memory_contacts,
        conversations=memory_conversations,
        forks=memory_forks,
        refusals=memory_refusals,
        compared=memory_compared,
    ),
}


class _Forwarder:
    """Looks like a subject's adapter; finds the right one at each call."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(ADAPTERS[current().kind], self._subject), name)


parties = cast(PartyStore, _Forwarder("parties"))
links = cast(LinkStore, _Forwarder("links"))
logs = cast(LogStore, _Forwarder("logs"))
mailbox = cast(MailboxStore, _Forwarder("mailbox"))
registers = cast(RegisterStore, _Forwarder("registers"))
replicas = cast(ReplicaStore, _Forwarder("replicas"))
repairs = cast(RepairStore, _Forwarder("repairs"))
snapshots = cast(SnapshotStore, _Forwarder("snapshots"))
contacts = cast(ContactStore, _Forwarder("contacts"))
conversations = cast(ConversationStore, _Forwarder("conversations"))
forks = cast(ForkStore, _Forwarder("forks"))
refusals = cast(RefusalStore, _Forwarder("refusals"))
compared = cast(ComparedStore, _Forwarder("compared"))
