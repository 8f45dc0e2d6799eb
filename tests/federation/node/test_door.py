"""The guarded door: what it refuses to approach, and what it refuses to wait for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from federation.node.door import Door, DoorRefusedError, DoorResponse, check_address
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


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1"),
        *("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_special_addresses_are_refused(address: str) -> None:
    """No address of special purpose is approached, in whatever dress it comes."""
    with pytest.raises(DoorRefusedError):
        check_address(address, is_listed=False)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address: str) -> None:
    """A public address may be approached."""
    check_address(address, is_listed=False)


@pytest.mark.parametrize("host", ["a..b.example", ".example", f"{'a' * 64}.example"])
async def test_a_name_that_cannot_be_looked_up_is_refused(host: str) -> None:
    """A name with an empty or overlong label is a refusal for its sender, not a failure of ours."""
    with pytest.raises(DoorRefusedError):
        await Door().request("GET", f"https://{host}/", headers={}, body=b"", max_bytes=1)


def test_listed_addresses_must_be_loopback() -> None:
    """The list opens loopback only, so a listed name that resolves elsewhere stays shut."""
    check_address("127.0.0.1", is_listed=True)
    check_address("::ffff:127.0.0.1", is_listed=True)
    with pytest.raises(DoorRefusedError):
        check_address("8.8.8.8", is_listed=True)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "https://example.org:8443/", "ftp://example.org/", "file:///etc/passwd", "//x/", ""),
        *("https://user:pw@example.org/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://0/"),
        *("https://2130706433/", "https://0x7f.1/", "https://ex\u00e4mple.org/", "https://x:99999/", "https://x:0/"),
        "https://example.org/" + "x" * 3000,
    ],
)
async def test_unfit_urls_are_refused(url: str) -> None:
    """Only https on port 443 of a public name is approached; every spelling of loopback is seen through."""
    with pytest.raises(DoorRefusedError):
        await Door().request("GET", url, headers={}, body=b"", max_bytes=10)


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
    """A peer that trickles is left before the total time, however long that is."""

    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(60):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    pair = await serve(trickle)
    with pytest.raises(PeerUnreachableError, match="less than"):
        await ask(pair, total=60)


async def test_broken_answers_are_no_answers(serve: Callable[[Serve], Awaitable[str]]) -> None:
    """Garbage, a body cut short, and a closed port all mean: the outcome is unknown."""
    for text in (b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b""):
        with pytest.raises(PeerUnreachableError):
            await ask(await serve(say(text)))
    with pytest.raises(PeerUnreachableError):
        await ask("127.0.0.1:9")
