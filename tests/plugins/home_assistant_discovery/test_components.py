"""One hand-made device for each component: what it is called, what it reports, and what is sent to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.devices.composed import FoundDevice
from tests.plugins.home_assistant_discovery.home import DiscoveryHouse


def home(component: str, config: dict[str, Any]) -> tuple[DiscoveryHouse, FoundDevice]:
    """A house with one entity without a device."""
    house = DiscoveryHouse({f"homeassistant/{component}/thing/config": {"name": "thing", **config}})
    assert [why for why in house.unsupported.values() if "only looked at" not in why] == []
    return house, house.only


def answering(house: DiscoveryHouse, answers: dict[str, str]) -> None:
    """The firmware repeats what it was told on another topic."""
    house.on_publish = lambda topic, payload: house.say(answers[topic], payload) if topic in answers else None


async def test_a_tasmota_lamp_with_a_topic_for_everything() -> None:
    """As Tasmota's own discovery for Home Assistant announced it."""
    house, lamp = home(
        "light",
        {
            "uniq_id": "A1B2C3_LI_1", "~": "tele/desk/", "cmd_t": "cmnd/desk/POWER", "stat_t": "~STATE",
            "stat_val_tpl": "{{value_json.POWER}}", "pl_off": "OFF", "pl_on": "ON", "avty_t": "~LWT",
            "pl_avail": "Online", "pl_not_avail": "Offline", "on_cmd_type": "brightness",
            "bri_cmd_t": "cmnd/desk/Dimmer", "bri_stat_t": "~STATE", "bri_scl": 100,
            "bri_val_tpl": "{{value_json.Dimmer}}", "clr_temp_cmd_t": "cmnd/desk/CT", "clr_temp_stat_t": "~STATE",
            "clr_temp_val_tpl": "{{value_json.CT}}", "rgb_cmd_t": "cmnd/desk/Color2", "rgb_stat_t": "~STATE",
            "rgb_val_tpl": "{{value_json.Color.split(',')[0:3]|join(',')}}", "fx_cmd_t": "cmnd/desk/Scheme",
            "fx_stat_t": "~STATE", "fx_val_tpl": "{{value_json.Scheme}}", "fx_list": ["0", "1", "2"],
        },
    )  # fmt: skip
    house.say("tele/desk/LWT", "Online")
    state = {"POWER": "ON", "Dimmer": 42, "CT": 250, "Color": "255,0,0,0,0", "Scheme": 0}
    house.say("tele/desk/STATE", state)
    assert lamp.states == {
        "on": True, "brightness": 42, "color": "red", "color_temperature": 4000, "effect": "0",
    }  # fmt: skip

    def firmware(topic: str, payload: str) -> None:
        key = {"POWER": "POWER", "Dimmer": "Dimmer", "CT": "CT", "Color2": "Color", "Scheme": "Scheme"}
        state[key[topic.rpartition("/")[2]]] = payload
        house.say("tele/desk/STATE", state)

    house.on_publish = firmware
    assert (await house.do("turn_on", "thing", brightness=30)).ok
    assert (await house.do("turn_on", "thing", color="blue")).ok
    assert (await house.do("set_color_temperature", "thing", color_temperature=2700)).ok
    assert (await house.do("turn_off", "thing")).ok
    assert house.published == [
        ("cmnd/desk/Dimmer", "30"),
        ("cmnd/desk/Dimmer", "100"), ("cmnd/desk/Color2", "0,0,255"),
        ("cmnd/desk/Dimmer", "100"), ("cmnd/desk/CT", "370"),
        ("cmnd/desk/POWER", "OFF"),
    ]  # fmt: skip
    house.say("tele/desk/LWT", "Offline")
    assert (await house.do("turn_on", "thing")).text == "The thing is offline."


@pytest.mark.parametrize("mode", ["hs", "xy", "rgb", "rgbw", "rgbww"])
async def test_colour_topics_of_every_mode(mode: str) -> None:
    house, lamp = home(
        "light",
        {"command_topic": "l/set", "state_topic": "l", f"{mode}_command_topic": "l/c/set", f"{mode}_state_topic": "l/c",
         "on_command_type": "first"},
    )  # fmt: skip
    answering(house, {"l/set": "l", "l/c/set": "l/c"})
    for color in ("red", "orange", "green", "blue", "purple"):
        result = await house.do("turn_on", "thing", color=color)
        assert result.ok, (color, result.text, house.published)
    assert house.published[0] == ("l/set", "ON")
    assert lamp.household_kind == "colour light"


