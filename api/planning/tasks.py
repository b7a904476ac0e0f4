"""Tasks beside what they are generated from. Nothing generates any yet, so there are none."""

from typing import Annotated

from msgspec import Meta

from api.planning.queries import OFFSET_MAX

# How many a load shows at once.
TASKS_PAGE_SIZE = 30
TasksOffset = Annotated[int, Meta(ge=0, le=OFFSET_MAX, description="How many of these tasks to leave out first.")]
NoTasks = tuple[()]
