"""The outbox: nothing lost, nothing delivered twice at once, order within a subject, dead letters and replay."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from structlog.testing import capture_logs

from federation.node.database import Database, DatabaseUsageError, atomic, execute, fetch_value, using
from federation.node.logs import configure, correlated, correlation_id
from federation.node.outbox import (
    CONCURRENT_SUBJECTS_MAX,
    GiveUpError,
    LeaseLostError,
    Message,
    Outbox,
    RetryLaterError,
    dead_letters,
    enqueue,
    forget_finished,
    rearm,
    replay,
    waiting,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


class Body(msgspec.Struct):
    """What the test messages carry."""

    number: int = 0


async def put(number: int, subject: str = "s", due_at: datetime | None = None) -> bool:
    async with atomic():
        return await enqueue(
            "test.do", subject, Body(number), key=f"{subject}/{number}", queue="q", now=NOW, due_at=due_at
        )


def stumble(*_: int) -> None:
    """A mistake of ours in a handler."""
    raise KeyError("x")


class Recorder:
    """A handler that remembers what it was given and does what the test says."""

    def __init__(self, act: Callable[[int, int], object] = lambda *_: None, seconds: float = 0) -> None:
        self.seen: list[tuple[str, int]] = []
        self.running: dict[str, int] = {}
        self.most_of_a_subject = 0
        self.most_at_once = 0
        self._act = act
        self._seconds = seconds

    async def __call__(self, message: Message) -> None:
        number = message.read(Body).number
        self.running[message.subject] = self.running.get(message.subject, 0) + 1
        self.most_of_a_subject = max(self.most_of_a_subject, self.running[message.subject])
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        try:
            await asyncio.sleep(self._seconds)
            self.seen.append((message.subject, number))
            self._act(number, message.attempts)
        finally:
            self.running[message.subject] -= 1

    def outbox(self) -> Outbox:
        return Outbox({"test.do": self})


async def test_enqueue_needs_a_transaction(committed: Database) -> None:
    """An effect without the change that caused it would be a lie, so there must be a transaction."""
    with pytest.raises(DatabaseUsageError):
        await enqueue("test.do", "s", Body(), key="k", queue="q", now=NOW)


async def test_wakes_after_commit_only(committed: Database) -> None:
    """The queue is woken once the row is committed; a rollback drops row and wake, a later due time needs no wake."""
    woken: list[str] = []
    committed.wake = woken.append
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await enqueue("test.do", "s", Body(), key="k", queue="q", now=NOW)
            raise ZeroDivisionError
    assert (woken, await waiting("q")) == ([], 0)
    async with atomic():
        await enqueue("test.do", "s", Body(), key="k", queue="q", now=NOW)
        assert woken == []
    await put(7, due_at=LATER)
    assert woken == ["q"]


async def test_key_is_used_once_for_ever(committed: Database) -> None:
    """A second enqueue of a key is a no-op, also after the first was delivered and forgotten."""
    recorder = Recorder()
    assert await put(1)
    assert not await put(1)
    assert await recorder.outbox().drain("q", NOW) == 1
    await forget_finished(LATER + timedelta(days=3650))
    assert not await put(1)
    assert await recorder.outbox().drain("q", LATER) == 0
    assert recorder.seen == [("s", 1)]


async def test_order_within_a_subject_and_subjects_side_by_side(committed: Database) -> None:
    """One subject's messages come one at a time in order while other subjects are served meanwhile."""
    for number in range(5):
        for subject in "abc":
            await put(number, subject)
    recorder = Recorder(seconds=0.01)
    assert await recorder.outbox().drain("q", NOW) == 15
    for subject in "abc":
        assert [number for of, number in recorder.seen if of == subject] == [0, 1, 2, 3, 4]
    assert recorder.most_of_a_subject == 1
    assert recorder.most_at_once == 3


async def test_subjects_take_turns_between_drains(committed: Database) -> None:
    """A drain that reached its limit goes on with the next subject the next time, so that none starves."""
    for number in range(4):
        for subject in "abcdefghijkl":
            await put(number, subject)
    recorder = Recorder()
    outbox = recorder.outbox()
    assert [await outbox.drain("q", NOW, limit=8), await outbox.drain("q", NOW, limit=8)] == [8, 8]
    assert {subject for subject, _ in recorder.seen} == set("abcdefghijkl")


