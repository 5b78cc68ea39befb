"""Messages that programs send and no fixture has, composed after their documentation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugins.home_assistant_discovery.home import DiscoveryHouse

BULB = {
    "name": "OBK", "~": "obk1", "uniq_id": "obk1_light", "avty_t": "~/connected", "pl_on": "1", "pl_off": "0",
    "cmd_t": "cmnd/obk1/led_enableAll", "stat_t": "~/led_enableAll/get",
    "rgb_cmd_tpl": "{{'#%02x%02x%02x0000'|format(red,green,blue)}}", "rgb_cmd_t": "cmnd/obk1/led_basecolor_rgb",
    "rgb_stat_t": "~/led_basecolor_rgb/get",
    "rgb_val_tpl": "{{value[0:2]|int(base=16)}},{{value[2:4]|int(base=16)}},{{value[4:6]|int(base=16)}}",
    "bri_cmd_t": "cmnd/obk1/led_dimmer", "bri_stat_t": "~/led_dimmer/get", "bri_scl": 100,
    "dev": {"ids": ["obk1"], "name": "Bulb"},
}  # fmt: skip
"""An OpenBeken bulb."""

AIR = {
    "mode_cmd_t": "ac/mode/set", "mode_stat_t": "ac/mode", "modes": ["off", "heat_cool", "cool", "heat"],
    "temp_lo_cmd_t": "ac/low/set", "temp_lo_stat_t": "ac/low", "temp_hi_cmd_t": "ac/high/set",
    "temp_hi_stat_t": "ac/high", "min_temp": 16, "max_temp": 30, "temp_step": 0.5, "curr_temp_t": "ac/now",
    "hum_cmd_t": "ac/hum/set", "hum_stat_t": "ac/hum", "min_hum": 30, "max_hum": 80, "curr_hum_t": "ac/rh",
    "name": "Lounge AC", "uniq_id": "ac", "dev": {"ids": "d4d4", "name": "ac-lounge", "sa": "Lounge"},
}  # fmt: skip
"""An ESPHome air conditioner that keeps a band."""


async def test_digits_beside_a_format_are_digits() -> None:
    house = DiscoveryHouse({"homeassistant/light/openbeken/l/config": BULB})
    answers = {
        "cmnd/obk1/led_dimmer": "obk1/led_dimmer/get",
        "cmnd/obk1/led_basecolor_rgb": "obk1/led_basecolor_rgb/get",
        "cmnd/obk1/led_enableAll": "obk1/led_enableAll/get",
    }
    house.on_publish = lambda topic, payload: house.say(answers[topic], payload.lstrip("#")[:6])
    done = await house.do("turn_on", "Bulb", color="green", brightness=20)
    assert done.ok, done.text
    assert ("cmnd/obk1/led_basecolor_rgb", "#00ff000000") in house.published


@pytest.mark.parametrize(
    ("mode", "told", "sent"),
    [
        ("heat", "at 22.4 degrees, set to 20", [("ac/low/set", "23")]),
        ("cool", "at 22.4 degrees, set to 25", [("ac/high/set", "23")]),
        (
            "heat_cool",
            "kept between 20 and 25 degrees, at 22.4 now",
            [("ac/low/set", "20.5"), ("ac/high/set", "25.5")],
        ),
    ],
)
async def test_a_temperature_for_a_device_that_keeps_a_band(
    mode: str, told: str, sent: list[tuple[str, str]]
) -> None:
    house = DiscoveryHouse({"homeassistant/climate/ac-lounge/ac/config": AIR})
    for topic, text in (("ac/mode", mode), ("ac/low", "20"), ("ac/high", "25"), ("ac/now", "22.4")):
        house.say(topic, text)
    assert house.only.describe() == f"ac-lounge is {told}"
    house.on_publish = lambda topic, payload: house.say(topic.removesuffix("/set"), payload)
    done = await house.do("set_temperature", "lounge ac", temperature=23)
    assert done.ok, done.text
    assert house.published == sent
    house.published.clear()
    assert (await house.do("change_temperature", "lounge ac", by=-1)).ok
    assert len(house.published) == len(sent)


async def test_the_humidity_to_keep_has_a_range_of_its_own() -> None:
    house = DiscoveryHouse({"homeassistant/climate/ac-lounge/ac/config": AIR})
    house.on_publish = lambda topic, payload: house.say(topic.removesuffix("/set"), payload)
    refused = await house.do("set_humidity", "lounge ac", humidity=20)
    assert "30" in refused.text
    assert "80" in refused.text
    assert house.published == []
    assert (await house.do("set_humidity", "lounge ac", humidity=50)).ok


@pytest.mark.parametrize(
    ("device", "entity", "aliases"),
    [
        ("ac-lounge", "Lounge AC", ["Lounge AC"]),
        ("Garage", "Garage Door", ["Garage Door"]),
        ("Garage Door", "Door", []),
        ("Terrace", None, []),
        ("Node 7", "A name that is longer than people say", []),
    ],
)
def test_what_the_only_function_is_called_is_another_name(
    device: str, entity: str | None, aliases: list[str]
) -> None:
    cover = {
        "name": entity,
        "uniq_id": "c",
        "cmd_t": "c/set",
        "stat_t": "c",
        "dev": {"ids": ["c"], "name": device},
    }
    assert DiscoveryHouse({"homeassistant/cover/x/c/config": cover}).only.aliases == aliases


@pytest.mark.parametrize(
    ("topic", "heard"),
    [
        ("+/+/BTtoMQTT/CC1122334455", True),
        ("home/+/BTtoMQTT/CC1122334455", True),
        ("+/+", False),
        ("#", False),
        ("home/#", False),
        ("home/+x/BTtoMQTT/CC1122334455", False),
        ("+/+/+/+/CC1122334455", False),
    ],
)
def test_a_sensor_of_several_gateways(topic: str, heard: bool) -> None:
    config = {
        "stat_t": topic, "name": "tempc", "uniq_id": "cc", "dev_cla": "temperature", "unit_of_meas": "°C",
        "val_tpl": "{{ value_json.tempc | is_defined }}", "dev": {"ids": ["CC1122334455"], "name": "Fridge"},
    }  # fmt: skip
    house = DiscoveryHouse({"homeassistant/sensor/CC1122334455-tem/config": config})
    house.say("home/gateway/BTtoMQTT/CC1122334455", {"tempc": 4.5, "rssi": -70})
    assert (house.names == ["Fridge"]) is heard
    if heard:
        assert house.only.states == {"temperature": 4.5}
    else:
        assert "state_topic" in house.unsupported["sensor.cc"]


@pytest.mark.parametrize("key", ["cmd_t", "command_topic"])
def test_a_command_goes_to_one_topic(key: str) -> None:
    house = DiscoveryHouse(
        {"homeassistant/switch/x/s/config": {"name": "s", "uniq_id": "s", key: "+/+/BTtoMQTT/set"}}
    )
    assert house.names == []
    assert "command_topic" in house.unsupported["switch.s"]


@pytest.mark.parametrize("name", ["Open door", "Open gate", "Factory reset", "Gate opener"])
async def test_p11_a_button_beside_others_lets_nobody_in(name: str) -> None:
    device = {"ids": ["intercom"], "name": "Intercom"}
    house = DiscoveryHouse(
        {
            "homeassistant/switch/intercom/light/config": {
                "name": "Light", "uniq_id": "i1", "cmd_t": "i/light/set", "stat_t": "i/light", "dev": device,
            },
            "homeassistant/button/intercom/open/config": {
                "name": name, "uniq_id": "i2", "cmd_t": "i/relay", "payload_press": "1", "dev": device,
            },
        }
    )  # fmt: skip
    (found,) = (tool for tool in house.only.tools() if tool.name == "set_option")
    for option in (*getattr(house.only, "settings"), ""):  # noqa: B009 - of described devices only
        refused = await house.do(found.name, "Intercom", option=option, value="press")
        assert "on a spoken word alone" in refused.text
    assert house.published == []


def test_what_is_told_of_a_house_battery_and_of_moments() -> None:
    battery = {"ids": ["victron"], "name": "House battery"}
    told: dict[str, Any] = {
        "soc": {"name": "State of charge", "dev_cla": "battery", "unit_of_meas": "%"},
        "volts": {"name": "Voltage", "dev_cla": "voltage", "unit_of_meas": "V"},
        "phase": {"name": "Phase", "dev_cla": "enum", "ops": ["bulk", "float"]},
        "since": {"name": "Last full", "dev_cla": "timestamp"},
    }
    house = DiscoveryHouse(
        {
            f"homeassistant/sensor/victron/{key}/config": {
                **one, "uniq_id": key, "stat_t": f"N/1/{key}", "val_tpl": "{{ value_json.value }}", "dev": battery,
            }
            for key, one in told.items()
        }
    )  # fmt: skip
    for key, value in (("soc", 87.26), ("volts", 52.1), ("phase", "float"), ("since", "2026-11-23T10:00:00")):
        house.say(f"N/1/{key}", {"value": value})
    assert house.only.household_kind == "battery sensor"
    assert house.only.describe() == (
        "House battery is at battery 87 percent, at voltage 52.1 volts, phase float"
    )
    assert house.only.phrase("last_full", "2026-11-23T10:00:00") == "last full 23 November at 10:00"
    assert house.only.phrase("last_full", "2026-99-23T10:00:00") == "last full 2026-99-23T10:00:00"


def test_a_lock_that_wants_a_code_says_what_it_takes() -> None:
    lock = {"name": None, "uniq_id": "front1", "cmd_t": "l/set", "stat_t": "l", "code_format": "^\\d{4}$",
            "dev": {"ids": ["l"], "name": "Front door"}}  # fmt: skip
    house = DiscoveryHouse({"homeassistant/lock/x/l/config": lock})
    assert [tool.name for tool in house.only.tools()] == ["get_state"]
    assert house.unsupported["lock.front1"] == (
        "it is only looked at: it wants a code (a line `front1 CODE` in the file lock-codes)"
    )
