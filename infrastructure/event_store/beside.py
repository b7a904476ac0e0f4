"""Read models of what changes seldom: written beside the append, each by a statement of its own, in the same transaction."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.keys import Key
from domain.members import Member
from domain.planning.entities import Kept
from domain.search.settings import SearchSettings
from domain.signing_keys import SigningKey
from domain.threads.state import Thread
from domain.webhooks.state import Webhook
from infrastructure.items import STATES as ITEMS
from infrastructure.items import write_item
from infrastructure.keys import write_key
from infrastructure.members import write_member
from infrastructure.planning.rows import write_entity
from infrastructure.search.settings import write_search_settings
from infrastructure.signing_keys import write_signing_key
from infrastructure.threads import write_thread
from infrastructure.webhooks.book import write_webhook

# By the type of a stream's state. The last argument is the position of the command's last event.
BESIDE: dict[type, Callable[..., Awaitable[Any]]] = {
    Kept: write_entity,
    Key: write_key,
    Member: write_member,
    SearchSettings: write_search_settings,
    SigningKey: write_signing_key,
    Thread: write_thread,
    Webhook: write_webhook,
    **dict.fromkeys(ITEMS.values(), write_item),
}
