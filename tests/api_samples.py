"""Real things to ask for: what stands in a workspace for each path parameter of the API, and requests that work.

Tests that walk the document of the API by themselves look here. A new path parameter needs a sample in `path`; an operation whose
body cannot be guessed from its schema needs one in `GOOD_BODIES`.
"""

from typing import Any

from conftest import Workspace

TEXT = "# Sample\n\nThe colour of the sky.\n\n## Second\n\nMore of it, see [[sample-child]].\n"
# Bodies that work on the sample, for operations that need one made for it.
GOOD_BODIES: dict[str, Any] = {
    "POST /v1/pages/{slug}/content/find-replace": {"find": "colour", "replace": "colour"},
    "POST /v1/pages/{slug}/content/find-and-replace": {"oldText": "colour", "newText": "colour"},
    "PATCH /v1/pages/{slug}": {"status": "idea", "properties": {"a": 1}},
}


class Samples:
    """A page with content, a page below it and one beside it, which are put right again before each request."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.page = workspace.create("Sample", content=TEXT)
        self.child = workspace.create("Sample child", content=TEXT, parentSlug="sample")
        self.path: dict[str, list[str]] = {"slug": ["sample", self.page["id"], "sample-child"]}
        # Fields of bodies whose values have rules that no schema can say.
        self.body: dict[str, list[Any]] = {
            "title": ["A title", "Ein Titel"],
            "slug": ["a-slug", "another-slug"],
            "parentSlug": ["sample"],
            "parentId": [self.page["id"]],
            "owner": ["ana@acme.io"],
            "blockedBy[*]": ["sample"],
            "subtitle": ["A subtitle"],
            "contentHash": [self.page["contentHash"]],
            "icon.value": ["🌱"],
        }

    def before_call(self, context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG002 - the library's signature
        """A request to bring a page back needs one that is gone, every other one that is there."""
        if case.path.endswith("/{slug}/restore"):
            self.workspace.client.delete(f"/pages/{self.page['id']}")
        elif "{slug}" in case.path:
            self.workspace.client.post(f"/pages/{self.page['id']}/restore")
            self.workspace.client.put(f"/pages/{self.page['id']}/content", json={"content": TEXT})


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the bodies that work as its examples."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = GOOD_BODIES.get(f"{method.upper()} {path}")
            if good is not None:
                for media in operation["requestBody"]["content"].values():
                    media["example"] = good
    return document
