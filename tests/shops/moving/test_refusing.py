"""What an archive must not do: change anything on its way, speak for others, or leave something half."""

import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from federation.archive import form
from federation.archive.container import ArchiveReader, ArchiveWriter
from federation.archive.errors import ArchiveRefusedError
from federation.documents.keys import SigningKey
from federation.node import clock, database
from federation.service import parties
from shops.moving.service.taking_in import Arrival, take_in
from tests.federation.archive.test_container import changed
from tests.shops.moving.houses import PASSWORD, Quarter

KINDS = (
    "identity/operations.jsonl",
    "identity/party.json",
    "identity/sign-key.sealed.json",
    "log/1/lines.jsonl",
    "log/1/checkpoints.jsonl",
    "links/peers.jsonl",
    "links/links.jsonl",
    "links/deliveries.jsonl",
    "orders/conversations.jsonl",
    "orders/orders.jsonl",
    "catalog/products.jsonl",
    "stock/registers.jsonl",
    "stock/holds.jsonl",
    "shop/boutique.jsonl",
    "people/people.jsonl",
    "media/index.jsonl",
    "read-me/orders.csv",
    "manifest.note",
)


async def owners_archive(town: Quarter, name: str, old: bytes, new: bytes) -> bytes:
    """The archive with words of one member replaced and signed again, as only the owner of the key could."""
    source = ArchiveReader(BytesIO(town.path.read_bytes()))
    manifest, _ = form.read_manifest(source.manifest_note())
    target = BytesIO()
    writer = ArchiveWriter(target)
    for member in manifest.members:
        data = b"".join(source.checked(member.name, member.size_bytes, member.sha256))
        writer.add(member.name, data.replace(old, new) if member.name == name else data)
    with town.old.here():
        key = SigningKey.from_seed((await parties.party(town.shop.shop_id)).sign_seed)
    writer.finish(form.sign_manifest(msgspec.structs.replace(manifest, members=tuple(writer.members)), key))
    return target.getvalue()


async def empty(town: Quarter) -> bool:
    """Whether the new node knows nothing of any boutique."""
    with town.new.here():
        tables = ("fed_party", "fed_leaf", "fed_peer", "shop_boutique", "shop_order", "node_account")
        return not any([await database.fetch_value(f"SELECT count(*) FROM {table}") for table in tables])  # noqa: S608


async def refused_at(town: Quarter, data: bytes) -> str:
    """The file by whose fault an archive is refused; empty when it is taken in."""
    try:
        await town.new.take_in(data, town.shop.root_seed)
    except ArchiveRefusedError as error:
        return error.member
    return ""


async def test_a_changed_archive_is_refused_by_place(town: Quarter) -> None:
    """Whichever file somebody changes on the way, the refusal names it, and nothing was written."""
    await town.old.take_out(town.shop.shop_id, town.path, password=PASSWORD)
    data = town.path.read_bytes()
    for name in KINDS:
        content = zipfile.ZipFile(BytesIO(data)).read(name)
        for other in {content[:-2] + b"\n", content.replace(b"1", b"2", 1), b""} - {content}:
            place = await refused_at(town, changed(data, name, other))
            assert place == name
        with pytest.raises(ArchiveRefusedError, match="missing"):
            await town.new.take_in(changed(data, name, None), town.shop.root_seed)
    assert await empty(town)


FORGED = (
    ("shop/boutique.jsonl", b'"shop_id":"s1', b'"shop_id":"s1aaaa'),
    ("orders/orders.jsonl", b'"shop_id":"s1', b'"shop_id":"s1aaaa'),
    ("links/links.jsonl", b'"local_id":"s1', b'"local_id":"s1aaaa'),
    ("links/peers.jsonl", b'"base_url":"http://', b'"base_url":"http://evil.'),
    ("stock/registers.jsonl", b'"on_hand":20', b'"on_hand":"20"'),
    ("stock/registers.jsonl", b'"on_hand":20', b'"of_hand":20'),
    ("people/people.jsonl", b'"owner"', b'"operator"'),
    ("log/1/lines.jsonl", b"dress2", b"dress3"),
    ("identity/operations.jsonl", b"Atelier", b"Atelie2"),
)


async def test_an_owner_speaks_for_himself_alone(town: Quarter) -> None:
    """Also what the owner signed again is refused where it is another's, is no row, or is another history."""
    before = await town.leave()
    for name, old, new in FORGED:
        data = await owners_archive(town, name, old, new)
        assert len(data) != len(before) or data != before, name
        with pytest.raises(ArchiveRefusedError) as refused:
            await town.new.take_in(data, town.shop.root_seed)
        assert refused.value.member.partition("/")[0] == name.partition("/")[0]
    assert await empty(town)


class DiedError(Exception):
    """Stands for the end of the process."""


async def test_cut_off_anywhere_it_can_be_done_again(town: Quarter) -> None:
    """However far it came when its process ended, nothing was taken in, and the next time all of it is."""
    data = await town.leave()
    told: list[str] = []
    for last in range(200):

        def tell(what: str, _done: int, _whole: int, last: int = last) -> None:
            told.append(what)
            if len(told) > last:
                raise DiedError

        told.clear()
        try:
            with town.new.here():
                arrival = Arrival(root_seed=town.shop.root_seed, told=tell)
                taken = await take_in(town.new.fed, town.new.settings, BytesIO(data), arrival, clock.now())
            break
        except DiedError:
            assert await empty(town)
    assert last > 20
    assert (taken.products, taken.orders) == (3, 1)


@contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """A disk on which no file grows beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_leaves_no_file(town: Quarter) -> None:
    """An archive that does not fit leaves nothing behind, and can be made again once there is room."""
    with files_up_to(4_096), pytest.raises(OSError, match="too large"):
        await town.leave()
    assert [path.name for path in town.path.parent.glob("*.zip*")] == []
    assert len(await town.leave()) > 4_096


async def test_an_archive_reads_without_us(town: Quarter, tmp_path: Path) -> None:
    """Any program that opens zip files finds tables, orders and the history, and no secret."""
    data = await town.leave()
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(tmp_path / "out")
        everything = b"".join(opened.read(name) for name in opened.namelist())
    with town.old.here():
        seed = (await parties.party(town.shop.shop_id)).sign_seed
    orders = (tmp_path / "out" / "read-me" / "orders.csv").read_text("utf-8")
    assert "G-7K3Q-2" in orders
    assert "189.00" in orders
    assert "ada@example.org" in (tmp_path / "out" / "read-me" / "customers.csv").read_text("utf-8")
    assert len((tmp_path / "out" / "log" / "1" / "lines.jsonl").read_text("utf-8").splitlines()) == 4
    for secret in (town.shop.root_seed, seed):
        assert secret not in everything
        assert secret.hex().encode() not in everything
