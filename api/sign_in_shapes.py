"""The bodies of sign-in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from api.bodies import Body
from application.sign_in import SignedInAs

CODE_CHARACTERS_MAX = 20
TOKEN_CHARACTERS_MAX = 200


class RequestCode(Body):
    """Where to send it."""

    email: str


class VerifyCode(Body):
    """The code as it came, with or without spaces."""

    email: str
    code: Annotated[str, msgspec.Meta(max_length=CODE_CHARACTERS_MAX)]


class Refresh(Body):
    """The newest refresh token."""

    refresh_token: Annotated[str, msgspec.Meta(max_length=TOKEN_CHARACTERS_MAX)]


class SignOut(Body):
    """A refresh token of the session."""

    refresh_token: Annotated[str, msgspec.Meta(max_length=TOKEN_CHARACTERS_MAX)]


class SignedInUser(msgspec.Struct):
    """Who signed in; the name is the one in their first workspace."""

    id: UUID
    email: str
    name: str


class TokensAnswer(msgspec.Struct, rename="camel"):
    """`accessToken` goes where a key would, for `expiresIn` seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    expires_at: datetime
    user: SignedInUser


def tokens_answer(signed_in: SignedInAs, now: datetime) -> TokensAnswer:
    member = signed_in.member
    return TokensAnswer(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=int((signed_in.expires_at - now).total_seconds()),
        expires_at=signed_in.expires_at,
        user=SignedInUser(member.id, member.email, member.shown_name),
    )
