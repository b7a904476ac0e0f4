"""Ways for mail to leave: through an SMTP server, onto the console, or not at all. No code, password or text gets into logs."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import re
import secrets
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import getaddresses, make_msgid
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
from email_validator import EmailNotValidError, validate_email

from application.mail import Mail, MailNotSent

log = logging.getLogger(__name__)

STEP_S = 10.0
TOTAL_S = 30.0
# One more attempt after each. A server that says "later" and means minutes has a queue in front of it, or ought to.
PAUSES_S = (0.5, 2.0)
QUIT_S = 1.0
OUTBOX_MAILS_MAX = 1000

Tls = Literal["tls", "starttls", "off"]
_TLS: dict[tuple[str, str], Tls] = {("smtps", ""): "tls", ("smtp", ""): "starttls", ("smtp", "tls=off"): "off"}
_PORTS: dict[Tls, int] = {"tls": 465, "starttls": 587, "off": 25}
_RIGHT_URL = (
    "The SMTP URL is smtps://user:password@host:465 for TLS, smtp://user:password@host:587 for STARTTLS, or "
    "smtp://host:25?tls=off for a relay on this machine. In user and password, / ? # @ : % are written %2F %3F %23 %40 %3A %25."
)
_RIGHT_SENDER = "The sender of mail is an address, daybook@example.org, or a name with one, Daybook <daybook@example.org>."
# What RFC 5321 lets stand without quotes, and RFC 6531 beyond ASCII. Nobody's address needs the quoted form.
_ATOM = r"[^\x00-\x20\x7f\"(),.:;<>@\[\\\]]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# Bodies are ASCII on the wire, so that no server on the way has a reason to alter them.
_ON_THE_WIRE = SMTP.clone(cte_type="7bit")
_REFUSED: dict[type[Exception], str] = {
    aiosmtplib.SMTPAuthenticationError: "the login",
    aiosmtplib.SMTPSenderRefused: "the sender",
    aiosmtplib.SMTPRecipientRefused: "the recipient",
    aiosmtplib.SMTPDataError: "the mail",
}
# Flushed, because a console that is a pipe would show the mail much later.
_print = partial(print, flush=True)


class MailSettingsInvalid(Exception):
    """A setting for mail is not one that can work."""


class SmtpTarget(msgspec.Struct, frozen=True):
    """The server that mail is given to."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"SmtpTarget({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Rich would show every field by itself."""
        password = None if self.password is None else "…"
        return [("host", self.host), ("port", self.port), ("tls", self.tls), ("user", self.user), ("password", password)]


def parse_smtp_url(url: str) -> SmtpTarget:
    """No complaint repeats any part of the URL, because a part that was misread may be the password."""
    try:
        target = _target(url)
    except ValueError:
        target = None
    if target is None:
        # Outside of the `except`, because the error caught there quotes the URL.
        raise MailSettingsInvalid(_RIGHT_URL)
    if target.tls == "off" and target.user is not None and not _is_this_machine(target.host):
        raise MailSettingsInvalid("A password goes to another machine under TLS only: leave out ?tls=off, or user and password.")
    return target


def _target(url: str) -> SmtpTarget | None:
    parts = urlsplit(url)
    tls = _TLS.get((parts.scheme, parts.query))
    user, password = unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict")
    # A password with an unescaped / ? or # reads as a path, a query or a fragment: better refused than cut short.
    odd = not url.isprintable() or " " in url or "#" in url or parts.path not in {"", "/"} or parts.port == 0
    if tls is None or odd or not parts.hostname or (password and not user):
        return None
    return SmtpTarget(parts.hostname, parts.port or _PORTS[tls], tls, user or None, password if user else None)


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _address(text: str, name: str = "") -> Address | None:
    """None if no mail can be sent to it. The domain comes in ASCII, so that only the part before the @ can need SMTPUTF8."""
    local, _, domain = text.rpartition("@")
    # "=?" begins an encoded word: Python's headers decode it, and what comes out may be a line of its own.
    if "=?" in name + local or not (name + local).isprintable() or len(local.encode()) > 64 or not _LOCAL.fullmatch(local):
        return None
    if not domain.isascii():
        try:
            domain = validate_email(f"x@{domain}", check_deliverability=False).ascii_domain
        except EmailNotValidError:
            return None
    return Address(name, local, domain) if _DOMAIN.fullmatch(domain) else None


def _sender(text: str) -> Address:
    addresses = getaddresses([text])
    address = _address(addresses[0][1], addresses[0][0]) if len(addresses) == 1 else None
    if address is None or not text.isprintable():
        raise MailSettingsInvalid(_RIGHT_SENDER)
    return address


def _message(mail: Mail, sender: Address) -> EmailMessage:
    recipient = _address(mail.to)
    if recipient is None:
        raise MailNotSent("Mail cannot be sent to this address. Use one of the form name@example.org.")
    if not mail.subject.isprintable():
        raise MailNotSent("The subject of a mail is one line of text.")
    message = EmailMessage(policy=_ON_THE_WIRE)
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["From"] = sender
    message["To"] = recipient
    # Encoded here and never parsed: EmailMessage decodes encoded words in what it is given, and loses blanks between its own.
    plain = mail.subject.isascii() and "=?" not in mail.subject and len(mail.subject) <= 60
    message.set_raw("Subject", mail.subject if plain else Header(mail.subject, "utf-8", header_name="Subject").encode())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


class _Failure(msgspec.Struct, frozen=True):
    """Why an attempt came to nothing, in a sentence anybody may read; and whether another has a chance."""

    sentence: str
    passing: bool = False


class SmtpMailer:
    """Gives each mail to one server, over a connection of its own. The server has the queue for what takes longer."""

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        tls: ssl.SSLContext | None = None,
        step_s: float = STEP_S,
        total_s: float = TOTAL_S,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        """Without `tls`, certificates are checked against the system's trust store, or SSL_CERT_FILE."""
        self._target = parse_smtp_url(url)
        self._sender = _sender(sender)
        self._tls = tls or (None if self._target.tls == "off" else ssl.create_default_context())
        self._step_s = step_s
        self._total_s = total_s
        self._pauses_s = pauses_s

    async def __call__(self, mail: Mail) -> None:
        # Made once for all attempts: a mail that arrives twice has the same Message-ID and is shown once.
        message = _message(mail, self._sender)
        try:
            async with asyncio.timeout(self._total_s):
                outcome = await self._attempts(message)
        except TimeoutError:
            outcome = _Failure(f"The mail server did not take the mail within {self._total_s:g} seconds.")
        if isinstance(outcome, _Failure):
            log.warning("a mail was not sent: %s", outcome.sentence)
            # Without a cause on purpose: servers repeat in their answers what they were sent, and causes get logged.
            raise MailNotSent(outcome.sentence)
        # The mail is the server's by now, so nothing that goes wrong here is of interest.
        with contextlib.closing(outcome), contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await outcome.quit(timeout=QUIT_S)

    async def _attempts(self, message: EmailMessage) -> aiosmtplib.SMTP | _Failure:
        for pause_s in self._pauses_s:
            outcome = await self._attempt(message)
            if not isinstance(outcome, _Failure) or not outcome.passing:
                return outcome
            log.info("a mail is tried again in %g s: %s", pause_s, outcome.sentence)
            await asyncio.sleep(pause_s)
        return await self._attempt(message)

    async def _attempt(self, message: EmailMessage) -> aiosmtplib.SMTP | _Failure:
        """The connection over which the mail was accepted, or why it was not."""
        client = self._client()
        try:
            await client.connect()
            await client.send_message(message)
        except BaseException as error:
            client.close()
            if isinstance(error, aiosmtplib.SMTPException | OSError | ValueError):
                return _failure(error)
            raise
        return client

    def _client(self) -> aiosmtplib.SMTP:
        target = self._target
        return aiosmtplib.SMTP(
            hostname=target.host,
            port=target.port,
            username=target.user,
            password=target.password,
            # The host's own name would have to be looked up, for as long as that takes, and is often none that a server takes.
            local_hostname=self._sender.domain,
            timeout=self._step_s,
            use_tls=target.tls == "tls",
            start_tls=target.tls == "starttls",
            tls_context=self._tls,
        )


def _failure(error: Exception) -> _Failure:
    """Nothing of what the server wrote but its codes: it may have repeated a password or the text."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _failure(error.recipients[0])
        case aiosmtplib.SMTPResponseException(code=code) if code >= 200:
            status = _STATUS.match(error.message)
            codes = f"{code} {status[0]}" if status else f"{code}"
            refused = _REFUSED.get(type(error), "the connection")
            return _Failure(f"The mail server refused {refused} ({codes}).", passing=400 <= code < 500)
        case aiosmtplib.SMTPNotSupported():
            return _Failure("The mail server takes no addresses with characters beyond ASCII: it does not offer SMTPUTF8.")
        case ssl.SSLError() | aiosmtplib.SMTPConnectError(__cause__=ssl.SSLError()):
            return _Failure("The mail server's certificate or its TLS is not acceptable.")
        case TimeoutError():
            return _Failure("The mail server did not answer in time.", passing=True)
        case OSError():
            return _Failure("The mail server cannot be reached, or broke off.", passing=True)
        case _:
            return _Failure("The mail server does not offer the STARTTLS or the login that it should, or does not speak SMTP.")


class OutboxMailer:
    """For a service that has no mail server: whoever runs it reads the mail on the console, or in a folder."""

    def __init__(self, folder: Path, say: Callable[[str], None] = _print) -> None:
        self._folder = folder
        self._say = say
        self._sender = Address("Daybook", "daybook", "localhost")

    async def __call__(self, mail: Mail) -> None:
        message = _message(mail, self._sender)
        try:
            path = await asyncio.to_thread(self._keep, message.as_bytes(policy=SMTPUTF8))
        except OSError as error:
            raise MailNotSent("The mail could not be written into the outbox folder.") from error
        # The mail is in the folder, so a console that has gone away is no reason to fail.
        with contextlib.suppress(OSError, ValueError):
            self._say(f"{'=' * 72}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n(kept in {path})\n{'=' * 72}")

    def _keep(self, content: bytes) -> Path:
        """Written whole and then renamed, so that whoever watches the folder never reads half a mail."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        draft = path.with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        draft.rename(path)
        for old in sorted(self._folder.glob("*T*Z-*.eml"))[:-OUTBOX_MAILS_MAX]:
            old.unlink(missing_ok=True)
        return path
