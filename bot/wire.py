"""One call of the Bot API: a POST with a JSON body, over aiohttp's connections and through its parser.

Its session looks for cookies, redirects and credentials with every request, and writes each in a task of its own: that
is two thirds of what such a call costs, and every press is two of them.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from yarl import URL

KEEP_OUT = "Content-Length"
"""Of the headers that all calls share: each has its own."""


class Wire:
    """Posts to the server of `api_url`, with `headers` beside those that aiohttp sends of itself. Knows no proxy."""

    def __init__(self, connector: aiohttp.BaseConnector, api_url: str, headers: Mapping[str, str]) -> None:
        loop = asyncio.get_running_loop()
        self._connector = connector
        self._server = ClientRequest("POST", URL(api_url), headers=headers, loop=loop)  # where to connect; never sent
        shared = [f"{name}: {value}\r\n" for name, value in self._server.headers.items() if name != KEEP_OUT]
        self._headers = "".join(shared).encode()

    async def post(self, url: str, body: bytes, limits: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        """Status and body. Raises ConnectionTimeoutError or ClientConnectorError for what was not sent, and for what
        may have been TimeoutError or another ClientError. Of `limits`, `sock_read` is for the whole answer.
        """
        connection = await self._connect(limits)
        try:
            async with asyncio.timeout(limits.sock_read):  # aiohttp's own is a timer for each piece that comes
                answer = await _exchange(connection, self._request(url, body))
        except BaseException:
            connection.close()  # what is left of an answer must not be taken for the next one's
            raise
        connection.release()
        return answer

    async def _connect(self, limits: aiohttp.ClientTimeout) -> Connection:
        try:
            return await self._connector.connect(self._server, [], limits)
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError from None

    def _request(self, url: str, body: bytes) -> bytes:
        line = f"POST {URL(url).raw_path_qs} HTTP/1.1\r\n".encode()
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (line, self._headers, len(body), body)


async def _exchange(connection: Connection, request: bytes) -> tuple[int, bytes]:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:  # lost in the moment since it was made
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(read_until_eof=True)
    transport.write(request)
    try:
        message, content = await protocol.read()
        while message.code < 200:  # a proxy of the operator's says that it goes on
            message, content = await protocol.read()
        return message.code, await content.read()
    except aiohttp.http.HttpProcessingError as error:
        raise aiohttp.ClientPayloadError(error.message) from None
