"""Front matter: where it ends, what it says, and how to write it anew. Splitting never loses a byte: `raw + body` is the text."""

import re
import tomllib
from datetime import time
from typing import Final

import yaml

FRONT_MATTER_BYTES_MAX: Final = 64 * 1024
BOM: Final = "\ufeff"

_YAML_BLOCK: Final = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML_BLOCK: Final = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
# What PyYAML lets escape besides its own error: a date that does not exist, a key that is a list, nesting without end.
_YAML_ERRORS: Final = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class _Loader(yaml.SafeLoader):
    """Reads a scalar as a number only if writing the number gives the same text, so `1.10`, `12:30` and `no` stay words."""

    def as_integer(self, node: yaml.ScalarNode) -> int | str:
        # Python refuses to read thousands of digits; nobody means those as a number.
        exact = len(node.value) <= 20 and str(int(node.value)) == node.value
        return int(node.value) if exact else node.value

    def as_float(self, node: yaml.ScalarNode) -> float | str:
        exact = repr(float(node.value)) == node.value or "e" in node.value
        return float(node.value) if exact else node.value


class _Dumper(yaml.SafeDumper):
    """Quotes a text only where `_Loader` would take it for something else."""

    def as_text(self, value: str) -> yaml.ScalarNode:
        """Quote the rarer line ends, which PyYAML writes plainly and reads as spaces."""
        style = '"' if re.search("[\\x85\\u2028\\u2029]", value) else None
        return self.represent_scalar("tag:yaml.org,2002:str", value, style)

    def as_time(self, value: time) -> yaml.ScalarNode:
        return self.as_text(value.isoformat())


for _kind in (_Loader, _Dumper):
    _kind.yaml_implicit_resolvers = {}  # those of YAML 1.1 are not wanted
    _kind.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
    _kind.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))
    _kind.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$"), list("-0123456789")
    )
    _kind.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
    _kind.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.as_integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.as_float)
_Dumper.add_representer(str, _Dumper.as_text)
_Dumper.add_representer(time, _Dumper.as_time)  # TOML has times of day, YAML has none


def split(text: str) -> tuple[str, str]:
    """Part a text into its front-matter block, delimiters and byte-order mark included, and the rest.

    The block is empty where there is none, where it is no mapping, or where it is larger than a property may be:
    then the whole text is content.
    """
    block = _YAML_BLOCK.match(text) or _TOML_BLOCK.match(text)
    raw = block.group() if block else ""
    if len(raw.encode()) > FRONT_MATTER_BYTES_MAX or parse(raw) is None:
        raw = ""
    return raw, text[len(raw) :]


def parse(raw: str) -> dict[object, object] | None:
    """Read a block. No block and an empty one say nothing (`{}`); one that is not a mapping is no front matter (None)."""
    if not raw:
        return {}
    if toml := _TOML_BLOCK.fullmatch(raw):
        return _parse_toml(toml.group(1))
    block = _YAML_BLOCK.fullmatch(raw)
    return _parse_yaml(block.group(1)) if block else None


def scalar(text: str) -> str | int | float | bool:
    """Read one value as front matter would."""
    if not re.fullmatch(r"[A-Za-z0-9.+-]+", text):
        return text
    value = (_parse_yaml(f"value: {text}") or {}).get("value")
    return value if isinstance(value, bool | int | float) else text


def dump(mapping: dict[object, object]) -> str:
    """Write a block. An empty mapping needs none."""
    if not mapping:
        return ""
    # A width without end keeps each text on its own line, which is what people expect to edit.
    text = yaml.dump(mapping, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=2**31)
    return f"---\n{text}---\n"


def _parse_yaml(text: str) -> dict[object, object] | None:
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except _YAML_ERRORS:
        return None
    if value is None:
        return {}
    return value if isinstance(value, dict) else None


def _parse_toml(text: str) -> dict[object, object] | None:
    try:
        return dict[object, object](tomllib.loads(text).items())
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
