"""What every error of this package has in common."""

import inspect


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL server could not do what was asked."""

    def __init__(self, detail: str = "") -> None:
        message = inspect.cleandoc(type(self).__doc__ or "")
        super().__init__(f"{message}\n{detail}" if detail else message)
