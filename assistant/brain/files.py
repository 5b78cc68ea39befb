"""Uploaded files: in a temporary folder, with caps, gone when the brain ends."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.brain.refusal import Refusal

LARGEST_FILE = 256 * 2**20
LARGEST_SUM = 2**30
MOST_FILES = 200
LIFE = timedelta(hours=48)


@dataclass
class File:
    """One file, perhaps still on its way."""

    id: str
    mime: str
    display_name: str
    path: Path
    created: datetime
    expected: int | None
    size: int = 0
    hash: Any = field(default_factory=hashlib.sha256)
    finished: datetime | None = None


class Files:
    """The files of one server."""

    def __init__(self, folder: Path, now: Callable[[], datetime], processing: timedelta) -> None:
        self._folder = folder
        self._now = now
        self._processing = processing
        self._files: dict[str, File] = {}
        self._uploads: dict[str, File] = {}

    def start(self, wish: dict[str, Any], mime: str, size: int | None) -> str:
        """Begin an upload; its secret id."""
        self._forget_old()
        if len(self._files) + len(self._uploads) >= MOST_FILES:
            raise Refusal(429, f"No more than {MOST_FILES} files are kept; delete some.")
        if size is not None and not 0 <= size <= LARGEST_FILE:
            raise Refusal(400, f"A file has at most {LARGEST_FILE} bytes.")
        id_ = self._id(wish.get("name"))
        upload = secrets.token_urlsafe(24)
        name = str(wish.get("displayName") or "")[:512]
        mime = str(wish.get("mimeType") or mime or "application/octet-stream")
        if not re.fullmatch(r"[\w.+-]{1,100}/[\w.+-]{1,100}(; *[\w.+-]+=[\w.+-]+)*", mime, re.ASCII):
            raise Refusal(400, "'mimeType' looks like video/mp4.")
        path = self._folder / secrets.token_hex(16)
        path.touch(mode=0o600)
        self._uploads[upload] = File(id_, mime, name, path, self._now(), size)
        return upload

    def append(self, upload: str, offset: int, chunk: bytes) -> None:
        """The next bytes of an upload."""
        file = self._upload(upload)
        if offset != file.size:
            raise Refusal(400, f"The upload goes on at offset {file.size}, not {offset}.")
        kept = sum(f.size for f in (*self._files.values(), *self._uploads.values()))
        if file.size + len(chunk) > LARGEST_FILE or kept + len(chunk) > LARGEST_SUM:
            self._drop(self._uploads.pop(upload))
            raise Refusal(400, "The file is too large.")
        with file.path.open("ab") as out:
            out.write(chunk)
        file.hash.update(chunk)
        file.size += len(chunk)

    def size(self, upload: str) -> int:
        """How much of an upload has arrived."""
        return self._upload(upload).size

    def finish(self, upload: str) -> dict[str, Any]:
        """The upload is complete: the file as clients see it."""
        file = self._upload(upload)
        if file.expected is not None and file.size != file.expected:
            raise Refusal(400, f"{file.expected} bytes were promised, {file.size} came.")
        del self._uploads[upload]
        file.finished = self._now()
        self._files[file.id] = file
        return self.described(file)

    def get(self, id_: str) -> File:
        """A finished file."""
        self._forget_old()
        if id_ not in self._files:
            raise Refusal(403, "You do not have permission to access the file, or it may not exist.")
        return self._files[id_]

    def all(self) -> list[File]:
        """Newest first."""
        self._forget_old()
        return list(reversed(self._files.values()))

    def delete(self, id_: str) -> None:
        """Forget a file and its bytes."""
        self._drop(self.get(id_))
        del self._files[id_]

    def described(self, file: File) -> dict[str, Any]:
        """A file as the wire shows it."""
        finished = file.finished or file.created
        busy = file.mime.startswith("video/") and self._now() < finished + self._processing
        return {
            "name": f"files/{file.id}",
            "displayName": file.display_name,
            "mimeType": file.mime,
            "sizeBytes": str(file.size),
            "createTime": _time(file.created),
            "updateTime": _time(finished),
            "expirationTime": _time(file.created + LIFE),
            "sha256Hash": base64.b64encode(file.hash.hexdigest().encode()).decode(),
            "uri": f"https://generativelanguage.googleapis.com/v1beta/files/{file.id}",
            "state": "PROCESSING" if busy else "ACTIVE",
            "source": "UPLOADED",
        }

    def _id(self, wanted: object) -> str:
        if wanted is None:
            return secrets.token_hex(6)
        id_ = str(wanted).removeprefix("files/")
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", id_):
            raise Refusal(400, "A file name is files/ and up to 40 lower-case letters, digits and dashes.")
        if id_ in self._files or any(file.id == id_ for file in self._uploads.values()):
            raise Refusal(409, f"The file files/{id_} exists already.")
        return id_

    def _upload(self, upload: str) -> File:
        if upload not in self._uploads:
            raise Refusal(404, "There is no such upload.")
        return self._uploads[upload]

    def _forget_old(self) -> None:
        now = self._now()
        for kept in (self._files, self._uploads):
            for key in [key for key, file in kept.items() if now >= file.created + LIFE]:
                self._drop(kept.pop(key))

    def _drop(self, file: File) -> None:
        file.path.unlink(missing_ok=True)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
