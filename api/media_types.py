"""What the API's document says of answers that come in more than one form."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType

TEXT = Schema(type=OpenAPIType.STRING)


def forms(operation: Operation) -> dict[str, OpenAPIMediaType]:
    """By media type, the forms of what an operation answers when it succeeds; to be added to."""
    success = (operation.responses or {}).get("200")
    if not isinstance(success, OpenAPIResponse) or success.content is None:
        raise TypeError("the operation does not say what it answers")
    return success.content


@dataclass
class TextOrJson(Operation):
    """What the document says of an answer that is a text unless JSON is asked for."""

    def __post_init__(self) -> None:
        forms(self)["text/plain"] = OpenAPIMediaType(schema=TEXT)
