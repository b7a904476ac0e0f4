"""What is written down of comings and goings: who signed in and out, and which known keys were refused."""

from typing import Literal
from uuid import UUID

from domain.events import Event

Ending = Literal["signed_out", "token_reused"]
Refusal = Literal["revoked", "expired", "wrong_secret", "wrong_environment"]


class SignedIn(Event, frozen=True, tag="access.signed_in"):
    """A member signed in by e-mail. `agent` is the program as it calls itself."""

    session: UUID
    email: str
    agent: str = ""


class SignedOut(Event, frozen=True, tag="access.signed_out"):
    """A session ended: its member ended it, or a refresh token came a second time and may have been stolen."""

    session: UUID
    email: str
    reason: Ending


class KeyRefused(Event, frozen=True, tag="access.key_refused"):
    """A key that this workspace knows was refused, so many times since it was last said. Wrong secrets are counted for all its
    keys together, and this is the last that was tried.
    """

    number: int
    name: str
    reason: Refusal
    times: int = 1


AccessEvent = SignedIn | SignedOut | KeyRefused
