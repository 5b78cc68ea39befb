"""The shape of the configuration: every key with its type, range and default."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from assistant.config.home import HomeConfig
from assistant.config.mistakes import Places, dotted
from assistant.config.section import Dollars, Port, Section, UserPath, Written
from assistant.config.seeing import CameraConfig, ClipsConfig, PicturesConfig, ScreenConfig
from assistant.errors import ConfigError


class BrainConfig(Section):
    """Who answers."""

    use: Literal["auto", "gemini", "embedded"] = "auto"
    port: Port = 0
    voice: Literal["auto", "piper", "flite", "espeak-ng", "pip"] = "auto"
    whisper: UserPath | None = None


class GeminiConfig(Section):
    """The cloud brain. The key is never here: see docs/guide.md."""

    model: Annotated[str, Field(pattern=r"^[\w.:@/-]{1,200}$")] = "gemini-3.8-live"
    api_version: Literal["v1", "v1beta", "v1alpha"] = "v1beta"
    base_url: Annotated[str, Field(pattern=r"^((https?|wss?)://[^\s/]+\S*)?$")] = ""
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
    turn_taking: Literal["local", "server"] = "local"
    vad_start: Literal["", "low", "high"] = ""
    vad_end: Literal["", "low", "high"] = ""
    vad_prefix_ms: Annotated[int, Field(ge=0, le=2000)] | None = None
    vad_silence_ms: Annotated[int, Field(ge=50, le=10_000)] | None = None
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
    read_on: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


def _price(model: str, into: float, out: float) -> PriceConfig:
    """Of a model that counts all kinds alike."""
    return PriceConfig(
        model=model,
        text_in=into,
        audio_in=into,
        picture_in=into,
        text_out=out,
        audio_out=out,
        read_on="2026-11-20",
    )


LIVE_PRICES = (
    _price("gemini-3.8-flash", 0.75, 3.75),
    _price("gemini-3.5-flash-lite", 0.3, 2.5),
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


Way = Literal["never", "pin", "screen", "presence"]


class PolicyConfig(Section):
    """What may be done on somebody's word. The PIN is never here: `assistant pin set`."""

    security: Way = "never"
    devices: dict[str, Way] = {}
    answer_seconds: Annotated[float, Field(ge=5, le=600)] = 45.0
    pin_tries: Annotated[int, Field(ge=1, le=10)] = 3
    pin_lock_minutes: Annotated[float, Field(ge=1, le=1440)] = 15.0


class MqttConfig(Section):
    """The home's message broker. The password is never here: see docs/guide.md."""

    broker: str = "auto"
    user: str = ""
    ca: UserPath | None = None
    certificate: UserPath | None = None
    key: UserPath | None = None
    port: Port = 0
    use_localhost: bool | None = None


WakeWord = Literal["hey_jarvis", "alexa", "hey_mycroft", "okay_nabu", "push", "none"]
NO_WORDS = ("push", "none")
NO_DEVICE = "none"
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
    duck: bool = True
    end_silence_ms: Annotated[int, Field(ge=200, le=3000)] = 350
    follow_up_seconds: Annotated[float, Field(ge=0, le=60)] = 6.0

    @property
    def has_microphone(self) -> bool:
        """Whether anything can be heard."""
        return self.input != NO_DEVICE

    @property
    def has_speaker(self) -> bool:
        """Whether anything can be said."""
        return self.output != NO_DEVICE

    @property
    def wake_words(self) -> list[str]:
        """Every word built in that wakes, each once."""
        return [word for word in dict.fromkeys(self.wake) if word not in NO_WORDS]

    @property
    def always_listens(self) -> bool:
        """Whether everything that is said goes to the brain."""
        return self.wake == ["none"]


class RoomConfig(AudioConfig):
    """One room: what of ``audio`` differs there. ``area`` is where its devices are: its name, unless told."""

    area: str | None = None


RoomName = Annotated[str, Field(pattern=r"^\w[\w '&.-]{0,39}$")]