async def test_a_json_lamp_in_kelvin_with_its_own_scale() -> None:
    config = {
        "schema": "json", "cmd_t": "k/set", "stat_t": "k", "bri_scl": 1000, "sup_clrm": ["color_temp", "hs"],
        "clr_temp_k": True, "min_k": 2200, "max_k": 6500, "effect": False, "fx_list": ["x"],
    }  # fmt: skip
    house, lamp = home("light", config)
    answering(house, {"k/set": "k"})
    assert (await house.do("turn_on", "thing", brightness=25)).ok
    assert (await house.do("set_color_temperature", "thing", color_temperature=3000)).ok
    assert (await house.do("turn_on", "thing", color="green")).ok
    assert [json.loads(payload) for _, payload in house.published] == [
        {"state": "ON", "brightness": 250},
        {"state": "ON", "color_temp": 3000},
        {"state": "ON", "color": {"h": 120.0, "s": 100.0}},
    ]
    assert (lamp.properties["color_temperature"].low, lamp.properties["color_temperature"].high) == (
        2200,
        6500,
    )
    assert not lamp.can("effect")


async def test_a_lamp_of_the_template_schema() -> None:
    house, lamp = home(
        "light",
        {
            "schema": "template", "command_topic": "t/set", "state_topic": "t",
            "command_on_template": "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ color_temp|d }}",
            "command_off_template": "off", "state_template": "{{ value.split(',')[0] }}",
            "brightness_template": "{{ value.split(',')[1] }}",
            "red_template": "{{ value.split(',')[2].split('-')[0] }}",
            "green_template": "{{ value.split(',')[2].split('-')[1] }}",
            "blue_template": "{{ value.split(',')[2].split('-')[2] }}",
        },
    )  # fmt: skip
    house.say("t", "on,51,0-0-255")
    assert lamp.states == {"on": True, "brightness": 20, "color": "blue"}
    answering(house, {"t/set": "t"})
    assert (await house.do("turn_on", "thing", brightness=100, color="red")).ok
    assert (await house.do("turn_off", "thing")).ok
    assert house.published == [("t/set", "on,255,255-0-0,"), ("t/set", "off")]


async def test_a_garage_door_in_words() -> None:
    house, door = home(
        "cover",
        {"dev_cla": "garage", "cmd_t": "g/cmd", "stat_t": "g", "pl_open": "UP", "pl_cls": "DOWN", "pl_stop": None,
         "stat_open": "0", "stat_clsd": "1", "stat_opening": "2", "stat_closing": "3"},
    )  # fmt: skip
    assert door.household_kind == "garage door"
    assert not door.acts("stop")
    house.on_publish = lambda _topic, payload: house.say("g", {"UP": "0", "DOWN": "1"}[payload])
    house.say("g", "0")
    assert (await house.do("close", "thing")).ok
    assert not (await house.do("open", "thing")).ok, "a garage door lets somebody in"
    assert house.published == [("g/cmd", "DOWN")]


async def test_blinds_that_count_backwards_and_tilt_to_180() -> None:
    house, blinds = home(
        "cover",
        {"device_class": "shade", "set_position_topic": "b/pos/set", "position_topic": "b/pos", "position_open": 0,
         "position_closed": 255, "tilt_command_topic": "b/tilt/set", "tilt_status_topic": "b/tilt", "tilt_max": 180,
         "set_position_template": "{{ value }}"},
    )  # fmt: skip
    answering(house, {"b/pos/set": "b/pos", "b/tilt/set": "b/tilt"})
    assert (await house.do("set_position", "thing", position=20)).ok
    assert (await house.do("set_tilt", "thing", tilt=50)).ok
    assert (await house.do("open", "thing")).ok
    assert house.published == [("b/pos/set", "204"), ("b/tilt/set", "90"), ("b/pos/set", "0")]
    house.say("b/pos", '{"position": 255, "tilt_position": 0}')
    assert blinds.states["position"] == 0


async def test_locks() -> None:
    house, lock = home(
        "lock", {"cmd_t": "k/set", "stat_t": "k", "val_tpl": "{{ value | upper }}", "retain": True}
    )
    house.on_publish = lambda _topic, payload: house.say("k", f"{payload}ED".lower())
    assert (await house.do("lock", "thing")).text == "The thing is locked."
    assert not (await house.do("unlock", "thing")).ok
    for word, locked in (("unlocked", False), ("locking", False), ("jammed", None), ("none", None)):
        house.say("k", word)
        assert lock.states["locked"] is locked
    _, coded = home("lock", {"cmd_t": "k/set", "stat_t": "k", "code_format": "^\\d{4}$"})
    assert not coded.can("locked")