async def test_long_line_behind_a_blocked_message_costs_nothing(committed: Database) -> None:
    """Thousands of messages waiting for a peer that is away do not slow down the others."""
    await execute(
        "INSERT INTO node_outbox (key, queue, topic, subject, body, due_at, created_at, retry_until)"
        " SELECT 'away/' || n, 'q', 'test.do', 'away', '{}', $1, $1, $2 FROM generate_series(1, 5000) AS n",
        NOW,
        LATER,
    )
    await execute("UPDATE node_outbox SET attempts = 1, due_at = $1 WHERE key = 'away/1'", LATER)
    for number in range(20):
        await put(number, f"other-{number}")
    recorder = Recorder()
    started = time.monotonic()
    assert await recorder.outbox().drain("q", NOW) == 20
    assert time.monotonic() - started < 2


async def test_two_drains_never_share_a_message(committed: Database) -> None:
    """Two workers draining at once deliver every message exactly once, never two of a subject at a time."""
    for number in range(10):
        for subject in "abcd":
            await put(number, subject)
    recorder = Recorder(seconds=0.002)
    other = await Database().start(committed.url)

    async def elsewhere() -> int:
        with using(other):
            return await recorder.outbox().drain("q", NOW)

    counts = [*await asyncio.gather(recorder.outbox().drain("q", NOW), elsewhere())]
    counts.append(await recorder.outbox().drain("q", NOW))
    await other.stop()
    assert sum(counts) == 40
    assert len(set(recorder.seen)) == len(recorder.seen) == 40
    assert recorder.most_of_a_subject == 1


async def test_lease_runs_out(committed: Database) -> None:
    """A message claimed by a worker that died is delivered again once its lease is over, and not before."""
    await put(1)

    async def dies(message: Message) -> None:
        raise asyncio.CancelledError

    await Outbox({"test.do": dies}).drain("q", NOW, lease_seconds=60)
    recorder = Recorder()
    assert await recorder.outbox().drain("q", NOW + timedelta(seconds=30)) == 0
    assert await recorder.outbox().drain("q", NOW + timedelta(seconds=61)) == 1


async def test_handler_is_cut_off_before_its_lease_ends(committed: Database) -> None:
    """A handler that hangs loses the message in time, so that it never runs twice at once."""
    await put(1)
    recorder = Recorder(seconds=5)
    assert await recorder.outbox().drain("q", NOW, lease_seconds=0.1) == 1
    assert recorder.seen == []
    assert await fetch_value("SELECT last_error FROM node_outbox") == "took longer than its lease allows"


async def test_a_message_claimed_ahead_is_cut_off_by_its_own_lease(committed: Database) -> None:
    """The lease counts from the claim: a message that waited behind slow ones has only what is left of it."""
    for number in range(CONCURRENT_SUBJECTS_MAX):
        await put(number, f"slow{number}")
    await put(0, "waits1")
    await put(0, "waits2")

    async def slow(message: Message) -> None:
        await asyncio.sleep(0.1 if message.subject == "slow0" else 1.6)

    await Outbox({"test.do": slow}).drain("q", NOW, lease_seconds=3)
    assert await fetch_value("SELECT string_agg(subject, ' ') FROM node_outbox WHERE state = 'due'") == "waits2"


async def test_retry_holds_back_its_subject(committed: Database) -> None:
    """While a message is being retried those behind it wait; other subjects and scheduled ones do not block."""

    def fail_first(number: int, attempts: int) -> None:
        if number == 1 and attempts == 1:
            raise RetryLaterError("not now", retry_after_seconds=60)

    await put(0, due_at=NOW + timedelta(days=1))
    await put(1)
    await put(2)
    await put(9, "other")
    recorder = Recorder(fail_first)
    await recorder.outbox().drain("q", NOW)
    assert sorted(recorder.seen) == [("other", 9), ("s", 1)]
    await recorder.outbox().drain("q", NOW + timedelta(seconds=30))
    assert len(recorder.seen) == 2
    await recorder.outbox().drain("q", NOW + timedelta(seconds=70))
    assert recorder.seen[2:] == [("s", 1), ("s", 2)]
    assert await waiting("q") == 1


async def test_dead_letter_is_kept_and_replayed(committed: Database) -> None:
    """What can never succeed is buried with its reason, holds nobody back, and can be given another life."""

    def give_up(number: int, attempts: int) -> None:
        if number == 1:
            raise GiveUpError("the shop is gone")

    await put(1)
    await put(2)
    assert await Recorder(give_up).outbox().drain("q", NOW) == 2
    [letter] = await dead_letters()
    assert (letter.subject, letter.attempts, letter.last_error) == ("s", 1, "the shop is gone")
    assert await replay(letter.id, LATER)
    assert not await replay(letter.id, LATER)
    recorder = Recorder()
    assert await recorder.outbox().drain("q", LATER) == 1
    assert await dead_letters() == []


