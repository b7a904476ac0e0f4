"""Mail that nobody waits for: it is written and sent after whoever caused it was answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from application.mail import Mail, Mailer
from domain.errors import DomainError

log = logging.getLogger(__name__)

CLOSING_S = 5.0


class Post:
    """What is on its way from this process."""

    def __init__(self, mailer: Mailer | None) -> None:
        """Without a mailer no mail goes out."""
        self._mailer = mailer
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def goes_out(self) -> bool:
        return self._mailer is not None

    def send(self, write: Callable[[], Awaitable[Mail | None]]) -> None:
        """Returns at once. `write` may find that there is nobody to write to."""
        if self._mailer is None:
            return
        sending = asyncio.create_task(self._send(self._mailer, write))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Once everything is sent, has failed, or takes longer than the end of the service can wait."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=CLOSING_S)
            for sending in late:
                sending.cancel()

    async def _send(self, mailer: Mailer, write: Callable[[], Awaitable[Mail | None]]) -> None:
        try:
            mail = await write()
            if mail is not None:
                await mailer(mail)
        except DomainError as error:
            # Neither the address nor what was to be read there belongs in a log.
            log.warning("a mail was not sent: %s", error)
