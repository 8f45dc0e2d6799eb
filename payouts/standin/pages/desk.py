"""The control desk: the clock, the events, what is to go wrong, the rates; and the last payments and payouts."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from federation.node.app import WITHOUT_DATABASE
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.wording import message
from payouts.standin import levers
from payouts.standin.bank import DAY_SECONDS
from payouts.standin.faults import DELIVERIES, Fault
from payouts.standin.pages.words import balances, number_in, payment_view, payout_view
from payouts.standin.world import World

SHOWN = 8
TIMES_MAX = 100
SLOW_SECONDS = 5.0
RATE_MAX = 100_000

STEPS = (
    (3_600, message("an hour")),
    (DAY_SECONDS, message("a day")),
    (3 * DAY_SECONDS, message("three days")),
    (7 * DAY_SECONDS, message("a week")),
    (30 * DAY_SECONDS, message("thirty days")),
)
"""How far the clock can be moved at once."""

CALL_FAULTS = (
    ("drop_response", message("the deed is done, the answer is lost")),
    ("drop_request", message("the request is lost, nothing is done")),
    ("refuse_409", message("refused for now: another request is under way (409)")),
    ("refuse_429", message("refused for now: too many requests (429)")),
    ("refuse_500", message("fails before anything is done (500)")),
    ("fail_after", message("fails after the deed, and says so ever after (500)")),
    ("slow", message("takes five seconds longer")),
    ("balance_insufficient", message("refused: not enough money")),
    ("account_disabled", message("refused: the account was disabled")),
)
EVENT_FAULTS = (
    ("drop", message("events are lost")),
    ("duplicate", message("events come twice")),
    ("delay", message("events come later")),
    ("reorder", message("events overtake one another")),
)
CALLS = (
    ("POST /v1/", message("any change")),
    ("POST /v1/checkout/sessions", message("payment pages")),
    ("POST /v1/payment_intents", message("captures and payments let go")),
    ("POST /v1/transfers", message("transfers and reversals")),
    ("POST /v1/refunds", message("refunds")),
    ("POST /v1/payouts", message("payouts")),
    ("POST /v1/disputes", message("evidence for disputes")),
    ("POST /v1/files", message("files for disputes")),
    ("/v2/core/account", message("accounts and their papers")),
    ("GET /v1/", message("anything that is only read")),
)
_TROUBLES = {(kind, path) for kind, _ in CALL_FAULTS for path, _ in CALLS} | {
    (kind, DELIVERIES) for kind, _ in EVENT_FAULTS
}
_WORDS = dict((*CALL_FAULTS, *EVENT_FAULTS)) | dict(CALLS)


def desk_pages(world: World) -> list[HTTPRouteHandler]:
    """The front page and its forms."""

    @get("/", opt=WITHOUT_DATABASE)
    async def desk(request: AnyRequest) -> Template:
        return page(
            request,
            "standin_desk.html",
            **_shown(world),
            steps=STEPS,
            call_faults=CALL_FAULTS,
            event_faults=EVENT_FAULTS,
            calls=CALLS,
        )

    @post("/desk/clock", opt=WITHOUT_DATABASE)
    async def move_clock(request: AnyRequest) -> Redirect:
        seconds = number_in(await _form(request), "seconds", most=STEPS[-1][0], least=0)
        levers.pass_time(world, seconds)
        return _back(world)

    @post("/desk/events", opt=WITHOUT_DATABASE)
    async def hold_events(request: AnyRequest) -> Redirect:
        levers.hold_events(world, held=(await _form(request)).get("events") == "hold")
        return _back(world)

    @post("/desk/faults", opt=WITHOUT_DATABASE)
    async def go_wrong(request: AnyRequest) -> Redirect:
        form = await _form(request)
        kind, path = form.get("kind", ""), form.get("path", DELIVERIES)
        if form.get("forget"):
            world.faults.forget()
        elif (kind, path) in _TROUBLES:
            times = number_in(form, "times", most=TIMES_MAX)
            seconds = SLOW_SECONDS if kind == "slow" else 0.0
            told = {"kind": kind, "path": path, "times": times, "seconds": seconds}
            world.faults.add(msgspec.convert(told, Fault))
        return _back(world)

    @post("/desk/rates", opt=WITHOUT_DATABASE)
    async def move_rate(request: AnyRequest) -> Redirect:
        form = await _form(request)
        rate = _rate(form.get("rate", ""))
        if rate is not None and form.get("currency", "") in world.rates.keys() - {"EUR"}:
            levers.move_rate(world, form["currency"], rate)
        return _back(world)

    return [desk, move_clock, hold_events, go_wrong, move_rate]


def _shown(world: World) -> Mapping[str, Any]:
    pages = list(world.things["checkout.session"].values())[: -SHOWN - 1 : -1]
    payouts = list(world.things["payout"].values())[: -SHOWN - 1 : -1]
    return {
        "now": world.moment,
        "days_ahead": world.ahead.days,
        "balances": balances(world),
        "held": world.events_held,
        "waiting": len(world.deliveries) + len(world.things["event"]) - world.told_events,
        "faults": [(_WORDS[fault.kind], _WORDS.get(fault.path, ""), fault.times) for fault in world.faults.waiting],
        "rates": [(name, f"{rate:f}") for name, rate in sorted(world.rates.items()) if name != "EUR"],
        "payments": [payment_view(world, each) for each in pages],
        "payouts": [(world.things["account"].get(world.owners[each["id"]]), payout_view(each)) for each in payouts],
        "accounts": len(world.things["account"]),
        "payment_count": len(world.things["checkout.session"]),
    }


async def _form(request: AnyRequest) -> dict[str, str]:
    return {name: str(text) for name, text in (await request.form()).items()}


def _rate(text: str) -> Decimal | None:
    try:
        rate = Decimal(text.strip().replace(",", ".")[:20])
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 < rate < RATE_MAX else None


def _back(world: World) -> Redirect:
    world.keep()
    return Redirect("/", status_code=303)
