"""The eight invariants of the protocol, each a checker with a name that can fail.

They look at disks from outside and at every answer on the wire; what they compare with is the world's own truth.
"""

import re
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import msgspec

from federation.conversations import stock
from federation.conversations.link import LinkWord
from federation.conversations.messages import PushReceipt
from federation.conversations.stock import CLOCK_BACK_SECONDS_MAX
from federation.documents import signing
from federation.http.exchange import endpoint_at
from federation.log import checkpoint
from federation.log.leaves import parse_leaf
from federation.log.tree import Range, root_of
from federation.node.answers import Problem
from federation.records import LogHead, ReplicaView
from federation.service import peers
from federation.service.replicas import replica_states
from federation.store import logs, repairs, replicas
from federation.store.memory.rows import LINKS, PEERS, QUARANTINE, REGISTERS
from federation.vocabulary.ids import PartyId
from tests.simulator.hub_desk import LISTINGS, TOLD
from tests.simulator.loop import at_once
from tests.simulator.machine import Machine
from tests.simulator.network import Passage
from tests.simulator.shop_desk import EFFECTS
from tests.simulator.truth import Known, ShopTruth

T = TypeVar("T")

TOLERANCE_SECONDS = CLOCK_BACK_SECONDS_MAX + 1.0
"""How far a hub's own clock may have been put back unnoticed."""
OK, REFUSED = 200, 400
STRANGER = "stranger"
"""Somebody who is no machine of the world."""
RANK = {"fresh": 2, "soft": 1, "stale": 0}
_WORD = re.compile(r"/fed/v1/[a-z0-9]{34}/links(/decision)?")
_PUSH = re.compile(r"/fed/v1/(h1[a-z2-7]{32})/log/\d+")


class ViolationError(AssertionError):
    """An invariant does not hold."""


def violated(name: str, what: str) -> None:
    """Fail with the invariant's name."""
    raise ViolationError(f"{name}: {what}")


