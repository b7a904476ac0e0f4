"""Threads over HTTP: begun, listed, shared, written in, archived; answered by the assistant that comes along."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from conftest import Workspace, as_owner, caught_up
from people import sign_in

from domain.threads.rules import MESSAGE_BYTES_MAX, TITLE_CHARACTERS_MAX

FIELDS = {
    "id",
    "providerThreadId",
    "title",
    "createdAt",
    "updatedAt",
    "lastMessageAt",
    "shared",
    "assistantMayWrite",
    "author",
    "archivedAt",
    "version",
}
PLAN = "# Invoices\n\nWe write to every customer.\n\n## When\n\nInvoices are sent on the last Friday of each month.\n"


def begin(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post("/threads", json=fields)
    assert answer.status_code == 201, answer.text
    thread: dict[str, Any] = answer.json()["thread"]
    return thread


def said(client: httpx.Client, thread: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/threads/{thread['id']}/messages", params=query)
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def ask(client: httpx.Client, thread: dict[str, Any], content: str, **query: Any) -> dict[str, Any]:
    answer = client.post(f"/threads/{thread['id']}/chat", json={"content": content}, params=query)
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


def listed(client: httpx.Client, **query: Any) -> list[str]:
    answer = client.get("/threads", params=query)
    assert answer.status_code == 200, answer.text
    return [thread["id"] for thread in answer.json()["threads"]]


@pytest.fixture
def ben(workspace: Workspace) -> httpx.Client:
    """Somebody else in the same workspace, who owns it too."""
    return sign_in(workspace, "ben@acme.io", "owner").client()


class TestThreads:
    def test_one_begins_with_its_first_message_and_is_called_after_it(self, workspace: Workspace) -> None:
        answer = workspace.client.post("/threads", json={"message": "## How do we *invoice*?\n\nAnd when?"})
        thread, message = answer.json()["thread"], answer.json()["message"]
        assert set(thread) == FIELDS
        assert (thread["title"], thread["shared"], thread["assistantMayWrite"]) == ("How do we *invoice*?", False, False)
        assert thread["lastMessageAt"] == thread["createdAt"] == message["createdAt"]
        assert (message["role"], message["content"]) == ("user", "## How do we *invoice*?\n\nAnd when?")
        assert set(message) == {"id", "role", "content", "createdAt"}
        assert said(workspace.client, thread) == [message]

    def test_both_ids_lead_to_it(self, workspace: Workspace) -> None:
        thread = begin(workspace.client, message="Hello")
        for name in (thread["id"], thread["providerThreadId"], thread["id"].upper()):
            answer = workspace.client.get(f"/threads/{name}")
            assert answer.json() == {"thread": thread}
            assert answer.headers["etag"] == f'"{thread["version"]}"'
            assert len(workspace.client.get(f"/threads/{name}/messages").json()["messages"]) == 1

    def test_one_without_a_message_is_called_after_the_first_that_is_sent(self, workspace: Workspace) -> None:
        thread = begin(workspace.client)
        assert (thread["title"], thread["lastMessageAt"]) == (None, None)
        sent = workspace.client.post(f"/threads/{thread['id']}/messages", json={"message": "How?"})
        assert sent.status_code == 201
        assert sent.json()["message"]["content"] == "How?"
        workspace.client.post(f"/threads/{thread['id']}/messages", json={"content": "And when?"})
        thread = workspace.client.get(f"/threads/{thread['id']}").json()["thread"]
        assert thread["title"] == "How?"
        assert [each["content"] for each in said(workspace.client, thread)] == ["How?", "And when?"]
        assert thread["lastMessageAt"] == said(workspace.client, thread)[1]["createdAt"]

    def test_they_are_listed_newest_first_in_pages(self, workspace: Workspace) -> None:
        made = [begin(workspace.client, title=f"Number {number}")["id"] for number in range(5)]
        assert listed(workspace.client) == made[::-1]
        assert listed(workspace.client, limit=2, offset=1) == [made[3], made[2]]
        assert listed(workspace.client, offset=5) == []
        assert workspace.client.get("/threads?limit=0").status_code == 400
        assert workspace.client.get("/threads", params={"limit": 1}).json()["totalCount"] == 5

    def test_a_change_changes_what_is_named_and_counts_once(self, workspace: Workspace) -> None:
        thread = begin(workspace.client, title="Money")
        path = f"/threads/{thread['id']}"
        changed = workspace.client.patch(path, json={"title": "Invoices", "assistantMayWrite": True}).json()["thread"]
        assert (changed["title"], changed["assistantMayWrite"], changed["shared"]) == ("Invoices", True, False)
        assert workspace.client.patch(path, json={"title": "Invoices"}).json()["thread"] == changed

    def test_a_stale_version_is_refused(self, workspace: Workspace, refused: Any) -> None:
        thread = begin(workspace.client, title="Money")
        path = f"/threads/{thread['id']}"
        workspace.client.patch(path, json={"title": "Invoices", "version": 1})
        body = refused(workspace.client.patch(path, json={"title": "x", "version": 1}), 409, "version_stale")
        assert body["current"]["title"] == "Invoices"
        refused(workspace.client.delete(path, headers={"If-Match": '"1"'}), 412, "version_stale")
        assert workspace.client.delete(path, headers={"If-Match": '"2"'}).json() == {"success": True}

    def test_a_message_may_depend_on_what_was_said_before(self, workspace: Workspace, refused: Any) -> None:
        thread = begin(workspace.client, message="First")
        for tail in ("messages", "chat"):
            answer = workspace.client.post(f"/threads/{thread['id']}/{tail}", json={"content": "x"}, headers={"If-Match": '"1"'})
            refused(answer, 412, "version_stale")
        assert len(said(workspace.client, thread)) == 1
        for tail in ("messages", "chat"):
            version = workspace.client.get(f"/threads/{thread['id']}").headers["etag"]
            answer = workspace.client.post(
                f"/threads/{thread['id']}/{tail}", json={"content": "x"}, headers={"If-Match": version}
            )
            assert answer.status_code < 300, answer.text

    def test_a_conversation_from_elsewhere_keeps_its_dates(self, workspace: Workspace) -> None:
        then = {"Daybook-Effective-At": "2020-06-10T20:26:43Z"}
        thread = workspace.client.post("/threads", json={"message": "First"}, headers=then).json()["thread"]
        for tail in ("messages", "chat"):
            workspace.client.post(f"/threads/{thread['id']}/{tail}", json={"content": "x"}, headers=then)
        dates = [each["createdAt"][:10] for each in said(workspace.client, thread) if each["role"] == "user"]
        assert dates == ["2020-06-10"] * 3

    def test_what_is_in_the_trash_can_be_read_and_restored_and_no_more(self, workspace: Workspace, refused: Any) -> None:
        thread = begin(workspace.client, message="Hello")
        path = f"/threads/{thread['id']}"
        assert workspace.client.post(f"{path}/archive").json()["thread"]["archivedAt"] is not None
        assert listed(workspace.client) == []
        assert listed(workspace.client, archived=True) == [thread["id"]]
        assert len(said(workspace.client, thread)) == 1
        for method, tail, body in (
            ("POST", "/messages", {"content": "x"}),
            ("POST", "/chat", {"content": "x"}),
            ("PATCH", "", {"title": "x"}),
            ("DELETE", "", None),
            ("POST", "/archive", None),
        ):
            refused(workspace.client.request(method, path + tail, json=body), 409, "thread_in_trash")
        restored = workspace.client.post(f"{path}/restore").json()["thread"]
        assert restored["archivedAt"] is None
        refused(workspace.client.post(f"{path}/restore"), 409, "not_in_trash")
        assert listed(workspace.client) == [thread["id"]]

    def test_a_request_that_comes_again_is_carried_out_once(self, workspace: Workspace, refused: Any) -> None:
        key = {"Idempotency-Key": "begin"}
        answers = [workspace.client.post("/threads", json={"message": "Hello"}, headers=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["idempotent-replay"] == "true"
        assert len(listed(workspace.client)) == 1
        refused(workspace.client.post("/threads", json={"message": "Other"}, headers=key), 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("tail", "body"),
        [
            ("", {"title": " "}),
            ("", {"title": "x" * (TITLE_CHARACTERS_MAX + 1)}),
            ("", {"message": ""}),
            ("", {"message": "x" * (MESSAGE_BYTES_MAX + 1)}),
            ("", {"colour": "red"}),
            ("/messages", {}),
            ("/messages", {"content": "x", "message": "x"}),
            ("/messages", {"content": "\0"}),
            ("/chat", {"content": 7}),
            ("/chat", {"content": " \n"}),
        ],
    )
    def test_what_cannot_be_is_refused_and_leaves_nothing(
        self, shared: Workspace, refused: Any, tail: str, body: dict[str, Any]
    ) -> None:
        thread = begin(shared.client)
        path = f"/threads/{thread['id']}{tail}" if tail else "/threads"
        code = "invalid_request" if body.keys() & {"colour"} or 7 in body.values() else "invalid_parameter"
        before = len(listed(shared.client))
        refused(shared.client.post(path, json=body), 400, code)
        assert len(listed(shared.client)) == before
        assert said(shared.client, thread) == []

    def test_the_longest_of_each_is_taken(self, workspace: Workspace) -> None:
        thread = begin(workspace.client, title="x" * TITLE_CHARACTERS_MAX, message="x" * MESSAGE_BYTES_MAX)
        assert len(thread["title"]) == TITLE_CHARACTERS_MAX
        assert len(said(workspace.client, thread)[0]["content"]) == MESSAGE_BYTES_MAX


class TestPrivacy:
    def test_nobody_else_learns_that_a_private_thread_is_there(
        self, workspace: Workspace, ben: httpx.Client, refused: Any
    ) -> None:
        thread = begin(workspace.client, message="Between us")
        message = said(workspace.client, thread)[0]["id"]
        assert listed(ben) == listed(ben, archived=True) == []
        for name in (thread["id"], thread["providerThreadId"]):
            for method, tail, body in (
                ("GET", "", None),
                ("GET", "/messages", None),
                ("PATCH", "", {"shared": True}),
                ("DELETE", "", None),
                ("POST", "/archive", None),
                ("POST", "/restore", None),
                ("POST", "/messages", {"content": "x"}),
                ("POST", "/chat", {"content": "x"}),
                ("POST", f"/messages/{message}/reply", None),
            ):
                refused(ben.request(method, f"/threads/{name}{tail}", json=body), 404, "thread_not_found")
        assert len(said(workspace.client, thread)) == 1

    def test_all_may_read_and_write_in_a_shared_one_and_only_its_author_may_change_it(
        self, workspace: Workspace, ben: httpx.Client, refused: Any
    ) -> None:
        thread = begin(workspace.client, message="For all", shared=True)
        path = f"/threads/{thread['id']}"
        assert listed(ben) == [thread["id"]]
        assert ben.post(f"{path}/messages", json={"content": "Thanks"}).status_code == 201
        authors = [each["author"]["kind"] for each in said(ben, thread, raw=True)]
        assert authors == ["key", "user"]
        for method, tail in (("PATCH", ""), ("DELETE", ""), ("POST", "/archive"), ("POST", "/restore")):
            body = {"title": "Mine"} if method == "PATCH" else None
            refused(ben.request(method, path + tail, json=body), 403, "not_the_author")
        workspace.client.patch(path, json={"shared": False})
        refused(ben.get(path), 404, "thread_not_found")
        assert listed(ben) == []

    def test_a_list_is_of_ones_own_and_of_what_is_shared_in_one_order(self, workspace: Workspace, ben: httpx.Client) -> None:
        made = [begin(client, title="x", shared=shared)["id"] for client, shared in ((workspace.client, True), (ben, False)) * 3]
        begin(workspace.client, title="private")
        assert listed(ben) == made[::-1]
        assert listed(ben, limit=3, offset=2) == made[::-1][2:5]
        assert ben.get("/threads").json()["totalCount"] == 6

    def test_the_feed_and_webhooks_say_nothing_of_threads(self, workspace: Workspace) -> None:
        workspace.client.post("/webhooks", json={"url": "https://nowhere.invalid/", "types": ["*"], "active": False})
        hook = workspace.client.get("/webhooks").json()["webhooks"][0]["id"]
        thread = begin(workspace.client, message="Between us", shared=True)
        ask(workspace.client, thread, "And now?")
        workspace.create("After")
        for types in ({}, {"types": "thread.*"}, {"types": "thread.message_sent,page.created"}):
            events = workspace.client.get("/events", params=types).json()["events"]
            assert not [event for event in events if event["type"].startswith("thread")], types
        caught_up(workspace)
        told = {each["type"] for each in workspace.client.get(f"/webhooks/{hook}/deliveries").json()["deliveries"]}
        assert told == {"page.created"}

    def test_the_log_has_it_all_the_same(self, workspace: Workspace) -> None:
        thread = begin(workspace.client, message="Between us")
        ask(workspace.client, thread, "And now?")

        async def types(connection: Any) -> list[str]:
            rows = await connection.fetch(
                "SELECT type FROM daybook.event WHERE workspace_id = $1 AND stream_id = $2 ORDER BY version",
                workspace.id,
                thread["id"],
            )
            return [row["type"] for row in rows]

        said_and_done = ["started", "message_sent", "message_sent", "reply_asked", "reply_given"]
        assert as_owner(workspace, types) == [f"thread.{each}" for each in said_and_done]


class TestAnswers:
    """By quotations, without any model."""

    def test_an_answer_quotes_a_page_and_says_where(self, workspace: Workspace) -> None:
        page = workspace.create("Invoices", content=PLAN)
        reply = ask(workspace.client, begin(workspace.client), "When are invoices sent?", raw=True)
        answer = reply["assistantMessage"]
        assert "> Invoices are sent on the last Friday of each month." in answer["content"]
        [citation] = answer["citations"]
        assert citation["pageId"] == page["id"]
        assert (citation["title"], citation["anchor"], citation["link"]) == ("Invoices", "when", "/v1/pages/invoices#when")
        assert citation["heading"].endswith("When")
        assert f"]({citation['link']})" in answer["content"]
        assert httpx.get(f"{workspace.url}{citation['link']}", headers=workspace.headers).json()["page"]["id"] == page["id"]
        assert answer["inReplyTo"] == reply["userMessage"]["id"]
        assert reply["userMessage"]["reply"] == "answered"

    def test_both_messages_are_answered_and_kept(self, workspace: Workspace) -> None:
        workspace.create("Invoices", content=PLAN)
        thread = begin(workspace.client)
        reply = ask(workspace.client, thread, "When are invoices sent?")
        assert said(workspace.client, thread) == [reply["userMessage"], reply["assistantMessage"]]
        assert [reply[name]["role"] for name in ("userMessage", "assistantMessage")] == ["user", "assistant"]
        raw = said(workspace.client, thread, raw=True)
        assert raw[0]["reply"] == "answered"
        assert raw[1]["toolCalls"] == []
        assert said(workspace.client, thread, limit=1, offset=1) == [reply["assistantMessage"]]

    def test_what_no_page_says_anything_about_is_not_answered(self, workspace: Workspace) -> None:
        workspace.create("Invoices", content=PLAN)
        answer = ask(workspace.client, begin(workspace.client), "Which pills help against hay fever?", raw=True)[
            "assistantMessage"
        ]
        assert answer["citations"] == []
        assert answer["content"].startswith("I found nothing about this")

    def test_a_question_that_leans_on_the_one_before_is_understood_with_it(self, workspace: Workspace) -> None:
        workspace.create("Invoices", content=PLAN)
        thread = begin(workspace.client)
        ask(workspace.client, thread, "When are invoices sent?")
        assert ask(workspace.client, thread, "And why then?", raw=True)["assistantMessage"]["citations"]
        for where, question in ((thread, "Which pills help against hay fever?"), (begin(workspace.client), "And why then?")):
            assert not ask(workspace.client, where, question, raw=True)["assistantMessage"]["citations"]

    def test_what_was_just_written_is_known_and_what_was_just_deleted_is_not(self, workspace: Workspace) -> None:
        thread = begin(workspace.client)
        workspace.create("Invoices", content=PLAN)
        assert ask(workspace.client, thread, "When are invoices sent?", raw=True)["assistantMessage"]["citations"]
        workspace.client.delete("/pages/invoices")
        assert not ask(workspace.client, thread, "When are invoices sent?", raw=True)["assistantMessage"]["citations"]

    def test_the_same_question_has_the_same_answer(self, workspace: Workspace) -> None:
        for number in range(6):
            workspace.create(f"Invoices {number}", content=PLAN)
        thread = begin(workspace.client)
        answers = {ask(workspace.client, thread, "When are invoices sent?")["assistantMessage"]["content"] for _ in range(3)}
        assert len(answers) == 1

    @pytest.mark.parametrize("tail", ["chat", "send", "reply", "messages/send"])
    @pytest.mark.parametrize("name", ["content", "message"])
    @pytest.mark.parametrize("base", ["/v1", "/api/v1"])
    def test_each_way_of_asking_is_one(self, shared: Workspace, tail: str, name: str, base: str) -> None:
        thread = begin(shared.client)
        url = f"{shared.url}{base}/threads/{thread['id']}/{tail}"
        answer = httpx.post(url, json={name: "Anything?"}, headers=shared.headers)
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"userMessage", "assistantMessage"}

    def test_a_message_that_was_only_sent_can_be_answered_once(self, workspace: Workspace, refused: Any) -> None:
        thread = begin(workspace.client, message="When?")
        path = f"/threads/{thread['id']}/messages"
        first = said(workspace.client, thread)[0]["id"]
        workspace.client.post(path, json={"content": "And where?"})
        answer = workspace.client.post(f"{path}/{first}/reply").json()
        assert answer["userMessage"]["id"] == first
        refused(workspace.client.post(f"{path}/{first}/reply"), 409, "already_answered")
        for nobodys in (answer["assistantMessage"]["id"], "0192f0c1-2b3c-7def-8123-456789abcdef", "x"):
            refused(workspace.client.post(f"{path}/{nobodys}/reply"), 404, "message_not_found")

    def test_whoever_may_not_read_pages_is_told_nothing_of_them(self, workspace: Workspace, refused: Any) -> None:
        workspace.create("Invoices", content=PLAN)
        issued = workspace.client.post("/keys", json={"name": "chat", "scopes": ["threads:*"]}).json()
        with httpx.Client(base_url=f"{workspace.url}/v1", headers={"Authorization": f"Bearer {issued['secret']}"}) as client:
            thread = begin(client, message="When are invoices sent?")
            answer = refused(client.post(f"/threads/{thread['id']}/chat", json={"content": "x"}), 403, "forbidden")
            assert answer["scope"] == "pages:read"
            message = said(client, thread)[0]["id"]
            refused(client.post(f"/threads/{thread['id']}/messages/{message}/reply"), 403, "forbidden")
            assert len(said(client, thread)) == 1

    def test_whoever_only_reads_may_ask(self, workspace: Workspace) -> None:
        workspace.create("Invoices", content=PLAN)
        reader = sign_in(workspace, "reader@acme.io", "reader").client()
        assert ask(reader, begin(reader), "When are invoices sent?")["assistantMessage"]["content"]

    def test_many_who_ask_at_once_are_each_answered(self, workspace: Workspace) -> None:
        workspace.create("Invoices", content=PLAN)
        thread = begin(workspace.client)

        def one(number: int) -> tuple[str, str]:
            with workspace.client_of_its_own() as client:
                reply = ask(client, thread, f"When are invoices number {number} sent?", raw=True)
                return reply["userMessage"]["id"], reply["assistantMessage"]["inReplyTo"]

        with ThreadPoolExecutor(8) as pool:
            pairs = list(pool.map(one, range(16)))
        assert all(asked == answered for asked, answered in pairs)
        assert len(said(workspace.client, thread)) == 32
