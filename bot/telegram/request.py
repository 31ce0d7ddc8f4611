"""How a request reaches Telegram: on connections that are kept, never repeated by itself, told apart when it fails."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import error
from telegram.request import BaseRequest, RequestData

from schedules.pacing import USUAL, within_reason
from storage.compact import to_json

Json: TypeAlias = dict[str, Any]

CONNECT = 10.0
"""Seconds for a connection; and for one of those that are open to be free, three times as long."""
READ = 20.0
"""Seconds without a byte of the answer."""

NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""No connection came about, or none was free: Telegram surely did not get the request."""

_AS_JSON = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """Requests by aiohttp. An update with its answer takes half the processor time that it took with httpx, see
    `docs/performance.md`."""

    def __init__(self, api_url: str, connections: int) -> None:
        self._api_url = api_url
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return READ

    async def initialize(self) -> None:
        """Open the session; without cookies, by the operator's proxy if there is one."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=_proxy_to(self._api_url),
                raise_for_status=False,
            )

    async def shutdown(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises NetworkError, whose cause tells whether it was sent."""
        if self._session is None:
            raise RuntimeError("The request is not initialized.")
        connect = _chosen(connect_timeout, CONNECT)
        timeout = aiohttp.ClientTimeout(
            total=None, connect=3 * connect, sock_connect=connect, sock_read=_chosen(read_timeout, READ)
        )
        data, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return _told(response.status, await response.read())
        except TimeoutError as late:
            raise error.TimedOut(type(late).__name__) from late
        except aiohttp.ClientError as failed:
            raise error.NetworkError(type(failed).__name__) from failed  # its text may show the token

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer; when it asks us to wait, for how long. The library's trips over a wish to wait that names no
        seconds, or what is no number."""
        answer: Any = BaseRequest.parse_json_payload(payload)
        if not isinstance(answer, dict):
            raise error.TelegramError("Invalid server response")
        if answer.get("error_code") == HTTPStatus.TOO_MANY_REQUESTS:
            parameters = answer.get("parameters")
            asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
            answer["parameters"] = {"retry_after": round(_seconds(asked))}
        return answer


def _told(status: int, body: bytes) -> tuple[int, bytes]:
    """The status and the body. Only Telegram's own word says that a token is wrong, or that somebody has blocked us: a
    page of what stands in between (a proxy, a gateway) says that Telegram is not reached."""
    if status >= HTTPStatus.BAD_REQUEST and b'"ok"' not in body:
        return HTTPStatus.BAD_GATEWAY, body
    return status, body


def is_unclear(failed: error.TelegramError) -> bool:
    """Whether the request was written, or may have been, and no answer came."""
    cause = failed.__cause__
    return isinstance(cause, aiohttp.ClientError | TimeoutError) and not isinstance(cause, NOT_SENT)


def _body(request: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if request is None:
        return None, {}
    files = request.multipart_data
    if not files:
        return to_json(request.parameters), _AS_JSON
    form = aiohttp.FormData()
    for name, words in request.json_parameters.items():
        form.add_field(name, words)
    for name, (filename, content, kind) in files.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, {}


def _chosen(given: Any, usual: float) -> Any:
    return usual if given is BaseRequest.DEFAULT_NONE else given


def _proxy_to(url: str) -> str | None:
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _seconds(asked: object) -> float:
    try:
        return within_reason(float(asked))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return USUAL
