"""The time and the date, for brains that have no clock of their own."""

from datetime import datetime

from assistant.api import Answer, Risk, tool


@tool(risk=Risk.READ, phrases=("what time is it", "tell me the time", "what's the time"))
async def get_time() -> Answer:
    """Tell the time of day."""
    return Answer(f"It is {datetime.now():%H:%M}", foreign=False)


@tool(risk=Risk.READ, phrases=("what day is it", "what's the date", "what is today's date"))
async def get_date() -> Answer:
    """Tell the day of the week and the date."""
    now = datetime.now()
    return Answer(f"It is {now:%A}, {now.day} {now:%B %Y}", foreign=False)
