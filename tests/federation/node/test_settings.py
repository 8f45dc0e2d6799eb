"""Settings: every field from the environment or a file, and a sentence naming the variable when something is off."""

from pathlib import Path

import pytest

from federation.node.settings import NodeSettings, SettingsError, load

GOOD = {
    "GALLERIA_NODE_NAME": "hub",
    "GALLERIA_PUBLIC_URL": "http://127.0.0.1:7001",
    "GALLERIA_DATABASE_URL": "postgresql://app:pw@/hub",
    "GALLERIA_BROKER_URL": "redis://127.0.0.1/0",
    "GALLERIA_STATE_DIR": "/var/lib/somewhere",
    "GALLERIA_SECRET_KEY": "k" * 32,
    "PATH": "/bin",
    "GALLERIA_TEST_DATABASE_URL": "not a node's business",
}


class MoreSettings(NodeSettings, frozen=True, kw_only=True):
    """A package's own settings add to the node's."""

    commission_bp: int = 1000
    with_sandbox: bool = False


def test_reads_every_kind_of_value() -> None:
    """Text becomes what the field says: paths, lists, whole numbers, yes and no."""
    settings = load(
        MoreSettings,
        GOOD
        | {
            "GALLERIA_REACHABLE": "127.0.0.1:7002, localhost:7003",
            "GALLERIA_COMMISSION_BP": "850",
            "GALLERIA_WITH_SANDBOX": "true",
            "GALLERIA_ENVIRONMENT": "demo",
        },
    )
    assert settings.state_dir == Path("/var/lib/somewhere")
    assert settings.reachable == ("127.0.0.1:7002", "localhost:7003")
    assert (settings.commission_bp, settings.with_sandbox, settings.environment) == (850, True, "demo")
    assert (settings.public_host, settings.is_https) == ("127.0.0.1:7001", False)


def test_secrets_come_from_files(tmp_path: Path) -> None:
    """A secret may lie in a file whose path is given instead, with or without a last line break."""
    (tmp_path / "key").write_text("s" * 40 + "\n")
    environ = {name: value for name, value in GOOD.items() if name != "GALLERIA_SECRET_KEY"}
    assert load(NodeSettings, environ | {"GALLERIA_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "s" * 40
    with pytest.raises(SettingsError, match="GALLERIA_SECRET_KEY_FILE"):
        load(NodeSettings, environ | {"GALLERIA_SECRET_KEY_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GALLERIA_NODE_NAMES", "typo"),
        ("GALLERIA_PUBLIC_URL", "http://127.0.0.1:7001/"),
        ("GALLERIA_PUBLIC_URL", "ftp://x"),
        ("GALLERIA_SECRET_KEY", "short"),
        ("GALLERIA_ENVIRONMENT", "staging"),
        ("GALLERIA_REACHABLE", "10.0.0.1:80"),
        ("GALLERIA_REACHABLE", "127.0.0.1"),
        ("GALLERIA_REACHABLE", "127.evil.example:80"),
        ("GALLERIA_REACHABLE", "localhost.evil.example:80"),
        ("GALLERIA_COMMISSION_BP", "ten"),
    ],
)
def test_bad_value_is_named(name: str, value: str) -> None:
    """A misspelt variable or a value that does not fit stops the start and names the variable."""
    with pytest.raises(SettingsError, match=name):
        load(MoreSettings, GOOD | {name: value})


def test_missing_value_is_named() -> None:
    """A required variable that is absent is asked for by name."""
    with pytest.raises(SettingsError, match="GALLERIA_DATABASE_URL is missing"):
        load(NodeSettings, {name: value for name, value in GOOD.items() if "DATABASE" not in name})


def test_loopback_doors_stay_shut_in_public() -> None:
    """A node with a public https address may not be told to reach loopback addresses."""
    with pytest.raises(SettingsError, match="GALLERIA_REACHABLE"):
        load(NodeSettings, GOOD | {"GALLERIA_PUBLIC_URL": "https://x.example", "GALLERIA_REACHABLE": "127.0.0.1:1"})
