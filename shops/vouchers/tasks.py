"""What a shop node's worker does about vouchers: tell hubs of them."""

from federation.node import clock
from federation.node.outbox import Handler, Message
from federation.service.context import Federation
from shops.vouchers import service


def voucher_handlers(federation: Federation) -> dict[str, Handler]:
    """The outbox topic of vouchers."""

    async def tell(message: Message) -> None:
        await service.tell(federation, message.read(service.VouchersDue), clock.now())

    return {service.TOPIC: tell}
