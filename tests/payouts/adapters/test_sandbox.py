"""How the adapter reads the sandbox's failures: what is definite, what is not known."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from payouts.adapters.sandbox import SandboxProvider
from payouts.errors import (
    AccountNotReadyError,
    InsufficientBalanceError,
    ProviderBusyError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from tests.payouts.lab import AsgiTransport, SandboxWorld, sandbox_settings, sandbox_world
from tests.payouts.worked_example import euro
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.sandbox.piccolo_app")


@pytest.fixture
async def lab(database_urls: Urls, tmp_path: Path) -> AsyncIterator[SandboxWorld]:
    """A sandbox where money is available at once."""
    async with sandbox_world(sandbox_settings(database_urls, tmp_path)) as world:
        yield world


async def ask(lab: SandboxWorld, key: str = "pi") -> str:
    """Ask for a payment; its id."""
    made = await lab.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", key)
    return made.id


@pytest.mark.parametrize(
    ("kind", "error", "made"),
    [
        ("drop_response", ProviderUnavailableError, 1),
        ("drop_request", ProviderUnavailableError, 0),
        ("refuse_500", ProviderUnavailableError, 0),
        ("refuse_429", ProviderBusyError, 0),
        ("refuse_409", ProviderBusyError, 0),
        ("insufficient_balance", InsufficientBalanceError, 0),
        ("account_not_ready", AccountNotReadyError, 0),
    ],
)
async def test_each_misfortune_is_read_for_what_it_is(
    lab: SandboxWorld, kind: str, error: type[ProviderError], made: int
) -> None:
    """A lost answer leaves the outcome unknown, a busy provider did nothing, a refusal is definite."""
    await lab.fault(kind, "/api/v1/payments")
    with pytest.raises(error):
        await ask(lab)
    first = await ask(lab, key="pi" if issubclass(error, ProviderUnavailableError | ProviderBusyError) else "pi:2")
    await lab.pay(first)
    events = [event for event in await lab.provider.list_events("", 100) if event.type == "payment.succeeded"]
    assert len(events) == 1
    assert made in {0, 1}


async def test_lost_answer_is_found_with_the_same_key(lab: SandboxWorld) -> None:
    """The object made by the call whose answer was lost is the one the repeated call gets."""
    await lab.fault("drop_response", "/api/v1/accounts")
    with pytest.raises(ProviderUnavailableError):
        await lab.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct")
    found = await lab.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct")
    assert found.reference == "shop-a"


async def test_faults_can_be_forgotten(lab: SandboxWorld) -> None:
    """After clearing them nothing goes wrong any more."""
    await lab.fault("refuse_500", "/api/v1/", times=100)
    await lab.lever("faults", {}, method="DELETE")
    assert await ask(lab)


async def test_wrong_key_is_refused(lab: SandboxWorld) -> None:
    """Another API key gets nothing done."""
    stranger = SandboxProvider(AsgiTransport(lab.browser), str(lab.browser.base_url), "other", "secret")
    with pytest.raises(ProviderRefusedError):
        await stranger.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi")
    with pytest.raises(ProviderRefusedError):
        await stranger.balance()


@pytest.mark.parametrize("amount_minor", [0, -5])
async def test_worthless_requests_are_refused(lab: SandboxWorld, amount_minor: int) -> None:
    """Nothing and less than nothing cannot be asked for."""
    with pytest.raises(ProviderRefusedError):
        await lab.provider.create_payment("ref", euro(amount_minor), "Hats", "http://127.0.0.1:7999/", "pi")


async def test_changes_need_a_key(lab: SandboxWorld) -> None:
    """A change without an idempotency key is refused."""
    with pytest.raises(ProviderRefusedError):
        await lab.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "")


async def test_balance_transactions_explain_the_balance(lab: SandboxWorld) -> None:
    """Every change of the platform's balance is listed with gross, fee and net."""
    await lab.pay(await ask(lab))
    answer = await lab.browser.get(
        "/api/v1/balance_transactions", headers={"authorization": "Bearer sandbox-key-of-the-tests"}
    )
    moves = answer.json()
    assert [(move["type"], move["gross_minor"], move["fee_minor"], move["net_minor"]) for move in moves] == [
        ("payment", 500, 32, 468)
    ]
