"""What the stand-in keeps under an idempotency key, and what it does not."""

from typing import Any

import msgspec
import pytest

from payouts.standin.faults import Fault
from payouts.standin.levers import pass_time
from payouts.standin.state import Told
from tests.payouts.standin.life import Life


def error_of(told: Told) -> dict[str, Any]:
    """The error object of an answer."""
    found: dict[str, Any] = msgspec.json.decode(told.body)["error"]
    return found


PAYOUT: dict[str, Any] = {"amount": 100, "currency": "eur"}


def pay_out(life: Life, key: str, **changes: Any) -> Told:
    """Ask for a payout of the platform under a key."""
    return life.ask("POST", "/v1/payouts", PAYOUT | changes, idempotency_key=key)


def test_a_refusal_is_repeated_under_its_key_for_a_day() -> None:
    """The reason is gone, the key still refuses; another key works, and after a day the first one too."""
    life = Life()
    assert error_of(pay_out(life, "a"))["code"] == "balance_insufficient"
    life.paid(50_000)
    again = pay_out(life, "a")
    assert (error_of(again)["code"], again.replayed) == ("balance_insufficient", True)
    assert pay_out(life, "b").status == 200
    pass_time(life.world, 86_400)
    assert pay_out(life, "a").status == 200


def test_other_parameters_under_a_key_are_refused() -> None:
    """The first answer stands, the second request is told that it is another."""
    life = Life()
    life.paid(50_000)
    first = pay_out(life, "a")
    assert error_of(pay_out(life, "a", amount=101))["type"] == "idempotency_error"
    assert pay_out(life, "a").body == first.body


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"amount": "ten"}, {"currency": ""}])
def test_what_cannot_be_read_is_not_kept(wrong: dict[str, Any]) -> None:
    """A request that was never begun leaves its key free."""
    life = Life()
    life.paid(50_000)
    assert pay_out(life, "a", **wrong).status == 400
    assert pay_out(life, "a").status == 200


def test_a_failure_after_the_deed_is_kept_too() -> None:
    """Asking again under the key shows the same failure, though the object is there."""
    life = Life()
    life.paid(50_000)
    life.desk.faults.add(Fault("fail_after", "/v1/payouts"))
    assert [pay_out(life, "a").status for _ in range(2)] == [500, 500]
    assert len(life.world.things["payout"]) == 1


def test_the_newer_interface_keeps_no_refusals() -> None:
    """A v2 key can be used again after a refusal."""
    life = Life()
    life.desk.faults.add(Fault("account_disabled", "/v2/core/accounts"))
    asked = {"display_name": "Shop"}
    assert life.ask("POST", "/v2/core/accounts", asked, idempotency_key="a").status == 400
    assert life.ask("POST", "/v2/core/accounts", asked, idempotency_key="a").status == 200


def test_strangers_and_unknown_addresses_are_refused() -> None:
    """Another key gets nothing; there is nothing beside the listed addresses."""
    life = Life()
    assert life.ask("GET", "/v1/balance", authorization="Bearer other").status == 401
    assert life.ask("GET", "/v1/customers").status == 404


def test_lists_come_in_pages_from_either_end() -> None:
    """Newest first; after a place, before a place (the page next to it), and whether there is more."""
    life = Life()
    life.paid(50_000)
    made = [life.read(pay_out(life, f"k{number}"))["id"] for number in range(5)]

    def listed(**places: Any) -> tuple[list[str], bool]:
        page = life.read(life.ask("GET", "/v1/payouts", {"limit": 2, **places}))
        return [each["id"] for each in page["data"]], page["has_more"]

    assert listed() == ([made[4], made[3]], True)
    assert listed(starting_after=made[2]) == ([made[1], made[0]], False)
    assert listed(ending_before=made[0]) == ([made[2], made[1]], True)
