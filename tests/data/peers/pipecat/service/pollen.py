"""Asks a slow web service about the pollen, and says how far it is."""

import asyncio

import httpx
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams


async def pollen(params: FunctionCallParams, town: str):
    """Tell how much pollen is in the air of a town.

    Args:
        town: Where, for example "Graz".
    """
    await params.llm.push_frame(TTSSpeakFrame(f"I am asking for {town}"))
    await asyncio.sleep(20)
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://pollen.example/{town}")
    if answer.status_code != 200:
        return await params.result_callback({"error": f"nobody measures pollen in {town}"})
    await params.result_callback(f"The pollen in {town} is {answer.json()['level']}")


context = LLMContext(tools=[pollen])
