"""What docs, lists and metrics decide by themselves: keys, addresses, icons, names of entries, and how often to measure."""

from datetime import date
from typing import Any

import pytest

from application.planning.gen_params import gen_params
from domain.planning.docs import KEY_CHARACTERS_MAX, KeyInvalid, check_key
from domain.planning.errors import NameInvalid
from domain.planning.metric_entries import METRIC_ENTRIES, MetricEntry
from domain.planning.names import ICON_CHARACTERS_MAX, clean_icon
from domain.planning.recurring import GenParamsInvalid, RecurringTaskGenParams
from domain.planning.smart_list_items import (
    SMART_LIST_ITEMS,
    SmartListItem,
    SmartListItemChecked,
    SmartListItemUnchecked,
    telling,
)
from domain.planning.web_addresses import URL_CHARACTERS_MAX, UrlInvalid, check_url

COMMON: dict[str, Any] = {
    "ref_id": "9",
    "version": 1,
    "archived": False,
    "archival_reason": None,
    "archived_time": None,
    "created_time": "2026-01-01T00:00:00+00:00",
    "last_modified_time": "2026-01-01T00:00:00+00:00",
}
SITE = "https://example.com/"


def item(**fields: Any) -> SmartListItem:
    return SmartListItem(**{**COMMON, "name": "Emma", "smart_list_ref_id": "8", "is_done": False, "url": None, **fields})


def weekly(**fields: Any) -> RecurringTaskGenParams:
    nothing = dict.fromkeys(("actionable_from_day", "actionable_from_month", "due_at_day", "due_at_month", "skip_rule"))
    return RecurringTaskGenParams(**{"period": "weekly", "eisen": "regular", "difficulty": "easy", **nothing, **fields})


def test_a_key_is_bounded() -> None:
    assert check_key("k" * KEY_CHARACTERS_MAX)
    with pytest.raises(KeyInvalid):
        check_key("k" * (KEY_CHARACTERS_MAX + 1))


@pytest.mark.parametrize("url", [SITE, "ftp://example.com", f" {SITE} ", "https://example.com/\u00e9?q=1#top"])
def test_an_address_is_absolute(url: str) -> None:
    assert SMART_LIST_ITEMS.settle(item(url=url)).url == url.strip()


def test_an_address_is_bounded_and_may_be_none() -> None:
    assert SMART_LIST_ITEMS.settle(item()).url is None
    assert check_url(SITE + "x" * (URL_CHARACTERS_MAX - len(SITE)))
    with pytest.raises(UrlInvalid):
        check_url(SITE + "x" * (URL_CHARACTERS_MAX - len(SITE) + 1))


@pytest.mark.parametrize(
    "url", ["", "example.com", "/x", "mailto:a@example.com", "https:///x", "https://a b/", "https://a/\x00", "https://a:x/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UrlInvalid):
        check_url(url)


def test_an_icon_is_short() -> None:
    assert clean_icon(None) is None
    assert clean_icon(" \U0001f4da ") == "\U0001f4da"
    assert clean_icon("x" * ICON_CHARACTERS_MAX)
    for text in ("", " ", "a\nb", "x" * (ICON_CHARACTERS_MAX + 1)):
        with pytest.raises(NameInvalid):
            clean_icon(text)


def test_checking_is_told_only_where_nothing_else_is_wanted() -> None:
    assert telling(item(), item(is_done=True)) is SmartListItemChecked
    assert telling(item(is_done=True), item()) is SmartListItemUnchecked
    assert telling(item(), item(is_done=True, name="Ulysses")) is None


@pytest.mark.parametrize(("value", "text"), [(81.5, "81.5"), (80, "80.0"), (-0.0, "0.0"), (1e300, "1e+300")])
def test_an_entry_is_called_after_its_day_and_its_value(value: float, text: str) -> None:
    entry = MetricEntry(**COMMON, name="", metric_ref_id="8", collection_time=date(2026, 11, 20), value=value)
    assert METRIC_ENTRIES.settle(entry).name == f"Entry for 2026-11-20 value={text}"


def test_without_a_period_there_is_nothing_to_collect() -> None:
    assert gen_params("collection_", {"name": "x", "collection_period": None, "collection_eisen": None}) is None
    assert gen_params("collection_", {"collection_period": None}, weekly()) is None
    assert gen_params("collection_", {}, None) is None
    for fields in ({"collection_eisen": "urgent"}, {"collection_period": None, "collection_due_at_day": 1}):
        with pytest.raises(GenParamsInvalid):
            gen_params("collection_", fields)


def test_what_is_not_told_stays_and_has_a_default() -> None:
    assert gen_params("collection_", {"collection_period": "weekly"}) == weekly()
    before = weekly(eisen="urgent", due_at_day=2)
    assert gen_params("collection_", {}, before) == before
    assert gen_params("collection_", {"collection_eisen": None, "collection_due_at_day": None}, before) == weekly()
