"""Host names looked up apart from everything else, so that a name server which keeps silent stalls nobody's files.

Invariants: a look-up has a thread of its own, never one of the loop's shared pool; at most LOOKUPS_MAX run at once
and one per name, so a peer whose name cannot be looked up holds one of them; nothing is remembered: each answer is
used for one request, which pins it.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence

from federation.vocabulary.errors import PeerUnreachableError

LOOKUPS_MAX = 16
ADDRESSES_MAX = 64
"""More addresses than a name needs; a longer answer is not read."""

Ask = Callable[[str], Sequence[str]]
"""Every address of a name; blocks. Raises OSError, or UnicodeError for what is no name."""


def ask_system(host: str) -> list[str]:
    """What the system's resolver says, each address once, in its order of preference."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Lookups:
    """Look-ups under way; callers bound the time they wait, a thread ends when its resolver does."""

    def __init__(self, ask: Ask = ask_system) -> None:
        self._ask = ask
        self._under_way: dict[str, asyncio.Future[list[str]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """All addresses of a name. Raises OSError, or PeerUnreachableError when too much is being looked up."""
        answer = self._under_way.get(host)
        if answer is None or answer.get_loop() is not asyncio.get_running_loop():
            if len(self._under_way) >= LOOKUPS_MAX:
                raise PeerUnreachableError(
                    f"{host} cannot be looked up yet: name servers are slow", retry_after_seconds=5
                )
            answer = self._begin(host)
        found = await asyncio.shield(answer)
        if len(found) > ADDRESSES_MAX:
            raise PeerUnreachableError(f"{host} has {len(found)} addresses, at most {ADDRESSES_MAX} are looked at")
        return found

    def _begin(self, host: str) -> "asyncio.Future[list[str]]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()
        self._under_way[host] = answer
        answer.add_done_callback(lambda done: self._ended(host, done))

        def look_up() -> None:
            try:
                found, failure = list(self._ask(host)), None
            except (OSError, UnicodeError) as error:
                found, failure = [], OSError(f"{host} cannot be looked up: {error}")
            _tell(loop, answer, found, failure)

        threading.Thread(target=look_up, name=f"look-up {host}", daemon=True).start()
        return answer

    def _ended(self, host: str, answer: "asyncio.Future[list[str]]") -> None:
        if self._under_way.get(host) is answer:
            del self._under_way[host]
        if not answer.cancelled():
            answer.exception()  # read here, or a failure nobody waited for any more would be reported as lost


def _tell(
    loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[list[str]]", found: list[str], failure: OSError | None
) -> None:
    """Hand an answer to the loop that asked, which may be closed by now."""

    def settle() -> None:
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(found)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop is closed: nobody waits any more
