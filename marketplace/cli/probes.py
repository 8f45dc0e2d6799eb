"""How the supervisor asks a node's process whether it works: a request to a web process, a ping to a worker."""

import http.client
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

_TIMEOUT_SECONDS = 2.0


def web_probe(port: int) -> Callable[[], bool]:
    """Whether `/readyz` (which queries the database) on a loopback port answers 200."""

    def ask() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask


def worker_probe(broker_url: str, worker: str) -> Callable[[], bool]:
    """Whether the Celery worker of this name answers a ping through its broker."""

    def ask() -> bool:
        app = Celery("probe", broker=broker_url, set_as_current=False)
        try:
            return bool(app.control.ping(destination=[worker], timeout=_TIMEOUT_SECONDS / 2))
        except (OperationalError, RedisError, OSError):
            return False
        finally:
            app.close()

    return ask
