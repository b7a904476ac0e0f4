"""Sign-in by e-mail: ask for a code, bring it back, get new tokens, sign out."""

from typing import Any

from litestar import Request, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.health import OPEN
from api.page_shapes import Success
from api.pages import open_answers
from api.services import WithServices
from api.sign_in_shapes import Refresh, RequestCode, SignOut, TokensAnswer, VerifyCode, tokens_answer
from application.addresses import normal_address
from application.sign_in import CodeRefused

AnyRequest = Request[Any, Any, Any]
_SUCCESS = b'{"success":true}'


@post(
    ["/request-code", "/send-code"],
    responses=open_answers(Success, 429, 501, 503),
    security=OPEN,
    status_code=200,
    summary="Ask for a code",
    tags=["sign-in"],
)
async def request_code(request: AnyRequest, data: JSONBody[RequestCode], services: WithServices) -> ASGIResponse:
    """Sends a code of six digits to the address, if it is a member's of some workspace; the answer is the same if it is not. The
    code is good for ten minutes, once, and takes the place of the one before.
    """
    email = normal_address(data.email)
    await services.gate.count_code(request, email)
    await services.sign_in.request_code(email, services.requests.visit(request))
    return json_answer(_SUCCESS)


@post(
    ["/verify", "/verify-code"],
    responses=open_answers(TokensAnswer, 401, 429, 503),
    security=OPEN,
    status_code=200,
    summary="Sign in with a code",
    tags=["sign-in"],
)
async def verify(request: AnyRequest, data: JSONBody[VerifyCode], services: WithServices) -> ASGIResponse:
    """An access token for a quarter of an hour, and a refresh token for new ones. After five wrong tries a new code is needed."""
    code = data.code.replace(" ", "")
    if not (code.isascii() and code.isdecimal()):
        raise CodeRefused
    visit = services.requests.visit(request)
    signed_in = await services.sign_in.verify(normal_address(data.email), code, visit)
    return json_answer(encoded(tokens_answer(signed_in, visit.at)))


@post(
    "/refresh",
    responses=open_answers(TokensAnswer, 401, 429, 503),
    security=OPEN,
    status_code=200,
    summary="Get new tokens",
    tags=["sign-in"],
)
async def refresh(request: AnyRequest, data: JSONBody[Refresh], services: WithServices) -> ASGIResponse:
    """A new pair. The refresh token is spent by it, and using it again ends the session: somebody else may have it."""
    visit = services.requests.visit(request)
    signed_in = await services.sign_in.refresh(data.refresh_token, visit)
    return json_answer(encoded(tokens_answer(signed_in, visit.at)))


@post(
    ["/logout", "/sign-out"],
    responses=open_answers(Success, 429, 503),
    security=OPEN,
    status_code=200,
    summary="Sign out",
    tags=["sign-in"],
)
async def sign_out(request: AnyRequest, data: JSONBody[SignOut], services: WithServices) -> ASGIResponse:
    """Ends the session that the refresh token is of, its access tokens included. What is over already stays so."""
    await services.sign_in.sign_out(data.refresh_token, services.requests.visit(request))
    return json_answer(_SUCCESS)


HANDLERS = [request_code, verify, refresh, sign_out]
