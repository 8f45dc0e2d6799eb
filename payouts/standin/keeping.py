"""A world in a file: what the stand-in knew when its process died, it knows again at the next start.

One SQLite file, which one process holds alone. What was touched since the last time is written in one transaction
before anybody is answered, so a killed process has either done a thing and remembers it, or has not done it. A death of
the process loses nothing; a failure of the machine itself may lose the last moments (SQLite's `synchronous = NORMAL`).
"""

import os
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from federation.node.settings import SettingsError
from payouts.standin.faults import Fault
from payouts.standin.state import Delivery, Kept, Link
from payouts.standin.world import Thing, World

FORM = 1
"""The number of this way of writing a world down; a file of another one is refused."""

LOCK_SECONDS = 2.0

_TABLES = """
    CREATE TABLE IF NOT EXISTS record (
        shelf TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, UNIQUE (shelf, name)
    );
    CREATE TABLE IF NOT EXISTS notice (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
"""
_PUT = (
    "INSERT INTO record (shelf, name, content) VALUES (?, ?, ?) "
    "ON CONFLICT (shelf, name) DO UPDATE SET content = excluded.content"
)
_MOVED = "world"
_DELIVERY = "delivery"


class _Object(msgspec.Struct, frozen=True):
    """An object of Stripe's with its owner and what the stand-in alone knows of it."""

    owner: str
    thing: Thing
    draft: Thing | None = None


class _Waiting(msgspec.Struct, frozen=True):
    """A delivery whose event is found by its id."""

    event_id: str
    endpoint_id: str
    due_at: int
    attempts: int


class _Rest(msgspec.Struct, frozen=True):
    """What is written anew each time because it is small: the clock, the rates, what was told, what is to go wrong."""

    number: int
    ahead_seconds: float
    rates: dict[str, Decimal]
    failing_banks: list[str]
    told_events: int
    told_notices: int
    events_held: bool
    faults: list[Fault]


class WorldFile:
    """The file of one world. Raises SettingsError when another process has it, or it is of another form."""

    def __init__(self, path: Path) -> None:
        self._path = path
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._base = sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS, check_same_thread=False)
        self._notices = 0
        self._rest = b""
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._base.close()
            raise SettingsError(f"{path} cannot be used ({error}): does another stand-in run on it?") from error

    def open(self, world: World) -> None:
        """Let an empty world know what the file holds, and keep it there from now on."""
        self._recall(world)
        world.archive = self
        world.touched.clear()
        world.forget_old_answers()
        world.keep()

    def keep(self, world: World) -> None:
        """Write down what was touched."""
        rest = msgspec.json.encode(_rest_of(world))
        if not world.touched and rest == self._rest and self._notices == len(world.notices):
            return
        self._base.execute("BEGIN IMMEDIATE")
        try:
            for shelf, name in world.touched:
                self._write(world, shelf, name)
            for number, notice in enumerate(world.notices[self._notices :], self._notices):
                self._base.execute("INSERT INTO notice VALUES (?, ?)", (number, msgspec.json.encode(notice)))
            self._base.execute(_PUT, (_MOVED, "", rest))
            self._base.execute("COMMIT")
        except sqlite3.Error:
            self._base.execute("ROLLBACK")
            raise
        self._notices, self._rest = len(world.notices), rest

    def close(self) -> None:
        """Let another process have the file."""
        self._base.close()

    def _prepare(self) -> None:
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
            self._base.execute(f"PRAGMA {pragma}")
        (form,) = self._base.execute("PRAGMA user_version").fetchone()
        if form not in {0, FORM}:
            raise SettingsError(f"{self._path} was written by another release of the stand-in: remove it to begin anew")
        self._base.executescript(_TABLES)
        self._base.execute(f"PRAGMA user_version = {FORM}")

    def _write(self, world: World, shelf: str, name: str) -> None:
        content = _content(world, shelf, name)
        if content is None or shelf == _DELIVERY:
            self._base.execute("DELETE FROM record WHERE shelf = ? AND name = ?", (shelf, name))
        if content is not None:
            self._base.execute(_PUT, (shelf, name, msgspec.json.encode(content)))

    def _recall(self, world: World) -> None:
        for (content,) in self._base.execute("SELECT content FROM notice ORDER BY number"):
            world.notices.append(msgspec.json.decode(content))
        self._notices = len(world.notices)
        for shelf, name, content in self._records():
            if shelf != _DELIVERY:
                _put_back(world, shelf, name, content)
        events = world.things["event"] | {notice["id"]: notice for notice in world.notices}
        for shelf, _, content in self._records():
            if shelf == _DELIVERY:
                waiting = msgspec.json.decode(content, type=_Waiting)
                delivery = Delivery(events[waiting.event_id], waiting.endpoint_id, waiting.due_at, waiting.attempts)
                world.deliveries[delivery.key] = delivery

    def _records(self) -> Iterator[Any]:
        yield from self._base.execute("SELECT shelf, name, content FROM record ORDER BY rowid").fetchall()


def _content(world: World, shelf: str, name: str) -> object:
    """What stands in a place of the world now; None when nothing does."""
    match shelf:
        case "answer":
            account, _, key = name.partition(" ")
            return world.answers.get((account, key))
        case "balance_settings":
            return world.balance_settings.get(name)
        case "link":
            return world.links.get(name)
        case "delivery":
            event_id, _, endpoint_id = name.partition(" ")
            found = world.deliveries.get((event_id, endpoint_id))
            return found and _Waiting(event_id, endpoint_id, found.due_at, found.attempts)
        case _:
            thing = world.things[shelf].get(name)
            return thing and _Object(world.owners[name], thing, world.drafts.get(name))


def _put_back(world: World, shelf: str, name: str, content: bytes) -> None:
    match shelf:
        case "answer":
            account, _, key = name.partition(" ")
            world.answers[account, key] = msgspec.json.decode(content, type=Kept)
        case "balance_settings":
            world.balance_settings[name] = msgspec.json.decode(content)
        case "link":
            world.links[name] = msgspec.json.decode(content, type=Link)
        case "world":
            _put_rest_back(world, msgspec.json.decode(content, type=_Rest))
        case _:
            kept = msgspec.json.decode(content, type=_Object)
            world.add(shelf, kept.thing, kept.owner)
            if kept.draft is not None:
                world.drafts[name] = kept.draft


def _rest_of(world: World) -> _Rest:
    return _Rest(
        number=world.number,
        ahead_seconds=world.ahead.total_seconds(),
        rates=world.rates,
        failing_banks=sorted(world.failing_banks),
        told_events=world.told_events,
        told_notices=world.told_notices,
        events_held=world.events_held,
        faults=world.faults.waiting,
    )


def _put_rest_back(world: World, rest: _Rest) -> None:
    world.number = rest.number
    world.ahead = timedelta(seconds=rest.ahead_seconds)
    world.rates = dict(rest.rates)
    world.failing_banks = set(rest.failing_banks)
    world.told_events, world.told_notices = rest.told_events, rest.told_notices
    world.events_held = rest.events_held
    for fault in rest.faults:
        world.faults.add(fault)
