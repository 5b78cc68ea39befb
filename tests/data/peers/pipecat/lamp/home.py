"""A lamp with unusual topics."""

import json

import aiomqtt
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams


async def set_reading_lamp(params: FunctionCallParams, percent: int):
    """Set the reading lamp to a brightness.

    Args:
        percent: From 0 (off) to 100.
    """
    async with aiomqtt.Client("localhost") as client:
        await client.publish("home/4711/do", json.dumps({"lvl": round(percent * 2.55)}))
    await params.result_callback(f"The reading lamp was told {percent} percent")


context = LLMContext(tools=[set_reading_lamp])