async def test_three_days_are_enough(committed: Database) -> None:
    """A message that fails for three days, through a bug of ours too, becomes a dead letter."""
    await put(1)
    broken = Recorder(stumble)
    configure("INFO")
    with capture_logs() as logged:
        assert await broken.outbox().drain("q", NOW) == 1
        assert await dead_letters() == []
        assert await broken.outbox().drain("q", NOW + timedelta(days=3, minutes=1)) == 1
    [letter] = await dead_letters()
    assert "KeyError" in letter.last_error
    assert [entry["event"] for entry in logged if "attempts" in entry] == ["message_set_back", "message_dead"]


async def test_done_joins_the_effect(committed: Database) -> None:
    """A handler may finish its message in the transaction of the effect; when the lease is lost, both are undone."""

    async def effect(message: Message) -> None:
        async with atomic():
            await execute("INSERT INTO node_setting VALUES ($1, 'x')", message.key)
            await message.done()

    async def robbed(message: Message) -> None:
        await execute("UPDATE node_outbox SET claim = claim + 1 WHERE id = $1", message.id)
        with pytest.raises(LeaseLostError):
            await effect(message)

    await put(1)
    await Outbox({"test.do": effect}).drain("q", NOW)
    assert await waiting("q") == 0
    await put(2)
    await Outbox({"test.do": robbed}).drain("q", NOW)
    assert await waiting("q") == 1
    assert await fetch_value("SELECT count(*) FROM node_setting") == 1


async def test_correlation_travels_with_the_message(committed: Database) -> None:
    """What a request caused is logged under that request's id, also in the worker."""
    seen: list[str] = []

    async def note(message: Message) -> None:
        seen.append(correlation_id())

    with correlated("request-1234"):
        await put(1)
    await Outbox({"test.do": note}).drain("q", NOW)
    assert seen == ["request-1234"]


async def test_unknown_topic_and_unreadable_body(committed: Database) -> None:
    """A topic nobody handles yet is tried again later; a body that does not fit is buried."""
    await put(1)
    await Outbox({}).drain("q", NOW)
    assert await waiting("q") == 1
    await execute("UPDATE node_outbox SET body = '\"text\"', due_at = $1", NOW)
    await Recorder().outbox().drain("q", LATER)
    assert len(await dead_letters()) == 1


async def test_recurring_work_keeps_one_row(committed: Database) -> None:
    """Armed a hundred times before its turn, recurring work is delivered once, with its newest body, from one row."""
    del committed
    recorder = Recorder()
    for number in range(100):
        async with atomic():
            await rearm("test.do", "s", Body(number), key="s", queue="q", now=NOW)
    assert await Outbox({"test.do": recorder}).drain("q", NOW) == 1
    assert recorder.seen == [("s", 99)]
    async with atomic():
        await rearm("test.do", "s", Body(100), key="s", queue="q", now=NOW)
    assert await Outbox({"test.do": recorder}).drain("q", NOW) == 1
    assert await fetch_value("SELECT count(*) FROM node_outbox WHERE key = 's'") == 1


async def test_work_armed_while_it_is_done_is_done_again(committed: Database) -> None:
    """What changed while a delivery was under way is delivered after it, in the same run and not beside it.

    Many times over, because a worker that looked before the change may hear "nothing due" only after it.
    """
    del committed
    for number in range(25):
        queue = f"q{number}"
        seen: list[int] = []

        async def handler(message: Message, queue: str = queue, seen: list[int] = seen) -> None:
            seen.append(message.read(Body).number)
            if len(seen) < 3:
                async with atomic():
                    await rearm("test.do", "s", Body(len(seen)), key=queue, queue=queue, now=NOW)

        async with atomic():
            await rearm("test.do", "s", Body(0), key=queue, queue=queue, now=NOW)
        await Outbox({"test.do": handler}).drain(queue, NOW)
        assert seen == [0, 1, 2]
        assert await waiting(queue) == 0


async def test_arming_again_shortens_no_pause(committed: Database) -> None:
    """Work that failed and waits is not hurried by being armed again; what was given up gets its time anew."""
    del committed
    failing = Recorder(act=stumble)
    async with atomic():
        await rearm("test.do", "s", Body(0), key="s", queue="q", now=NOW)
    await Outbox({"test.do": failing}).drain("q", NOW)
    async with atomic():
        await rearm("test.do", "s", Body(1), key="s", queue="q", now=NOW)
    assert await Outbox({"test.do": failing}).drain("q", NOW) == 0
    await execute("UPDATE node_outbox SET state = 'dead', finished_at = $1 WHERE key = 's'", NOW)
    async with atomic():
        await rearm("test.do", "s", Body(2), key="s", queue="q", now=NOW)
    recorder = Recorder()
    await Outbox({"test.do": recorder}).drain("q", NOW)
    assert recorder.seen == [("s", 2)]
