"""Telling people that they were invited. The invitation itself is in the log, whatever becomes of the mail."""

from uuid import UUID

from application.mail import Mail, invitation_mail
from application.people import People
from application.post import Post
from domain.events import Actor
from domain.members import Member


class Invitations:
    """By mail."""

    def __init__(self, people: People, post: Post) -> None:
        self._people = people
        self._post = post

    def send(self, workspace_id: UUID, member: Member, by: Actor) -> None:
        """Returns at once."""

        async def write() -> Mail:
            workspace = await self._people.workspace_name(workspace_id)
            return invitation_mail(member.email, workspace, member.role, by.name)

        self._post.send(write)