async def test_an_air_conditioner_in_fahrenheit() -> None:
    house, ac = home(
        "climate",
        {
            "mode_cmd_t": "ac/mode/set", "mode_stat_t": "ac/mode", "modes": ["off", "cool", "fan_only"],
            "temp_cmd_t": "ac/temp/set", "temp_stat_t": "ac/temp", "temp_unit": "F", "min_temp": "60", "max_temp": 86,
            "temp_step": 1, "curr_temp_t": "ac/now", "fan_mode_cmd_t": "ac/fan/set", "fan_mode_stat_t": "ac/fan",
            "swing_mode_cmd_t": "ac/swing/set", "swing_mode_stat_t": "ac/swing", "pow_cmd_t": "ac/power/set",
            "pr_mode_cmd_t": "ac/preset/set", "pr_mode_stat_t": "ac/preset", "pr_modes": ["eco", "boost"],
            "temp_hi_cmd_t": "ac/high/set", "act_t": "ac/action", "hum_cmd_t": "ac/hum/set", "hum_stat_t": "ac/hum",
            "min_hum": 30, "max_hum": 70, "curr_hum_t": "ac/hum/now",
        },
    )  # fmt: skip
    assert ac.household_kind == "air conditioner"
    answering(
        house, {f"ac/{key}/set": f"ac/{key}" for key in ("mode", "temp", "fan", "swing", "preset", "hum")}
    )
    house.say("ac/now", "75.2")
    assert ac.states["temperature"] == 24
    target = ac.properties["target"]
    assert (round(target.low or 0, 1), target.high) == (15.6, 30)
    assert (await house.do("set_temperature", "thing", temperature=22.5)).ok
    assert house.published[-1] == ("ac/temp/set", "72")
    for verb, args in (
        ("set_mode", {"mode": "cool"}), ("set_fan_mode", {"fan_mode": "high"}), ("set_preset", {"preset": "boost"}),
        ("set_option", {"option": "swing mode", "value": "on"}), ("set_humidity", {"humidity": 50}),
    ):  # fmt: skip
        result = await house.do(verb, "thing", **args)
        assert result.ok, result.text
    house.on_publish = lambda topic, payload: house.say("ac/mode", "off" if payload == "OFF" else "cool")
    assert (await house.do("turn_off", "thing")).ok
    assert house.published[-1] == ("ac/power/set", "OFF")
    result = await house.do("set_option", "thing", option="upper set point", value="25")
    assert "does not report" in result.text
    house.say("ac/mode", "None")
    assert ac.states["mode"] is None


async def test_a_water_heater() -> None:
    house, boiler = home(
        "water_heater",
        {"mode_command_topic": "w/mode/set", "mode_state_topic": "w/mode", "modes": ["off", "eco"],
         "temperature_command_topic": "w/t/set", "temperature_state_topic": "w/t", "max_temp": 65, "min_temp": 40},
    )  # fmt: skip
    answering(house, {"w/mode/set": "w/mode", "w/t/set": "w/t"})
    assert boiler.household_kind == "water heater"
    assert (await house.do("set_temperature", "thing", temperature=55)).ok
    assert (await house.do("turn_on", "thing")).ok
    assert house.published == [("w/t/set", "55"), ("w/mode/set", "eco")]


async def test_a_fan_of_three_speeds() -> None:
    house, fan = home(
        "fan",
        {
            "cmd_t": "f/on/set", "stat_t": "f/on", "pct_cmd_t": "f/speed/set", "pct_stat_t": "f/speed",
            "spd_rng_max": 3, "pr_mode_cmd_t": "f/preset/set", "pr_mode_stat_t": "f/preset", "pr_modes": ["Sleep"],
            "osc_cmd_t": "f/osc/set", "osc_stat_t": "f/osc", "dir_cmd_t": "f/dir/set", "dir_stat_t": "f/dir",
            "pct_cmd_tpl": '{"speed": {{ value }}}', "pct_val_tpl": "{{ value_json.speed }}",
        },
    )  # fmt: skip
    answering(house, {f"f/{key}/set": f"f/{key}" for key in ("on", "speed", "preset", "osc", "dir")})
    assert (await house.do("set_speed", "thing", speed=60)).ok
    assert house.published == [("f/on/set", "ON"), ("f/speed/set", '{"speed": 2}')]
    assert fan.states["speed"] == 66
    assert (await house.do("set_oscillation", "thing", oscillating=True)).ok
    assert house.published[-1] == ("f/osc/set", "oscillate_on")
    assert (await house.do("set_preset", "thing", preset="sleep")).ok
    assert (await house.do("set_option", "thing", option="direction", value="reverse")).ok
    house.say("f/speed", '{"speed": "None"}')
    assert fan.states["speed"] is None


