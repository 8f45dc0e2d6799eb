"""The zip file of an archive: written member by member as it is made, read member by member as it is checked.

Invariants: a member is hashed as it is written and as it is read, and never lies in memory whole; equal content gives
equal bytes (no times, no places); a reader takes no member that the manifest or the media index does not name, none
twice, and never more bytes of one than were promised, so a small file cannot swell without end.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from federation.archive import form
from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import Manifest, Member

CHUNK_BYTES = 262_144
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o600 << 16
_ENCRYPTED = 0x1


class LineWriter:
    """The lines of one member on their way into the archive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.lines = 0
        self.size_bytes = 0

    def write(self, line: bytes) -> None:
        """Add a line; `line` has no newline at its end."""
        self.raw(line + b"\n")
        self.lines += 1

    def raw(self, data: bytes) -> None:
        """Add bytes as they are."""
        self._hash.update(data)
        self.size_bytes += len(data)
        self._stream.write(data)

    def sha256(self) -> str:
        return self._hash.hexdigest()


class ArchiveWriter:
    """An archive in the making on `target`, which need not be able to seek."""

    def __init__(self, target: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)
        self.members: list[Member] = []
        self.media_bytes = 0
        self._pictures: set[str] = set()

    @contextmanager
    def member(self, name: str) -> Iterator[LineWriter]:
        """A member to be written inside; noted for the manifest when it is whole."""
        with self._zip.open(_info(name), "w", force_zip64=True) as stream:
            writer = LineWriter(stream)  # type: ignore[arg-type]
            yield writer
        self.members.append(Member(name=name, sha256=writer.sha256(), size_bytes=writer.size_bytes, lines=writer.lines))

    def add(self, name: str, data: bytes) -> None:
        """A small member at once."""
        with self.member(name) as writer:
            writer.raw(data)
            writer.lines = data.count(b"\n")

    def picture(self, sha256: str, data: bytes) -> None:
        """A picture under its hash, once; stored as it is, since pictures do not shrink."""
        if sha256 in self._pictures:
            return
        self._pictures.add(sha256)
        self.media_bytes += len(data)
        self._zip.writestr(_info(f"{form.MEDIA_PREFIX}{sha256}", zipfile.ZIP_STORED), data)

    @property
    def media_count(self) -> int:
        return len(self._pictures)

    def finish(self, note: bytes) -> None:
        """Write the signed manifest and close the archive."""
        self._zip.writestr(_info(form.MANIFEST), note)
        self._zip.close()

    def abandon(self) -> None:
        """Let go of an archive that will not be finished: nothing more is written to its target."""
        self._zip.fp = None


class ArchiveReader:
    """An archive on `source`, which must be able to seek. Raises ArchiveRefusedError for what is no archive."""

    def __init__(self, source: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, OSError, zlib.error) as error:
            raise ArchiveRefusedError(f"this is no archive, or its end is missing ({error})") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if info.filename in self._infos:
                raise ArchiveRefusedError("it is in there twice", member=info.filename[:100])
            if info.flag_bits & _ENCRYPTED:
                raise ArchiveRefusedError("it is encrypted", member=info.filename[:100])
            self._infos[info.filename] = info

    def manifest_note(self) -> bytes:
        """The manifest's note as it lies there."""
        info = self._infos.get(form.MANIFEST)
        if info is None:
            raise ArchiveRefusedError("it is missing: the archive was never finished", member=form.MANIFEST)
        return b"".join(self._chunks(form.MANIFEST, form.MANIFEST_BYTES_MAX))

    def check_names(self, manifest: Manifest) -> None:
        """Refuse an archive that lacks a member of the manifest or holds one that nothing names."""
        named = {item.name for item in manifest.members} | {form.MANIFEST}
        pictures = {name for name in self._infos if form.is_picture(name)}
        for name in sorted(self._infos.keys() - named - pictures):
            raise ArchiveRefusedError("the manifest does not name it: it was put in afterwards", member=name[:100])
        for name in sorted(named - self._infos.keys()):
            raise ArchiveRefusedError("it is missing", member=name)
        if len(pictures) != manifest.media_count:
            raise ArchiveRefusedError(
                f"{len(pictures)} pictures are there, the manifest speaks of {manifest.media_count}",
                member=form.MEDIA_INDEX,
            )

    def lines(self, member: Member) -> Iterator[tuple[int, bytes]]:
        """The lines of a member with their numbers from 1; whoever reads to the end knows that all were right.

        Raises ArchiveRefusedError for other bytes than the manifest promises.
        """
        number, rest = 0, b""
        for chunk in self.checked(member.name, member.size_bytes, member.sha256):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                number += 1
                yield number, line
            if len(rest) > form.LINE_BYTES_MAX:
                raise ArchiveRefusedError("the line is too long", member=member.name, line=number + 1)
        if rest:
            raise ArchiveRefusedError("the last line has no end", member=member.name, line=number + 1)

    def data(self, member: Member, bytes_max: int) -> bytes:
        """A small member whole."""
        if member.size_bytes > bytes_max:
            raise ArchiveRefusedError(f"it has {member.size_bytes} bytes, at most {bytes_max} fit", member=member.name)
        return b"".join(self.checked(member.name, member.size_bytes, member.sha256))

    def checked(self, name: str, size_bytes: int, sha256: str) -> Iterator[bytes]:
        """The bytes of a member as they come; the last of them only if all are as promised."""
        digest, size = hashlib.sha256(), 0
        held = b""
        for chunk in self._chunks(name, size_bytes):
            digest.update(chunk)
            size += len(chunk)
            if held:
                yield held
            held = chunk
        if size != size_bytes or digest.hexdigest() != sha256:
            raise ArchiveRefusedError("its content is not what the manifest says: it was changed", member=name)
        yield held

    def unnamed(self, named: Collection[str]) -> Iterable[str]:
        """Pictures that the media index does not name."""
        return sorted(name for name in self._infos if form.is_picture(name) and name not in named)

    def _chunks(self, name: str, bytes_max: int) -> Iterator[bytes]:
        info = self._infos.get(name)
        if info is None:
            raise ArchiveRefusedError("it is missing", member=name)
        size = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > bytes_max:
                        raise ArchiveRefusedError("it is longer than the manifest says", member=name)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise ArchiveRefusedError(f"it is damaged ({error})", member=name) from error


def _info(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = method
    info.external_attr = _FILE_MODE
    return info
