"""Where the engines live, and as whom."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.cli.engine_user import EngineUser, engine_home

NOBODY = EngineUser("nobody", 65_534, 65_534)


@pytest.fixture
def closed() -> Iterator[Path]:
    """A state folder below a folder that is closed to everybody but its owner."""
    with tempfile.TemporaryDirectory(prefix="galleria-closed-") as folder:
        state = Path(folder) / "state"
        state.mkdir(mode=0o711)
        yield state


def test_ourselves_keep_the_engines_in_the_state_folder(closed: Path) -> None:
    """Without a user of their own the engines live in the state folder, however closed the way there is."""
    assert engine_home(closed, None) == closed


def test_a_closed_way_stays_closed(closed: Path, tmp_path: Path) -> None:
    """The engines live elsewhere when their user cannot reach the state folder, always in the same place."""
    home = engine_home(closed, NOBODY, tmp_path / "own" / "engines")
    assert home.parent == tmp_path / "own" / "engines"
    assert engine_home(closed, NOBODY, tmp_path / "own" / "engines") == home
    assert closed.parent.stat().st_mode & 0o077 == 0
