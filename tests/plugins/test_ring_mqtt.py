"""Ring devices: every entity that ring-mqtt publishes, and who may disarm."""

from __future__ import annotations

from assistant.tools.vocabulary import Risk
from tests.parts.overheard import OverheardHouse, do_everything, messages, plugin, wish_everything

SAID = messages("ring_mqtt")
WORDS = {
    "DISARM": "disarmed", "ARM_HOME": "armed_home", "ARM_AWAY": "armed_away", "LOCK": "LOCKED", "UNLOCK": "UNLOCKED",
    "OPEN": "open", "CLOSE": "closed",
}  # fmt: skip


class Bridge:
    """Reports on the state topic beside each command topic, in ring-mqtt's words."""

    def __init__(self, house: OverheardHouse) -> None:
        self.house = house
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        assert topic.endswith("command"), topic
        state = topic.removesuffix("command") + "state"
        assert state in SAID, topic
        self.house.say(state, WORDS.get(payload, payload))


async def home() -> OverheardHouse:
    house = OverheardHouse(plugin("ring_mqtt"))
    Bridge(house)
    await house.hear(SAID, kept=True)
    return house


async def test_every_entity_is_readable_or_says_why() -> None:
    house = await home()
    entities = {topic.rpartition("/")[0] for topic in SAID if not topic.endswith("/status")}
    parts, unsupported = house.coverage
    assert len(house.founds) == 17
    assert (parts, unsupported) == (len(entities), {})


async def test_what_is_read() -> None:
    house = await home()
    states = {device.found.id.rpartition("-")[2]: device.states for device in house.devices}
    assert states["0003"]["open"] is False
    assert states["0010"] == {"temperature": 19.5, "mode": "heat", "target": 20, "fan_mode": "Auto"}
    assert states["0006"] == {"smoke": False, "carbon_monoxide": False}
    panel = house.device("ring alarm 0001")
    assert (panel.states["status"], panel.states["battery"], panel.states["tamper"]) == (
        "disarmed",
        100,
        False,
    )
    house.say("ring/loc-1/camera/cam-0013/ding/state", "ON")
    camera = next(device for device in house.devices if "ringing" in device.states)
    assert camera.states["ringing"] is True


async def test_every_wish_is_confirmed() -> None:
    house = await home()
    assert await wish_everything(house) > 40
    assert await do_everything(house) > 25


async def test_disarming_is_security_and_arming_is_not() -> None:
    house = await home()
    for device in house.devices:
        for tool in device.tools():
            if tool.name in ("disarm", "unlock"):
                assert tool.declaration.risk is Risk.SECURITY
                assert not (await house.do(tool.name, device.name)).ok
    assert house.published == []
    assert (await house.do("arm", "ring alarm 0001", mode="away")).ok
    assert house.published == [("ring/loc-1/alarm/panel-0001/alarm/command", "ARM_AWAY")]


async def test_no_sensor_of_the_alarm_is_bypassed_by_a_word() -> None:
    house = await home()
    door = next(device for device in house.devices if "door-0003" in device.id)
    result = await house.do("set_option", door.name, option="bypass mode", value="Always")
    assert result.text == "I don't change bypass mode on a spoken word alone."
    assert house.published == []


async def test_what_is_offline_is_refused_at_once() -> None:
    house = await home()
    house.say("ring/loc-1/alarm/lock-0002/status", "offline")
    lock = next(device for device in house.devices if "lock-0002" in device.id)
    assert (await house.do("lock", lock.name)).text == f"The {lock.name} is offline."


async def test_pictures_are_not_listened_to() -> None:
    house = await home()
    assert not any(topic.endswith(("image", "#")) for topic, _ in house.heard)