async def test_a_dehumidifier() -> None:
    house, dryer = home(
        "humidifier",
        {"dev_cla": "dehumidifier", "cmd_t": "h/set", "stat_t": "h", "hum_cmd_t": "h/target/set", "modes": ["auto"],
         "hum_stat_t": "h/target", "mode_cmd_t": "h/mode/set", "mode_stat_t": "h/mode", "curr_hum_t": "h/now"},
    )  # fmt: skip
    answering(house, {"h/set": "h", "h/target/set": "h/target", "h/mode/set": "h/mode"})
    assert dryer.household_kind == "dehumidifier"
    assert (await house.do("turn_on", "thing")).ok
    assert (await house.do("set_humidity", "thing", humidity=45)).ok
    house.say("h/now", "61.5")
    assert dryer.states["humidity"] == 61.5


async def test_a_vacuum_as_valetudo_announces_it() -> None:
    house, robot = home(
        "vacuum",
        {
            "uniq_id": "robot_vacuum", "stat_t": "valetudo/robot/hass/robot_state", "cmd_t": "valetudo/robot/hass/cmd",
            "sup_feat": ["start", "pause", "stop", "return_home", "locate", "fan_speed", "battery"],
            "fanspd_lst": ["low", "max"], "set_fan_spd_t": "valetudo/robot/hass/fan", "pl_strt": "START",
            "pl_ret": "HOME", "cln_segmnts_cmd_t": "valetudo/robot/rooms", "segments": ["16.Kitchen", "17.Hall"],
        },
    )  # fmt: skip
    states = {"START": "cleaning", "HOME": "returning", "pause": "paused", "max": "cleaning"}

    def firmware(_topic: str, payload: str) -> None:
        report = {"state": states.get(payload, "cleaning"), "battery_level": 80, "fan_speed": "max"}
        house.say("valetudo/robot/hass/robot_state", report)

    house.on_publish = firmware
    for verb, args in (
        ("start_cleaning", {}), ("pause", {}), ("return_to_dock", {}), ("locate", {}), ("set_preset", {"preset": "max"}),
        ("clean_rooms", {"rooms": ["hall", "kitchen"]}),
    ):  # fmt: skip
        result = await house.do(verb, "thing", **args)
        assert result.ok, (verb, result.text)
    assert house.published[-1] == ("valetudo/robot/rooms", '["17", "16"]')
    assert robot.states["battery"] == 80


async def test_a_mower() -> None:
    house, mower = home(
        "lawn_mower",
        {"activity_state_topic": "m", "start_mowing_command_topic": "m/cmd", "dock_command_topic": "m/cmd",
         "start_mowing_command_template": '{"go": "{{ value }}"}'},
    )  # fmt: skip
    house.on_publish = lambda _t, payload: house.say("m", "mowing" if "go" in payload else "returning")
    assert (await house.do("start_mowing", "thing")).ok
    assert (await house.do("return_to_dock", "thing")).ok
    assert house.published == [("m/cmd", '{"go": "start_mowing"}'), ("m/cmd", "dock")]
    assert not mower.acts("pause")


async def test_valves_in_words_and_in_percent() -> None:
    house, valve = home("valve", {"cmd_t": "v/set", "stat_t": "v"})
    house.say("v", '{"state": "open"}')
    house.on_publish = lambda _t, payload: house.say("v", "closed")
    assert (await house.do("close", "thing")).ok
    assert valve.states["open"] is False
    house, valve = home(
        "valve", {"cmd_t": "v/set", "stat_t": "v", "reports_position": True, "position_open": 50}
    )
    answering(house, {"v/set": "v"})
    assert (await valve.change({"position": 40})).endswith("40 percent open")
    assert house.published == [("v/set", "20")]


