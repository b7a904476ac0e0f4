"""Mail that Daybook sends: the port, and the words of each mail. Names in them come from other people and are not trusted."""

from typing import Protocol

import msgspec

from domain.errors import DomainError
from domain.workspaces import NAME_CHARACTERS_MAX


class Mail(msgspec.Struct, frozen=True):
    """One mail in plain text to one person."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        """Without the text: it may hold a code, and what is printed ends up in logs."""
        return f"Mail(to={self.to!r}, subject={self.subject!r})"


class MailNotSent(DomainError):
    """The mail could not be sent. Try again in a minute; if it stays so, the service's log says why."""

    code = "mail_not_sent"


class Mailer(Protocol):
    async def __call__(self, mail: Mail) -> None:
        """Returns when somebody has taken responsibility for the mail; raises `MailNotSent` otherwise."""
        ...


def sign_in_mail(to: str, code: str, minutes: int) -> Mail:
    """The code stands in the text alone, because subjects are shown on locked screens and written to logs of mail servers."""
    holds = f"{minutes} minute" if minutes == 1 else f"{minutes} minutes"
    return Mail(
        to,
        "Your Daybook sign-in code",
        f"Your code to sign in to Daybook:\n\n    {code}\n\n"
        f"It holds for {holds} and can be used once. Give it to nobody.\n\n"
        "If you did not ask for it, you can ignore this mail:\nwithout the code nobody gets in.\n",
    )


def invitation_mail(to: str, workspace: str, role: str, invited_by: str) -> Mail:
    name = _one_line(workspace)
    return Mail(
        to,
        f'Invitation to "{name}" on Daybook',
        f'"{_one_line(invited_by)}" invited you to the workspace "{name}" on Daybook, as {_one_line(role)}.\n\n'
        "To accept, sign in to Daybook with the address that this mail was sent to.\n\n"
        "If you do not know who invited you, you can ignore this mail.\n",
    )


def _one_line(name: str) -> str:
    """What people call things, unable to pose as another header, another line of the mail, or pages of it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return (line if len(line) <= NAME_CHARACTERS_MAX else line[: NAME_CHARACTERS_MAX - 1] + "…") or "(no name)"
