"""Telling workers that a queue has work, without ever making anybody wait for the broker.

Invariants: `Waker.wake` returns at once and never fails; wake-ups for the same queue within a moment become one; what
the broker does not take is dropped, since the sweep finds the work anyway.
"""

import threading
import time

import structlog
from celery import Celery

_log = structlog.get_logger(__name__)

NO_BROKER = "none:"
DRAIN_TASK = "node.drain"
SWEEP_TASK = "node.sweep"
LANE = "lane:"
"""Queues whose name begins so are drained without a broker (`lanes`): who drains one hears of work by its topic."""
WAKE_EXPIRES_SECONDS = 30
PAUSE_AFTER_FAILURE_SECONDS = 1.0
GATHER_SECONDS = 0.005

TRANSPORT_OPTIONS: dict[str, object] = {
    "socket_connect_timeout": 1.0,
    "socket_timeout": 5.0,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
"""A broker that does not answer is given up quickly: it only carries wake-ups."""


def topic_of(queue: str) -> str:
    """The topic of the database's bell (`listening`) that rings when recurring work of a queue has become due."""
    return f"queue {queue}"


class Waker:
    """Sends wake-ups from a thread of its own, which starts with the first one."""

    def __init__(self, broker_url: str) -> None:
        self._broker_url = broker_url
        self._pending: set[str] = set()
        self._signal = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def wake(self, queue: str) -> None:
        """Ask the workers of `queue` to look into the outbox."""
        if self._broker_url == NO_BROKER or queue.startswith(LANE):
            return
        with self._signal:
            if self._stopping:
                return
            self._pending.add(queue)
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="waker", daemon=True)
                self._thread.start()
            self._signal.notify()

    def stop(self) -> None:
        """Send what is pending and end; waits a moment at most, since the thread dies with the process."""
        with self._signal:
            self._stopping = True
            thread = self._thread
            self._signal.notify()
        if thread is not None:
            thread.join(timeout=1.0)

    def _send_all(self) -> None:
        celery = Celery("waker", broker=self._broker_url, set_as_current=False)
        celery.conf.update(broker_transport_options=TRANSPORT_OPTIONS, task_ignore_result=True)
        try:
            while queues := self._next():
                for queue in queues:
                    self._send(celery, queue)
        finally:
            celery.close()

    def _next(self) -> set[str]:
        """The queues to wake, once there are any; empty when it is time to end."""
        with self._signal:
            while not self._pending and not self._stopping:
                self._signal.wait()
        time.sleep(GATHER_SECONDS)
        with self._signal:
            queues, self._pending = self._pending, set()
            return queues

    def _send(self, celery: Celery, queue: str) -> None:
        try:
            celery.send_task(
                DRAIN_TASK, args=[queue], queue=queue, expires=WAKE_EXPIRES_SECONDS, ignore_result=True, retry=False
            )
        except Exception as error:  # noqa: BLE001 - an edge: no failure of the broker may reach anybody
            _log.warning("wake_failed", queue=queue, reason=repr(error)[:200])
            time.sleep(PAUSE_AFTER_FAILURE_SECONDS)
