"""Writes the reference pages that follow from the code: `.venv/bin/python docs/generate.py`. A test fails when one is stale."""  # noqa: INP001 - a script, not a package

import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import NODEFAULT, UnsetType

from api.document import openapi_document
from api.problems import _FRAMEWORK_CODES
from api.statuses import STATUSES
from daybook.bootstrap import build
from daybook.settings import Settings
from domain.errors import DomainError
from domain.events import Actor, Change, Meta
from domain.pages.content import Edit
from domain.pages.events import Icon
from domain.planning.note_blocks import Block, ChecklistItem, ListItem
from infrastructure.event_store.codec import EVENTS, tag_of

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py; change the code, then run `.venv/bin/python docs/generate.py`. -->\n"
_JSON_NAMES = {str: "text", int: "whole number", float: "number", bool: "boolean", type(None): "null", UUID: "UUID"}


def main() -> None:
    for name, write in GENERATED.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"wrote docs/{name}\n")


def settings() -> str:
    """Each setting with its flag, its environment variable, its default and its meaning."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = []
    for field in fields(Settings):
        plain, parameter = get_args(hints[field.name])
        flag = field.name.replace("_", "-")
        default = "none" if field.default in (None, MISSING) else f"`{field.default}`"
        rows.append((f"`--{flag}`", f"`DAYBOOK_{field.name.upper()}`", _values(plain), default, str(parameter.help)))
    return f"""{NOTE}
# Settings

Every setting is a flag of `daybook serve` and an environment variable. A flag wins over its variable. The operator's commands
(`workspaces`, `keys`, `members`, `signing-keys`, `audit`, `rebuild`, `replay`) take those that say where the record is: the ones
above `--webhook-allow-private`. `daybook worker` takes the ones above `--host`. A relative data directory counts from the folder
the command is started in; `make serve` starts it in the repository.

{_table(("flag", "variable", "values", "default", "meaning"), rows)}
## Variables of the client commands

`daybook pages`, `search`, `import`, `export`, `login`, `whoami` and `logout` speak HTTP with a service, wherever it runs.

| variable | meaning |
|---|---|
| `DAYBOOK_URL` | The service's address. Without it, the address that the service left in `client.json` in the data directory. |
| `DAYBOOK_API_KEY` | The key. Without it, the session of `daybook login`; without one, the key beside that address. |
| `DAYBOOK_DATA_DIR` | Where to look for `client.json`. |

## What lies in the data directory

| file or folder | what it is |
|---|---|
| `postgres/` | The embedded database's files. Everything that is recorded is in here. |
| `postgres-socket/` | The socket of the running database. Only its owner may enter. |
| `postgres.log` | What the embedded database says. |
| `postgres-binaries/` | Only where Daybook runs as root and has to hand PostgreSQL to another user: a copy of the programs. |
| `server.key` | All keys, codes and tokens are hashed or signed under it. Whoever loses it gives out new ones; back it up. |
| `mail/` | Mail that was printed instead of sent, codes included, where no `DAYBOOK_SMTP_URL` is set. |
| `client.json` | The address and the first key, for the commands of this machine. Readable by its owner alone. |
| `daybook.lock` | Held by the one process that runs the embedded database. |
"""


def errors() -> str:
    """Each code with its status and its sentence."""
    ours = sorted(STATUSES.items(), key=lambda entry: (entry[1], entry[0].code))
    rows = [(str(status), f"`{error.code}`", _doc(error)) for error, status in ours if error is not DomainError]
    codes = {**_FRAMEWORK_CODES, 500: "internal_error"}
    known = {error.code for error in STATUSES}
    framework = [(str(status), f"`{code}`", _FRAMEWORK[code]) for status, code in sorted(codes.items()) if code not in known]
    return f"""{NOTE}
# Errors

Every refusal has one shape, `application/problem+json` (RFC 9457):

| member | meaning |
|---|---|
| `type` | `/problems/` and the code |
| `title` | the status in words |
| `status` | the status as a number |
| `detail`, `error` | the same sentence twice: what is wrong and what to do |
| `code` | a stable word for programs, from the tables below |
| `requestId` | names the request in the service's log and, if it wrote anything, in the events it wrote |

