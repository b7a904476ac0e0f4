"""Addresses of the web that people keep."""

from urllib.parse import SplitResult, urlsplit

from domain.planning.errors import RuleBroken

URL_CHARACTERS_MAX = 2048


class UrlInvalid(RuleBroken):
    """A url is an absolute address, such as https://example.com/, without spaces."""

    code = "url_invalid"


def check_url(url: str, parameter: str = "url") -> SplitResult:
    """Its parts. Raises `UrlInvalid`."""
    if len(url) > URL_CHARACTERS_MAX:
        raise UrlInvalid(f"A url has at most {URL_CHARACTERS_MAX} characters; this one has {len(url)}.", parameter=parameter)
    try:
        parts = urlsplit(url)
        absolute = parts.scheme and parts.hostname and (parts.port is None or parts.port >= 0)
    except ValueError:
        raise UrlInvalid(parameter=parameter) from None
    if not absolute or not url.isprintable() or " " in url:
        raise UrlInvalid(parameter=parameter)
    return parts
