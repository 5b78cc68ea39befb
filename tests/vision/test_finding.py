"""Cameras that nobody configured: found over ONVIF's real wire, and nothing that they say is believed blindly."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import timedelta

import pytest
import yaml

from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.vision.finding import markup
from assistant.vision.finding.entries import entries
from assistant.vision.finding.probing import Candidate, candidate, probed
from assistant.vision.finding.streams import Found, Login, asked, plain
from tests.parts.onvif import BOMB, ENVELOPE, MATCH, OnvifCamera

LATE = timedelta(hours=-5)
"""A camera's clock that nobody has set."""


async def _found(camera: OnvifCamera, login: Login) -> Found:
    (one,) = await probed([("127.0.0.1", camera.port)], seconds=5)
    return await asked(one, login)


async def test_a_camera_is_found_and_its_line_is_ready_for_the_configuration() -> None:
    async with OnvifCamera(password="geheim", ahead=LATE).on() as camera:
        found = await _found(camera, Login("viewer", "geheim"))
    assert (found.name, found.model, found.problem) == ("Front door", "Acme Eye 2", "")
    first, second = entries([found, found], "viewer")
    assert first["streams"] == ["H264 2560x1440", "H264 640x360"]
    (told,) = yaml.safe_load(first["line"])
    made = CameraConfig.model_validate(told)
    assert (made.name, made.url) == ("Front door", "rtsp://127.0.0.1:554/sub")
    assert (made.detail_url, made.user) == ("rtsp://127.0.0.1:554/main", "viewer")
    assert second["name"] == "Front door 2"
    assert "secret" not in first["line"], "the password that the camera wrote into its URL"


async def test_a_wrong_password_is_told_and_the_password_never_sent() -> None:
    async with OnvifCamera(password="geheim").on() as camera:
        found = await _found(camera, Login("viewer", "wrong"))
        assert found.streams == []
        assert "user and a password" in found.problem
        assert entries([found])[0]["line"] == ""
        assert (await _found(camera, Login())).problem == found.problem


@pytest.mark.parametrize(
    ("asked_for", "answer", "problem"),
    [
        ("GetProfiles", BOMB, "declares types"),
        ("GetProfiles", b"<a>" * 100, "nested"),
        ("GetProfiles", b"<a>" + b"x" * 300_000 + b"</a>", "more than I want"),
        ("GetProfiles", b"<html>no", "no XML"),
        ("GetProfiles", b"<a/>", "names no stream"),
        ("GetCapabilities", b"<r><Media><XAddr>http://192.168.1.1/x</XAddr></Media></r>", "another address"),
        ("GetStreamUri", b"<r><MediaUri><Uri>rtsp://10.0.0.1/x</Uri></MediaUri></r>", "another address"),
        ("GetStreamUri", b"<r><MediaUri><Uri>file:///etc/passwd</Uri></MediaUri></r>", "another address"),
    ],
)
async def test_what_a_hostile_camera_says_is_a_sentence(asked_for: str, answer: bytes, problem: str) -> None:
    async with OnvifCamera(answers={asked_for: answer}).on() as camera:
        found = await _found(camera, Login())
    assert problem in found.problem
    assert found.streams == []


def test_answers_of_strangers_are_not_followed() -> None:
    told = ENVELOPE.format(MATCH.format(name="", services="http://192.168.1.9/onvif")).encode()
    assert candidate(told, "192.168.1.9") == Candidate("192.168.1.9", "http://192.168.1.9/onvif")
    assert candidate(told, "192.168.1.10") is None, "it names somebody else"
    assert candidate(told.replace(b"192.168.1.9", b"8.8.8.8"), "8.8.8.8") is None, "not of this house"
    assert plain("rtsp://u:p@192.168.1.9/a?b=1", "192.168.1.9") == "rtsp://192.168.1.9/a?b=1"
    assert plain("rtsp://192.168.1.9:99999/", "192.168.1.9") == ""
    assert plain("rtsp://192.168.1.9/\n- {name: x}", "192.168.1.9") == ""
    with pytest.raises(VisionError, match="no XML"):
        markup.read(b"")


async def test_the_command_prints_it() -> None:
    async with OnvifCamera().on() as camera:
        command = [
            sys.executable,
            "-m",
            "assistant",
            "cameras",
            "--find",
            f"127.0.0.1:{camera.port}",
            "--json",
        ]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30)
    found, end = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, found["event"], found["name"], end["event"]) == (
        0,
        "camera_found",
        "Front door",
        "done",
    )
    assert found["line"].startswith('- {name: "Front door", url: "rtsp://127.0.0.1:554/sub"')
