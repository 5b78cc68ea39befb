"""onboard.py DIR HOST:PORT [FILE]: make the first user, keep a token, join Home Assistant to the broker."""

import asyncio
import json
import sys
from pathlib import Path

import aiohttp
from paho.mqtt import publish

folder, broker, *devices = sys.argv[1:]
host, port = broker.rsplit(":", 1)
url = Path(folder, "url").read_text().strip()


async def ask(web, path, body=None, form=None):
    how = {"json": body} if body else {"data": form} if form else {}
    async with web.request("POST" if how else "GET", url + path, **how) as response:
        response.raise_for_status()
        return await response.json()


async def up(web):
    for _ in range(600):
        try:
            return await ask(web, "/api/onboarding")
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
        if "recovery mode" in Path(folder, "log").read_text():
            sys.exit(
                "Home Assistant started in recovery mode: a package is missing, see the first ERROR of the log"
            )
    sys.exit("Home Assistant did not answer within a minute")


async def main():
    async with aiohttp.ClientSession() as web:
        await up(web)
        user = {"client_id": url, "name": "Lab", "username": "lab", "password": "lab", "language": "en"}
        code = (await ask(web, "/api/onboarding/users", user))["auth_code"]
        grant = {"client_id": url, "grant_type": "authorization_code", "code": code}
        token = (await ask(web, "/auth/token", form=grant))["access_token"]
    Path(folder, "token").write_text(token)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as web:
        flow = await ask(web, "/api/config/config_entries/flow", {"handler": "mqtt"})
        done = await ask(
            web, f"/api/config/config_entries/flow/{flow['flow_id']}", {"broker": host, "port": int(port)}
        )
        if done["type"] != "create_entry":
            sys.exit(f"the MQTT integration was refused: {done}")


if devices:
    configs = json.loads(Path(devices[0]).read_text())
    publish.multiple(
        [(topic, json.dumps(payload), 1, True) for topic, payload in configs.items()], host, int(port)
    )
asyncio.run(main())