async def test_sirens_speak_json_unless_they_have_templates() -> None:
    house, siren = home("siren", {"cmd_t": "s/set", "stat_t": "s"})
    answering(house, {"s/set": "s"})
    await siren.change({"on": True})
    assert (await house.do("turn_off", "thing")).ok
    assert house.published == [("s/set", '{"state": "ON"}'), ("s/set", '{"state": "OFF"}')]


async def test_an_alarm_is_armed_but_not_disarmed() -> None:
    house, _alarm = home(
        "alarm_control_panel", {"cmd_t": "a/set", "stat_t": "a", "cmd_tpl": '{"do": "{{ action }}"}'}
    )
    house.on_publish = lambda _t, payload: house.say("a", "armed_night")
    assert (await house.do("arm", "thing", mode="night")).ok
    assert house.published == [("a/set", '{"do": "ARM_NIGHT"}')]
    assert not (await house.do("disarm", "thing")).ok
    _, coded = home("alarm_control_panel", {"cmd_t": "a/set", "stat_t": "a", "code": "1234"})
    assert coded.actions() == []


@pytest.mark.parametrize(
    ("component", "config", "wish", "sent"),
    [
        ("number", {"min": -5, "max": 5, "step": 0.5}, "2.3", "2.5"),
        ("number", {"unit_of_measurement": "°F", "device_class": "temperature", "min": 32, "max": 212}, "100", "212"),
        ("select", {"options": ["A b", "C"]}, "a b", "A b"),
        ("text", {"command_template": '{"t": {{ value | to_json }} }'}, 'say "hi"', '{"t": "say \\"hi\\"" }'),
        ("date", {}, "2026-12-24", "2026-12-24"),
        ("time", {}, "07:30", "07:30"),
        ("datetime", {}, "2026-12-24T07:30:00", "2026-12-24T07:30:00"),
        ("notify", {}, "dinner is ready", "dinner is ready"),
    ],
)  # fmt: skip
async def test_settings(component: str, config: dict[str, Any], wish: str, sent: str) -> None:
    house, _ = home(
        component,
        {"command_topic": "x/set", **({} if component == "notify" else {"state_topic": "x"}), **config},
    )
    if "command_template" in config:
        house.on_publish = lambda _t, payload: house.say("x", json.loads(payload)["t"])
    else:
        answering(house, {"x/set": "x"})
    result = await house.do("set_option", "thing", value=wish)
    assert house.published == [("x/set", sent)]
    if component == "number" and wish == "2.3":
        assert result.ok, "the nearest step is what the device can do"
    assert result.ok or component == "notify", result.text


async def test_buttons_and_scenes() -> None:
    house, _ = home("button", {"cmd_t": "p", "pl_prs": "go"})
    assert (await house.do("press", "thing")).ok
    house2, _ = home("scene", {"cmd_t": "p", "pl_on": "movie"})
    assert (await house2.do("activate", "thing")).ok
    assert house.published + house2.published == [("p", "go"), ("p", "movie")]


@pytest.mark.parametrize(
    ("config", "payload", "name", "value", "kind"),
    [
        ({"dev_cla": "temperature", "unit_of_meas": "°F"}, "68", "temperature", 20.0, "temperature sensor"),
        ({"dev_cla": "humidity", "unit_of_meas": "%"}, "48.2", "humidity", 48.2, "humidity sensor"),
        ({"dev_cla": "battery", "unit_of_meas": "%"}, "88", "battery", 88, "battery sensor"),
        ({"dev_cla": "power", "unit_of_meas": "W"}, "1203.5", "power", 1203.5, "power meter"),
        ({"dev_cla": "illuminance", "unit_of_meas": "lx"}, "120", "illuminance", 120.0, "light sensor"),
        ({"name": "Filter", "unit_of_meas": "d"}, "12", "filter", 12.0, "Filter sensor"),
        ({"name": "Mood", "dev_cla": "enum", "options": ["good"]}, "good", "mood", "good", "mood sensor"),
        ({"dev_cla": "temperature", "unit_of_meas": "°C"}, "unavailable", "temperature", None, "temperature sensor"),
    ],
)  # fmt: skip
def test_sensors(config: dict[str, Any], payload: str, name: str, value: Any, kind: str) -> None:
    device = {"identifiers": ["s1"], "name": "Station"}
    house = DiscoveryHouse(
        {"homeassistant/sensor/s/config": {"state_topic": "s", "device": device, **config}}
    )
    house.say("s", payload)
    assert house.only.states == {name: value}
    assert house.only.household_kind.casefold() == kind.casefold()


