"""Reading requests as Stripe takes them: nested names in form encoding, and each leaf in the type it is declared with.

An operation declares its parameters as dotted paths (`line_items.*.price_data.currency`), with `*` for the places of
a list and for the free names of a map such as `metadata`. What is not declared is refused as unknown, as Stripe does.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from payouts.standin.errors import RequestError
from payouts.standin.multipart import Upload

Accepted = Mapping[str, type]

_PART = re.compile(r"\[([^\[\]]*)\]")
PARTS_MAX = 400
DEPTH_MAX = 8
PAGE_MAX = 100
EXPAND: Accepted = MappingProxyType({"expand.*": str})
PAGING: dict[str, type] = {"limit": int, "starting_after": str, "ending_before": str, **EXPAND}


def read_form(text: str) -> dict[str, Any]:
    """Form encoding with bracketed names as nested maps and lists of texts.

    Raises RequestError when there is too much of it, or names contradict one another.
    """
    found: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=PARTS_MAX)
    except ValueError as error:
        raise RequestError("the request has too many fields") from error
    for name, content in pairs:
        head, _, rest = name.partition("[")
        path = [head, *_PART.findall(f"[{rest}")] if rest else [head]
        _put(found, path, content)
    return {name: _listed(value) for name, value in found.items()}


def _put(found: dict[str, Any], path: list[str], content: str) -> None:
    if len(path) > DEPTH_MAX:
        raise RequestError(f"{path[0]} is nested too deep", "parameter_unknown", path[0])
    place = found
    for part in path[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise RequestError(f"{path[0]} is given in two ways", "parameter_unknown", path[0])
    last = path[-1] or str(len(place))
    place[last] = content


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(each) for name, each in value.items()}


def convert(params: Mapping[str, Any], accepted: Accepted, required: tuple[str, ...]) -> dict[str, Any]:
    """The parameters in their declared types; raises RequestError for what is missing, unknown or unreadable."""
    for name in required:
        if params.get(name) in ("", None):
            raise RequestError(f"Missing required param: {name}.", "parameter_missing", name)
    return {name: _value(value, _step("", name, accepted), accepted) for name, value in params.items()}


def _step(path: str, name: str, accepted: Accepted) -> str:
    exact = f"{path}.{name}" if path else name
    if exact in accepted or any(known.startswith(f"{exact}.") for known in accepted):
        return exact
    if path and (f"{path}.*" in accepted or any(known.startswith(f"{path}.*.") for known in accepted)):
        return f"{path}.*"
    raise RequestError(f"Received unknown parameter: {exact}", "parameter_unknown", exact)


def _value(value: Any, path: str, accepted: Accepted) -> Any:
    if isinstance(value, Mapping):
        return {name: _value(each, _step(path, name, accepted), accepted) for name, each in value.items()}
    if isinstance(value, list):
        return [_value(each, _step(path, "*", accepted), accepted) for each in value]
    kind = accepted.get(path)
    if kind is None:
        raise RequestError(f"Invalid object: {path}", "parameter_invalid_empty", path)
    if kind is int:
        return _integer(value, path)
    if kind is bool:
        return _truth(value, path)
    if kind is Upload and isinstance(value, Upload):
        return value
    if not isinstance(value, str):
        raise RequestError(f"Invalid string: {path}", "parameter_invalid_string_empty", path)
    return value


def _integer(value: Any, path: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise RequestError(f"Invalid integer: {text[:20]}", "parameter_invalid_integer", path)
    return int(text)


def _truth(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value not in {"true", "false"}:
        raise RequestError(f"Invalid boolean: {str(value)[:20]}", "parameter_unknown", path)
    return bool(value == "true")
