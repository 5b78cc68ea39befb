"""A lamp with unusual topics."""

import json

import aiomqtt
from livekit.agents import Agent, function_tool


class Home(Agent):
    @function_tool
    async def set_reading_lamp(self, percent: int) -> str:
        """Set the reading lamp to a brightness from 0 (off) to 100 percent."""
        async with aiomqtt.Client("localhost") as client:
            await client.publish("home/4711/do", json.dumps({"lvl": round(percent * 2.55)}))
        return f"The reading lamp was told {percent} percent"
