"""Patterns of texts, as schemas of the API carry them."""


def whole(pattern: str) -> str:
    """Of a whole text, for Python and ECMA alike. To Python, `$` alone is before a last line feed as well."""
    return rf"^(?:{pattern})$(?!\n)"
