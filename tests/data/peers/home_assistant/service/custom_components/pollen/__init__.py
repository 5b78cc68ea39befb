"""Asks a slow web service about the pollen, for conversation agents that are models."""

import asyncio
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import llm
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType

DOMAIN = "pollen"
CONFIG_SCHEMA = vol.Schema({DOMAIN: vol.Schema({vol.Required("url"): cv.url})}, extra=vol.ALLOW_EXTRA)


class PollenTool(llm.Tool):
    name = "pollen"
    description = "Tell how much pollen is in the air."
    parameters = vol.Schema({vol.Required("town", description='Where, for example "Graz".'): cv.string})

    def __init__(self, url: str) -> None:
        self.url = url

    async def async_call(
        self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: llm.LLMContext
    ) -> dict[str, Any]:
        town = tool_input.tool_args["town"]
        await asyncio.sleep(20)
        async with async_get_clientsession(hass).get(f"{self.url}/{town}") as answer:
            if answer.status != 200:
                raise HomeAssistantError(f"nobody measures pollen in {town}")
            return {"pollen": (await answer.json())["level"]}


class PollenAPI(llm.API):
    def __init__(self, hass: HomeAssistant, url: str) -> None:
        super().__init__(hass=hass, id=DOMAIN, name="Pollen")
        self.tool = PollenTool(url)

    async def async_get_api_instance(self, llm_context: llm.LLMContext) -> llm.APIInstance:
        return llm.APIInstance(self, "Tell about pollen.", llm_context, [self.tool])


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    llm.async_register_api(hass, PollenAPI(hass, config[DOMAIN]["url"]))
    return True
