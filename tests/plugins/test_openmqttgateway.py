"""Sensors behind a Bluetooth or radio gateway, and everything that merely passes the house."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.parts.overheard import ROOT, OverheardHouse, plugin

DATA = ROOT / "tests" / "data" / "openmqttgateway"
CAPTURED: list[dict[str, Any]] = json.loads((DATA / "ble_decoded_samples.json").read_text())
MORE: list[dict[str, Any]] = json.loads((DATA / "more_samples.json").read_text())
PHONE = {"id": "45:F6:8A:76:86:C5", "rssi": -60}


async def home() -> OverheardHouse:
    house = OverheardHouse(plugin("openmqttgateway"))
    await house.hear({sample["topic"]: sample["payload"] for sample in (*CAPTURED, *MORE)})
    return house


async def test_every_decoded_device_is_there_or_says_why() -> None:
    house = await home()
    assert {find.found.name: find.reason for find in house.finds} == {
        "OpenMQTTGateway": "", "RuuviTag 884F": "", "e-ink Clock C964": "it has not told a measured value yet", "TH Sensor 1B2C": "",
        "Door sensor 1B2D": "", "Motion 1B2E": "", "Flora 1B2F": "", "Prologue-TH 215 1": "", "Acurite-5n1 3021 A": "",
    }  # fmt: skip


async def test_what_is_read_with_its_unit() -> None:
    house = await home()
    ruuvi = house.device("RuuviTag 884F")
    assert ruuvi.states == {
        "temperature": 24.3, "humidity": 53.49, "pressure": 1000.44, "voltage": 2.977, "movements": 66,
        "acceleration_x": 0.00392266, "acceleration_y": -0.00392266, "acceleration_z": 1.01596894,
    }  # fmt: skip
    assert ruuvi.properties["pressure"].unit == "hectopascals"
    assert house.device("Door sensor 1B2D").describe() == "Door sensor 1B2D is open, seeing no light"
    weather = house.device("Acurite-5n1 3021 A").states
    assert (round(weather["temperature"], 1), weather["wind"], weather["battery_low"]) == (10.0, 18.0, True)
    assert house.device("Prologue-TH 215 1").states["battery_low"] is False
    flora = house.device("Flora 1B2F")
    assert (flora.states["moisture"], flora.properties["fertility"].unit) == (
        31,
        "microsiemens per centimetre",
    )


ABOUT = frozenset(
    [
        "id",
        "mac",
        "mac_type",
        "name",
        "brand",
        "model",
        "model_id",
        "type",
        "track",
        "rssi",
        "tx",
        "seq",
        "channel",
        "protocol",
        "tempf",
        "env",
        "ssid",
        "modules",
    ]
)
"""What names a device or repeats a value; tempf is tempc."""


async def test_every_value_of_every_sample_can_be_read() -> None:
    house = await home()
    told = [sample["payload"] for sample in (*CAPTURED, *MORE) if isinstance(sample["payload"], dict)]
    told = [payload for payload in told if payload.get("id") != PHONE["id"]]  # it passes by
    wanted = [
        (payload.get("model", "gateway"), key)
        for payload in told
        for key in payload
        if key.lower() not in ABOUT or (key == "rssi" and "uptime" in payload)
    ]
    read = sum(len(device.states) for device in house.devices)
    again = 1  # two gateways hear one sensor's temperature
    assert read >= 0.98 * (len(wanted) - again), (read, wanted)


async def test_a_value_that_comes_later_makes_it_a_thermometer() -> None:
    house = await home()
    clock = {"id": "3A:4C:65:A8:C9:64", "model": "e-ink Clock", "model_id": "LYWSD02"}
    await house.hear({"home/OpenMQTTGateway/BTtoMQTT/3A4C65A8C964": {**clock, "tempc": 20.1}})
    await house.hear({"home/OpenMQTTGateway/BTtoMQTT/3A4C65A8C964": {**clock, "hum": 40}})
    assert house.device("e-ink Clock C964").states == {"temperature": 20.1, "humidity": 40}


async def test_two_gateways_hear_one_sensor() -> None:
    house = await home()
    sensor = house.device("TH Sensor 1B2C")
    assert sensor.states["temperature"] == 21.5, "the second gateway heard it last"
    house.say("home/OpenMQTTGateway/LWT", "offline")
    assert sensor.available is None
    house.say("home/Attic/LWT", "online")
    assert sensor.available is True
    house.say("home/Attic/LWT", "offline")
    assert sensor.available is False
    assert {"a4c1380a1b2c", "ha:A4C1380A1B2C"} <= sensor.found.same_as


@pytest.mark.parametrize(
    "passing",
    [
        PHONE,
        {**PHONE, "name": "Anna's phone"},
        {
            **PHONE,
            "name": "Watch",
            "model": "Apple iPhone",
            "model_id": "APPLEDEVICE",
            "type": "RMAC",
            "batt": 50,
        },
        {**PHONE, "model": "Smart Tracker", "model_id": "TILE", "type": "TRACK", "batt": 90},
        {**PHONE, "model": "iBeacon", "model_id": "IBEACON", "type": "BCON", "volt": 3.0},
        {**PHONE, "model": "Sensor", "model_id": "X", "type": "THB", "tempc": 20, "mac_type": 1},
        {"id": "not an address", "model": "Sensor", "tempc": 20},
        {"model": "Sensor", "tempc": 20},
    ],
)
async def test_what_passes_the_house_is_not_kept(passing: dict[str, Any]) -> None:
    house = OverheardHouse(plugin("openmqttgateway"))
    await house.hear({"home/gateway/BTtoMQTT/45F68A7686C5": passing})
    assert house.founds == []
    assert list(house.source._told) == []


async def test_tyres_of_passing_cars_are_not_kept() -> None:
    house = OverheardHouse(plugin("openmqttgateway"))
    tyre = {"model": "Schrader", "type": "TPMS", "id": "AB12", "pressure_kPa": 230, "temperature_C": 30}
    await house.hear({"home/gateway/RTL_433toMQTT/Schrader/AB12": tyre})
    assert house.founds == []


async def test_a_street_full_of_sensors_is_bounded() -> None:
    house = OverheardHouse(plugin("openmqttgateway"))
    for number in range(3000):
        address = f"C4:7C:8D:00:{number >> 8:02X}:{number & 255:02X}"
        payload = {"id": address, "model": "Flora", "type": "PLANT", "moi": 30}
        house.say(f"home/gateway/BTtoMQTT/{address.replace(':', '')}", payload)
    await house.source.catch_up()
    assert len(house.founds) == 100


async def test_another_place_for_gateways() -> None:
    house = OverheardHouse(plugin("openmqttgateway", topic="sensors/attic"))
    await house.hear({"sensors/attic/BTtoMQTT/C47C8D6A1B2F": MORE[4]["payload"]})
    assert house.names == ["Flora 1B2F"]


@pytest.mark.parametrize(
    ("told", "is_open"), [("open", True), ("close", False), ("open_timeout", True), (True, True)]
)
async def test_a_contact_in_words(told: object, is_open: bool) -> None:
    """Composed after the decoder's documentation: a SwitchBot contact sensor."""
    house = OverheardHouse(plugin("openmqttgateway"))
    message = {
        "id": "C4:DD:57:AA:BB:CC", "brand": "SwitchBot", "model": "Contact Sensor", "model_id": "W120150X",
        "type": "CTMO", "contact": told, "batt": 88,
    }  # fmt: skip
    topic = "home/TheengsGateway/BTtoMQTT/C4DD57AABBCC"
    await house.hear({topic: message})
    house.say(topic, message)
    (sensor,) = house.registry.devices
    assert sensor.states["open"] is is_open
