"""What the stand-in knew when its process died it knows again: objects, keys, balances, the clock, what waits."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from federation.node.settings import SettingsError
from payouts.standin import accounts, bank, disputes, levers
from payouts.standin.delivery import Postman
from payouts.standin.desk import Desk
from payouts.standin.faults import Fault
from payouts.standin.keeping import WorldFile
from payouts.standin.moves import balance_of
from payouts.standin.world import World
from tests.payouts.standin.life import Life

HOOK = "https://hub.example/hooks/payments"


class KeptLife(Life):
    """A life whose world is kept in a file."""

    def __init__(self, path: Path, **habits: Any) -> None:
        super().__init__(**habits)
        self.file = WorldFile(path)
        self.file.open(self.world)


def all_of(world: World) -> dict[str, Any]:
    """Everything a world knows, in its order."""
    return {
        "things": {kind: list(things.values()) for kind, things in world.things.items()},
        "owners": world.owners,
        "drafts": world.drafts,
        "settings": world.balance_settings,
        "links": world.links,
        "answers": world.answers,
        "deliveries": list(world.deliveries.values()),
        "notices": world.notices,
        "counts": (world.number, world.told_events, world.told_notices, world.ahead, world.events_held),
        "rates": world.rates,
        "banks": world.failing_banks,
        "faults": world.faults.waiting,
        "balances": {owner: balance_of(world, owner) for owner in ("", *world.things["account"])},
    }


async def refused(url: str, headers: Mapping[str, str], body: bytes) -> bool:
    """An address that takes nothing."""
    del url, headers, body
    return False


async def test_everything_is_known_again(tmp_path: Path) -> None:
    """After a rich life, written down step by step, a second process knows exactly the same, and goes on with it."""
    path = tmp_path / "standin.sqlite"
    life = KeptLife(path, funds_delay_seconds=60)
    world, account = life.world, life.account()
    life.made("/v1/webhook_endpoints", {"url": HOOK, "enabled_events[0]": "*"})
    gone = life.made("/v1/webhook_endpoints", {"url": "https://gone.example/", "enabled_events[0]": "*"})
    life.ask("DELETE", f"/v1/webhook_endpoints/{gone['id']}")
    use_case = {"type": "account_onboarding", "account_onboarding": {"refresh_url": HOOK, "return_url": HOOK}}
    life.made("/v2/core/account_links", {"account": account, "use_case": use_case})
    intent, charge = life.paid(50_000)
    transfer = life.transfer(account, 9_000, charge)
    life.made("/v1/refunds", {"payment_intent": intent, "amount": 500})
    levers.pass_time(world, 120)
    life.made(f"/v1/transfers/{transfer}/reversals", {"amount": 100})
    payout = life.made("/v1/payouts", {"amount": 1_000, "currency": "eur"}, stripe_account=account)
    disputes.escalate(world, disputes.open_dispute(world, charge, 1_000, "general", inquiry=True)["id"])
    levers.pass_time(world, 1)
    bank.fail(world, world.things["payout"][payout["id"]], "account_closed")
    levers.break_bank(world, account)
    accounts.change(world, account, ready=False)
    world.faults.add(Fault("drop_response", "/v1/refunds", times=2))
    life.ask("POST", "/v1/refunds", {"payment_intent": intent, "amount": 1}, idempotency_key="dropped")
    await Postman(world, world.faults).deliver(refused)
    life.page(700)
    before = all_of(world)
    life.file.close()

    again = KeptLife(path, funds_delay_seconds=60)
    assert all_of(again.world) == before
    assert again.world.deliveries, "what was not taken is still to be brought"
    repeated = again.ask("POST", "/v1/refunds", {"payment_intent": intent, "amount": 1}, idempotency_key="dropped")
    assert repeated.body == b'{"id": "', "the second of the two misfortunes still waited"
    repeated = again.ask("POST", "/v1/refunds", {"payment_intent": intent, "amount": 1}, idempotency_key="dropped")
    assert repeated.replayed
    asked = {"amount": 800, "currency": "eur"}
    fresh = again.read(again.ask("POST", "/v1/payment_intents", asked, idempotency_key="fresh"))
    assert fresh["id"] not in before["owners"]
    again.file.close()


def test_a_deed_is_written_down_before_it_is_answered(tmp_path: Path) -> None:
    """A process killed right after an answer has kept what it answered."""
    path = tmp_path / "standin.sqlite"
    child = (
        "import os, sys, pathlib\n"
        "from tests.payouts.standin.test_keeping import KeptLife\n"
        "life = KeptLife(pathlib.Path(sys.argv[1]))\n"
        "print(life.page(500, description='hats')['id'], flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    told = subprocess.run(
        [sys.executable, "-c", child, str(path)], check=False, capture_output=True, text=True, cwd=root, env=os.environ
    )
    assert told.returncode == -9, told.stderr
    life = KeptLife(path)
    assert life.world.find("checkout.session", told.stdout.strip())["amount_total"] == 500
    life.file.close()


def test_one_process_has_the_file(tmp_path: Path) -> None:
    """A second stand-in on the same file does not start, and says why; afterwards another may."""
    path = tmp_path / "standin.sqlite"
    first = KeptLife(path)
    with pytest.raises(SettingsError, match="another stand-in"):
        WorldFile(path)
    first.file.close()
    WorldFile(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_old_keys_are_forgotten(tmp_path: Path) -> None:
    """An answer that its key no longer repeats is not carried on."""
    path = tmp_path / "standin.sqlite"
    life = KeptLife(path)
    life.page(500)
    levers.pass_time(life.world, 2 * bank.DAY_SECONDS)
    life.world.keep()
    life.file.close()
    again = KeptLife(path)
    assert again.world.answers == {}
    assert Desk(again.world).faults.waiting == []
    again.file.close()
