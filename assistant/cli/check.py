"""`assistant check` and `schema`: nothing is started, nothing heavy is imported."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from assistant import config as configuration
from assistant import permission
from assistant.audio.advice import advice
from assistant.audio.naming import is_recorded
from assistant.cli.names import sound_alike
from assistant.cli.output import Output
from assistant.errors import ConfigError, LinkError, ToolError
from assistant.home.address import Address
from assistant.home.furniture import Furniture
from assistant.live.options import checked
from assistant.loader import Loader, LoadState
from assistant.wallclock import WallClock
from assistant.web.access import access

KINDS = ("auto", "embedded", "mosquitto")
"""Brokers without an address."""


def check(options: argparse.Namespace) -> int:
    """Read the configuration and load every plugin; says what is wrong with each."""
    path = configuration.find(options.config)
    config = configuration.load(path)
    output = Output(as_json=options.json)
    checked(config.gemini)
    access(config.web)
    _broker(config.mqtt)
    _cameras(config)
    _pictures(config)
    for clash in sound_alike(list(config.rooms)):
        output.tell({"event": "clash", **dataclasses.asdict(clash)})
    permission.checked(config)
    furniture, loader = Furniture(), Loader(config.plugin_paths, config.plugin_allow)
    for sentence in (*loader.advice(), *_secrets(config), *permission.advice(config), *_sound(config)):
        output.note(sentence)
    worst = 0
    for entry in config.plugins:
        problem, code = _problem(furniture, loader, entry)
        if problem:
            output.tell({"event": "error", "text": problem})
        worst = max(worst, code)
    if not worst:
        output.note(f"{path}: the configuration is right, and its {len(config.plugins)} plugin entries load")
    output.tell({"event": "done"})
    return worst


def proven(config: configuration.Config) -> None:
    """Whether a house can be built by it; a plugin that is merely broken would be left out.

    Raises:
        ConfigError: it cannot; file, line and column where they are known.
    """
    checked(config.gemini)
    access(config.web)
    _broker(config.mqtt)
    _cameras(config)
    permission.checked(config)
    Furniture().load(config)


def _cameras(config: configuration.Config) -> None:
    """Whether every camera is a place that we know, and has a name of its own."""
    from assistant.vision.cameras import Cameras

    Cameras(config.cameras, WallClock())


def _pictures(config: configuration.Config) -> None:
    """Whether the model that draws takes what is wanted of it.

    Raises:
        ConfigError: it does not; with what it takes.
    """
    from assistant.vision import wishing

    try:
        wishing.checked(config.pictures, vertex=bool(config.gemini.project))
    except ToolError as error:
        raise config.pictures.mistake(f"pictures: {error}") from error


def _secrets(config: configuration.Config) -> Iterator[str]:
    """Advice about passwords that stand in the configuration: it is copied and shown to others."""
    from assistant.vision.places import slug

    with suppress(ValueError):
        if urlsplit(config.mqtt.broker).password:
            yield (
                "a password stands in mqtt.broker; the file ~/.config/assistant/mqtt-password, which nobody "
                "else may read, keeps it apart (mqtt.user says whose it is)"
            )
    for camera in config.cameras:
        with suppress(ValueError):
            if urlsplit(camera.url).password:
                yield (
                    f"a password stands in the url of the {camera.name}; the file ~/.config/assistant/"
                    f"camera-{slug(camera.name)}, which nobody else may read, keeps it apart"
                )


def _sound(config: configuration.Config) -> Iterator[str]:
    """What of ``audio``, and of each room, does nothing."""
    sections = [config.audio_in(room) for room in config.rooms] or [config.audio]
    yield from dict.fromkeys(sentence for audio in sections for sentence in advice(audio))
    for audio in sections:
        if is_recorded(audio.input) and not Path(audio.input).expanduser().is_file():
            yield f"audio.input: there is no file {audio.input}"


def _broker(mqtt: configuration.MqttConfig) -> None:
    """What can be known of the broker without calling it.

    Raises:
        ConfigError: its address, password or certificates do not fit.
    """
    if mqtt.broker in KINDS:
        return
    try:
        Address.configured(mqtt).certificates.context()
    except LinkError as error:
        raise mqtt.mistake(str(error)) from error


def _problem(furniture: Furniture, loader: Loader, entry: configuration.PluginEntry) -> tuple[str, int]:
    """What is wrong with an entry, and the exit code for that."""
    try:
        loaded = furniture.add(loader, entry)
    except ConfigError as error:
        return str(error), error.exit_code
    if loaded.state in (LoadState.ENABLED, LoadState.DISABLED):
        return "", 0
    if loaded.state is LoadState.NOT_CONFIGURED or loaded.absent:
        return loaded.reason, ConfigError.exit_code
    return f"plugin {entry.name}: {loaded.state.value}: {loaded.reason}", 1


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of config.yaml."""
    text = json.dumps(configuration.Config.model_json_schema(), indent=None if options.json else 2)
    sys.stdout.write(f"{text}\n")
    return 0
