"""The weather of Open-Meteo (https://open-meteo.com, free for private use, data CC BY 4.0).

Settings: `latitude` and `longitude` of the home in degrees; `fahrenheit: true` for other units. It needs the
internet. See presence.py for who is at home to hear it.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from assistant.api import Answer, Plugin, Range, Risk, ToolError, tool

SKIES = {
    0: "clear", 1: "mostly clear", 2: "partly cloudy", 3: "overcast", 45: "foggy", 48: "foggy with rime",
    51: "light drizzle", 53: "drizzle", 55: "heavy drizzle", 56: "freezing drizzle", 57: "freezing drizzle",
    61: "light rain", 63: "rain", 65: "heavy rain", 66: "freezing rain", 67: "freezing rain",
    71: "light snow", 73: "snow", 75: "heavy snow", 77: "snow grains", 80: "light showers", 81: "showers",
    82: "violent showers", 85: "snow showers", 86: "heavy snow showers", 95: "thunderstorms",
    96: "thunderstorms with hail", 99: "thunderstorms with hail",
}  # fmt: skip
"""Weather codes of the WMO, as far as the service uses them."""
WET = range(51, 100)
LIKELY_PERCENT = 40
NEWS_SECONDS = 600
"""So long an answer is as good as new."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Day = Literal[
    "now", "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]


class Weather(Plugin):
    """Tell the weather."""

    own_words: ClassVar[bool] = True

    latitude: Annotated[float, Range(-90, 90)]
    longitude: Annotated[float, Range(-180, 180)]
    fahrenheit: bool = False
    server: str = "https://api.open-meteo.com"
    http_hosts = ("{server}",)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._known: tuple[float, Mapping[str, Any]] | None = None

    @tool(
        risk=Risk.READ,
        phrases=(
            "what is the weather",
            "what is the weather like",
            "what is the weather {day}",
            "what is the weather like {day}",
            "what is the weather on {day}",
            "what will the weather be like {day}",
            "what will the weather be like on {day}",
            "what is the weather forecast for {day}",
            "what is the weather for {day}",
            "how is the weather",
            "how is the weather {day}",
            "how warm is it outside",
            "tell me the weather",
        ),
    )
    async def get_weather(self, day: Day = "now") -> Answer:
        """Tell the weather outside.

        Args:
            day: now, or one of the next seven days
        """
        told = await self._forecast()
        try:
            return self._now(told) if day == "now" else self._on(told, day)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ToolError("The weather service answered something that I can't read") from error

    @tool(
        risk=Risk.READ,
        phrases=(
            "will it rain {day}",
            "will it rain",
            "will it rain on {day}",
            "is it going to rain",
            "is it going to rain {day}",
            "do i need an umbrella",
            "do i need an umbrella {day}",
        ),
    )
    async def will_it_rain(self, day: Day = "today") -> Answer:
        """Tell whether it will rain or snow on a day.

        Args:
            day: today, or one of the next seven days
        """
        told = await self._forecast()
        try:
            at, when = self._day(told, "today" if day == "now" else day)
            chance = round(_number(told["daily"]["precipitation_probability_max"][at]))
            code = int(_number(told["daily"]["weather_code"][at]))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ToolError("The weather service answered something that I can't read") from error
        yes = chance >= LIKELY_PERCENT or code in WET
        sky = f", {SKIES[code]}" if yes and code in SKIES else ""
        text = f"{'Yes' if yes else 'No'}, the chance of rain {when} is {chance} percent{sky}"
        return Answer(text, {"percent": chance})

    async def _forecast(self) -> Mapping[str, Any]:
        now = self.clock.read()
        if self._known is not None and 0 <= now - self._known[0] < NEWS_SECONDS:
            return self._known[1]
        try:
            reply = await self.http.get(f"{self.server}/v1/forecast", params=self._wanted())
        except ToolError as error:
            raise ToolError("I can't reach the weather service, so I don't know the weather") from error
        told = reply.json() if reply.ok else None
        if not isinstance(told, dict):
            raise ToolError(f"The weather service does not answer as it should (status {reply.status})")
        self._known = (now, told)
        return told

    def _wanted(self) -> dict[str, str | int | float]:
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "current": "temperature_2m,weather_code,wind_speed_10m",
            "daily": "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
            "timezone": "auto",
            "forecast_days": 7,
            "temperature_unit": "fahrenheit" if self.fahrenheit else "celsius",
        }

    def _now(self, told: Mapping[str, Any]) -> Answer:
        current = told["current"]
        degrees = round(_number(current["temperature_2m"]))
        sky = SKIES.get(int(_number(current["weather_code"])), "unsettled")
        wind = round(_number(current["wind_speed_10m"]))
        windy = f", with {wind} kilometres per hour of wind" if wind >= 20 else ""
        text = f"It is {degrees} degrees and {sky}{windy}"
        return Answer(text, {"temperature": degrees, "sky": sky, "wind_km_h": wind})

    def _on(self, told: Mapping[str, Any], day: str) -> Answer:
        at, when = self._day(told, day)
        daily = told["daily"]
        low = round(_number(daily["temperature_2m_min"][at]))
        high = round(_number(daily["temperature_2m_max"][at]))
        sky = SKIES.get(int(_number(daily["weather_code"][at])), "unsettled")
        return Answer(
            f"{when} it will be {sky}, {low} to {high} degrees", {"low": low, "high": high, "sky": sky}
        )

    def _day(self, told: Mapping[str, Any], day: str) -> tuple[int, str]:
        """Where a day is in the forecast, and how it is called."""
        today = self.clock.now().date()
        ahead = {"today": 0, "tomorrow": 1}.get(day)
        if ahead is None:
            ahead = (DAYS.index(day) - today.weekday()) % 7
        wanted = today + timedelta(days=ahead)
        dates: Sequence[str] = told["daily"]["time"]
        found = [at for at, text in enumerate(dates) if date.fromisoformat(text) == wanted]
        if not found:
            raise ToolError(f"The weather service tells nothing about {day} yet")
        return found[0], day if ahead < 2 and day not in DAYS else f"on {day.title()}"


def _number(value: Any) -> float:
    """A number that is one; the service says null where it knows nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)