Some carry more: `parameter` (which one is wrong), `current` (the resource as it is now, with 409 and 412 for staleness),
`matches` and `lines` (where a text to find stands), `limitBytes`.

## What Daybook refuses

The sentence is what `detail` says unless the request allows a more exact one.

{_table(("status", "code", "sentence"), rows)}
`version_stale` answers 412 where the version came in `If-Match`, and 409 where it came in the body.
`content_modified` answers 409 either way. `workspace_name_taken`, `signing_key_not_found` and `signing_key_in_use` are met at the
command line only.

## What never reaches Daybook's own rules

{_table(("status", "code", "meaning"), framework)}"""


def events() -> str:
    """Each event with its fields as they are stored."""
    events = "\n".join(f"## `{tag_of(event)}`, version {event.schema_version}\n\n{_shape(event)}" for event in EVENTS)
    shapes = (Edit, Icon, *get_args(Block), ListItem, ChecklistItem, Actor, Meta)
    shared = "\n".join(f"### {struct.__name__}\n\n{_shape(struct)}" for struct in shapes)
    return f"""{NOTE}
# Events

What the log can hold. An event's `data` is one JSON object: its `type`, then the fields below. A field with a default is left
out when it has that default. An event that was stored is never rewritten; when a type's shape changes, its version is raised
and an upcaster brings older ones along (see CONTRIBUTING.md). A *change of* something is `{{"before": …, "after": …}}`.

{events}
## Shapes inside events

{shared}"""


def openapi() -> str:
    """The API's document. The application is built as it is for serving; it connects to nothing until it is started."""
    app = build("postgresql:///none", None, b"", Settings())
    document = msgspec.json.decode(openapi_document(app.app))
    # A handler's several paths come in another order in every process.
    document["paths"] = dict(sorted(document["paths"].items()))
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


GENERATED: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings,
    "reference/errors.md": errors,
    "reference/events.md": events,
    "openapi.json": openapi,
}

_FRAMEWORK = {
    "invalid_request": "The body is no JSON, no UTF-8, misses a field, has one too many or one of the wrong type.",
    "route_not_found": "There is no such route.",
    "method_not_allowed": "The route is there, but not for this method; `Allow` names those it has.",
    "body_too_large": "The body is larger than 16 MiB; of signing in, than 16 KiB.",
    "unsupported_media_type": "The body comes in a form that is not read here. Send JSON.",
    "internal_error": "Something went wrong here. The log has it, under the `requestId`.",
}


def _shape(struct: type[msgspec.Struct]) -> str:
    return f"{_doc(struct)}\n\n{_fields(struct)}"


def _fields(struct: type[msgspec.Struct]) -> str:
    rows = [(f"`{field.encode_name}`", _meaning(field.type), _default(field)) for field in msgspec.structs.fields(struct)]
    return _table(("field", "value", "if left out"), rows)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.UNSET:
        return "did not change"
    if field.default is not NODEFAULT:
        return f"`{msgspec.json.encode(field.default).decode()}`"
    return f"`{msgspec.json.encode(field.default_factory()).decode()}`" if field.default_factory is not NODEFAULT else ""


def _meaning(kind: Any) -> str:  # noqa: ANN401 - any type that a field may have
    """A type in words."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        meanings = dict.fromkeys(_meaning(each) for each in arguments if each is not UnsetType)
        return " or ".join(word for word in meanings if word != "whole number" or "number" not in meanings)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin is Change:
        inside = _meaning(arguments[0])
        return f"change of ({inside})" if " or " in inside else f"change of {inside}"
    if origin is tuple:
        return f"list of {_meaning(arguments[0])}"
    if origin is dict:
        return f"object of {_meaning(arguments[1])}"
    if kind is date:
        return "date"
    return _JSON_NAMES.get(kind) or f"{kind.__name__} (below)"


def _values(kind: Any) -> str:  # noqa: ANN401 - any type that a setting may have
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin in (Union, types.UnionType):
        return _values(next(each for each in arguments if each is not type(None)))
    return {Path: "path", str: "text", int: "number", bool: "`True`, `False`"}[kind]


def _doc(thing: type) -> str:
    """A docstring in JSON's words."""
    return " ".join((thing.__doc__ or "").split()).replace("None", "null")


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    main()
