"""The archive's file: what was written comes back, and nothing else is taken."""

import io
import zipfile

import pytest

from federation.archive import form
from federation.archive.container import ArchiveReader, ArchiveWriter
from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import Manifest, Member
from federation.documents.keys import SigningKey
from federation.vocabulary.ids import PartyId

PARTY = PartyId("s1" + "a" * 32)
KEY = SigningKey.from_seed(b"\7" * 32)
LINES = (b'{"a":1}', b'{"a":2}')


def manifest(*members: Member, pictures: int = 0) -> Manifest:
    return Manifest(
        party=PARTY,
        kind="shop",
        name="Atelier",
        address="https://atelier.example",
        made_at="2026-11-22T07:16:00Z",
        head="0" * 64,
        logs=(),
        vseq=0,
        is_final=True,
        media_count=pictures,
        media_bytes=0,
        members=members,
    )


def archive(*lines: bytes, picture: bytes = b"") -> tuple[bytes, Manifest]:
    """An archive with one member of these lines, and a picture when one is given."""
    target = io.BytesIO()
    writer = ArchiveWriter(target)
    with writer.member("rows.jsonl") as member:
        for line in lines:
            member.write(line)
    if picture:
        writer.picture("b" * 64, picture)
    made = manifest(*writer.members, pictures=writer.media_count)
    writer.finish(form.sign_manifest(made, KEY))
    return target.getvalue(), made


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    """The archive with another content under a name (None: without it), and right checksums of its own."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            if info.filename != name:
                made.writestr(info, source.read(info))
        if content is not None:
            made.writestr(name, content)
    return target.getvalue()


def test_lines_come_back_as_they_were() -> None:
    """What was written line by line is read line by line, numbered from 1."""
    data, made = archive(*LINES)
    reader = ArchiveReader(io.BytesIO(data))
    reader.check_names(made)
    assert list(reader.lines(made.member("rows.jsonl"))) == [(1, LINES[0]), (2, LINES[1])]


def test_equal_content_gives_equal_bytes() -> None:
    """Neither the time nor the place of making shows in an archive."""
    assert archive(*LINES)[0] == archive(*LINES)[0]


def test_a_target_need_not_seek() -> None:
    """An archive can be written down a pipe."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, part: object) -> int:
            self.parts.append(bytes(part))  # type: ignore[call-overload]
            return len(self.parts[-1])

    pipe = Pipe()
    writer = ArchiveWriter(pipe)  # type: ignore[arg-type]
    writer.add("rows.jsonl", b"{}\n")
    made = manifest(*writer.members)
    writer.finish(form.sign_manifest(made, KEY))
    reader = ArchiveReader(io.BytesIO(b"".join(pipe.parts)))
    assert list(reader.lines(made.member("rows.jsonl"))) == [(1, b"{}")]


def test_a_changed_member_is_refused_by_name() -> None:
    """Other bytes under a name, with right checksums of the zip file, are not what the manifest says."""
    data, made = archive(*LINES)
    for content in (b'{"a":1}\n{"a":3}\n', b'{"a":1}\n', b'{"a":1}\n{"a":2}\n{"a":3}\n'):
        reader = ArchiveReader(io.BytesIO(changed(data, "rows.jsonl", content)))
        with pytest.raises(ArchiveRefusedError) as refused:
            list(reader.lines(made.member("rows.jsonl")))
        assert refused.value.member == "rows.jsonl"


@pytest.mark.parametrize("name", ["more.jsonl", "../../etc/passwd", "/root", "media/" + "c" * 64])
def test_what_was_put_in_is_refused(name: str) -> None:
    """A member that neither manifest nor index names is not taken, wherever its name would lead."""
    data, made = archive(*LINES)
    reader = ArchiveReader(io.BytesIO(changed(data, name, b"x")))
    with pytest.raises(ArchiveRefusedError):
        reader.check_names(made)


def test_what_was_left_out_is_refused() -> None:
    """A member that the manifest names and the archive lacks is missed by name."""
    data, made = archive(*LINES)
    reader = ArchiveReader(io.BytesIO(changed(data, "rows.jsonl", None)))
    with pytest.raises(ArchiveRefusedError, match=r"rows\.jsonl: it is missing"):
        reader.check_names(made)


def test_an_archive_without_its_end_is_none() -> None:
    """A file that was cut off is refused in words, at any length."""
    data, _ = archive(*LINES)
    for end in range(0, len(data) - 1, 37):
        with pytest.raises(ArchiveRefusedError):
            ArchiveReader(io.BytesIO(data[:end])).manifest_note()


def test_a_member_never_swells() -> None:
    """A member that inflates beyond what the manifest promises is left at that point."""
    data, made = archive(*LINES)
    reader = ArchiveReader(io.BytesIO(changed(data, "rows.jsonl", b"\n" * 50_000_000)))
    with pytest.raises(ArchiveRefusedError, match="longer than the manifest says"):
        list(reader.lines(made.member("rows.jsonl")))


def test_a_manifest_names_no_way_out() -> None:
    """Member names stay inside; the same name twice is refused."""
    for names in (("../x",), ("a//b",), (".hidden",), ("x", "x"), (form.MANIFEST,)):
        members = [Member(name=name, sha256="0" * 64, size_bytes=0, lines=0) for name in names]
        with pytest.raises(ArchiveRefusedError):
            form.read_manifest(form.sign_manifest(manifest(*members), KEY))
