"""What all providers over HTTP have in common: where they are, and a key that goes nowhere else."""

import httpx


class ProviderSettingsInvalid(Exception):
    """A provider's address or key is not one that can work. No complaint repeats it: what was misread may be the key."""


def base_url(url: str, *, route: str, key_setting: str) -> httpx.URL:
    """Without a slash at the end. `route` is the one that is called below it, `key_setting` where the key goes."""
    right = (
        f"A provider's URL is the part before {route}, https://host/v1, without user, password, query or fragment; "
        f"the key goes into {key_setting}."
    )
    try:
        base = httpx.URL(url.strip().rstrip("/"))
    except httpx.InvalidURL:
        # Without its cause, which may show a password.
        raise ProviderSettingsInvalid(right) from None
    if base.scheme not in {"http", "https"} or not base.host or base.userinfo or base.query or base.fragment:
        raise ProviderSettingsInvalid(right)
    return base


def authorization(api_key: str | None) -> dict[str, str]:
    """The header, or none. Checked here, because HTTP libraries show a header that they refuse."""
    key = (api_key or "").strip()
    if not key:
        return {}
    if not key.isascii() or not key.isprintable():
        raise ProviderSettingsInvalid("A provider's key is one line of ASCII; something else came along when it was copied.")
    return {"authorization": f"Bearer {key}"}
