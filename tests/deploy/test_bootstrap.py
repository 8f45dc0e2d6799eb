"""The bootstrap script refuses what it cannot work with in one sentence, and shields the project from the caller."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT_PROGRAMS = ("sh", "cat", "cksum", "dirname", "grep", "readlink", "sed", "mkdir", "id", "rm", "mv")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without anything prepared, and a PATH below it with only the ordinary small programs."""
    for name in ("galleria", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy2(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for program in KEPT_PROGRAMS:
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    return tmp_path


def run(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script from another folder with the poor PATH."""
    return subprocess.run(
        ["/bin/sh", str(checkout / "galleria"), *arguments],
        check=False,
        cwd="/",
        env={"PATH": str(checkout / "bin"), "HOME": str(checkout), **environment},
        capture_output=True,
        text=True,
    )


def program(checkout: Path, name: str, script: str) -> None:
    """Put a program of our own on the poor PATH."""
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_python_it_says_so(checkout: Path) -> None:
    """No python3 on the PATH: exit code 2 and what to install."""
    refused = run(checkout, "doctor")
    assert refused.returncode == 2
    assert "python3 was not found" in refused.stderr


def test_an_old_python_is_named(checkout: Path) -> None:
    """A python3 below 3.11 is refused with its version."""
    program(checkout, "python3", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    refused = run(checkout, "doctor")
    assert refused.returncode == 2
    assert "Python 3.9.2 is too old" in refused.stderr


def test_without_pip_it_says_so(checkout: Path) -> None:
    """A python3 without pip is refused before anything is made."""
    program(checkout, "python3", 'case "$*" in *pip*) exit 1;; *) exit 0;; esac')
    refused = run(checkout, "doctor")
    assert refused.returncode == 2
    assert "pip is missing" in refused.stderr
    assert not (checkout / ".venv").exists()


def test_the_tests_need_git(checkout: Path) -> None:
    """`galleria test` without git is refused; other commands do not ask for it."""
    refused = run(checkout, "test")
    assert refused.returncode == 2
    assert "install git" in refused.stderr


def prepared_with(checkout: Path, lock: str, script: str) -> None:
    """Make the checkout look prepared for a lock, with a python of our own."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    sums = [
        subprocess.run(
            ["cksum"], check=True, input=(checkout / name).read_text(), capture_output=True, text=True
        ).stdout
        for name in (lock, "pyproject.toml")
    ]
    (checkout / ".venv" / "prepared").write_text(f"{lock} {checkout}\n{''.join(sums)}")


def test_a_prepared_checkout_runs_at_once_and_keeps_the_caller_out(checkout: Path) -> None:
    """Nothing is fetched when nothing changed, and the caller's PYTHONPATH does not reach our python."""
    prepared_with(checkout, "requirements.lock", 'echo "$@" "[${PYTHONPATH-unset}]"')
    ran = run(checkout, "doctor", "--state", "/x", PYTHONPATH="/elsewhere")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "-P -m marketplace.cli.main doctor --state /x [unset]\n"


def test_the_development_lock_serves_ordinary_commands(checkout: Path) -> None:
    """After `galleria test`, `galleria demo` does not take the test tools away again."""
    prepared_with(checkout, "requirements-dev.lock", "echo ran")
    assert run(checkout, "demo").stdout == "ran\n"


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_prepared_anew(checkout: Path, changed: str) -> None:
    """A changed lock or pyproject.toml makes the script prepare again instead of running on old packages."""
    prepared_with(checkout, "requirements.lock", "echo ran")
    with (checkout / changed).open("a") as file:
        file.write("\n# changed\n")
    refused = run(checkout, "doctor")
    assert "python3 was not found" in refused.stderr


def test_the_script_is_marked_as_a_program() -> None:
    """Both scripts can be run as they are."""
    assert os.access(ROOT / "galleria", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
