"""The change feed as one writes it today with FastAPI, pydantic and SQLAlchemy 2, on the very table that Daybook fills.

It answers the same members. The stream looks at the table ten times a second, because nobody tells it of news.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Depends, FastAPI, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import BYTEA, TEXT, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.baselines.fastapi_shapes import Model

LOOK_S = 0.1
STREAM_EVENTS = 1000
WORKSPACE = UUID(os.environ.get("BASELINE_WORKSPACE", str(UUID(int=0))))


class Base(DeclarativeBase):
    """The log."""

    type_annotation_map = {str: TEXT, bytes: BYTEA, datetime: TIMESTAMP(timezone=True)}


class Event(Base):
    """One row of it."""

    __tablename__ = "event"
    __table_args__ = {"schema": "daybook"}

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID]
    version: Mapped[int]
    type: Mapped[str]
    schema_version: Mapped[int]
    data: Mapped[bytes]
    meta: Mapped[bytes]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class FeedEntry(Model):
    """What is sent of it."""

    position: int
    id: str
    type: str
    schema_version: int
    stream_id: UUID
    version: int
    page_id: UUID | None
    actor: dict[str, str]
    message: str | None
    request_id: str | None
    at: datetime
    recorded_at: datetime
    data: dict[str, Any] | None
    data_base64: str | None


class FeedAnswer(Model):
    """Some of them."""

    events: list[FeedEntry]
    next: int
    head: int


engine = create_async_engine(os.environ.get("BASELINE_DATABASE_URL", "postgresql+asyncpg:///none"), pool_size=16, max_overflow=16)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def opened_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


@app.get("/v1/events")
async def follow(
    session: Annotated[AsyncSession, Depends(opened_session)], after: int = 0, limit: Annotated[int, Query(le=1000)] = 100
) -> FeedAnswer:
    head = await session.scalar(select(func.max(Event.position)).where(Event.workspace_id == WORKSPACE))
    events = await read(session, after, limit)
    return FeedAnswer(events=events, next=events[-1].position if events else after, head=head or 0)


@app.get("/v1/stream")
async def stream(after: int = 0) -> StreamingResponse:
    return StreamingResponse(frames(after), media_type="text/event-stream")


async def frames(after: int) -> AsyncIterator[str]:
    while True:
        async with new_session() as session:
            events = await read(session, after, STREAM_EVENTS)
        for event in events:
            yield f"id: {event.id}\nevent: {event.type}\ndata: {event.model_dump_json(by_alias=True)}\n\n"
            after = event.position
        if not events:
            await asyncio.sleep(LOOK_S)


async def read(session: AsyncSession, after: int, limit: int) -> list[FeedEntry]:
    wanted = select(Event).where(Event.workspace_id == WORKSPACE, Event.position > after).order_by(Event.position).limit(limit)
    return [entry_of(event) for event in await session.scalars(wanted)]


def entry_of(event: Event) -> FeedEntry:
    meta = msgspec.json.decode(event.meta)
    try:
        data, other = msgspec.json.decode(event.data), None
    except msgspec.DecodeError:
        data, other = None, base64.b64encode(event.data).decode()
    return FeedEntry(
        position=event.position,
        id=str(event.position),
        type=event.type,
        schema_version=event.schema_version,
        stream_id=event.stream_id,
        version=event.version,
        page_id=event.stream_id if event.type.startswith("page.") else None,
        actor=meta["actor"],
        message=meta.get("message"),
        request_id=meta.get("request"),
        at=event.effective_at,
        recorded_at=event.recorded_at,
        data=data,
        data_base64=other,
    )
