"""Changing the commission rules."""

from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest

from federation.node import clock
from federation.node.database import Database, atomic, execute
from marketplace.errors import RulesChangedError, RulesInvalidError
from marketplace.settings import HubSettings
from marketplace.terms import service
from marketplace.terms.domain.rules import Rule, standard_rule
from marketplace.terms.service import RuleChange

pytestmark = pytest.mark.apps("marketplace.piccolo_app")

SETTINGS = HubSettings(
    node_name="Hub",
    public_url="http://127.0.0.1:1",
    database_url="postgresql://unused",
    broker_url="none:",
    state_dir=Path("nowhere"),
    secret_key="test-secret-key-of-32-characters!",
    environment="test",
    stripe_key="key",
    stripe_webhook_secrets=("secret",),
)
RINGS = Rule(id="rule-1", name="Rings", category="jewellery/rings", rate_bp=700)


def change(based_on: int, effective_from: datetime | None = None, rate_bp: int = 1500) -> RuleChange:
    return RuleChange(
        rules=(RINGS, standard_rule(rate_bp)),
        based_on=based_on,
        change="more",
        made_by="op@example.com",
        effective_from=effective_from,
    )


async def test_before_any_change_the_settings_speak(rolled_back: Database) -> None:
    """The standard rule of the settings alone, as revision 0."""
    book = await service.rule_book(SETTINGS, clock.now())
    assert (book.revision, [rule.rate_bp for rule in book.rules]) == (0, [1000])


async def test_a_change_is_one_more_revision(rolled_back: Database) -> None:
    """The history says who made it and when; a second change from the same list is refused."""
    now = clock.now()
    assert await service.change_rules(change(0), now) == 1
    with pytest.raises(RulesChangedError):
        await service.change_rules(change(0), now)
    assert await service.change_rules(change(1, rate_bp=1600), now) == 2
    assert [(one.revision, one.made_by) for one in await service.history()] == [
        (2, "op@example.com"),
        (1, "op@example.com"),
    ]
    book = await service.rule_book(SETTINGS, now)
    assert (book.revision, book.rules[-1].rate_bp) == (2, 1600)


async def test_a_change_can_wait_for_its_day(rolled_back: Database) -> None:
    """Until then the list before it holds; nothing overtakes it, and no day is too far or past."""
    now = clock.now()
    day = now + timedelta(days=3)
    await service.change_rules(change(0), now)
    await service.change_rules(change(1, day, 1700), now)
    assert (await service.rule_book(SETTINGS, now)).revision == 1
    assert (await service.rule_book(SETTINGS, day)).revision == 2
    assert (await service.newest_book(SETTINGS)).revision == 2
    with pytest.raises(RulesInvalidError, match="waiting"):
        await service.change_rules(change(2), now)
    with pytest.raises(RulesInvalidError, match="next year"):
        await service.change_rules(change(2, now + timedelta(days=400)), now)


@pytest.mark.parametrize("sql", ["UPDATE hub_rule_revision SET rules = '[]'", "DELETE FROM hub_rule_revision"])
async def test_a_revision_is_never_changed(committed: Database, sql: str) -> None:
    """The database itself refuses it."""
    async with atomic():
        await service.change_rules(change(0), clock.now())
    with pytest.raises(asyncpg.PostgresError, match="never changed"):
        await execute(sql)


def test_a_change_carries_a_bounded_word() -> None:
    """What is written into the history has a bound."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(change(0), change="x" * 301)), RuleChange)
