"""Things that hang below one another: each names the one above it."""

from collections.abc import Iterator, Mapping

from domain.planning.errors import RuleBroken

# The one above each, by their ref_ids; None of those on top.
Tree = Mapping[str, str | None]


class BelowItself(RuleBroken):
    """It would hang below itself."""

    code = "below_itself"


def upwards(tree: Tree, ref_id: str | None) -> Iterator[str]:
    """From one to the top, itself included."""
    while ref_id is not None:
        yield ref_id
        ref_id = tree.get(ref_id)


def depth(tree: Tree, ref_id: str | None) -> int:
    """1 of those on top."""
    return sum(1 for _ in upwards(tree, ref_id))


def height(tree: Tree, ref_id: str) -> int:
    """1 of those with nothing below them."""
    return max(depth(tree, each) for each in tree if ref_id in upwards(tree, each)) - depth(tree, ref_id) + 1


def check_place(tree: Tree, ref_id: str, above: str | None) -> None:
    """Raises `BelowItself`."""
    if ref_id in upwards(tree, above):
        raise BelowItself
