"""The shape of the configuration: every key with its type, range and default."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
)

from assistant.config.mistakes import KeyPath, Places, dotted
from assistant.errors import ConfigError

Dollars = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


def _expanded(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


UserPath = Annotated[Path, BeforeValidator(_expanded)]


class Section(BaseModel):
    """A mapping in the file; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BrainConfig(Section):
    """Who answers."""

    use: Literal["auto", "gemini", "embedded"] = "auto"
    port: Port = 0
    voice: Literal["auto", "piper", "flite", "espeak-ng", "pip"] = "auto"
    whisper: UserPath | None = None


class GeminiConfig(Section):
    """The cloud brain. The key is never here: see docs/guide.md."""

    model: str = "gemini-3.8-live"
    api_version: Literal["v1", "v1beta", "v1alpha"] = "v1beta"
    base_url: str = ""
    voice: str = "Puck"
    project: str = ""
    location: str = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""
    google_search: bool = False
    media_resolution: Literal["", "low", "medium", "high"] = ""
    safety: Literal["", "none", "few", "some", "most"] = ""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=1, le=1000)] | None = None
    turn_coverage: Literal["", "speech", "everything", "speech and video"] = ""
    thinking_level: Literal["", "minimal", "low", "medium", "high"] = ""
    thinking_budget: Annotated[int, Field(ge=0, le=32_768)] | None = None
    thoughts: bool = False
    affective_dialog: bool = False
    proactive_audio: bool | None = None
    home_tokens: Annotated[int, Field(ge=1000, le=60_000)] = 4_000
    rest_minutes: Annotated[float, Field(gt=0, le=1440)] = 10.0
    trigger_tokens: Annotated[int, Field(ge=2000, le=120_000)] = 12_000
    connect_seconds: Annotated[float, Field(gt=0, le=120)] = 8.0


class PriceConfig(Section):
    """US dollars for a million tokens of the models whose names begin like ``model``."""

    model: str
    text_in: Dollars
    audio_in: Dollars
    picture_in: Dollars
    text_out: Dollars
    audio_out: Dollars
    read_on: str = ""


LIVE_PRICES = (
    PriceConfig(
        model="gemini-",
        text_in=0.75,
        audio_in=3.0,
        picture_in=3.0,
        text_out=4.5,
        audio_out=12.0,
        read_on="2026-11-20",
    ),
)


class MoneyConfig(Section):
    """What brains that bill may cost."""

    daily_soft_usd: Dollars = 0.5
    daily_usd: Dollars = 2.0
    monthly_usd: Dollars = 20.0
    turns_per_minute: Annotated[int, Field(ge=1, le=600)] = 20
    connections_per_hour: Annotated[int, Field(ge=1, le=3600)] = 60
    prices: list[PriceConfig] = list(LIVE_PRICES)


class MqttConfig(Section):
    """The home's message broker. The password is never here: see docs/guide.md."""

    broker: str = "auto"
    user: str = ""
    ca: UserPath | None = None
    certificate: UserPath | None = None
    key: UserPath | None = None
    port: Port = 0
    use_localhost: bool = False


WakeWord = Literal["hey_jarvis", "alexa", "hey_mycroft", "okay_nabu", "push", "none"]
NO_WORDS = ("push", "none")
ONE_WORD: dict[str, Any] = {"enum": list(get_args(WakeWord))}
ONE_OR_MORE: dict[str, Any] = {"anyOf": [ONE_WORD, {"type": "array", "items": ONE_WORD, "minItems": 1}]}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _wakeable(words: list[str]) -> list[str]:
    if not words or (any(word in words for word in NO_WORDS) and len(words) > 1):
        raise ValueError("one wake word or several, or push or none alone")
    return words


class AudioConfig(Section):
    """Ears and mouth."""

    input: str = "default"
    output: str = "default"
    wake: Annotated[
        list[WakeWord], BeforeValidator(_listed), AfterValidator(_wakeable), WithJsonSchema(ONE_OR_MORE)
    ] = ["hey_jarvis"]
    sensitivities: dict[str, Annotated[int, Field(ge=-50, le=50)]] = {}
    wake_folder: UserPath = Path("~/.config/assistant/wake").expanduser()
    echo: Literal["auto", "cancel", "device", "none"] = "auto"
    signs: bool = True
    end_silence_ms: Annotated[int, Field(ge=200, le=3000)] = 350
    follow_up_seconds: Annotated[float, Field(ge=0, le=60)] = 6.0

    @property
    def wake_words(self) -> list[str]:
        """Every word built in that wakes, each once."""
        return [word for word in dict.fromkeys(self.wake) if word not in NO_WORDS]

    @property
    def always_listens(self) -> bool:
        """Whether everything that is said goes to the brain."""
        return self.wake == ["none"]


class DeviceWish(Section):
    """What the owner wants of a device that was found: ``device`` is its name at the source, or its id."""

    device: str
    name: str = ""
    area: str | None = None
    aliases: list[str] = []
    hidden: bool = False


class AnnounceConfig(Section):
    """How the assistant shows itself to Home Assistant."""

    enabled: bool = True
    prefix: str = "homeassistant"
    name: str = "Assistant"
    area: str = ""
    transcripts: bool = False


class HomeConfig(Section):
    """The home itself."""

    announce: AnnounceConfig = AnnounceConfig()
    pretend: bool = True
    sources: list[str] = [
        "zigbee2mqtt",
        "tasmota",
        "shelly",
        "wled",
        "valetudo",
        "esphome",
        "openmqttgateway",
        "ring_mqtt",
        "frigate",
        "home_assistant_discovery",
    ]
    devices: list[DeviceWish] = []


class PluginEntry(Section):
    """One entry under ``plugins``: a plugin's name and its settings."""

    name: str
    settings: dict[str, Any] = {}
    _places: Places = PrivateAttr(default_factory=Places)
    _at: KeyPath = PrivateAttr(default=("plugins",))

    def written(self, places: Places, at: KeyPath) -> None:
        """Remember where the entry was written, for mistakes that show only once its plugin is known."""
        self._places, self._at = places, at

    def mistake(self, problem: str, setting: str = "") -> ConfigError:
        """The error to raise for a setting, or for the plugin's name."""
        at = (*self._at, self.name, *([setting] if setting else []))
        return self._places.mistake(f"{dotted(at)}: {problem}", at, name=not setting)

    def invalid(self, error: ValidationError, known: Iterable[str]) -> ConfigError:
        """The error to raise for settings that the plugin's own model refused."""
        return self._places.invalid(error, self.settings, lambda _way: known, (*self._at, self.name))


class Config(Section):
    """The whole configuration."""

    brain: BrainConfig = BrainConfig()
    gemini: GeminiConfig = GeminiConfig()
    money: MoneyConfig = MoneyConfig()
    mqtt: MqttConfig = MqttConfig()
    audio: AudioConfig = AudioConfig()
    home: HomeConfig = HomeConfig()
    plugin_paths: list[UserPath] = []
    plugins: list[PluginEntry] = []
    state_dir: UserPath = Path(os.environ.get("XDG_STATE_HOME", "~/.local/state")).expanduser() / "assistant"
