"""The time and the date, for brains that have no clock of their own."""

from datetime import datetime

from assistant.api import Risk, tool


@tool(risk=Risk.READ, phrases=("what time is it", "tell me the time", "what's the time"))
async def get_time() -> str:
    """Tell the time of day."""
    return f"It is {datetime.now():%H:%M}"


@tool(risk=Risk.READ, phrases=("what day is it", "what's the date", "what is today's date"))
async def get_date() -> str:
    """Tell the day of the week and the date."""
    now = datetime.now()
    return f"It is {now:%A}, {now.day} {now:%B %Y}"