@pytest.mark.parametrize(
    ("device_class", "name", "value", "kind"),
    [
        ("door", "open", True, "door sensor"),
        ("window", "open", True, "window sensor"),
        ("motion", "motion", True, "motion sensor"),
        ("occupancy", "presence", True, "presence sensor"),
        ("moisture", "leak", True, "leak sensor"),
        ("smoke", "smoke", True, "smoke detector"),
        ("lock", "locked", False, "lock sensor"),
        ("battery", "battery_low", True, "battery low sensor"),
        ("connectivity", "online", True, "online sensor"),
    ],
)
def test_binary_sensors(device_class: str, name: str, value: bool, kind: str) -> None:
    house, sensor = home(
        "binary_sensor", {"device_class": device_class, "state_topic": "s", "payload_on": 1, "payload_off": 0}
    )
    house.say("s", "1")
    assert sensor.states == {name: value}
    assert sensor.household_kind == kind
    house.say("s", "0")
    assert sensor.states == {name: not value}


def test_a_remote_of_triggers_is_one_action() -> None:
    device = {"ids": "remote-1", "name": "Remote"}
    messages = {
        f"homeassistant/device_automation/remote/{n}/config": {
            "atype": "trigger", "type": "button_short_press", "stype": f"button_{n}", "t": "remote", "pl": str(n), "dev": device,
        }
        for n in (1, 2, 3)
    }  # fmt: skip
    house = DiscoveryHouse(messages)
    house.say("remote", "2")
    assert house.only.states == {"action": "button_2 button_short_press"}
    house.say("remote", "9")
    assert house.only.states == {"action": "button_2 button_short_press"}


def test_trackers_updates_and_events() -> None:
    house, phone = home("device_tracker", {"stat_t": "p", "pl_home": "here", "src_type": "router"})
    for word, place in (("here", "home"), ("not_home", "not home"), ("Office", "Office"), ("None", None)):
        house.say("p", word)
        assert phone.states["location"] == place
    house = DiscoveryHouse(
        {
            "homeassistant/switch/u/config": {"name": None, "cmd_t": "r/set", "stat_t": "r", "dev": {"ids": ["r"], "name": "Relay"}},
            "homeassistant/update/u/config": {"stat_t": "u", "cmd_t": "u/set", "pl_inst": "go", "dev": {"ids": ["r"]}},
            "homeassistant/event/u/config": {"name": "Ring", "stat_t": "e", "evt_typ": ["ring"], "dev": {"ids": ["r"]}},
        }
    )  # fmt: skip
    house.say("u", {"installed_version": "1.0", "latest_version": "1.1"})
    house.say("e", {"event_type": "ring"})
    house.say("e", {"event_type": "unheard of"})
    assert house.only.states == {"installed_version": "1.0", "latest_version": "1.1", "ring": "ring"}
    assert not any("u/set" in part.topics for part in house.founds[0].parts), "installing is not offered"


@pytest.mark.parametrize("component", ["camera", "image", "tag", "infrared"])
def test_what_is_nothing_for_a_voice_says_why(component: str) -> None:
    house = DiscoveryHouse({f"homeassistant/{component}/x/config": {"topic": "x", "image_topic": "x"}})
    assert list(house.unsupported.values()) == [next(iter(house.unsupported.values()))]
    assert house.names == []


def test_a_report_that_expires_is_not_believed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    house, sensor = home(
        "sensor", {"stat_t": "t", "exp_aft": 60, "dev_cla": "temperature", "unit_of_meas": "°C"}
    )
    now = 1000.0
    monkeypatch.setattr("assistant.devices.reading.time.monotonic", lambda: now)
    house.say("t", "21.5")
    assert sensor.states["temperature"] == 21.5
    now += 59
    assert sensor.states["temperature"] == 21.5
    now += 2
    assert sensor.states["temperature"] is None


async def test_a_command_template_that_fails_is_told_and_sends_nothing() -> None:
    template = "{{ 1 / (value - 50) }}"
    house, _ = home("number", {"stat_t": "n", "cmd_t": "n/set", "cmd_tpl": template, "min": 0, "max": 100})
    house.say("n", "10")
    result = await house.do("set_option", "thing", value="50")
    assert (result.ok, result.text) == (False, "I don't know how to tell the thing that.")
    assert house.published == []
