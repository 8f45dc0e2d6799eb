"""The guarded door: what it refuses to approach, and what it refuses to wait for."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from federation.node.database import Database
from federation.node.door import HEADERS_MAX, Door, DoorRefusedError, DoorResponse
from federation.node.lookups import LOOKUPS_MAX
from federation.vocabulary.errors import PeerUnreachableError

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Serve], Awaitable[str]]]:
    """Starts a server on loopback that answers as the test says; gives its host:port."""
    servers: list[asyncio.Server] = []

    async def start(answer: Serve) -> str:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await answer(reader, writer)
                await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        servers.append(server)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


def say(text: bytes) -> Serve:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)

    return answer


async def ask(pair: str, *, path: str = "/", max_bytes: int = 1000, total: float = 5.0) -> DoorResponse:
    return await Door(frozenset({pair})).request(
        "GET", f"http://{pair}{path}", headers={}, body=b"", max_bytes=max_bytes, total_timeout_seconds=total
    )


async def test_unlisted_port_on_loopback_is_refused(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """The list holds exact pairs: the next port is shut."""
    pair = await serve(say(b"HTTP/1.1 200 OK\r\n\r\n"))
    with pytest.raises(DoorRefusedError):
        await Door(frozenset({"127.0.0.1:1"})).request("GET", f"http://{pair}/", headers={}, body=b"", max_bytes=10)


async def test_answer_comes_as_it_was_sent(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """Status, headers and undecoded body of a peer arrive; a refusal by status is an answer too."""
    pair = await serve(
        say(b"HTTP/1.1 409 Conflict\r\nX-One: 1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
    )
    answer = await ask(pair)
    assert (answer.status, answer.body, answer.header("x-one"), answer.header("none")) == (409, b"abc", "1", "")


async def test_request_goes_out_as_given(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """Method, path, headers and body reach the peer unchanged, and nothing of ours is added that could mislead."""
    seen: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readexactly(5))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    pair = await serve(echo)
    door = Door(frozenset({pair}))
    headers = {"Content-Type": "application/json", "Fed-From": "s1x"}
    answer = await door.request("POST", f"http://{pair}/a?b=c", headers=headers, body=b"hello", max_bytes=10)
    assert (answer.body, seen) == (b"ok", [b"hello"])


def keeping(requests: list[int], heard: list[bytes], answers: int) -> Serve:
    """Answers so many requests of a connection and hangs up; notes how many connections there were, and the heads."""

    async def serve_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(0)
        for _ in range(answers):
            requests[-1] += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            if requests[-1] < answers:
                heard.append(await reader.readuntil(b"\r\n\r\n"))
        await asyncio.sleep(0.05)

    return serve_all


async def test_a_connection_is_kept_for_the_next_request(
    serve: Callable[[Serve], Awaitable[str]], committed: Database
) -> None:
    """Requests of one door to one place share a connection; another door has its own."""
    requests: list[int] = []
    pair = await serve(keeping(requests, [], 3))
    door = Door(frozenset({pair}))
    for _ in range(3):
        answer = await door.request("GET", f"http://{pair}/", headers={}, body=b"", max_bytes=10)
        assert answer.body == b"ok"
    assert requests == [3]
    await ask(pair)
    assert requests == [3, 1]
    del committed


@pytest.mark.parametrize(("headers", "tries"), [({"Idempotency-Key": "k"}, 2), ({}, 1)])
async def test_a_hang_up_while_idle_costs_a_repeatable_request_nothing(
    serve: Callable[[Serve], Awaitable[str]], committed: Database, headers: dict[str, str], tries: int
) -> None:
    """What the peer may get twice is sent again, once, over a new connection; anything else is an unknown outcome."""
    requests: list[int] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(1)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        if len(requests) == 1:
            await reader.readuntil(b"\r\n\r\n")

    pair = await serve(hang_up)
    door = Door(frozenset({pair}))
    await door.request("POST", f"http://{pair}/", headers=headers, body=b"", max_bytes=10)
    if tries > 1:
        await door.request("POST", f"http://{pair}/", headers=headers, body=b"", max_bytes=10)
    else:
        with pytest.raises(PeerUnreachableError):
            await door.request("POST", f"http://{pair}/", headers=headers, body=b"", max_bytes=10)
    assert len(requests) == tries
    del committed


async def test_redirect_is_not_followed(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """A redirect is no answer."""
    pair = await serve(say(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises(PeerUnreachableError, match="redirect"):
        await ask(pair)


@pytest.mark.parametrize("head", [b"Content-Length: 2000", b"Connection: close"])
async def test_oversize_is_cut_off(serve: Callable[[Serve], Awaitable[str]], head: bytes) -> None:
    """A body beyond the bound is refused, announced or not."""
    pair = await serve(say(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + b"x" * 2000))
    with pytest.raises(PeerUnreachableError, match="more than 1000"):
        await ask(pair)


async def test_silence_ends_at_the_deadline(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """A peer that says nothing costs no more than the total time."""

    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    pair = await serve(silent)
    with pytest.raises(PeerUnreachableError):
        await ask(pair, total=0.2)


async def test_trickle_is_cut_off(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """A peer that sends drops, or a drop and then nothing, is left before the total time, however long that is."""

    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(60):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nxyz")
        await asyncio.sleep(4)

    async def left(pair: str) -> None:
        with pytest.raises(PeerUnreachableError, match="less than"):
            await ask(pair, total=60)

    await asyncio.gather(left(await serve(trickle)), left(await serve(stall)))


async def test_dripping_headers_end_at_the_deadline(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """A head that never ends is no answer: too many fields, one too long, or one byte after the other."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(20):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    many = b"".join(b"X-%d: 1\r\n" % number for number in range(HEADERS_MAX + 1))
    for head in (many, b"X-Long: " + b"x" * 9000 + b"\r\n"):
        with pytest.raises(PeerUnreachableError):
            await ask(await serve(say(b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 2\r\n\r\nok")))
    with pytest.raises(PeerUnreachableError):
        await ask(await serve(drip), total=0.3)


async def test_broken_answers_are_no_answers(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """Garbage, a body cut short, and a closed port all mean: the outcome is unknown."""
    for text in (b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b""):
        with pytest.raises(PeerUnreachableError):
            await ask(await serve(say(text)))
    with pytest.raises(PeerUnreachableError):
        await ask("127.0.0.1:9")


class LyingResolver:
    """Answers as told, each time the next of its answers and the last one for ever."""

    def __init__(self, *answers: list[str], waits_for: threading.Event | None = None) -> None:
        self._answers = answers
        self._waits_for = waits_for
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        if self._waits_for is not None:
            self._waits_for.wait(5)
        if host.startswith("unknown."):
            raise OSError("no such name")
        return self._answers[min(self.asked, len(self._answers)) - 1]


def at(resolver: LyingResolver, host: str = "shop.example", **more: Any) -> Awaitable[DoorResponse]:
    return Door(ask=resolver).request("GET", f"https://{host}/", headers={}, body=b"", max_bytes=10, **more)


async def test_one_private_address_shuts_the_door() -> None:
    """Of many addresses one that is not public is enough, wherever it stands."""
    for answer in (["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["2606:2800::1", "::ffff:192.168.0.1"], ["rubbish"]):
        with pytest.raises(DoorRefusedError):
            await at(LyingResolver(answer))


async def test_endless_answers_are_not_read() -> None:
    """A name with hundreds of addresses, with none, or unknown is not approached."""
    many = [f"93.184.{place}.14" for place in range(200)]
    for resolver, host in ((many, "shop.example"), ([], "shop.example"), ([], "unknown.example")):
        with pytest.raises(PeerUnreachableError):
            await at(LyingResolver(resolver), host)


async def test_a_name_is_resolved_once(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """The connection goes where the checked answer led, whatever a second look-up would say."""
    port = (await serve(say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))).partition(":")[2]
    resolver = LyingResolver(["127.0.0.1"], ["169.254.169.254"])
    door = Door(frozenset({f"shop.example:{port}"}), ask=resolver)
    url = f"http://shop.example:{port}/"
    assert (await door.request("GET", url, headers={}, body=b"", max_bytes=10)).body == b"ok"
    assert resolver.asked == 1
    with pytest.raises(DoorRefusedError):
        await door.request("GET", url, headers={}, body=b"", max_bytes=10)


async def test_a_name_server_that_sleeps_stalls_nobody_else() -> None:
    """A look-up ends with the time to connect, asks once for all who wait, and leaves the shared threads alone."""
    awake = threading.Event()
    resolver = LyingResolver(["10.0.0.1"], waits_for=awake)
    door = Door(ask=resolver)

    async def knock() -> None:
        with pytest.raises(PeerUnreachableError):
            await door.request(
                "GET", "https://shop.example/", headers={}, body=b"", max_bytes=10, connect_timeout_seconds=0.1
            )

    await asyncio.gather(*(knock() for _ in range(40)))
    assert resolver.asked == 1
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 1) == "free"
    awake.set()
    for _ in range(100):
        with pytest.raises((DoorRefusedError, PeerUnreachableError)) as refused:
            await door.request("GET", "https://shop.example/", headers={}, body=b"", max_bytes=10)
        if refused.type is DoorRefusedError:
            break


async def test_look_ups_are_bounded() -> None:
    """Past a number of names that do not answer, the next is refused at once instead of waiting."""
    awake = threading.Event()
    door = Door(ask=LyingResolver(["10.0.0.1"], waits_for=awake))

    async def knock(number: int) -> PeerUnreachableError:
        with pytest.raises(PeerUnreachableError) as refused:
            await door.request(
                "GET", f"https://s{number}.example/", headers={}, body=b"", max_bytes=1, connect_timeout_seconds=0.1
            )
        return refused.value

    refusals = await asyncio.gather(*(knock(number) for number in range(LOOKUPS_MAX + 4)))
    awake.set()
    assert len([one for one in refusals if one.retry_after_seconds]) == 4
