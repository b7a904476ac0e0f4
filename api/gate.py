"""The gate that every request passes: how many a caller may make, and what the answer says of it."""

import ipaddress
from typing import Any

import msgspec
from litestar import Request

from application.rate_limits import Limit, RateLimited, RateLimits, Verdict
from domain.members import person_id

AnyRequest = Request[Any, Any, Any]
# Codes that are sent to one mail address: whoever types slowly gets along with them. Those that one client asks for are counted
# apart from all together, so that a stranger who asks for them keeps nobody out, and still nobody's mailbox is flooded.
CODES = Limit("codes", 5, 3600)
ALL_CODES = Limit("all-codes", 30, 3600)
# Mails that tell one address of invitations, whoever invites.
INVITATIONS = Limit("invitations", 10, 3600)
# An address of the internet's sixth version is one of 2^64 that whoever has it can choose from.
IPV6_PREFIX = 64
SHUT_MAX = 10_000


class Limits(msgspec.Struct, frozen=True):
    """The settings' limits by the name that routes know them by. `refused` and `sign_in` count by where requests come from."""

    standard: Limit
    batch: Limit
    search: Limit
    refused: Limit
    sign_in: Limit


class Gate:
    """Counts, and leaves the headers of the answer in the request's state, where the edge finds them."""

    def __init__(self, rate_limits: RateLimits, limits: Limits) -> None:
        self._rate_limits = rate_limits
        self._limits = limits
        # Who was refused too often, and for how long.
        self._shut: dict[str, Verdict] = {}

    async def count(self, request: AnyRequest, name: str, who: str) -> None:
        """Raises `RateLimited`. `who` has a count of their own under each limit."""
        limit: Limit = getattr(self._limits, name)
        await self._count(request, limit, who)

    async def count_code(self, request: AnyRequest, email: str) -> None:
        """A code to be sent. Raises `RateLimited`, for an address that nobody knows as well. Who is asked about is counted by an
        id, because what counts is no list of addresses.
        """
        person = str(person_id(email))
        await self._count(request, CODES, f"{person}/{client_of(request)}")
        await self._count(request, ALL_CODES, person)

    async def may_mail(self, email: str) -> bool:
        """Whether somebody should hear of another invitation. The invitation itself stands either way."""
        verdict = await self._rate_limits.hit(INVITATIONS, str(person_id(email)))
        return verdict is None or verdict.allowed

    def check_open(self, request: AnyRequest) -> None:
        """Before anything is looked up for somebody unknown. Raises `RateLimited` if they were refused too often."""
        client = client_of(request)
        shut = self._shut.get(client)
        if shut is None:
            return
        verdict = self._rate_limits.still(shut)
        if verdict is None:
            del self._shut[client]
            return
        _show(request, verdict)
        raise RateLimited

    async def refused(self, request: AnyRequest) -> None:
        """Somebody showed what is good for nothing. Raises `RateLimited` when it was too often."""
        client = client_of(request)
        verdict = await self._rate_limits.hit(self._limits.refused, client)
        if verdict is None:
            return
        _show(request, verdict)
        if not verdict.allowed:
            if len(self._shut) >= SHUT_MAX:
                self._shut.clear()
            self._shut[client] = verdict
            raise RateLimited

    async def _count(self, request: AnyRequest, limit: Limit, who: str) -> None:
        verdict = await self._rate_limits.hit(limit, who)
        if verdict is None:
            return
        # What comes first is shown, and what comes later only where it refuses.
        if not verdict.allowed or "headers" not in request.scope["state"]:
            _show(request, verdict)
        if not verdict.allowed:
            raise RateLimited


def client_of(request: AnyRequest) -> str:
    """The network address that a request comes from, as far as it tells people apart."""
    found = request.scope.get("client")
    host = found[0] if found else ""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    # How a socket for both versions shows the fourth.
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))


def _show(request: AnyRequest, verdict: Verdict) -> None:
    """In the names that independent clients know, and in those of the IETF's draft."""
    limit, left_s = verdict.limit, verdict.retry_after_s
    headers = [
        (b"x-ratelimit-limit", b"%d" % limit.count),
        (b"x-ratelimit-remaining", b"%d" % verdict.remaining),
        (b"x-ratelimit-reset", b"%d" % verdict.reset_at),
        (b"ratelimit", b'"%b";r=%d;t=%d' % (limit.name.encode(), verdict.remaining, left_s)),
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (limit.name.encode(), limit.count, limit.window_s)),
    ]
    if not verdict.allowed:
        headers.append((b"retry-after", b"%d" % left_s))
    request.scope["state"]["headers"] = headers
