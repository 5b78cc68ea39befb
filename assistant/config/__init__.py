"""config.yaml and the environment → one frozen object; a mistake is one sentence with its place."""

from assistant.config.home import HomeConfig
from assistant.config.mistakes import nearest
from assistant.config.model import (
    AudioConfig,
    BrainConfig,
    Config,
    GeminiConfig,
    KeepConfig,
    McpServer,
    McpTool,
    MqttConfig,
    PluginEntry,
    TracesConfig,
    WebConfig,
)
from assistant.config.read import OF_THE_MACHINE, STATE_OF_THE_MACHINE, find, load, shipped, template
from assistant.config.seeing import CameraConfig, ClipsConfig, PicturesConfig, ScreenConfig

__all__ = [
    "OF_THE_MACHINE",
    "STATE_OF_THE_MACHINE",
    "AudioConfig",
    "BrainConfig",
    "CameraConfig",
    "ClipsConfig",
    "Config",
    "GeminiConfig",
    "HomeConfig",
    "KeepConfig",
    "McpServer",
    "McpTool",
    "MqttConfig",
    "PicturesConfig",
    "PluginEntry",
    "ScreenConfig",
    "TracesConfig",
    "WebConfig",
    "find",
    "load",
    "nearest",
    "shipped",
    "template",
]
