"""The IMAP side of the mail server: pymap with its mailboxes in memory, one for each account."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import AsyncExitStack, closing
from functools import cached_property
from typing import TYPE_CHECKING

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Iterable, Mapping

    from proxyprotocol.sock import SocketInfo
    from pymap.concurrent import Event
    from pymap.parsing.command.select import IdleCommand
    from pymap.parsing.response import Response, UntaggedResponse


async def start_imap(
    passwords: Mapping[str, str], host: str, port: int
) -> tuple[asyncio.Server, dict[str, MailboxSet]]:
    """Start the server in this event loop; return it and the mailboxes of each user."""
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=host,
        port=port,
        tls_enabled=False,
        demo_data=False,
        demo_user="",
        demo_password="",
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
        invalid_user_sleep=0.0,
    )
    login = Login(config)
    boxes = {}
    for address, password in passwords.items():
        boxes[address] = MailboxSet()
        config.set_cache[address] = (boxes[address], FilterSet())
        user = UserMetadata(config, address, password=password)
        await Identity(address, login, None, frozenset()).set(user)
    callback = ProxyProtocolReader(ProxyProtocolVersion.get(None)).get_callback(_Server(login, config))
    try:
        return await asyncio.start_server(callback, host, port), boxes
    except OSError:
        return await asyncio.start_server(callback, host, 0), boxes


class _Config(Config):
    """The settings of pymap, with a greeting that asks no name server who we are."""

    @cached_property
    def greeting(self) -> bytes:
        return b"mailbot demonstration ready"


class _Server(IMAPServer):
    """pymap's server with our kind of connection."""

    async def __call__(self, reader: StreamReader, writer: StreamWriter, sock_info: SocketInfo) -> None:
        """Talk with one client until it leaves."""
        connection = _Connection(self.commands, self._config, reader, writer, sock_info)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(_State(self._login, self._config))


class _Connection(IMAPConnection):
    """A connection that sends news in one piece; some clients that wait with IDLE stumble over half a line."""

    async def write_updates(self, untagged: Iterable[Response]) -> None:
        """Write everything that is new at once."""
        self.writer.write(b"".join(bytes(news) for news in untagged))
        await self.writer.drain()


class _State(ConnectionState):
    """A connection that tells news at once.

    By itself pymap keeps mail that came between the last command and IDLE to itself until the client says DONE; the
    client would sleep on a full mailbox (RFC 2177 wants to hear of it immediately).
    """

    async def receive_updates(self, cmd: IdleCommand, done: Event) -> Iterable[UntaggedResponse]:
        """Return what is new already, or else wait for it."""
        selected = await self.session.check_mailbox(self.selected)
        self._selected, news = selected.fork(cmd)
        return news or await super().receive_updates(cmd, done)
