"""The home itself: its devices, floors and areas, and how the assistant shows itself there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from assistant.config.section import Section


class DeviceWish(Section):
    """What the owner wants of a device that was found: ``device`` is its name at the source, or its id."""

    device: str
    name: str = ""
    area: str | None = None
    aliases: list[str] = []
    hidden: bool = False


def _floor(value: object) -> object:
    return {"areas": value} if isinstance(value, list) else value


class FloorConfig(Section):
    """One floor: its areas, other names for it, and its level (0 is the ground floor)."""

    areas: list[str] = []
    level: Annotated[int, Field(ge=-20, le=200)] | None = None
    aliases: list[str] = []


FloorName = Annotated[str, Field(pattern=r"^\w[\w '&.-]{0,39}$")]
FloorEntry = Annotated[FloorConfig, BeforeValidator(_floor, json_schema_input_type=FloorConfig | list[str])]


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
    floors: dict[FloorName, FloorEntry] = {}
    areas: dict[FloorName, list[FloorName]] = {}
