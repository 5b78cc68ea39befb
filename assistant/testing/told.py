"""Reads files of stories: what is said or happens, and what must come of it (docs/plugins.md)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.config.read import placed
from assistant.errors import ConfigError, PluginError, UsageError

SUFFIX = ".stories.yaml"
HEAD = (
    "plugin",
    "settings",
    "secrets",
    "with",
    "device",
    "web",
    "files",
    "screens",
    "gallery",
    "cameras",
    "home_assistant",
    "stories",
)
TELL = ("name", "at", "happens", "phase", "said", "after", "cancelled", "trouble")
EXPECT = (
    "calls",
    "commands",
    "state",
    "shows",
    "spoke",
    "spoke_has",
    "told",
    "failed",
    "says",
    "asked",
    "complains",
    "absent",
)


@dataclass
class Stories:
    """One file of stories.

    In settings and secrets ``{web}`` is where the pages of ``web`` are, ``{host}`` the same without
    http://, ``{folder}`` a folder with the ``files``, and ``{home_assistant}`` the address of a pretend
    Home Assistant.
    """

    file: Path
    plugin: Path
    settings: dict[str, Any] = field(default_factory=dict)
    others: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    device: dict[str, Any] = field(default_factory=dict)
    web: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str | int] = field(default_factory=dict)
    """Path in the folder → its text, or how many bytes it has (of zeros)."""
    screens: dict[str, str] = field(default_factory=dict)
    """Browsers that show pictures: name → area."""
    gallery: list[str] = field(default_factory=list)
    """Of what there are pictures already, the oldest first."""
    cameras: dict[str, str | dict[str, Any]] = field(default_factory=dict)
    """Name → what a look tells, or the facts."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Environment variables that hold them, while the stories are played."""
    home_assistant: bool = False
    stories: list[dict[str, Any]] = field(default_factory=list)


def stories_beside(plugin: Path) -> Path:
    """Where the stories of a plugin file are."""
    stem = plugin.parent if plugin.name == "__init__.py" else plugin
    return stem.with_name(f"{stem.stem}{SUFFIX}")


def checked(plugin: Path) -> Path:
    """The stories of a plugin.

    Raises:
        PluginError: it has none.
    """
    file = stories_beside(plugin)
    if not file.is_file():
        raise PluginError(f"{plugin}: has no stories; write some into {file.name}: see docs/plugins.md")
    return file


def read(file: Path) -> Stories:
    """The stories of a file.

    Raises:
        UsageError: with file, line and column, and what was expected.
    """
    try:
        told, where = placed(file)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    if not isinstance(told, dict) or not isinstance(told.get("stories"), list):
        raise UsageError(f"{file}: expected `stories:` and a list under it; known here: {', '.join(HEAD)}")

    def check(what: object, known: tuple[str, ...], kind: str, at: tuple[str | int, ...]) -> None:
        if not isinstance(what, dict):
            raise UsageError(
                f"{where.of(at)}: a story is a mapping such as `said: turn on the lamp`, found {what!r}"
            )
        for key in what:
            if key not in known:
                place = where.of((*at, key), name=True)
                raise UsageError(f"{place}: {key!r} is not {kind}; known here: {', '.join(known)}")

    check(told, HEAD, "a key", ())
    for number, story in enumerate(told["stories"]):
        check(story, (*TELL, *EXPECT), "a key of a story", ("stories", number))
        _check_calls(story.get("calls", []), where.of(("stories", number, "calls"), name=True))
    _check_firmware(file, told.get("device") or {})
    _check_cameras(told.get("cameras") or {}, where.of(("cameras",), name=True))
    name = file.name.removesuffix(SUFFIX)
    folder = file.parent / name / "__init__.py"
    given = str(told.get("plugin", f"{name}/__init__.py" if folder.is_file() else f"{name}.py"))
    return Stories(
        file,
        file.parent / given if given.endswith(".py") else Path(given),  # or the name of a shipped one
        others=[_entry(each) for each in told.get("with") or []],
        home_assistant=bool(told.get("home_assistant")),
        stories=told["stories"],
        **{
            key: told[key]
            for key in ("settings", "device", "web", "files", "screens", "gallery", "cameras", "secrets")
            if told.get(key)
        },
    )


def _check_calls(calls: object, place: str) -> None:
    for call in calls if isinstance(calls, list) else [calls]:
        parts: dict[object, object] = (
            call if isinstance(call, dict) and call.keys() <= {"name", "args"} else {}
        )
        if not isinstance(parts.get("name"), str) or not isinstance(parts.get("args", {}), dict):
            raise UsageError(
                f"{place}: a call is written as `calls: [{{name: turn_on, args: {{device: lamp}}}}]`, "
                f"found {call!r}"
            )


def _check_cameras(told: object, place: str) -> None:
    seen = told.values() if isinstance(told, dict) else [told]
    for each in seen:
        if not isinstance(told, dict) or not isinstance(each, str | dict):
            raise UsageError(
                f"{place}: of a camera write what a look tells, `cameras: {{gate: A parcel lies there.}}`, "
                f"or facts, `{{gate: {{summary: A parcel lies there., parcels: 1}}}}`; found {each!r}"
            )


def _check_firmware(file: Path, told: object) -> None:
    if not isinstance(told, dict):
        raise UsageError(f"{file}: under `device:` stands command topic: {{report topic: payload}}")
    for topic, rule in told.items():
        rules = [each for one in rule for each in one.values()] if _listed(rule) else [rule]
        if not all(isinstance(each, dict) for each in rules):
            raise UsageError(
                f"{file}: for the device's command topic {topic!r} write {{report topic: payload}}, or a "
                "list of commands, each with what it makes it report: - ON: {report topic: payload}"
            )


def _listed(rule: object) -> bool:
    return isinstance(rule, list) and all(isinstance(each, dict) for each in rule)


def _entry(told: object) -> tuple[str, dict[str, Any]]:
    if isinstance(told, dict) and len(told) == 1:
        ((name, settings),) = told.items()
        return str(name), settings or {}
    return str(told), {}


def filled(told: Any, there: Mapping[str, str]) -> Any:
    """Settings, with the addresses of what is there in place of its names in braces."""
    match told:
        case str():
            for mark, address in there.items():
                told = told.replace(mark, address)
            return told
        case dict():
            return {key: filled(value, there) for key, value in told.items()}
        case list():
            return [filled(each, there) for each in told]
        case _:
            return told


@contextmanager
def in_the_environment(secrets: Mapping[str, Any]) -> Iterator[None]:
    """These variables are set while the block lasts."""
    before = {name: os.environ.get(name) for name in secrets}
    os.environ.update({name: str(value) for name, value in secrets.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
