"""What every request brings in its headers: who, under which key of idempotency, with which precondition."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import msgspec
from litestar import Request
from litestar.enums import HttpMethod

from api.gate import Gate, client_of
from application.access import Access, Caller, NotAMember, NotSignedIn, Shown
from application.event_store import Command
from application.page_past import Then
from application.positions import Positions
from application.sign_in import Visit
from domain.errors import InvalidValue, NotFound
from domain.ids import derived_id
from domain.pages.decisions import Guard
from domain.pages.rules import check_line
from domain.scopes import ScopeMissing

IDEMPOTENCY_KEY_CHARACTERS_MAX = 255
MESSAGE_CHARACTERS_MAX = 6000
# A day from either end of the calendar: any time zone can show these, and the driver takes the very ends for infinity.
MOMENT_MIN = datetime(1, 1, 2, tzinfo=UTC)
MOMENT_MAX = datetime(9999, 12, 30, tzinfo=UTC)
# A tag as reads show it: the version, and behind it perhaps what else the bytes depended on. Proxies that compress weaken tags.
_TAG = r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{1,64})?"'
_TAGS = re.compile(rf"{_TAG}(?:\s*,\s*{_TAG}){{0,99}}")
# Far more than a log can ever hold, and less than the database's greatest number.
POSITION_PATTERN = "^[0-9]{1,18}$"
_POSITION = re.compile(POSITION_PATTERN)
AnyRequest = Request[Any, Any, Any]
# What routes say of themselves in `opt`: the area whose scopes they need, or a single scope, the limit they count under, and the
# Struct that their query is read into, where a signature does not say it.
AREA, SCOPE, LIMIT, QUERY = "area", "scope", "limit", "query"


class Requests:
    """Turns headers into what use cases understand. Ids and the clock come from here, never from inside."""

    def __init__(
        self, access: Access, gate: Gate, positions: Positions, new_id: Callable[[], UUID], now: Callable[[], datetime]
    ) -> None:
        self._access = access
        self._gate = gate
        self._positions = positions
        self._new_id = new_id
        self.now = now

    async def admit(self, request: AnyRequest) -> None:
        """Before anything of the request is read: who it is, whether they may make another request now, and this one at all.
        Raises `NotSignedIn`, `NotAMember`, `RateLimited` and `ScopeMissing`. A read with `Daybook-Wait-For` goes on when the log
        has got there.
        """
        caller = request.scope["state"]["caller"] = await self.signed_in(request)
        needs = request.route_handler.opt
        await self._gate.count(request, needs.get(LIMIT, "standard"), caller.name)
        check_scope(caller, scope_of(request.scope["method"], needs))
        if request.scope["method"] == HttpMethod.GET and (position := wait_for(request)) is not None:
            await self._positions.written(caller.workspace_id, position)

    async def caller(self, request: AnyRequest) -> Caller:
        """Who was admitted."""
        caller: Caller = request.scope["state"]["caller"]
        return caller

    async def signed_in(self, request: AnyRequest) -> Caller:
        """Whose request it is."""
        shown = _shown(request)
        caller = self._access.remembered(shown)
        if caller is not None:
            return caller
        if not self._access.was_right(shown):
            self._gate.check_open(request)
        try:
            return await self._access.caller(shown, client_of(request))
        except (NotSignedIn, NotAMember):
            await self._gate.refused(request)
            raise

    async def check_unchanged(self, request: AnyRequest, caller: Caller) -> None:
        """For answers that last longer than a key may be good. Raises `NotSignedIn` if it opens something else than it did."""
        shown = _shown(request)
        try:
            now = self._access.remembered(shown) or await self._access.caller(shown, client_of(request))
        except NotAMember:
            raise NotSignedIn from None
        if now != caller:
            raise NotSignedIn

    def visit(self, request: AnyRequest) -> Visit:
        """Of somebody who is about to sign in, or out."""
        agent = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())
        return Visit(self.now(), client_of(request), agent, request.scope["state"].get("request_id"))

    async def access_command(self, request: AnyRequest) -> Command:
        """The envelope of what has to do with access. It says where it came from, and happens now, whatever the request says."""
        return msgspec.structs.replace(await self.command(request), client=client_of(request), at=self.now())

    async def command(self, request: AnyRequest) -> Command:
        """The command's envelope. With an `Idempotency-Key`, its id follows from the key and its fingerprint from the request."""
        caller = await self.caller(request)
        key = request.headers.get("idempotency-key")
        return Command(
            workspace_id=caller.workspace_id,
            command_id=self._new_id() if key is None else _command_id(caller, key),
            at=self._effective_at(request),
            actor=caller.actor,
            request=request.scope["state"].get("request_id"),
            fingerprint=None if key is None else await _fingerprint(request),
            message=_message(request),
        )

    def _effective_at(self, request: AnyRequest) -> datetime:
        """When it happened: now, unless an import brings its own date."""
        stated = request.headers.get("daybook-effective-at")
        return self.now() if stated is None else parse_moment(stated, "Daybook-Effective-At")


