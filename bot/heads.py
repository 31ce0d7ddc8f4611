"""A request whose head is too large is refused while it comes: the HTTP library would keep all of it, and copy it at
each new piece, while everybody else waits."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64_000
"""Bytes of the address and the headers of a request. Platforms and browsers send a tenth of it."""


class ShortHeads(HttpToolsProtocol):
    """The library's protocol, with a limit for what comes before a body."""

    _is_head = True
    _size = 0

    def on_message_begin(self) -> None:
        self._is_head, self._size = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_head:
            self._size += len(data)
            if self._size > MOST:
                self.send_400_response("The head of the request is too large.")
