"""The brain as a process: how it starts, how it ends, and its one sentence when it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.brain.certificate import DAYS, certificate
from assistant.errors import BrainError

NOW = datetime.now(UTC)


@asynccontextmanager
async def process(*arguments: object) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant.brain", *map(str, arguments), stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(20):
            yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_it_is_ready_with_one_line_and_ends_with_its_parent(tmp_path: Path) -> None:
    async with process("--state", tmp_path) as started:
        assert started.stdout is not None
        ready = json.loads(await started.stdout.readline())
        assert ready["event"] == "ready"
        assert ready["pid"] == started.pid
        assert ready["url"].startswith("https://127.0.0.1:")
        assert Path(ready["certificate"]) == tmp_path / "brain.pem"
        assert started.stdin is not None
        started.stdin.close()
        rest, errors = await started.communicate()
        assert (started.returncode, rest, errors) == (0, b"", b"")


async def test_it_ends_at_sigterm_and_stays_small(tmp_path: Path) -> None:
    certificate(tmp_path, lambda: NOW)
    async with process("--state", tmp_path) as started:
        assert started.stdout is not None
        await started.stdout.readline()
        assert resident(started.pid) < 80e6, "the whole brain is meant to need at most 80 MB"
        started.send_signal(signal.SIGTERM)
        assert await started.wait() == 0


@pytest.mark.parametrize("as_json", [True, False])
async def test_a_taken_port_is_named(tmp_path: Path, as_json: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with process("--state", tmp_path, "--port", port, *(["--json"] if as_json else [])) as started:
            out, errors = await started.communicate()
            text = json.loads(out)["text"] if as_json else errors.decode()
            assert text.strip() == (
                f"Port {port} on 127.0.0.1 is taken by another program; set brain.port (--port) to another."
            )
            assert started.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--port", "99999"], 2, "a port is a number from 0 to 65535"),
        (["--host", "256.1.1.1"], 1, "The brain cannot listen on 256.1.1.1"),
        (["--script", "/nowhere.yaml"], 1, "The script /nowhere.yaml cannot be read"),
        (["--whisper", "/nowhere"], 1, "There is no folder /nowhere"),
        (["--state", "/proc/brain"], 1, "The state folder /proc/brain cannot be made"),
    ],
)
async def test_one_sentence_when_it_cannot(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    async with process("--state", tmp_path, *arguments) as started:
        out, errors = await started.communicate()
        assert started.returncode == code
        assert words in errors.decode()
        assert b"Traceback" not in errors
        assert out == b""


def test_the_certificate_is_kept_renewed_and_private(tmp_path: Path) -> None:
    pem, _ = certificate(tmp_path / "state", lambda: NOW)
    key = pem.with_name("brain.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(pem.parent.stat().st_mode) == 0o700
    first = pem.read_bytes()
    certificate(pem.parent, lambda: NOW + timedelta(days=DAYS - 2))
    assert pem.read_bytes() == first
    certificate(pem.parent, lambda: NOW + timedelta(days=DAYS - 0.5))
    second = pem.read_bytes()
    assert second != first
    key.write_text("nonsense")
    certificate(pem.parent, lambda: NOW + timedelta(days=DAYS))
    third = pem.read_bytes()
    assert third != second
    pem.write_bytes(first)  # no longer a pair
    certificate(pem.parent, lambda: NOW)
    assert pem.read_bytes() not in (first, second, third)
    assert sorted(path.name for path in pem.parent.iterdir()) == ["brain.key", "brain.pem"]


def test_the_certificate_names_this_machine(tmp_path: Path) -> None:
    pem, _ = certificate(tmp_path, lambda: NOW)
    reader = ssl.create_default_context(cafile=str(pem))
    (found,) = reader.get_ca_certs()
    assert set(found["subjectAltName"]) == {
        ("DNS", "localhost"),
        ("IP Address", "127.0.0.1"),
        ("IP Address", "0:0:0:0:0:0:0:1"),
    }


@pytest.mark.parametrize("name", ["brain.pem", "brain.key"])
def test_what_cannot_be_read_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(BrainError, match=rf"{name} exists but cannot be read \(Is a directory\)"):
        certificate(tmp_path, lambda: NOW)


def test_its_certificate_names_the_address_that_it_listens_at(tmp_path: Path) -> None:
    def names(host: str) -> set[str]:
        pem, _ = certificate(tmp_path, lambda: datetime.now(UTC), host)
        reader = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        reader.load_verify_locations(pem)
        (found,) = reader.get_ca_certs()
        pairs: Any = found["subjectAltName"]
        return {value for kind, value in pairs if kind == "IP Address"}

    assert "127.0.0.1" in names("127.0.0.1")
    first = (tmp_path / "brain.pem").read_bytes()
    assert names("0.0.0.0") == names("127.0.0.1")
    assert (tmp_path / "brain.pem").read_bytes() == first, "one that is good is kept"
    assert "192.168.7.9" in names("192.168.7.9")
    assert (tmp_path / "brain.pem").read_bytes() != first
