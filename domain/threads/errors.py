"""What threads refuse."""

from domain.errors import DomainError, NotFound


class ThreadNotFound(NotFound):
    """No thread that you may see has this id. It may be somebody else's and not shared."""

    code = "thread_not_found"


class MessageNotFound(NotFound):
    """No message of this thread that the assistant could answer has this id."""

    code = "message_not_found"


class NotTheAuthor(DomainError):
    """Only who began a thread may rename, share, archive or restore it, or say what the assistant may do in it. In a thread that
    is shared with you, you may read and write.
    """

    code = "not_the_author"


class ThreadInTrash(DomainError):
    """This thread is in the trash: it can be read, but not changed or gone on with. Restore it first."""

    code = "thread_in_trash"


class ThreadFull(DomainError):
    """This thread is as long as a thread may be. Start a new one; this one stays readable."""

    code = "thread_full"


class ReplyPending(DomainError):
    """The assistant is answering this message just now. Read the thread's messages in a moment."""

    code = "reply_pending"


class AlreadyAnswered(DomainError):
    """The assistant has answered this message. Send another one to go on."""

    code = "already_answered"
