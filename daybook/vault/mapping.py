"""How a Markdown file and a page say the same: the one place that knows which front matter is which part of a page.

A page made from a file keeps, in properties of its own, what the API has no field for: the path, the hash of the bytes and
the front-matter block as it stood. As long as nobody changed the page, block and content together are the file's bytes.
"""

import hashlib
from typing import Final

import msgspec

from daybook.client import Page
from daybook.vault import front_matter
from daybook.vault.front_matter import BOM
from daybook.vault.metadata import OWN_PREFIX, Metadata, title_line, told

PATH: Final = "import.path"
HASH: Final = "import.hash"
FRONT_MATTER: Final = "import.frontMatter"
ROOT: Final = "import.root"  # the id of the page the folder was imported below; "" is the top of the workspace

FILE_BYTES_MAX: Final = 4 * 1024 * 1024


class RefusedError(Exception):
    """A file that cannot become a page; the message says why."""


class Draft(msgspec.Struct):
    """A page as a file wants it."""

    metadata: Metadata
    content: str
    origin: dict[str, str | None]  # the `import.` properties


def draft_of(path: str, data: bytes, root: str) -> Draft:
    if len(data) > FILE_BYTES_MAX:
        raise RefusedError(f"larger than {FILE_BYTES_MAX // 1024**2} MiB")
    if b"\0" in data:
        raise RefusedError("contains a NUL character")
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        raise RefusedError(f"not UTF-8 (byte {exc.start})") from exc
    raw, content = front_matter.split(text)
    if (raw + content).encode() != data:
        raw, content = "", text
    origin = {PATH: path, HASH: digest(data), FRONT_MATTER: raw or None, ROOT: root}
    return Draft(told(raw, content, path), content, origin)


def folder_draft(path: str, root: str) -> Draft:
    """The page of a folder without a file of its own."""
    return Draft(told("", "", path), "", {PATH: path, HASH: digest(b""), FRONT_MATTER: None, ROOT: root})


def creation(draft: Draft, parent_id: str | None) -> dict[str, object]:
    """Word a draft as the request that creates its page."""
    fields = {name: value for name, value in draft.metadata.fields.items() if value is not None}
    origin = {key: value for key, value in draft.origin.items() if value is not None}
    where = {} if parent_id is None else {"parentId": parent_id}
    return {**fields, **where, "content": draft.content, "properties": {**draft.metadata.properties, **origin}}


def change(draft: Draft, page: Page) -> dict[str, object]:
    """Word a draft as the request that makes an existing page the same as the file: what the file does not say goes."""
    now = metadata_of(page)
    fields = {name: value for name, value in draft.metadata.fields.items() if now.fields[name] != value}
    gone = dict.fromkeys(now.properties.keys() - draft.metadata.properties.keys())
    wanted = {**draft.metadata.properties, **draft.origin, **gone}
    properties = {key: value for key, value in wanted.items() if page.properties.get(key) != value}
    return {**fields, "content": draft.content, "properties": properties}


def metadata_of(page: Page) -> Metadata:
    fields: dict[str, object] = {
        "title": title_line(page.title) or page.title,
        "subtitle": page.subtitle or None,
        "status": page.status,
        "icon": page.icon,
        "owner": page.owner,
        "dueDate": page.due_date,
        "type": page.type,
    }
    free = {k: v for k, v in page.properties.items() if v is not None and not k.startswith(OWN_PREFIX)}
    return Metadata(fields, free)


def file_of(page: Page, path: str) -> bytes:
    """Write a page as a file: with its front matter as it stood if that still says the truth, else with a new one."""
    kept = page.properties.get(FRONT_MATTER)
    raw = kept if isinstance(kept, str) and front_matter.parse(kept) is not None else ""
    content = page.content
    said, true = told(raw, content, path), metadata_of(page)
    if said != true:
        # A byte-order mark is one only at the very start of the file.
        mark = BOM if (raw or content).startswith(BOM) else ""
        content = content if raw else content.removeprefix(mark)
        raw = mark + _rewritten(raw, content, said, true)
    if raw and content and not raw.endswith(("\n", BOM)):
        raw += "\n"  # the file ended with its front matter; content that came later needs a line of its own
    return (raw + content).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _rewritten(raw: str, content: str, said: Metadata, true: Metadata) -> str:
    """Write front matter anew, changing only the keys that changed and keeping all that Daybook does not know."""
    mapping = dict(front_matter.parse(raw) or {})
    before, after = _keys(said), _keys(true)
    for name in [*before, *after]:
        if before.get(name) == after.get(name):
            continue
        if name in after:
            mapping[name] = after[name]
        else:
            mapping.pop(name, None)
    block = front_matter.dump(mapping)
    if (raw + content).partition("\n")[0].endswith("\r"):
        block = block.replace("\n", "\r\n")
    return block


def _keys(metadata: Metadata) -> dict[str, object]:
    """Metadata as the keys of front matter, where what is usual is not said."""
    fields = {name: value for name, value in metadata.fields.items() if value is not None}
    if fields["type"] == "page":
        del fields["type"]
    icon = metadata.fields["icon"]
    if isinstance(icon, dict) and icon["type"] == "emoji":
        fields["icon"] = icon["value"]
    return {**metadata.properties, **fields}
