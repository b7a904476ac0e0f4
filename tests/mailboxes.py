"""A mail server: real SMTP on this machine, in a thread of its own, that takes mail and answers as it is told."""

import asyncio
import contextlib
import email
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.policy import default
from typing import Any, Literal
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

READY_S = 30.0
ARRIVES_S = 15.0
HOST = "127.0.0.1"
OK = "250 OK"
# In place of an answer: the server says nothing more.
SILENCE = "silence"
Tls = Literal["tls", "starttls", "off"]


@dataclass
class Delivered:
    """One mail as it came: its envelope, and what was in it."""

    sender: str
    to: str
    raw: bytes
    tls: bool
    user: str | None

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.raw, policy=default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self.message.get_content().replace("\r\n", "\n")


class Mailbox:
    """Takes every mail; with `login`, only after it. What is in `answers["RCPT"]` and the like is given first, in order."""

    def __init__(
        self,
        *,
        tls: Tls = "off",
        certificate: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        smtputf8: bool = True,
    ) -> None:
        self.mails: list[Delivered] = []
        self.answers: defaultdict[str, deque[str]] = defaultdict(deque)
        # Everything clients said; where there is TLS, what came out of it.
        self.heard = b""
        self.connections = 0
        self._tls: Tls = tls
        self._login = login
        self._taken: set[int] = set()
        self._arrived = threading.Condition()
        self._controller = _Controller(self, tls, certificate, smtputf8=smtputf8)

    def start(self) -> "Mailbox":
        self._controller.start()
        # The controller has tried the door itself.
        self.connections = 0
        return self

    def stop(self) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """What `--smtp-url` has to be."""
        return self.url_as(self._login, self._tls)

    def url_as(self, login: tuple[str, str] | None, tls: Tls) -> str:
        """For clients that want something else than there is."""
        scheme, query = ("smtps" if tls == "tls" else "smtp"), ("?tls=off" if tls == "off" else "")
        before = "" if login is None else ":".join(quote(each, safe="") for each in login) + "@"
        return f"{scheme}://{before}{HOST}:{self._controller.port}{query}"

    def wait_for(self, to: str, within_s: float = ARRIVES_S) -> str:
        """The text of the next mail to this address. Each mail is answered once, in the order of arrival."""
        with self._arrived:
            number = self._arrived.wait_for(lambda: self._next(to), within_s)
            assert number, f"no mail for {to} came within {within_s} s"
            self._taken.add(number)
            return self.mails[number - 1].text

    def _next(self, to: str) -> int | None:
        """Counted from 1, so that every number is true."""
        waiting = (n for n, mail in enumerate(self.mails, 1) if mail.to == to and n not in self._taken)
        return next(waiting, None)

    # The server calls what follows, in its own thread. It finds the hooks by their names.

    async def handle_AUTH(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope, _words: list[str]
    ) -> Any:
        return await self._answer("AUTH", MISSING)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._answer("MAIL", OK)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", OK)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await self._answer("DATA", OK)
        if answer == OK:
            tls = server.transport.get_extra_info("ssl_object") is not None
            user = session.auth_data.login.decode() if session.authenticated else None
            with self._arrived:
                for to in envelope.rcpt_tos:
                    self.mails.append(Delivered(envelope.mail_from, to, envelope.original_content, tls, user))
                self._arrived.notify_all()
        return answer

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: LoginPassword) -> AuthResult:
        right = self._login is not None and (given.login.decode(), given.password.decode()) == self._login
        return AuthResult(success=right, handled=False, auth_data=given)

    async def _answer(self, command: str, otherwise: Any) -> Any:
        answer = self.answers[command].popleft() if self.answers[command] else otherwise
        if answer == SILENCE:
            await asyncio.Event().wait()
        return answer


class _Server(SMTP):
    """Tells its mailbox what clients say."""

    mailbox: Mailbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # It comes again after STARTTLS.
        self.mailbox.connections += self.transport is None
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.mailbox.heard += data
        super().data_received(data)


class _Controller(Controller):
    """Takes whatever port is free."""

    def __init__(self, mailbox: Mailbox, tls: Tls, certificate: ssl.SSLContext | None, *, smtputf8: bool) -> None:
        self._options: dict[str, Any] = {
            "enable_SMTPUTF8": smtputf8,
            "hostname": "mailbox.example",
            "authenticator": mailbox.check,
            # A server without TLS invites everybody to log in, so that a test can see who does.
            "auth_require_tls": tls == "starttls",
            "require_starttls": tls == "starttls",
            "tls_context": certificate if tls == "starttls" else None,
        }
        super().__init__(mailbox, hostname=HOST, port=0, ready_timeout=READY_S, ssl_context=certificate if tls == "tls" else None)

    def factory(self) -> SMTP:
        server = _Server(self.handler, loop=self.loop, **self._options)
        server.mailbox = self.handler
        return server

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def receiving_mail(**options: Any) -> Iterator[Mailbox]:
    mailbox = Mailbox(**options).start()
    try:
        yield mailbox
    finally:
        mailbox.stop()
