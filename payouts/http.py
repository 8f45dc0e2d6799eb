"""The one address the payment provider calls: its signed events are verified, kept, and acted upon later."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from federation.node import clock
from payouts.service.context import Payments
from payouts.service.events import receive_event

PATH = "/hooks/payments"


def payments_routes(pay: Payments) -> list[HTTPRouteHandler]:
    """The routes the hub's web process adds for its payment provider."""

    @post(PATH, opt={"session": False}, status_code=204)
    async def hook(request: Request[Any, Any, Any]) -> Response[None]:
        headers = {name.lower(): text for name, text in request.headers.items()}
        await receive_event(pay, headers, await request.body(), clock.now())
        return Response(None, status_code=204)

    return [hook]
