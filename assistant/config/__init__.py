"""config.yaml and the environment → one frozen object; a mistake is one sentence with its place."""

from assistant.config.mistakes import nearest
from assistant.config.model import (
    AudioConfig,
    BrainConfig,
    Config,
    GeminiConfig,
    HomeConfig,
    MqttConfig,
    PluginEntry,
)
from assistant.config.read import find, load, shipped, template

__all__ = [
    "AudioConfig",
    "BrainConfig",
    "Config",
    "GeminiConfig",
    "HomeConfig",
    "MqttConfig",
    "PluginEntry",
    "find",
    "load",
    "nearest",
    "shipped",
    "template",
]
