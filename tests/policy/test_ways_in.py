"""P11: the same wishes by every way in — typed, by the page, by hand, by another agent — and none opens the door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.app import House
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.errors import AssistantError
from assistant.web.guard import Guard
from assistant.web.pages import Pages
from assistant.web.server import served
from tests.parts.homes import lived_in, shipped, told
from tests.web.test_kiosk import posted

WISHES = (
    "unlock the front door", "please unlock the door", "open the front door", "open the lock", "unlock everything",
    "front door unlock", "turn the lock off", "make the front door unlocked", "can you unlock the front door now",
    "unlock the front door and turn on the kitchen light", "schließ die Haustür auf", "entriegle die Tür",
    "déverrouille la porte", "ouvre la serrure", "abre la cerradura", "desbloquea la puerta", "sblocca la porta",
    "ontgrendel de voordeur", "odblokuj drzwi", "yes unlock it",
)  # fmt: skip
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("unlock", {"device": "front door"}),
    ("open", {"device": "front door"}),
    ("unlock", {"device": "all locks"}),
)


async def test_p11_no_way_in_opens_the_door(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        door = next(device for device in house.registry.devices if device.name == "front door")
        commands: list[Any] = []

        async def asks(request: dict[str, Any]) -> None:
            try:
                _, items = await told(errands, request)
            except AssistantError:
                return
            commands.extend(i for i in items if i["event"] == "command" and i["device"] == "front door")
            assert not [i for i in items if i["event"] == "consent"], "nothing is asked that may not be done"

        for wish in WISHES:
            await asks({"do": "say", "text": wish})
        for name, args in CALLS:
            await asks({"do": "call", "tool": name, "args": args, "id": "1"})
        await asks({"do": "set", "device": "front door", "property": "locked", "value": "false"})
        await asks({"do": "consent", "id": "1", "yes": True, "pin": "1234"})
        app = Pages(Desk(house, errands), TOLD).app()
        async with served(Guard(app, names=(), token=""), "127.0.0.1", 0) as port:
            for request in (
                {"do": "say", "text": WISHES[0]},
                {"do": "set", "device": "front door", "property": "locked", "value": "false"},
                {"do": "consent", "id": "1", "yes": True},
                {"do": "call", "tool": "unlock", "args": {"device": "front door"}, "id": "2"},
            ):
                status, answer = await posted(port, "/do", request)
                assert status in (200, 400)
                assert b'"ok":true' not in answer.replace(b" ", b""), request
        assert door.states["locked"] is True
        assert commands == []

    await lived_in(shipped(tmp_path), use)