def seen_from(machine: Machine, look: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a service reads on a machine's disk, looked at from outside."""
    with machine.looking():
        return at_once(look())


class Checks:
    """The checkers and what they must remember from one look to the next."""

    def __init__(self, hubs: Sequence[Machine], shops: Sequence[Machine], truths: dict[PartyId, ShopTruth]) -> None:
        self.hubs = hubs
        self.shops = shops
        self.truths = truths
        self.parties: dict[PartyId, Known] = {}
        self.sizes: dict[tuple[str, str, int], int] = {}
        self.liars: dict[str, str] = {}
        self.forked: set[PartyId] = set()
        self.in_step_at: dict[tuple[str, str], float] = {}
        self._folded: dict[tuple[str, str], tuple[LogHead, int]] = {}
        self._words: dict[tuple[str, str], LinkWord] = {}
        self.thieves: set[str] = set()

    def restored(self, machine: Machine) -> None:
        """A disk has gone back: what was remembered of it holds no longer."""
        self.sizes = {place: size for place, size in self.sizes.items() if place[0] != machine.party_id}
        self._folded = {place: known for place, known in self._folded.items() if place[0] != machine.party_id}
        self._words = {place: word for place, word in self._words.items() if place[0] != machine.party_id}

    def state_is_the_fold(self) -> None:
        """I1: the log's root is that of its lines, and what a hub serves is what its lines add up to."""
        for hub in self.hubs:
            for shop in self.shops:
                self._check_copy(hub, shop)

    def _check_copy(self, hub: Machine, shop: Machine) -> None:
        place = (hub.party_id, shop.party_id)
        head = head_of(hub, shop.party_id)
        if head is None:
            return
        listed = {row.key: row.leaf_hash for row in hub.disk.rows(LISTINGS) if row.shop_id == shop.party_id}
        if self._folded.get(place) == (head, hash(tuple(sorted(listed.items())))):
            return
        kept = seen_from(hub, lambda: repairs.kept_hashes(head))
        lines = [parse_leaf(line) for line in seen_from(hub, lambda: logs.lines(head, 0, head.size)) if line]
        root = root_of([told for _, told in kept])
        hashes = dict(kept)
        if any(bytes.fromhex(leaf.hash) != hashes[leaf.seq] for leaf in lines):
            violated("I1", f"{hub.name} holds lines of {shop.name} under other hashes than theirs")
        if len(kept) != head.size or Range.decode(head.size, head.peaks).root() != root:
            violated("I1", f"{hub.name} holds {len(kept)} lines of {shop.name}, its head says {head.size}")
        told = checkpoint.parse(head.note).checkpoint if head.note else None
        if told is not None and (told.size, told.root) != (head.size, root):
            violated("I1", f"{hub.name} countersigned another root of {shop.name} than that of its lines")
        bad = quarantined(hub, shop.party_id)
        served: dict[str, str] = {}
        for leaf in lines:
            if leaf.operation == "del":
                served.pop(leaf.key, None)
            elif (head.epoch, leaf.seq) not in bad:
                served[leaf.key] = leaf.hash
        if served != listed:
            violated("I1", f"{hub.name} serves {sorted(listed)} of {shop.name}, its lines add up to {sorted(served)}")
        self._folded[place] = (head, hash(tuple(sorted(listed.items()))))

    def cosigned_sizes_never_fall(self) -> None:
        """I2: what a hub holds of an epoch only grows."""
        for hub in self.hubs:
            for shop in self.shops:
                head = head_of(hub, shop.party_id)
                if head is not None:
                    self._check_size((hub.party_id, shop.party_id, head.epoch), head.size)

    def _check_size(self, place: tuple[str, str, int], size: int) -> None:
        if size < self.sizes.get(place, 0):
            violated("I2", f"the copy of {place[1]} at {place[0]} fell from {self.sizes[place]} to {size}")
        self.sizes[place] = size

    def cosigned_is_kept(self, passage: Passage) -> None:
        """I2: a countersignature on the wire is of lines that are committed."""
        matched, response = _PUSH.fullmatch(passage.request.path), passage.response
        if matched is None or passage.receiver in self.liars or response is None or response.status != OK:
            return
        hub = next(hub for hub in self.hubs if hub.party_id == matched[1])
        receipt = msgspec.json.decode(response.body, type=PushReceipt)
        head = head_of(hub, PartyId(passage.request.headers["fed-from"]))
        if head is None or head.size < receipt.size:
            violated("I2", f"{hub.name} countersigned {receipt.size} lines and holds fewer")

    def keys_chain_to_genesis(self, passage: Passage) -> None:
        """I3: nothing is done for a request that no key of its sender signed."""
        response, found = passage.response, endpoint_at(passage.request.method, passage.request.path)
        if response is None or response.status >= REFUSED or found is None or found.endpoint.public:
            return
        claim = signing.parse_signature(passage.request.headers)
        known = self.parties.get(claim.sender)
        if known is None or claim.keyid not in known.keyids:
            violated("I3", f"{passage.receiver} took {passage.request.path} signed by a key that is not its sender's")

    def never_oversold(self) -> None:
        """I4: pieces confirmed and sold over the counter never exceed those that ever came."""
        for shop in self.shops:
            truth = self.truths[shop.party_id]
            truth.remember(shop.disk)
            over = {variant: count for variant, count in truth.left().items() if count < 0}
            if over:
                violated("I4", f"{shop.name} sold more than it had: {over}")

    def one_effect_per_message(self) -> None:
        """I5: of what came twice, one effect is there."""
        for shop in self.shops:
            _refuse_twice(shop, [(row.source, row.kind, row.id) for row in shop.disk.rows(EFFECTS)])
        for hub in self.hubs:
            _refuse_twice(hub, [(row.source, "event", row.id) for row in hub.disk.rows(TOLD)])

    def older_words_are_no_news(self, passage: Passage) -> None:
        """I5: a word about a link takes effect once: said again after a newer one, it moves nothing."""
        request, response = passage.request, passage.response
        if _WORD.fullmatch(request.path) is None or response is None or response.status != OK:
            return
        told = msgspec.json.decode(request.body)
        word = LinkWord(told.get("state", "accepted"), told.get("number", 0))
        hearer = next(one for one in (*self.hubs, *self.shops) if one.name == passage.receiver)
        place = (hearer.party_id, request.headers["fed-from"])
        newest = self._words[place] = max(word, self._words.get(place, word), key=lambda one: one.number)
        link = next(row.link for row in hearer.disk.rows(LINKS) if row.link.remote_id == place[1])
        if link.theirs_number <= newest.number and (link.theirs, newest.state) == ("accepted", "suspended"):
            violated("I5", f"an older word of {place[1]} has lifted its suspension at {hearer.name}")

    def quiet_means_equal(self) -> None:
        """I6: after quiet, hub and shop hold the same log and the same stock."""
        for problem in self.differences():
            violated("I6", problem)

    def differences(self) -> list[str]:
        """In what hubs and shops do not agree."""
        found = []
        for hub in self.hubs:
            for shop in self.shops:
                found += self._difference(hub, shop) + _misunderstood(hub, shop)
                found += _misplaced(hub, shop) + self._deceived(hub, shop)
        return found

    def _deceived(self, hub: Machine, shop: Machine) -> list[str]:
        """Whether a hub still believes in a key that a thief has named."""
        if not self.thieves:
            return []
        keys = seen_from(hub, lambda: peers.keys_of(shop.party_id, hub.now()))
        return [f"{hub.name} believes a thief's key of {shop.name}" for key in keys if key.keyid in self.thieves]

    def _difference(self, hub: Machine, shop: Machine) -> list[str]:
        copy, own = head_of(hub, shop.party_id), head_of(shop, shop.party_id)
        if shop.party_id in self.forked:
            return []
        replica = seen_from(hub, lambda: replicas.replica(hub.party_id, shop.party_id))
        if replica is None or own is None or replica.state == "frozen":
            return []
        found = []
        if copy is None or (copy.epoch, copy.size, copy.peaks) != (own.epoch, own.size, own.peaks):
            size = None if copy is None else copy.size
            found.append(f"{hub.name} holds {size} lines of {shop.name}, which has {own.size}: {replica.last_error}")
        elif replica.state != "live":
            found.append(f"{hub.name} calls the complete copy of {shop.name} {replica.state}")
        if registers_digest(hub, shop.party_id) != self.truths[shop.party_id].history[-1][1]:
            found.append(f"{hub.name} has other stock of {shop.name}")
        return found

    def labels_are_honest(self, now: float) -> None:
        """I7: a hub never says that stock is fresher than it is."""
        for hub in self.hubs:
            for view in [view for view in views_of(hub) if view.shop_id not in self.forked]:
                true_at = self.in_step_at.get((hub.party_id, view.shop_id))
                age = float("inf") if true_at is None else max(0.0, now - true_at - TOLERANCE_SECONDS)
                if RANK[view.freshness] > RANK[stock.freshness(age)]:
                    violated("I7", f"{hub.name} calls stock of {view.name} {view.freshness}, true {age:.0f} s ago")

    def note_in_step(self, hub: Machine, now: float) -> None:
        """Note for each shop when a hub's table was last the shop's own."""
        for shop in self.shops:
            true_at = self.truths[shop.party_id].last_true(registers_digest(hub, shop.party_id), now)
            place = (hub.party_id, shop.party_id)
            if true_at is not None and true_at > self.in_step_at.get(place, -1.0):
                self.in_step_at[place] = true_at

    def refusals_say_what_to_do(self, passage: Passage) -> None:
        """I8: every refusal is a problem document with its retry class."""
        response = passage.response
        if response is None or response.status < REFUSED:
            return
        try:
            problem = msgspec.json.decode(response.body, type=Problem)
        except msgspec.MsgspecError as error:
            violated("I8", f"{passage.receiver} refused {passage.request.path} without a problem document: {error}")
        else:
            if problem.status != response.status or not problem.detail:
                violated("I8", f"{passage.receiver} answered {response.status} and wrote {problem.status}")

    def check(self, now: float) -> None:
        """All that can be seen from outside at any moment."""
        self.state_is_the_fold()
        self.cosigned_sizes_never_fall()
        self.never_oversold()
        self.one_effect_per_message()
        for hub in self.hubs:
            self.note_in_step(hub, now)
        self.labels_are_honest(now)

    def watch(self, passage: Passage) -> None:
        """All that can be seen of one exchange."""
        if passage.receiver == STRANGER:
            return
        self.refusals_say_what_to_do(passage)
        self.keys_chain_to_genesis(passage)
        self.cosigned_is_kept(passage)
        self.older_words_are_no_news(passage)


def _misunderstood(hub: Machine, shop: Machine) -> list[str]:
    """Where one holds the other's word about their link to be another than it is."""
    ends = [(row.link, one.name) for one in (hub, shop) for row in one.disk.rows(LINKS)]
    said = {(link.local_id, link.remote_id): link.ours for link, _ in ends}
    return [
        f"{name} holds the word of {link.remote_id} to be {link.theirs}, it is {word}"
        for link, name in ends
        if (word := said.get((link.remote_id, link.local_id), link.theirs)) != link.theirs
    ]


def _misplaced(hub: Machine, shop: Machine) -> list[str]:
    """Where a hub looks for a shop that lives elsewhere; one from a backup may do so until it is told, in a day."""
    known = next((row for row in hub.disk.rows(PEERS) if row.id == shop.party_id), None)
    if known is None or shop.is_outbound or hub.restored or known.base_url == shop.settings().public_url:
        return []
    return [f"{hub.name} looks for {shop.name} at {known.base_url}, it lives at {shop.authority}"]


def head_of(machine: Machine, shop_id: PartyId) -> LogHead | None:
    """The end of a shop's log as a machine holds it."""
    return seen_from(machine, lambda: logs.head(machine.party_id, shop_id))


def views_of(hub: Machine) -> list[ReplicaView]:
    """What a hub says of its shops."""
    return seen_from(hub, lambda: replica_states(hub.party_id, hub.now()))


def registers_digest(hub: Machine, shop_id: PartyId) -> str:
    """The digest of what a hub believes of a shop's stock."""
    held = (row.register for row in hub.disk.rows(REGISTERS) if row.shop_id == shop_id)
    return stock.heartbeat(held).digest


def quarantined(hub: Machine, shop_id: PartyId) -> set[tuple[int, int]]:
    """(epoch, seq) of the records that a hub keeps and does not serve."""
    return {(row.epoch, row.seq) for row in hub.disk.rows(QUARANTINE) if row.shop_id == shop_id}


def _refuse_twice(machine: Machine, effects: list[tuple[str, str, str]]) -> None:
    twice = [effect for effect, count in Counter(effects).items() if count > 1]
    if twice:
        violated("I5", f"{machine.name} did twice: {twice}")
