"""Who runs the embedded engines: ourselves, or a system user of their own when we are root.

PostgreSQL refuses to run as root, and rightly. Under root a system user `galleria` is made once; it owns the engines'
folders and nothing else, and programs it cannot read (a checkout below a closed home) are copied to where it can.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import msgspec

from marketplace.cli.errors import CommandError

USER_NAME = "galleria"
ELSEWHERE = Path("/var/lib/galleria/engines")
"""Below here lie the engines' folders of state folders that the engines' own user cannot reach."""


class EngineUser(msgspec.Struct, frozen=True):
    """A system user by name and numbers."""

    name: str
    uid: int
    gid: int


def engine_user() -> EngineUser | None:
    """The user to run engines as: None for "as ourselves", the system user when we are root (made if missing)."""
    if os.geteuid() != 0:
        return None
    return _known_user() or _make_user()


def engine_home(state: Path, user: EngineUser | None, elsewhere: Path = ELSEWHERE) -> Path:
    """Where the engines of this (existing) state folder keep their own: in it, or elsewhere when its way is closed.

    Root may name a state folder below a folder closed to everybody else. That stays closed; the engines then live
    below `elsewhere`, in a folder called after a digest of the state folder's path.
    """
    if user is None or _runs(["/bin/sh", "-c", 'cd "$0"', str(state)], user):
        return state
    for folder in (elsewhere.parent, elsewhere):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    home = elsewhere / hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:16]
    home.mkdir(exist_ok=True)
    home.chmod(0o711)
    return home


def hand_over(folder: Path, user: EngineUser | None) -> None:
    """Make `folder` if missing, closed to everybody but `user` (and root), and check that they can get there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user is None:
        return
    os.chown(folder, user.uid, user.gid)
    if not _runs(["/bin/sh", "-c", 'cd "$0"', str(folder)], user):
        raise CommandError(
            f"{folder} cannot be reached by the system user {user.name} who runs the embedded database, because a "
            "folder above it is closed. Name another place with --state."
        )


def runnable_copy(packages: tuple[Path, ...], program: Path, kept_in: Path, user: EngineUser | None) -> Path:
    """The path of `program` as `user` can run it; copies `packages` (its folders, side by side) if need be.

    `program` lies below the first of `packages`. The copy is made once and replaced when the packages change.
    """
    if user is None or _runs([str(program), "--version"], user):
        return program
    base = packages[0].parent
    version = str(program.stat().st_mtime_ns)
    copied = kept_in / program.relative_to(base)
    marker = kept_in / f"{packages[0].name}.version"
    if not (marker.exists() and marker.read_text() == version):
        for package in packages:
            shutil.rmtree(kept_in / package.relative_to(base), ignore_errors=True)
            shutil.copytree(package, kept_in / package.relative_to(base), symlinks=True)
        marker.write_text(version)
    kept_in.chmod(0o755)
    if not _runs([str(copied), "--version"], user):
        raise CommandError(f"{copied} cannot be run by the system user {user.name}: is {kept_in} mounted noexec?")
    return copied


def _known_user() -> EngineUser | None:
    try:
        entry = pwd.getpwnam(USER_NAME)
    except KeyError:
        return None
    return EngineUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _make_user() -> EngineUser:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise CommandError(
            f"running as root needs a system user named {USER_NAME} for the database, and useradd is not installed. "
            f"Make the user by hand, or run as an ordinary user."
        )
    # Two first runs at once: one of them loses, and finds the user made by the other.
    made = subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER_NAME],
        check=False,
        capture_output=True,
        text=True,
    )
    user = _known_user()
    if user is None:
        raise CommandError(f"useradd could not make the system user {USER_NAME}: {made.stderr.strip()}")
    return user


def _runs(command: list[str], user: EngineUser) -> bool:
    try:
        outcome = subprocess.run(
            command,
            check=False,
            user=user.uid,
            group=user.gid,
            extra_groups=(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except PermissionError:
        return False
    return outcome.returncode == 0
