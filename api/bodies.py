"""The bodies of requests: decoded once, straight into what the handler takes, and strictly."""

from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.exceptions import ClientException, ValidationException

Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class StrictRequest(Request[Any, Any, Any]):
    """The framework would decode to plain values first and then be lenient: `"1"` for a number, `"null"` for nothing."""

    __slots__ = ()

    async def json(self) -> Any:  # noqa: ANN401 - whatever the handler's `data` is
        wanted = self.route_handler.parsed_data_field
        try:
            return msgspec.json.decode(await self.body(), type=Any if wanted is None else wanted.annotation)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[{"key": "data", "message": str(error)}]) from error
        except msgspec.DecodeError as error:
            raise ClientException(str(error)) from error


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A request's body: a field nobody knows is refused, because it would be silently lost."""
