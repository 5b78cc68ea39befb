"""Asks a slow web service about the pollen, and says how far it is."""

import asyncio

import httpx
from livekit.agents import Agent, RunContext, ToolError, function_tool, llm


class Pollen(Agent):
    @function_tool(flags=llm.ToolFlag.CANCELLABLE)
    async def pollen(self, context: RunContext, town: str) -> str:
        """Tell how much pollen is in the air of a town."""
        await context.update(f"I am asking for {town}")
        await asyncio.sleep(20)
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://pollen.example/{town}")
        if answer.status_code != 200:
            raise ToolError(f"nobody measures pollen in {town}")
        return f"The pollen in {town} is {answer.json()['level']}"
