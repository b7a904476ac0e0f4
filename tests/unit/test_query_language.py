"""How conditions, values and orders are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.pages.queries import Condition, Sort, any_of, condition, conditions, sort_from


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Price>=10", Condition("Price", ">=", "10", 10.0)),
        (" Price >= 10 ", Condition("Price", ">=", "10", 10.0)),
        ("Stage=Done", Condition("Stage", "=", "Done")),
        ("Stage!=Not done yet", Condition("Stage", "!=", "Not done yet")),
        ("Due date<2026-03-01", Condition("Due date", "<", "2026-03-01")),
        ("Done=true", Condition("Done", "=", "true")),
        ('Code="10"', Condition("Code", "=", "10")),
        ('"a=b">-1.5e3', Condition("a=b", ">", "-1.5e3", -1500.0)),
        (r'"a \"b\" \\"~"x=y"', Condition('a "b" \\', "~", "x=y")),
        ("Code~10", Condition("Code", "~", "10")),
        ("Empty=", Condition("Empty", "=", "")),
        ("Url=https://a.b/?c=d", Condition("Url", "=", "https://a.b/?c=d")),
    ],
)
def test_a_condition_reads_as_its_name_operator_and_value(text: str, expected: Condition) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize("text", ["", "Price", "=3", "a==b", "a=>3", "a<>3", 'a="b', '"a=b', 'a"b"=c', "a~", "a!b=1", '""=1'])
def test_what_is_no_condition_is_told_with_an_example(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"Stage=Done|look for"):
        condition(text)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50)


@given(TEXTS, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "~"]), TEXTS)
def test_any_name_and_value_can_be_quoted(name: str, operator: str, value: str) -> None:
    assert condition(quoted(name) + operator + quoted(value)) == (name, operator, value, None)


def test_limits_hold_at_n_and_n_plus_1() -> None:
    assert len(condition("a=" + "x" * 299).value) == 299
    assert len(condition("n" * 200 + "=x").name) == 200
    assert len(conditions([f"a={n}" for n in range(20)])) == 20
    assert len(any_of(",".join(map(str, range(100))), "owner")) == 100
    for refused in (
        lambda: condition("a=" + "x" * 300),
        lambda: condition("n" * 201 + "=x"),
        lambda: conditions([f"a={n}" for n in range(21)]),
        lambda: any_of(",".join(map(str, range(101))), "owner"),
    ):
        with pytest.raises(InvalidValue):
            refused()


def test_an_order_may_be_turned_round() -> None:
    assert sort_from("-property.Price") == Sort("property.Price", descending=True)
    assert sort_from("order") == Sort("order")
    assert sort_from(None) is None
