"""What a camera's URL means: a stream for the ring, or a recorder that has the past itself."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from assistant.config import CameraConfig
from assistant.config.secrets import secret
from assistant.redaction import REDACTION
from assistant.vision.pipe import Item

STREAMS = ("rtsp", "rtsps", "http", "https", "v4l2", "rpicam", "file")
RECORDERS = ("frigate", "frigates", "folder")
NAMED = ("go2rtc", "home-assistant", "home-assistants", "frigate", "frigates")
OTHERS = ("go2rtc", "home-assistant", "home-assistants")
HELP = (
    "write rtsp://192.168.1.20/stream2, http://…/video.mjpg, http://…/snapshot.jpg, /dev/video0, rpicam:, "
    "go2rtc://host/name, frigate://host/name, home-assistant://host/camera.name, "
    "or the path of a file or a folder"
)
FILM = "YouTube has films and no cameras; ask about one with: assistant clip URL"
TOKEN_NAME, TOKEN_VARIABLE = "home-assistant-token", "HOME_ASSISTANT_TOKEN"


def slug(name: str) -> str:
    """``Front door`` → ``front-door``: the camera's name in names of secrets."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "camera"


def scheme(url: str) -> str:
    """The kind of place a URL names; paths are files, devices or folders."""
    if url.startswith("/dev/"):
        return "v4l2"
    if url.startswith(("/", "./", "~")):
        return "file"
    return url.partition(":")[0].casefold()


def recorded(url: str) -> bool:
    """Whether whoever is there keeps the past itself."""
    kind = scheme(url)
    return kind in RECORDERS or (kind == "file" and path_of(url).is_dir())


def path_of(url: str) -> Path:
    """The path that a URL of a file names."""
    return Path(url.removeprefix("file://").removeprefix("file:").removeprefix("folder:")).expanduser()


def password(camera: CameraConfig, environment: Mapping[str, str] = os.environ) -> str:
    """The camera's password from ASSISTANT_CAMERA_<NAME>_PASSWORD, a credential or a file camera-<name>.

    Raises:
        ConfigError: the file lies open.
    """
    name = slug(camera.name)
    variable = f"ASSISTANT_CAMERA_{name.replace('-', '_').upper()}_PASSWORD"
    return secret(f"camera-{name}", (variable,), environment, "password")


def source(camera: CameraConfig, environment: Mapping[str, str] = os.environ, *, fine: bool = False) -> Item:
    """The camera as the ring process is told of it; with ``fine`` its stream of larger pictures.

    Raises:
        ConfigError: its URL names nothing that we know.
    """
    url, headers = _stream(camera, environment, camera.detail_url if fine else camera.url)
    return {
        "name": camera.name,
        "url": url,
        "headers": headers,
        "seconds": camera.seconds,
        "max_bytes": round(camera.max_mb * 2**20),
        "microphone": camera.microphone,
    }


def _stream(camera: CameraConfig, environment: Mapping[str, str], url: str) -> tuple[str, str]:
    kind = scheme(url)
    parts = parted(camera, url)
    match kind:
        case "v4l2":
            return f"v4l2:{url.removeprefix('v4l2:').removeprefix('//')}", ""
        case "file":
            return f"file:{path_of(url)}", ""
        case "go2rtc":
            rtsp = parse_qs(parts.query).get("rtsp", ["8554"])[0]
            there = f"rtsp://{_host(parts.hostname)}:{rtsp}/{named(parts)}"
            parted(camera, there)
            return with_user(there, camera, environment), ""
        case "home-assistant" | "home-assistants":
            token = secret(TOKEN_NAME, (TOKEN_VARIABLE,), environment, "token")
            if not token:
                raise camera.mistake(
                    f"camera {camera.name}: Home Assistant asks for a token: set {TOKEN_VARIABLE}, or put it "
                    f"into ~/.config/assistant/{TOKEN_NAME}"
                )
            secure = "https" if kind.endswith("s") else "http"
            port = parts.port or 8123
            address = f"{secure}://{_host(parts.hostname)}:{port}/api/camera_proxy_stream/{named(parts)}"
            return address, f"Authorization: Bearer {token}\r\n"
    if kind not in STREAMS:
        problem = f"camera {camera.name}: {kind[:20]}: is no kind of camera that I know; {HELP}"
        raise camera.mistake(problem, "url")
    if (parts.hostname or "").endswith(("youtube.com", "youtu.be")):
        raise camera.mistake(f"camera {camera.name}: {FILM}", "url")
    return with_user(url.replace(" ", "%20"), camera, environment), ""


def parted(camera: CameraConfig, url: str) -> SplitResult:
    """A camera's URL taken apart.

    Raises:
        ConfigError: it is none, or does not say which of the cameras there; what it says is kept back, for a
            password with a slash in it looks like a port.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        problem = "its address has no host and port that can be read; in a password, / is %2F and # is %23"
        raise camera.mistake(f"camera {camera.name}: {problem}", "url") from None
    if scheme(url) in NAMED and not named(parts):
        problem = f"its address ends with the name that it has there: {scheme(url)}://host/name"
        raise camera.mistake(f"camera {camera.name}: {problem}", "url")
    return parts


def named(parts: SplitResult) -> str:
    """The name that a camera has where it is, as it stands in a URL."""
    return quote(unquote(parts.path.strip("/")))


def with_user(url: str, camera: CameraConfig, environment: Mapping[str, str]) -> str:
    """A URL with the camera's user and password, percent-encoded; what stands in it already stays."""
    parts = urlsplit(url)
    if not camera.user or not parts.netloc or "@" in parts.netloc:
        return url
    key = password(camera, environment)
    told = quote(camera.user, safe="") + (f":{quote(key, safe='')}" if key else "")
    return parts._replace(netloc=f"{told}@{parts.netloc}").geturl()


def _host(name: str | None) -> str:
    return f"[{name}]" if name and ":" in name else name or "127.0.0.1"


def shown(url: str) -> str:
    """A URL fit for people: without user and password, also those behind the question mark."""
    return REDACTION.shown(url)
