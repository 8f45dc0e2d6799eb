"""Worker processes of a hub's money, one after another: when one is killed the next is there at once.

Run as a program. The first process imports everything and then only forks; each worker is a process of its own with
its own pool, loop and client, and does what a hub's worker does for money: the outbox's queue and every regular job,
without a pause, by the node kit's `NodeProcess`. The number of each worker is printed; all end with the input.
"""

import os
import select
import signal
import sys
import time
from uuid import UUID

from federation.node import clock, logs
from federation.node.outbox import Message, Outbox
from federation.node.settings import NodeSettings, load
from federation.node.work import Node, NodeProcess
from payouts import service
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.service.context import Payments
from payouts.service.messages import QUEUE, About
from payouts.tasks import payments_handlers, payments_sweeps
from tests.processes.killing.orders import SETTINGS, Bookkeeper

STANDIN_URL, STANDIN_KEY = "KILLING_STANDIN_URL", "KILLING_STANDIN_KEY"
ASK_TO_PAY = "killing.ask"
"""A topic of this worker's own: what a web process does when a shopper goes to pay."""

BREATH_SECONDS = 0.01


def build_node() -> Node:
    """A hub's worker as far as money is concerned."""
    settings = load(NodeSettings)
    stripe = StripeSettings(
        api_key=os.environ[STANDIN_KEY], api_url=os.environ[STANDIN_URL], webhook_secrets=("whsec_unused",)
    )
    pay = Payments(StripeProvider(stripe), Bookkeeper(), SETTINGS)

    async def ask(message: Message) -> None:
        await service.start_payment(pay, UUID(message.read(About).id), clock.now())

    return Node(
        name=settings.node_name,
        settings=settings,
        apps=("payouts.piccolo_app",),
        outbox=Outbox({**payments_handlers(pay), ASK_TO_PAY: ask}),
        sweeps=payments_sweeps(pay),
        queues=(QUEUE,),
    )


def work(parent: int) -> None:
    """Work until killed, or until the parent is gone."""
    process = NodeProcess(build_node)
    while os.getppid() == parent:
        process.drain(QUEUE)
        for sweep in process.node.sweeps:
            process.sweep(sweep.name)
        time.sleep(BREATH_SECONDS)


def main() -> None:
    """Have one worker at a time."""
    logs.configure("CRITICAL")
    parent = os.getpid()
    while True:
        worker = os.fork()
        if worker == 0:
            work(parent)
            os._exit(0)
        sys.stdout.write(f"{worker}\n")
        sys.stdout.flush()
        while os.waitpid(worker, os.WNOHANG) == (0, 0):
            if select.select([sys.stdin], [], [], 0.002)[0]:
                os.kill(worker, signal.SIGKILL)
                return


if __name__ == "__main__":
    main()
