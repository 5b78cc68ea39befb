"""The time here and elsewhere, and the date, for brains that have no clock of their own."""

import asyncio
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from assistant.api import Answer, Risk, ToolError, tool

NEAR = {
    "Asia/Kolkata": "delhi, new delhi, mumbai, bangalore, india",
    "Asia/Shanghai": "beijing, china",
    "America/Los_Angeles": "san francisco, seattle, san diego, las vegas, california",
    "America/New_York": "boston, washington, miami, philadelphia, atlanta, new york city",
    "America/Chicago": "houston, dallas, austin, texas",
    "Australia/Sydney": "canberra",
    "Europe/Berlin": "munich, hamburg, frankfurt, cologne, germany",
    "Europe/London": "england, scotland, the uk, manchester, edinburgh",
    "Europe/Madrid": "barcelona, spain",
    "Europe/Paris": "france, lyon, marseille",
    "Europe/Rome": "milan, naples, italy",
    "Europe/Zurich": "geneva, basel, switzerland",
    "America/Toronto": "ottawa",
}
"""Cities and countries that have no time zone of their own name."""


@tool(
    risk=Risk.READ,
    phrases=(
        "what time is it",
        "tell me the time",
        "what's the time",
        "what time is it in {place}",
        "what's the time in {place}",
        "what time is it now in {place}",
    ),
)
async def get_time(place: str = "") -> Answer:
    """Tell the time of day, here or elsewhere.

    Args:
        place: a city or country; empty for here
    """
    if not place.strip():
        return Answer(f"It is {datetime.now():%H:%M}", foreign=False)
    zones = await asyncio.to_thread(_zones)
    zone = zones.get(" ".join(place.casefold().removeprefix("the ").split()))
    if zone is None:
        raise ToolError("I don't know what time it is there; name a big city near it")
    there, here = datetime.now(ZoneInfo(zone)), datetime.now()
    day = "" if there.date() == here.date() else f" on {there:%A}"
    return Answer(f"It is {there:%H:%M}{day} in {place.strip()}", foreign=False)


@tool(risk=Risk.READ, phrases=("what day is it", "what's the date", "what is today's date"))
async def get_date() -> Answer:
    """Tell the day of the week and the date."""
    now = datetime.now()
    return Answer(f"It is {now:%A}, {now.day} {now:%B %Y}", foreign=False)


@cache
def _zones() -> dict[str, str]:
    """Time zones by what people call them: the city in their name, or one near it."""
    cities = {
        zone.split("/")[-1].replace("_", " ").casefold(): zone for zone in sorted(available_timezones())
    }
    near = {name.removeprefix("the "): zone for zone, names in NEAR.items() for name in names.split(", ")}
    return {**cities, **near}
