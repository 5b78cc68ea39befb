"""The state folder: who holds it, and files that are either old or new, never half."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import pwd
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from assistant.aside import restored
from assistant.errors import AlreadyRunning, AssistantError

SOCKET_PATH_LIMIT = 100
LOCK = "daemon.lock"
NOTE = "daemon.json"
LOCK_ATTEMPTS = 10
CLIENT_ID = "mqtt-client-id"

log = logging.getLogger(__name__)


class StateError(AssistantError):
    """The state folder cannot be used."""


def folder(path: Path) -> Path:
    """The state folder, made if need be and writable.

    Raises:
        StateError: one sentence that says what to change.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _not_somebody_elses(path)
        with tempfile.NamedTemporaryFile(dir=path) as file:
            file.write(b"room")  # an empty file has room on a full disk, too
    except OSError as error:
        raise StateError(
            f"{path}: the state folder cannot be written ({error.strerror}); "
            "make it writable or set state_dir (ASSISTANT_STATE_DIR) to another folder"
        ) from error
    return path


def _not_somebody_elses(path: Path) -> None:
    """Root may write everywhere, but what it leaves there its owner could not read, nor start again."""
    if (owner := path.stat().st_uid) != os.geteuid() and (os.geteuid() == 0 or not os.access(path, os.W_OK)):
        raise StateError(f"{path} belongs to another user; {_as_whom(owner)}")


def _as_whom(owner: int) -> str:
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:  # a container's, or a disk's from another machine
        return f"run this as the one whose number is {owner}"
    return f"run this as {name} (sudo -u {name})"


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file so that a power cut leaves the old or the new one.

    Raises:
        OSError: it cannot be written, or what is there is a device or a folder and not ours to replace.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "it is no file", str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(mode)
        written.replace(path)
        settle(path.parent)
    finally:
        written.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """See that the names in a folder are on the disk; not every file system lets us say so."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def held(path: Path, address: str) -> Iterator[None]:
    """Hold the state folder for this process, and say where it can be reached.

    Raises:
        AlreadyRunning: naming the pid and address of the daemon that holds it.
    """
    with _lock_file(path) as file:
        try:
            _locked(file)
        except BlockingIOError as error:
            known = holder(path)
            pid, address = known.get("pid", "unknown"), known.get("address") or "no address"
            raise AlreadyRunning(
                f"another assistant (pid {pid}, {address}) "
                f"holds {path}; stop it, or set state_dir to another folder"
            ) from error
        note = path / NOTE
        write_atomically(note, json.dumps({"pid": os.getpid(), "address": address}).encode())
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _locked(file: BinaryIO) -> None:
    """Take the lock; somebody who only looks whether it is held (``holder``) lets go at once."""
    for _ in range(LOCK_ATTEMPTS):
        with suppress(BlockingIOError):
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.01)
    return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_file(path: Path) -> BinaryIO:
    try:
        return (path / LOCK).open("a+b")
    except OSError as error:
        raise StateError(f"{path / LOCK}: cannot be opened ({error.strerror}); remove it") from error


def _locked_out(path: Path) -> str:
    with suppress(OSError):
        return f"{path} belongs to another user; {_as_whom(path.stat().st_uid)}"
    return f"{path} cannot be looked into; run this as the user whose assistant it is"


def holder(path: Path) -> dict[str, Any]:
    """``pid`` and ``address`` of the daemon that runs on this state folder; empty when none does.

    The lock decides, not the pid: after a kill -9 the note stays, and its pid may be somebody else's.

    Raises:
        StateError: the folder is another user's.
    """
    try:
        with (path / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return {}
    except BlockingIOError:
        pass
    except PermissionError as error:
        raise StateError(_locked_out(path)) from error
    except OSError:
        return {}
    try:
        known = json.loads((path / NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def client_ids(path: Path) -> Iterator[str]:
    """The name under which the broker knows us: made once and kept; a next one when somebody has the same.

    Two daemons that share one throw each other off the broker, as after copying a memory card.
    """
    file = path / CLIENT_ID
    if kept := _word(file, r"[\w-]{1,23}"):
        yield kept
    while True:
        fresh = f"assistant-{uuid.uuid4().hex[:12]}"
        try:
            write_atomically(file, fresh.encode())
        except OSError as error:
            log.warning("%s cannot be written (%s); the broker will not know us again.", file, error.strerror)
        yield fresh


def identity(path: Path) -> str:
    """Eight letters and digits that stay the same for ever: who this assistant is in its home."""
    file = path / "identity"
    if kept := _word(file, r"[0-9a-f]{8}"):
        return kept
    fresh = uuid.uuid4().hex[:8]
    try:
        write_atomically(file, fresh.encode())
    except OSError as error:
        log.warning("%s cannot be written (%s); the home will not know us again.", file, error.strerror)
    return fresh


def _word(file: Path, pattern: str) -> str:
    """The one word that stands in a file; "" when there is none, also after the file was set aside."""

    def word(data: bytes) -> str:
        text = data.decode("ascii").strip()
        if not re.fullmatch(pattern, text):
            raise ValueError("it is no name of ours")
        return text

    return restored(file, word, "", parse=bytes)


def socket_path(path: Path) -> Path:
    """Where the daemon's control socket goes; Unix allows about 100 characters."""
    inside = path / "control.sock"
    if len(str(inside)) <= SOCKET_PATH_LIMIT:
        return inside
    return Path(tempfile.mkdtemp(prefix="assistant-")) / "control.sock"
