"""What the house sees and shows: cameras, clips, screens, pictures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from assistant.config.section import Dollars, Section
from assistant.wallclock import span


def _span_of_day(text: str) -> str:
    span(text)
    return text


class WatchConfig(Section):
    """What makes a camera remember: events of its own, each described once by the cheap model."""

    by: list[Literal["change", "motion", "frigate"]] = []
    sensors: list[str] = []
    quiet_seconds: Annotated[float, Field(ge=5, le=86_400)] = 60.0
    daily: Annotated[int, Field(ge=0, le=1000)] = 50
    announce: list[str] = []


class CameraConfig(Section):
    """One camera. Its password is never here: see docs/guide.md."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    detail_url: str = ""
    area: str = ""
    aliases: list[str] = []
    user: str = ""
    seconds: Annotated[float, Field(ge=5, le=3600)] = 60.0
    max_mb: Annotated[float, Field(ge=1, le=1024)] = 32.0
    microphone: bool = True
    private: list[Annotated[str, AfterValidator(_span_of_day)]] = []
    known: Annotated[str, Field(max_length=1000)] = ""
    watch: WatchConfig = WatchConfig()


class ClipsConfig(Section):
    """How clips of cameras are understood."""

    model: str = "gemini-3.8-flash"
    caption_model: str = "gemini-3.5-flash-lite"
    seconds: Annotated[float, Field(ge=2, le=120)] = 15.0
    inline_mb: Annotated[float, Field(ge=0, le=75)] = 14.0
    daily: Annotated[int, Field(ge=0, le=10_000)] = 200
    remember_days: Annotated[int, Field(ge=1, le=3650)] = 30


class ScreenConfig(Section):
    """A screen that shows the page /screen/NAME of the dashboard."""

    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f/?#%]{1,40}$")]
    area: str = ""
    aliases: list[str] = []
    night: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")] = ""
    night_percent: Annotated[int, Field(ge=0, le=100)] = 20


Safety = Annotated[
    Literal["", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"],
    BeforeValidator(lambda value: "OFF" if value is False else value),  # YAML reads a bare OFF as false
]


class PicturesConfig(Section):
    """Pictures made by a model, and the gallery that keeps them."""

    model: str = "gemini-nano-banana-2.1"
    largest: Literal["1K", "2K", "4K"] = "2K"
    count: Annotated[int, Field(ge=1, le=4)] = 1
    ask_above_usd: Dollars = 0.1
    usd: dict[Literal["1K", "2K", "4K"], Dollars] = {}
    seconds: Annotated[float, Field(gt=0, le=280)] = 120.0
    google_search: bool = False
    people: Literal["", "DONT_ALLOW", "ALLOW_ADULT", "ALLOW_ALL"] = ""
    safety: Safety = ""
    thinking: Literal["", "minimal", "low", "medium", "high"] = ""
    keep_mb: Annotated[int, Field(ge=10, le=1_000_000)] = 500
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 90
