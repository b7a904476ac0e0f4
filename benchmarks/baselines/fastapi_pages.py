"""The same routes as one writes them today with FastAPI, pydantic, SQLAlchemy 2 (async, asyncpg) and PostgreSQL.

Meant to be fair: the usual well-made service. Pages and their history are tables, a page has an optimistic version, every append
is one transaction that is tried again when it lost a race, lists leave the content where it is, and the key's look-up is cached.
"""

import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import uuid_utils
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel
from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column, undefer
from sqlalchemy.orm.exc import StaleDataError

from benchmarks.baselines import key_digest
from benchmarks.baselines.fastapi_shapes import (
    ContentChanged,
    CreatePage,
    ManyPages,
    OnePage,
    PageResource,
    PageSummary,
    WriteContent,
)

# As many as Daybook reads with; on two cores, pools of 4 to 32 were about as fast as one another.
POOL_SIZE = 16
APPEND_ATTEMPTS_MAX = 10
KEY_CACHE_S = 10.0
LIMIT_MAX = 10_000


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {str: TEXT, dict[str, Any]: JSONB, list[str]: ARRAY(TEXT), datetime: TIMESTAMP(timezone=True)}


class ApiKey(Base):
    """Keys by the digest of their text."""

    __tablename__ = "api_key"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID]
    name: Mapped[str]


class Page(Base):
    """A page as it is now."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"), Index("page_by_id", "workspace_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID]
    slug: Mapped[str]
    title: Mapped[str]
    subtitle: Mapped[str | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("page.id"))
    type: Mapped[str]
    status: Mapped[str | None]
    icon: Mapped[dict[str, Any] | None]
    owner: Mapped[str | None]
    blocked_by: Mapped[list[str]]
    due_date: Mapped[date | None]
    properties: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[dict[str, Any]]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    updated_at: Mapped[datetime]
    updated_by: Mapped[dict[str, Any]]
    content: Mapped[str] = mapped_column(deferred=True)
    content_hash: Mapped[str]

    __mapper_args__ = {"version_id_col": version}

    # No column: queries bring it along, and models read it from here, which is cheaper than copying models.
    parent_slug: ClassVar[str | None] = None


class PageHistory(Base):
    """What happened to pages."""

    __tablename__ = "page_history"

    page_id: Mapped[UUID] = mapped_column(ForeignKey("page.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]]
    actor: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Caller(BaseModel):
    """Whose request it is."""

    workspace_id: UUID
    actor: dict[str, str]


engine = create_async_engine(os.environ["BASELINE_DATABASE_URL"], pool_size=POOL_SIZE, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)
known_keys: dict[str, tuple[float, Caller]] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def opened_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(opened_session)]


async def caller_of(session: Session, authorization: Annotated[str, Header()]) -> Caller:
    key = authorization.removeprefix("Bearer ")
    known = known_keys.get(key)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = await session.get(ApiKey, key_digest(key))
    if found is None:
        raise HTTPException(401, "The API key is missing or unknown.")
    actor = {"kind": "key", "id": found.digest.hex()[:8], "name": found.name}
    caller = Caller(workspace_id=found.workspace_id, actor=actor)
    known_keys[key] = (time.monotonic() + KEY_CACHE_S, caller)
    return caller


WhoCalls = Annotated[Caller, Depends(caller_of)]


@app.get("/v1/pages")
async def list_pages(
    session: Session,
    caller: WhoCalls,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 1000,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> ManyPages:
    rows = await session.execute(live_pages(caller).order_by(Page.id).limit(limit).offset(offset))
    counted = select(func.count()).where(Page.workspace_id == caller.workspace_id, Page.archived_at.is_(None))
    total = await session.scalar(counted)
    pages = [PageSummary.model_validate(with_parent(page, slug)) for page, slug in rows]
    return ManyPages(pages=pages, total_pages=total or 0, next_cursor=str(pages[-1].id) if len(pages) == limit else None)


@app.get("/v1/pages/{slug}")
async def get_page(session: Session, caller: WhoCalls, slug: str, response: Response) -> OnePage:
    row = (await session.execute(live_pages(caller).where(Page.slug == slug).options(undefer(Page.content)))).first()
    if row is None:
        raise HTTPException(404, "There is no such page.")
    page = with_parent(*row)
    response.headers["ETag"] = f'"{page.version}"'
    return OnePage(page=PageResource.model_validate(page))


@app.post("/v1/pages", status_code=201)
async def create_page(session: Session, caller: WhoCalls, body: CreatePage) -> OnePage:
    at = datetime.now(UTC)
    page = Page(
        id=UUID(int=uuid_utils.uuid7().int),
        workspace_id=caller.workspace_id,
        slug=body.slug,
        title=body.title,
        type="page",
        blocked_by=[],
        properties=body.properties,
        created_at=at,
        created_by=caller.actor,
        updated_at=at,
        updated_by=caller.actor,
        content=body.content,
        content_hash=sha256_of(body.content),
    )
    session.add(page)
    await session.flush()
    session.add(history_of(page, "page.created", body.model_dump(), caller))
    await session.commit()
    return OnePage(page=PageResource.model_validate(page))


@app.post("/v1/pages/{slug}/content/append")
async def append_content(session: Session, caller: WhoCalls, slug: str, body: WriteContent, response: Response) -> ContentChanged:
    for _ in range(APPEND_ATTEMPTS_MAX):
        try:
            page = await append_once(session, caller, slug, body)
        except StaleDataError:
            await session.rollback()
            continue
        response.headers["ETag"] = f'"{page.version}"'
        return ContentChanged(content_hash=page.content_hash, version=page.version)
    raise HTTPException(409, "The page changes too often at the moment.")


async def append_once(session: AsyncSession, caller: Caller, slug: str, body: WriteContent) -> Page:
    mine = Page.workspace_id == caller.workspace_id
    found = select(Page).where(mine, Page.slug == slug, Page.archived_at.is_(None)).options(undefer(Page.content))
    page = (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()
    if page is None:
        raise HTTPException(404, "There is no such page.")
    if body.version not in (None, page.version) or body.content_hash not in (None, page.content_hash):
        raise HTTPException(409, "The page has changed.")
    text = body.content if not page.content or page.content.endswith("\n") else f"\n{body.content}"
    page.content += text
    page.content_hash = sha256_of(page.content)
    page.updated_at, page.updated_by = datetime.now(UTC), caller.actor
    await session.flush()
    session.add(history_of(page, "page.content_appended", {"text": text, "content_hash": page.content_hash}, caller))
    await session.commit()
    return page


def live_pages(caller: Caller) -> Select[Any]:
    parent = aliased(Page)
    joined = select(Page, parent.slug).outerjoin(parent, Page.parent_id == parent.id)
    return joined.where(Page.workspace_id == caller.workspace_id, Page.archived_at.is_(None))


def with_parent(page: Page, parent_slug: str | None) -> Page:
    page.__dict__["parent_slug"] = parent_slug
    return page


def history_of(page: Page, kind: str, data: dict[str, Any], caller: Caller) -> PageHistory:
    return PageHistory(page_id=page.id, version=page.version, type=kind, data=data, actor=caller.actor, at=page.updated_at)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
