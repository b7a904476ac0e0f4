"""Where a webhook may lead: to the public internet, so that nobody can use Daybook to reach what only Daybook can reach."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from domain.webhooks.errors import TargetForbidden

URL_CHARACTERS_MAX = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Translated by a gateway into the IPv4 address in the last 32 bits (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", "local", "internal")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_url(url: str, *, private_allowed: bool) -> str:
    """The URL, unless it is evidently forbidden. What its name leads to is looked at whenever something is sent there.

    `private_allowed` is for development: plain http and addresses of any network. Raises `TargetForbidden`.
    """
    if len(url) > URL_CHARACTERS_MAX:
        raise TargetForbidden(f"url has at most {URL_CHARACTERS_MAX} characters.", parameter="url")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise TargetForbidden(
            "url is written in ASCII: percent-encode the path, and write the host in Punycode.", parameter="url"
        )
    parts = _split(url)
    if parts.scheme == "http" and not private_allowed:
        raise TargetForbidden("url starts with https://, so that nobody on the way reads along.", parameter="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise TargetForbidden("url carries no user, password or fragment; the signature says who is calling.", parameter="url")
    if not private_allowed and _is_evidently_private(parts.hostname or ""):
        raise TargetForbidden("url leads to an address that is not on the public internet.", parameter="url")
    return url


def host_and_port(url: str) -> tuple[str, int]:
    """Of a checked URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def is_public(address: str) -> bool:
    """Whether a numeric address is reached over the public internet, also when it wraps another address."""
    ip: IPAddress = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None or ip.teredo is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is not None:
            ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        named = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise TargetForbidden("url is an address such as https://example.org/hooks.", parameter="url")
    return parts


def _is_evidently_private(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name.rpartition(".")[2] in _LOCAL_NAMES or not name:
        return True
    try:
        return not is_public(name)
    except ValueError:
        pass
    try:
        # Octal, hexadecimal and shortened forms, which resolvers take for addresses as well.
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        return False