class WebConfig(Section):
    """Pages for browsers. The token is never here: see docs/guide.md."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 8377
    names: list[str] = []


class TracesConfig(Section):
    """Traces of each turn, for a collector of OpenTelemetry."""

    url: Annotated[str, Field(pattern=r"^(https?://[^\s]{1,200})?$")] = ""
    words: bool = False


class KeepConfig(Section):
    """How long what concerns people is kept, in days; the rest of it is under clips and pictures."""

    transcripts_days: Annotated[int, Field(ge=0, le=3650)] = 0
    bills_days: Annotated[int, Field(ge=31, le=36_500)] = 400
    left_days: Annotated[int, Field(ge=1, le=3650)] = 31


class McpTool(Section):
    """What the owner wants of one tool of a server; what only a person may do is never a server's."""

    risk: Literal["", "read", "comfort", "costly"] = ""
    phrases: list[str] = []
    slow: bool = False


class McpServer(Section):
    """A server of tools (Model Context Protocol): a command on this machine, or an address.

    Its token is never here: see docs/guide.md.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    command: list[str] = []
    url: Annotated[str, Field(pattern=r"^(https?://[^\s]+)?$")] = ""
    environment: list[str] = []
    only: list[str] = []
    tools: dict[str, McpTool] = {}
    enabled: bool = True

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("either a command or a url")
        return self


def _named_apart(servers: list[McpServer]) -> list[McpServer]:
    if len({server.name for server in servers}) < len(servers):
        raise ValueError("servers with names of their own")
    return servers


class PluginEntry(Section):
    """One entry under ``plugins``: a plugin's name and its settings."""

    name: str
    settings: dict[str, Any] = {}
    enabled: bool = True
    _written: Written = PrivateAttr(default=Written(Places(), ("plugins",)))

    def mistake(self, problem: str, key: str = "") -> ConfigError:
        """The error to raise for a setting, or for the plugin's name."""
        at = (*self._written.at, self.name, *([key] if key else []))
        return self._places.mistake(f"{dotted(at)}: {problem}", at, name=not key)

    def invalid(self, error: ValidationError, known: Iterable[str]) -> ConfigError:
        """The error to raise for settings that the plugin's own model refused."""
        return self._places.invalid(error, self.settings, lambda _way: known, (*self._written.at, self.name))

    @property
    def _places(self) -> Places:
        return self._written.places or Places()


class Config(Section):
    """The whole configuration."""

    brain: BrainConfig = BrainConfig()
    gemini: GeminiConfig = GeminiConfig()
    money: MoneyConfig = MoneyConfig()
    policy: PolicyConfig = PolicyConfig()
    mqtt: MqttConfig = MqttConfig()
    audio: AudioConfig = AudioConfig()
    rooms: dict[RoomName, RoomConfig] = {}
    home: HomeConfig = HomeConfig()
    web: WebConfig = WebConfig()
    traces: TracesConfig = TracesConfig()
    cameras: list[CameraConfig] = []
    clips: ClipsConfig = ClipsConfig()
    pictures: PicturesConfig = PicturesConfig()
    screens: list[ScreenConfig] = []
    keep: KeepConfig = KeepConfig()
    mcp: Annotated[list[McpServer], AfterValidator(_named_apart)] = []
    plugin_paths: list[UserPath] = []
    plugin_allow: dict[str, Annotated[str, Field(pattern=r"^(any|[0-9a-fA-F]{64})$")]] = {}
    plugins: list[PluginEntry] = []
    state_dir: UserPath = Path(os.environ.get("XDG_STATE_HOME", "~/.local/state")).expanduser() / "assistant"

    def audio_in(self, room: str) -> AudioConfig:
        """Ears and mouth of a room: ``audio``, with what was written for the room put over it."""
        own = self.rooms[room]
        written = {key: getattr(own, key) for key in own.model_fields_set - {"area"}}
        return self.audio.model_copy(update=written)
