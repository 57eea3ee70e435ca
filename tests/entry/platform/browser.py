"""A browser without a window: cookies, the token of each form, and every answer kept for the scan."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Answer:
    status: int
    url: str
    text: str


@dataclass
class Browser:
    """``errors``: bodies of everything that was refused."""

    origin: str
    jar: CookieJar = field(default_factory=CookieJar)
    errors: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(urllib.request.Request(self._url(path), headers=headers))

    def post(
        self,
        path: str,
        given: dict[str, str],
        *,
        form: str = "",
        on: Answer | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> Answer:
        """Send a form: the one on the page ``on``, else on the page at ``form``, else at ``path``."""
        found = _TOKEN.search((on or self.get(form or path)).text)
        assert found is not None, f"{form or path}: no form"
        fields = {**given, "csrfmiddlewaretoken": found[1]}
        headers = {"Referer": self._url(path), "Origin": self.origin}
        body = urlencode(fields).encode()
        if file is not None:
            body, headers["Content-Type"] = _multipart(fields, file)
        return self._send(urllib.request.Request(self._url(path), body, headers))

    def cookie(self, name: str) -> str:
        return next(one.value or "" for one in self.jar if one.name.endswith(name))

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.origin + path

    def _send(self, request: urllib.request.Request) -> Answer:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        try:
            with opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.url, answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            self.errors.append(text)
            return Answer(error.code, error.url or "", text)


def _multipart(fields: dict[str, str], file: tuple[str, bytes]) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts: list[Any] = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
    parts += [
        head.encode(),
        b"Content-Type: text/csv\r\n\r\n",
        file[1],
        f"\r\n--{edge}--\r\n".encode(),
    ]
    return b"".join(parts), f"multipart/form-data; boundary={edge}"