def scope_of(method: str, needs: Mapping[str, Any]) -> str | None:
    """What a caller needs for a route: the one it names, or its area's for reading or writing. None where any caller will do."""
    area = needs.get(AREA)
    if area is None:
        return needs.get(SCOPE)
    return f"{area}:{'read' if method == HttpMethod.GET else 'write'}"


def check_scope(caller: Caller, scope: str | None) -> None:
    """Raises `ScopeMissing`."""
    if scope is not None and scope not in caller.scopes:
        raise ScopeMissing(f"{ScopeMissing.__doc__} It needs the scope {scope}.", scope=scope)


def _shown(request: AnyRequest) -> Shown:
    """What the request shows of who it is. Raises `NotSignedIn` if nothing."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn
    return Shown(credential.strip(), request.headers.get("x-workspace-id"))


def wait_for(request: AnyRequest) -> int | None:
    """The position of `Daybook-Wait-For`, if it was sent."""
    stated = request.headers.get("daybook-wait-for")
    if stated is None:
        return None
    if _POSITION.fullmatch(stated) is None:
        raise InvalidValue("Daybook-Wait-For is a position as Daybook-Position showed it.", parameter="Daybook-Wait-For")
    return int(stated)


def parse_moment(text: str, name: str) -> datetime:
    """An ISO 8601 date and time; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(_with_plus(text))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue(f"{name} is a date and time such as 2026-01-31T09:30:00Z.", parameter=name) from None
    if not MOMENT_MIN <= moment <= MOMENT_MAX:
        raise InvalidValue(f"{name} is a time from 0001-01-02 to 9999-12-30.", parameter=name)
    return moment


def _with_plus(text: str) -> str:
    """A plus that nobody escapes in an address arrives as a space. Behind a date alone, a time of day follows and no offset."""
    before, space, offset = text[:-6], text[-6:-5], text[-5:]
    return f"{before}+{offset}" if space == " " and ":" in offset and len(before) > len("2026-01-31") else text


def then_from(version: int | None, as_of: str | None, names: tuple[str, str] = ("version", "asOf")) -> Then | None:
    """Which past a read asks for; None is the present."""
    if version is not None and as_of is not None:
        raise InvalidValue(f"Name a {names[0]} or a time ({names[1]}), not both.", parameter=names[1])
    if version is None and as_of is None:
        return None
    return Then(version, None if as_of is None else parse_moment(as_of, names[1]))


def id_from(text: str, not_found: type[NotFound]) -> UUID:
    """Of an address. Whatever is no id is the id of none."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found from None


def guard_from(request: AnyRequest, version: int | None = None, content_hash: str | None = None) -> Guard:
    """The precondition: `If-Match`, or `version` and `contentHash` from the body. Of a tag, the version in front counts."""
    stated = request.headers.get("if-match", "*").strip()
    if stated == "*":
        return Guard(version, content_hash)
    if _TAGS.fullmatch(stated) is None:
        raise InvalidValue('If-Match carries a version as the ETag showed it, such as "3", or several.', parameter="If-Match")
    first, *others = (int(number) for number in re.findall(_TAG, stated))
    if version is not None and version not in (first, *others):
        raise InvalidValue("If-Match and version name different versions; send one of them.", parameter="version")
    return Guard(first, content_hash, tuple(others)) if version is None else Guard(version, content_hash)


def versions_from(request: AnyRequest, version: int | None = None) -> tuple[int, ...]:
    """The versions that a command on something small may be carried out on; any, if none is named."""
    guard = guard_from(request, version)
    return () if guard.version is None else (guard.version, *guard.other_versions)


def _command_id(caller: Caller, key: str) -> UUID:
    """The same for the same caller and key, so that the log itself knows a request that comes again."""
    if not key or len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX or not key.isprintable():
        raise InvalidValue(
            f"Idempotency-Key has 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable characters.", parameter="Idempotency-Key"
        )
    return derived_id(f"{caller.workspace_id}\n{caller.actor.kind}\n{caller.actor.id}\n{key}")


async def _fingerprint(request: AnyRequest) -> str:
    seed = f"{request.method} {request.scope['path']}?{request.scope['query_string'].decode('latin-1')}\n"
    digest = hashlib.sha256(seed.encode() + await request.body())
    return digest.hexdigest()[:32]


def _message(request: AnyRequest) -> str | None:
    """A note on the change, as UTF-8 in percent-encoding, because headers hold no more than ASCII safely."""
    stated = request.headers.get("daybook-message")
    if stated is None:
        return None
    try:
        stated.encode("ascii")
        text = unquote(stated, errors="strict")
    except UnicodeError:
        # Stored as they came, such bytes would read as other letters for good.
        raise InvalidValue(
            "Daybook-Message is UTF-8 in percent-encoding, such as caf%C3%A9.", parameter="Daybook-Message"
        ) from None
    return check_line(" ".join(text.split()), "Daybook-Message", MESSAGE_CHARACTERS_MAX) or None
