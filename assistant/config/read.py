"""Reading the configuration: YAML with places, the environment over it, one sentence per mistake."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from assistant.config.mistakes import KeyPath, Places, dotted, kind, marked
from assistant.config.model import Config
from assistant.errors import ConfigError
from assistant.rooms import Place

MAX_BYTES = 2_000_000
PREFIX = "ASSISTANT_"
SHORT = {
    "ASSISTANT_MQTT_URL": ("mqtt", "broker"),
    "ASSISTANT_MQTT_USER": ("mqtt", "user"),
    "ASSISTANT_STATE_DIR": ("state_dir",),
    "ASSISTANT_BRAIN": ("brain", "use"),
    "ASSISTANT_GEMINI_BASE_URL": ("gemini", "base_url"),
}
OF_THE_MACHINE = Path("/etc/assistant/config.yaml")
STATE_OF_THE_MACHINE = Path("/var/lib/assistant")
"""Of the service that `assistant install --system` and the Debian package make."""
OF_A_USER = "~/.local/state/assistant"
NOT_KEYS = re.compile(
    r"ASSISTANT_(CONFIG|MQTT_PASSWORD|WEB_TOKEN|LOCK_CODES|APPRISE_URLS|BRAIN_KEYS|CAMERA_\w+_PASSWORD)"
)
"""Secrets and the like, which others read."""


def shipped() -> Path:
    """The documented default: inside the wheel, or at the root of a checkout."""
    inside = Path(__file__).parent.parent / "_config.yaml"
    return inside if inside.is_file() else Path(__file__).parent.parent.parent / "config.yaml"


def find(
    given: Path | None, environment: Mapping[str, str] = os.environ, machine: Path = OF_THE_MACHINE
) -> Path:
    """The file to use: given, $ASSISTANT_CONFIG, here, the user's, the machine's, the shipped default.

    Raises:
        ConfigError: a file was named and is not there.
    """
    named = given or (Path(environment["ASSISTANT_CONFIG"]) if environment.get("ASSISTANT_CONFIG") else None)
    if named is not None:
        if problem := _unreadable(named):
            raise ConfigError(f"{named}: {problem}")
        return named
    default = shipped()
    for place in (Path("config.yaml"), Path("~/.config/assistant/config.yaml").expanduser(), machine):
        # In a checkout the file here is the default itself: it must not hide the user's own.
        if not _unreadable(place) and not (default.is_file() and place.samefile(default)):
            return place
    return default


def _unreadable(path: Path) -> str:
    """Why there is no file to read; "" when there is one. We may stand in a folder that is locked to us."""
    try:
        if path.is_file():
            return ""
        if path.is_dir():
            return "is a folder; name the file in it"
        return "is a device or pipe, no file" if path.exists() else "there is no such configuration file"
    except OSError as error:
        return f"cannot be looked at: {error.strerror}"


def load(path: Path, environment: Mapping[str, str] = os.environ, machine: Path = OF_THE_MACHINE) -> Config:
    """The configuration of a file with the environment over it; the machine's has the service's state.

    Raises:
        ConfigError: one sentence: file:line:column, key, what was expected, nearest valid name.
    """
    root = _compose(path)
    places = Places(path)
    values = _plain(root, (), places) if root is not None else {}
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise places.mistake(f"expected `key: value` lines, found {kind(values)}", ())
    if path == machine and values.get("state_dir", OF_A_USER) == OF_A_USER:  # a copy of the shipped says so
        values["state_dir"] = str(STATE_OF_THE_MACHINE)
    _overlay(values, environment, places)
    if isinstance(values.get("plugins"), list):
        values["plugins"] = [_entry(v, ("plugins", n), places) for n, v in enumerate(values["plugins"])]
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise places.invalid(error, values, _names, ()) from error
    _rooms_apart(config, places)
    config.written(places, ())
    return config


def placed(path: Path) -> tuple[Any, Places]:
    """The values of any YAML file, read as the configuration is, and where each was written.

    Keys are always text: ``on:`` is "on". None when the file is empty.

    Raises:
        ConfigError: file:line:column, and why it cannot be read.
    """
    root, places = _compose(path), Places(path)
    return (None if root is None else _plain(root, (), places)), places


def _rooms_apart(config: Config, places: Places) -> None:
    """Every room has a name that topics and files can tell from the others, and a microphone of its own."""
    keys: dict[str, str] = {}
    microphones: dict[str, str] = {}
    for name in config.rooms:
        if (twin := keys.setdefault(Place(name).key, name)) != name:
            problem = f"is called almost like {twin!r}; they need names that differ in their letters"
            raise places.mistake(f"{dotted(('rooms', name))}: {problem}", ("rooms", name), name=True)
        audio = config.audio_in(name)
        if audio.has_microphone and (twin := microphones.setdefault(audio.input, name)) != name:
            problem = (
                f"has the same microphone as {twin!r}: {audio.input!r}; each room needs an input of its own "
                "(`assistant devices --audio` lists them), or `input: none`"
            )
            raise places.mistake(f"{dotted(('rooms', name))}: {problem}", ("rooms", name), name=True)


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
    if "another document" in problem:
        return f"{place}: a second document begins here; one file holds one configuration"
    if "'\\t'" in problem:
        return f"{place}: there is a tab; YAML is indented with spaces"
    return f"{place}: {problem}"


def _plain(node: yaml.Node, at: KeyPath, places: Places) -> Any:
    """Nodes → plain values, remembering where each came from; duplicate keys and bombs refused."""
    if len(at) > 20 or len(places.nodes) > 50_000:
        raise ConfigError(f"{marked(places.file, node)}: is nested or repeated too often")
    places.nodes[at] = node
    match node:
        case yaml.MappingNode():
            result: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                here = (*at, key)
                if key in result:
                    place = marked(places.file, key_node)
                    raise ConfigError(f"{place}: the key {dotted(here)!r} is there twice")
                result[key] = _plain(value_node, here, places)
                if value_node.start_mark.index == key_node.end_mark.index:  # nothing was written
                    places.nodes[here] = key_node
                places.names[here] = key_node
            return result
        case yaml.SequenceNode():
            return [_plain(child, (*at, number), places) for number, child in enumerate(node.value)]
        case _:
            return _scalar(node, places.file)


def _scalar(node: yaml.Node, path: Path) -> Any:
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(
            f"{marked(path, node)}: {str(node.value)[:40]!r} cannot be read as a value"
        ) from error


def _entry(value: Any, at: KeyPath, places: Places) -> Any:
    """``- name`` or ``- name: {settings}`` → PluginEntry."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1:
        name, settings = next(iter(value.items()))
        if isinstance(settings, dict) or settings is None:
            own = dict(settings or {})
            enabled = {"enabled": own.pop("enabled")} if "enabled" in own else {}
            return {"name": name, "settings": own, **enabled}
    raise places.mistake(f"{dotted(at)}: expected `- plugin` or `- plugin: {{setting: value}}`", at)


def _overlay(values: dict[str, Any], environment: Mapping[str, str], places: Places) -> None:
    """Put ASSISTANT_… variables over the file; ``places`` remembers which key came from which."""
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or NOT_KEYS.fullmatch(variable):
            continue
        keys = SHORT.get(variable) or tuple(variable.removeprefix(PREFIX).lower().split("__"))
        target = values
        for key in keys[:-1]:
            child = target.setdefault(key, {})
            if not isinstance(child, dict):
                raise ConfigError(f"{variable}: the key {dotted(keys)!r} is not a section")
            target = child
        target[keys[-1]] = _parsed(text, variable, keys)
        places.variables[keys] = variable


def value_of(text: str) -> Any:
    """A value as it would be read from the file: ``3``, ``true``, ``[a, b]`` or text."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


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


def _names(at: KeyPath) -> Iterator[str]:
    model: Any = Config
    for key in at:
        if get_origin(model) in (dict, list):
            model = get_args(model)[-1]
            model = get_args(model)[0] if get_origin(model) is Annotated else model
            continue
        field = getattr(model, "model_fields", {}).get(key)
        if field is None:
            return
        model = field.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from model.model_fields


def template() -> str:
    """The shipped default's text."""
    return shipped().read_text(encoding="utf-8")
