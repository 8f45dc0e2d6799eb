"""The sandbox's API: what a platform calls, in the shapes of `payouts.ports`, as JSON below `/api/v1/`."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from payouts.ports import BalanceState
from payouts.sandbox import bank, store, tables
from payouts.sandbox.desk import JSON_OPT, Desk
from payouts.sandbox.errors import SandboxMissingError

AnyRequest = Request[Any, Any, Any]
_PAGE_MAX = 100


def api_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """Every route of the API."""
    return [
        *_account_routes(desk),
        *_payment_routes(desk),
        *_transfer_routes(desk),
        *_refund_routes(desk),
        *_payout_routes(desk),
        *_book_routes(desk),
    ]


def _account_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @post("/api/v1/accounts", opt=JSON_OPT, status_code=200)
    async def open_account(request: AnyRequest, data: JSONBody[bank.NewAccount]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            account = await bank.open_account(data, desk.settings, now)
            return await bank.account_state(account, now)

        return await desk.change(request, act)

    @get("/api/v1/accounts/{account_id:str}", opt=JSON_OPT)
    async def account(request: AnyRequest, account_id: FromPath[str]) -> Response[bytes]:
        async def look(now: datetime) -> object:
            return await bank.account_state(await bank.account_by_id(account_id), now)

        return await desk.read(request, look)

    return [open_account, account]


def _payment_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @post("/api/v1/payments", opt=JSON_OPT, status_code=200)
    async def request_payment(request: AnyRequest, data: JSONBody[bank.NewPayment]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.request_payment(data, now)).state(desk.settings.public_url)

        return await desk.change(request, act)

    @get("/api/v1/payments/{payment_id:str}", opt=JSON_OPT)
    async def payment(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            return (await bank.payment_by_id(payment_id)).state(desk.settings.public_url)

        return await desk.read(request, look)

    @post("/api/v1/payments/{payment_id:str}/cancel", opt=JSON_OPT, status_code=200)
    async def cancel_payment(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.cancel_payment(payment_id, now)).state(desk.settings.public_url)

        return await desk.change(request, act)

    return [request_payment, payment, cancel_payment]


def _transfer_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @post("/api/v1/transfers", opt=JSON_OPT, status_code=200)
    async def transfer(request: AnyRequest, data: JSONBody[bank.NewTransfer]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.transfer(data, now)).state()

        return await desk.change(request, act)

    @get("/api/v1/transfers", opt=JSON_OPT)
    async def transfers(request: AnyRequest, reference: FromQuery[str]) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            return [made.state() for made in await store.transfers.find(tables.Transfer.reference == reference)]

        return await desk.read(request, look)

    @post("/api/v1/transfers/{transfer_id:str}/reversals", opt=JSON_OPT, status_code=200)
    async def reverse(
        request: AnyRequest, transfer_id: FromPath[str], data: JSONBody[bank.NewReversal]
    ) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.reverse(transfer_id, data, now)).state()

        return await desk.change(request, act)

    @get("/api/v1/transfers/{transfer_id:str}/reversals", opt=JSON_OPT)
    async def reversals(request: AnyRequest, transfer_id: FromPath[str]) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            return [made.state() for made in await store.reversals.find(tables.Reversal.transfer_id == transfer_id)]

        return await desk.read(request, look)

    return [transfer, transfers, reverse, reversals]


def _refund_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @post("/api/v1/refunds", opt=JSON_OPT, status_code=200)
    async def refund(request: AnyRequest, data: JSONBody[bank.NewRefund]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.refund(data, desk.settings, now)).state()

        return await desk.change(request, act)

    @get("/api/v1/refunds/{refund_id:str}", opt=JSON_OPT)
    async def refund_by_id(request: AnyRequest, refund_id: FromPath[str]) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            found = await store.refunds.get(refund_id)
            if found is None:
                raise SandboxMissingError(f"there is no refund {refund_id}")
            return found.state()

        return await desk.read(request, look)

    return [refund, refund_by_id]


def _payout_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @post("/api/v1/payouts", opt=JSON_OPT, status_code=200)
    async def pay_out(request: AnyRequest, data: JSONBody[bank.NewPayout]) -> Response[bytes]:
        async def act(now: datetime) -> object:
            return (await bank.pay_out(data, desk.settings, now)).state()

        return await desk.change(request, act)

    @get("/api/v1/payouts/{payout_id:str}", opt=JSON_OPT)
    async def payout_by_id(request: AnyRequest, payout_id: FromPath[str]) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            found = await store.payouts.get(payout_id)
            if found is None:
                raise SandboxMissingError(f"there is no payout {payout_id}")
            return found.state()

        return await desk.read(request, look)

    return [pay_out, payout_by_id]


def _book_routes(desk: Desk) -> list[HTTPRouteHandler]:
    @get("/api/v1/balance", opt=JSON_OPT)
    async def balance(request: AnyRequest) -> Response[bytes]:
        async def look(now: datetime) -> object:
            return BalanceState(
                available=await store.balance(bank.PLATFORM, now, available=True),
                pending=await store.balance(bank.PLATFORM, now, available=False),
            )

        return await desk.read(request, look)

    @get("/api/v1/balance_transactions", opt=JSON_OPT)
    async def balance_transactions(
        request: AnyRequest, after: FromQuery[int] = 0, account: FromQuery[str] = ""
    ) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            table = tables.Move
            moves = await store.moves.find((table.id > after) & (table.account_id == account), limit=_PAGE_MAX)
            return [msgspec.structs.asdict(move) for move in moves]

        return await desk.read(request, look)

    @get("/api/v1/events", opt=JSON_OPT)
    async def events(
        request: AnyRequest, after: FromQuery[str] = "", limit: FromQuery[int] = _PAGE_MAX
    ) -> Response[bytes]:
        async def look(_now: datetime) -> object:
            return [event.event() for event in await store.events_after(after, max(1, min(limit, _PAGE_MAX)))]

        return await desk.read(request, look)

    return [balance, balance_transactions, events]
