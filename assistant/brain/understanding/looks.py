"""Wishes to see what no camera sees, or to send where nothing goes: said, with what would help."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.brain.home import Home
from assistant.brain.understanding.tables import bag, phrases
from assistant.brain.understanding.words import words

TOOL = "show_camera"
OPENINGS = tuple(
    words(phrase)
    for phrase in phrases(
        """
        show me, let me see, can i see, look at, who is at, who was at, who is that at, who was that at,
        what happened at, what happened in, what is happening at, what is happening in, what just happened at,
        what just happened in, what is going on at, what is going on in, what do you see at,
        what do you see in, describe what you see at, is somebody at, is someone at, is anybody at,
        is anyone at, is there somebody at, is there someone at, is there anybody at, is there anyone at, put
        """
    )
)
WATCHES = tuple(
    words(phrase)
    for phrase in phrases(
        """
        keep an eye on, keep watching, keep looking at, look through
        """
    )
)
"""Nothing but a camera could do that, whatever is to be seen: an oven, a child."""
ENDINGS = tuple(
    words(phrase)
    for phrase in phrases("on the screen, on screen, now, right now, please, for a while, today, tonight")
)
BLIND = "I cannot see just now: that needs Gemini."
SPANS = bag("second seconds minute minutes hour hours moment while")
ONLY_SEEN = frozenset(
    words(phrase)
    for phrase in phrases(
        """
        did a parcel come today, did a package come today, did a parcel arrive today, who came today,
        did anybody come today, did somebody come today, what did the cameras see today,
        did anyone come by, did anybody come by, did anyone come by while we were out,
        did anybody come by while we were out, did anyone come by while i was out, who came by today,
        who rang the doorbell, has my parcel come, when did the parcel come, has the postman been,
        what happened outside, what happened outside today, what just happened outside,
        which cameras are there, are the cameras working, how are the cameras
        """
    )
)
"""What only cameras know."""
NO_CAMERA = (
    "There is no camera in this home that I could look through. "
    "An entry under cameras in config.yaml adds one, and the command assistant cameras --find looks for them."
)
SENDS = frozenset(
    words(phrase)
    for phrase in phrases(
        """
        send it to my phone, send that to my phone, send this to my phone, send the picture to my phone,
        send it to me, send me the picture, send me that picture, put it on my phone, text it to me,
        send it to my telephone, send it to my mobile, send the picture to my mobile
        """
    )
)
SEND_TOOL = "send_picture"
NO_PHONE = (
    "Nothing here sends to a phone. "
    "The plugin called notifications does, as an entry under plugins in config.yaml."
)
PLACES = bag(
    """
    door gate garage drive driveway garden yard backyard porch entrance street path patio terrace doorstep
    doorbell camera cameras outside
    """
)
NEW = bag("a an some")
"""No camera is meant with that: it may be drawn."""
CAMERAS = bag("camera cameras doorbell")
LITTLE = bag("the my our a that")


def unseen(sentence: Sequence[str], home: Home) -> str:
    """What to say when somebody wants such a thing; "" for everything else."""
    said = tuple(word for word in sentence if word != ",")
    if said in SENDS:
        return "" if home.tool(SEND_TOOL) else NO_PHONE
    tool = home.tool(TOOL)
    cameras = tool.properties.get("camera", {}).get("enum", []) if tool else []
    if said in ONLY_SEEN:
        return "" if cameras else NO_CAMERA
    if not (place := _place(said)):
        return ""
    if not cameras:
        return NO_CAMERA
    there = [words(str(name)) for name in cameras]
    if tuple(place) in there or (place[-1] in CAMERAS and tuple(place[:-1]) in there):
        return BLIND if any(said[: len(watch)] == watch for watch in WATCHES) else ""
    return f"No camera is called {' '.join(place)}. There is {' or '.join(map(str, cameras[:4]))}."


def _place(said: tuple[str, ...]) -> list[str]:
    """What somebody wants to see; nothing when that is no such wish."""
    opening = next((one for one in (*WATCHES, *OPENINGS) if said[: len(one)] == one), None)
    if opening is None:
        return []
    rest, on_screen = said[len(opening) :], False
    while ending := _ending(rest):
        rest, on_screen = rest[: -len(ending)], on_screen or "screen" in ending
    if opening not in WATCHES and rest[:1] and rest[0] in NEW and rest[-1] not in CAMERAS:
        return []
    place = [word for word in rest if word not in LITTLE]
    if not 0 < len(place) < 4 or (opening == ("put",) and not on_screen):
        return []
    return place if opening in WATCHES or place[-1] in PLACES else []


def _ending(said: tuple[str, ...]) -> tuple[str, ...]:
    """What says when, how long or where to show it: ``now``, ``2 minutes ago``, ``for a minute``."""
    if said[-1:] == ("ago",) and len(said) > 2 and said[-2] in SPANS:
        return said[-3:]
    if said[-1:] and said[-1] in SPANS and len(said) > 2 and said[-3] in ("for", "the"):
        return said[-3:]
    return next((one for one in ENDINGS if said[-len(one) :] == one), ())
