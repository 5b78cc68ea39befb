"""Where films are: in the web, from where the service fetches them by itself, or in a file."""

from __future__ import annotations

import ipaddress
import stat
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import VisionError

MIMES = {
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "flv": "video/x-flv",
    "webm": "video/webm",
    "wmv": "video/wmv",
    "3gp": "video/3gpp",
}


def fetchable(url: str) -> str:
    """The address of a film in the web, as the service may have it.

    Raises:
        VisionError: it is none, bears a password, or leads into this house, where the service cannot go.
    """
    try:
        found = urlsplit(url)
        host, secret = found.hostname or "", found.username is not None
    except ValueError:
        host, secret = "", False
    if not host:
        raise VisionError(f"{url[:60]!r} is no address of a film.")
    if secret:
        raise VisionError("An address with a password is not given away; save the film and give its file.")
    if _at_home(host):
        raise VisionError(f"Gemini cannot fetch a film from {host}; save the film and give its file.")
    return url


def _at_home(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home", ".internal"))


def mime_of(url: str) -> str:
    """What a film in the web is, by the end of its address."""
    return MIMES.get(url.partition("?")[0].rpartition(".")[2].lower(), "video/mp4")


def obstacle(path: Path) -> str:
    """Why no film can be read from there, to be said behind its name; empty where a file is."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "there is no such file"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISDIR(mode):
        return "is a folder; give the film in it"
    return "" if stat.S_ISREG(mode) else "is a pipe or a device; save the film in a file first"
