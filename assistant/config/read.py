"""Reading the configuration: YAML with places, the environment over it, one sentence per mistake."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from assistant.config.model import Config, PluginEntry
from assistant.errors import ConfigError

MAX_BYTES = 2_000_000
PREFIX = "ASSISTANT_"
SHORT = {
    "ASSISTANT_MQTT_URL": ("mqtt", "broker"),
    "ASSISTANT_STATE_DIR": ("state_dir",),
    "ASSISTANT_BRAIN": ("brain", "use"),
    "ASSISTANT_GEMINI_BASE_URL": ("gemini", "base_url"),
}
NOT_KEYS = {"ASSISTANT_CONFIG"}
EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "model_type": "a mapping (key: value lines)",
    "dict_type": "a mapping (key: value lines)",
    "path_type": "a path",
    "is_instance_of": "a path",
}

Path_ = tuple[str | int, ...]


def shipped() -> Path:
    """The documented default: inside the wheel, or at the root of a checkout."""
    inside = Path(__file__).parent.parent / "_config.yaml"
    return inside if inside.is_file() else Path(__file__).parent.parent.parent / "config.yaml"


def find(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The configuration file to use: given, $ASSISTANT_CONFIG, here, the user's, the shipped default.

    Raises:
        ConfigError: a file was named and is not there.
    """
    named = given or (Path(environment["ASSISTANT_CONFIG"]) if environment.get("ASSISTANT_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError(f"{named}: there is no such configuration file")
        return named
    for place in (Path("config.yaml"), Path("~/.config/assistant/config.yaml").expanduser()):
        if place.is_file():
            return place
    return shipped()


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration of a file with the environment over it.

    Raises:
        ConfigError: one sentence: file:line:column, key, what was expected, nearest valid name.
    """
    root = _compose(path)
    places: dict[Path_, yaml.Node] = {(): root} if root is not None else {}
    values = _plain(root, (), places, path) if root is not None else {}
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"{_at(path, root)}: expected `key: value` lines, found {_kind(values)}")
    if isinstance(values.get("plugins"), list):
        values["plugins"] = [_entry(v, ("plugins", n), places, path) for n, v in enumerate(values["plugins"])]
    origins = _overlay(values, environment)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_sentence(error, places, origins, path)) from error


def _compose(path: Path) -> yaml.Node | None:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise ConfigError(f"{path}: {len(data)} bytes is too large for a configuration")
        loader = yaml.SafeLoader(data.decode("utf-8-sig"))
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(path, error)) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: is not YAML: {str(error).splitlines()[0]}") from error


def _syntax(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    problem = error.problem or "is not YAML"
    if "'\\t'" in problem:
        return f"{place}: there is a tab; YAML is indented with spaces"
    return f"{place}: {problem}"


def _plain(node: yaml.Node, at: Path_, places: dict[Path_, yaml.Node], path: Path) -> Any:
    """Nodes → plain values, remembering where each came from; duplicate keys and bombs refused."""
    if len(at) > 20 or len(places) > 50_000:
        raise ConfigError(f"{_at(path, node)}: is nested or repeated too often")
    places[at] = node
    match node:
        case yaml.MappingNode():
            result: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                if key in result:
                    raise ConfigError(
                        f"{_at(path, key_node)}: the key {_dotted((*at, key))!r} is there twice"
                    )
                result[key] = _plain(value_node, (*at, key), places, path)
                places[(*at, key)] = (
                    key_node if value_node.start_mark.index == key_node.end_mark.index else value_node
                )
                places[(*at, key, "\0key")] = key_node
            return result
        case yaml.SequenceNode():
            return [_plain(child, (*at, number), places, path) for number, child in enumerate(node.value)]
        case _:
            return _scalar(node, path)


def _scalar(node: yaml.Node, path: Path) -> Any:
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{_at(path, node)}: {str(node.value)[:40]!r} cannot be read as a value") from error


def _entry(value: Any, at: Path_, places: dict[Path_, yaml.Node], path: Path) -> Any:
    """``- name`` or ``- name: {settings}`` → PluginEntry."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1:
        name, settings = next(iter(value.items()))
        if isinstance(settings, dict) or settings is None:
            return PluginEntry(name=name, settings=settings or {})
    raise ConfigError(
        f"{_at(path, places.get(at))}: {_dotted(at)}: expected `- plugin` or `- plugin: {{setting: value}}`"
    )


def _overlay(values: dict[str, Any], environment: Mapping[str, str]) -> dict[Path_, str]:
    """Put ASSISTANT_… variables over the file; returns which key came from which variable."""
    origins: dict[Path_, str] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in NOT_KEYS:
            continue
        keys = SHORT.get(variable) or tuple(variable.removeprefix(PREFIX).lower().split("__"))
        target = values
        for key in keys[:-1]:
            child = target.setdefault(key, {})
            if not isinstance(child, dict):
                raise ConfigError(f"{variable}: the key {_dotted(keys)!r} is not a section")
            target = child
        target[keys[-1]] = _parsed(text, variable, keys)
        origins[keys] = variable
    return origins


def _parsed(text: str, variable: str, keys: Sequence[str]) -> Any:
    if _field_type(keys) is str or variable in SHORT:
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{variable}: {text[:40]!r} cannot be read as a value") from error


def _field_type(keys: Sequence[str]) -> Any:
    model: Any = Config
    for key in keys:
        fields = getattr(model, "model_fields", {})
        if key not in fields:
            return None
        model = fields[key].annotation
    return model


def _sentence(
    error: ValidationError, places: Mapping[Path_, yaml.Node], origins: Mapping[Path_, str], path: Path
) -> str:
    first = min(error.errors(), key=lambda e: (e["type"] != "extra_forbidden", e["loc"]))
    at: Path_ = tuple(part for part in first["loc"] if not str(part).startswith(("function-", "is-instance")))
    variable = next((origins[at[:n]] for n in range(len(at), 0, -1) if at[:n] in origins), None)
    key = _dotted(at)
    if first["type"] == "extra_forbidden":
        node = places.get((*at, "\0key"), places.get(at))
        near = difflib.get_close_matches(str(at[-1]), list(_names(at[:-1])), 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(_names(at[:-1]))}"
        return f"{variable or _at(path, node)}: there is no key {key!r}{hint}"
    expected = EXPECTED.get(first["type"]) or first["msg"][0].lower() + first["msg"][1:]
    expected = expected.removeprefix("input should be ")
    found = _kind(first["input"])
    return f"{variable or _at(path, _nearest(places, at))}: {key}: expected {expected}, found {found}"


def _names(at: Path_) -> Iterator[str]:
    model: Any = Config
    for key in at:
        field = getattr(model, "model_fields", {}).get(key)
        if field is None:
            return
        model = field.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from model.model_fields


def _nearest(places: Mapping[Path_, yaml.Node], at: Path_) -> yaml.Node | None:
    return next((places[at[:n]] for n in range(len(at), -1, -1) if at[:n] in places), None)


def _at(path: Path, node: yaml.Node | None) -> str:
    if node is None:
        return str(path)
    return f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _dotted(at: Sequence[str | int]) -> str:
    text = ""
    for part in at:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return repr(value if not isinstance(value, str) else value[:60])


def template() -> str:
    """The shipped default's text."""
    return shipped().read_text(encoding="utf-8")
