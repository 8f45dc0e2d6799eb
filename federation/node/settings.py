"""What a node is told at start, parsed once from the environment; a bad value stops the process with a sentence.

Each field of a settings Struct is read from `GALLERIA_<FIELD>` or, for secrets kept in files, `GALLERIA_<FIELD>_FILE`.
Invariants: nothing is guessed; a variable with our prefix that no field knows is refused, so that a misspelt name
never passes for a default. Lists are separated by commas or blanks.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from federation.vocabulary.errors import GalleriaError

T = TypeVar("T", bound=msgspec.Struct)

PREFIX = "GALLERIA_"
_FOREIGN = ("GALLERIA_TEST_",)
"""Variables of the test suite, which no node reads."""

_SECRET_KEY_LENGTH_MIN = 32


class SettingsError(GalleriaError):
    """A setting is missing, unknown or wrong; the message names the variable."""

    slug = "settings-invalid"


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every node needs to know.

    `reachable` holds the exact `host:port` pairs on loopback that the guarded door may reach; it is refused when the
    public address is https. `compare_with` are the addresses of other hubs, with which the hubs of this node compare
    what boutiques told them. `secret_key_before` is the secret that `secret_key` has just replaced. `mail_url` is
    `kept:` (shown in the console) or `smtp://user:password@host:port`.
    """

    node_name: str
    public_url: str
    database_url: str
    broker_url: str
    state_dir: Path
    secret_key: str
    secret_key_before: str = ""
    environment: Literal["demo", "test", "production"] = "production"
    reachable: tuple[str, ...] = ()
    compare_with: tuple[str, ...] = ()
    mail_url: str = "kept:"
    mail_from: str = "Galleria <galleria@localhost>"
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        _check_public_url(self.public_url)
        if len(self.secret_key) < _SECRET_KEY_LENGTH_MIN:
            raise SettingsError(f"{PREFIX}SECRET_KEY needs at least {_SECRET_KEY_LENGTH_MIN} characters")
        if self.reachable and self.is_https:
            raise SettingsError(
                f"{PREFIX}REACHABLE opens loopback addresses and is refused with a public https address"
            )
        for pair in self.reachable:
            if not is_loopback(pair) or not pair.rpartition(":")[2].isdigit():
                raise SettingsError(f"{PREFIX}REACHABLE: {pair!r} is not a host:port pair on loopback")

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this node over TLS; decides how cookies are set."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """The host, with its port when there is one, of the public address: the authority in signatures."""
        return urlsplit(self.public_url).netloc


def is_loopback(host_and_port: str) -> bool:
    """Whether a host (with or without port) is this machine itself, by its spelling alone."""
    host = urlsplit(f"//{host_and_port}").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_public_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        raise SettingsError(f"{PREFIX}PUBLIC_URL: {url!r} is not like https://example.org (no path, no trailing slash)")


def load(cls: type[T], environ: Mapping[str, str] = os.environ, prefix: str = PREFIX) -> T:
    """Read `cls` from `environ`. Raises SettingsError naming every variable that is missing, unknown or wrong."""
    fields = {f"{prefix}{field.name.upper()}": field for field in msgspec.structs.fields(cls)}
    _refuse_unknown(fields, environ, prefix)
    texts = {name: _text(name, environ) for name in fields}
    missing = [name for name, field in fields.items() if field.required and texts[name] is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise SettingsError(
            f"{', '.join(missing)} {verb} missing: set each, or {missing[0]}_FILE to the path of a file that holds it"
        )
    values = {
        field.name: _value(name, text, field.type)
        for name, field in fields.items()
        if (text := texts[name]) is not None
    }
    return cls(**values)


def _refuse_unknown(fields: Mapping[str, object], environ: Mapping[str, str], prefix: str) -> None:
    known = {*fields, *(f"{name}_FILE" for name in fields)}
    unknown = sorted(
        name for name in environ if name.startswith(prefix) and not name.startswith(_FOREIGN) and name not in known
    )
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting; known are {', '.join(sorted(fields))}")


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    path = environ.get(f"{name}_FILE")
    if path is None:
        return environ.get(name)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE: {path} cannot be read ({error.strerror})") from error


def _value(name: str, text: str, kind: Any) -> Any:
    is_list = getattr(kind, "__origin__", None) is tuple
    try:
        return msgspec.convert(
            text.replace(",", " ").split() if is_list else text, kind, strict=False, dec_hook=_decode_path
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"{name}: {text!r} does not fit ({error})") from error


def _decode_path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise ValueError(f"a setting cannot be of type {kind}")
