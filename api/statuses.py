"""Which HTTP status each error has."""

from api.arriving import HeadersTooLarge, NotHttp, RequestTimeout, TooManyConnections, TooMuchAtOnce
from application.access import NotAMember, NotSignedIn
from application.differences import DiffTooLarge
from application.event_store import OutcomeUnknown, StoreUnavailable
from application.feed import PositionUnknown
from application.idempotency import IdempotencyKeyReused
from application.mail import MailNotSent
from application.page_queries import QueryTooBroad, TextBehind
from application.pages.batches import (
    AnswerGone,
    BatchFailed,
    BatchOvertaken,
    BatchUndone,
    InvalidAction,
    RefFailed,
    RefTaken,
    RefUnknown,
)
from application.pages.ports import BatchTooLarge
from application.positions import PositionNotReached
from application.rate_limits import RateLimited
from application.sign_in import CodeRefused, RefreshRefused, SignInOff
from application.threads.answering import AnswerLate, AnswerLost, NoAnswer
from domain.errors import DomainError, InvalidValue, NotFound, VersionStale
from domain.items.errors import MilestoneNotFound, PrincipleNotFound, UpdateNotFound
from domain.keys import KeyNotFound, TooManyKeys
from domain.members import FirstMemberNotOwner, LastOwner, MemberExists, MemberNotFound, TooManyMembers
from domain.pages.databases import PropertyInvalid
from domain.pages.errors import (
    ContentStale,
    ContentTooLarge,
    CountUnexpected,
    DatabaseHasSchema,
    LabelTaken,
    LinksUnread,
    MoveMakesCycle,
    NotADatabase,
    NotASibling,
    NotInTrash,
    OutlineTooLong,
    PageNotFound,
    ParentNotFound,
    SectionAmbiguous,
    SectionNotFound,
    SlugTaken,
    TextAmbiguous,
    TextNotFound,
    TooManyLinks,
    VersionNotFound,
)
from domain.planning.circles import TooManyCircles
from domain.planning.docs import KeyInvalid, KeyOfArchived
from domain.planning.errors import (
    DatesOutOfOrder,
    EntityNotFound,
    NameInvalid,
    NamespaceEmpty,
    OwnerArchived,
    ParentDiffers,
    RuleBroken,
)
from domain.planning.features import FeatureOff
from domain.planning.generation import GenerationInvalid
from domain.planning.goals import GoalTooDeep
from domain.planning.in_day_blocks import BlockHasEvent
from domain.planning.life_plan import BirthInvalid
from domain.planning.milestones import MilestoneInUse
from domain.planning.note_blocks import ContentInvalid
from domain.planning.notes import NoteExists, NoteStays
from domain.planning.occasions import OccasionDateInvalid
from domain.planning.partial_dates import PartialDateInvalid
from domain.planning.projects import BackupIsRemoved, ChildrenDiffer, RootProjectStays
from domain.planning.recurring import GenParamsInvalid, SkipRuleInvalid
from domain.planning.schedule_events import EventIsExternal
from domain.planning.schedule_streams import StreamIsExternal
from domain.planning.settings import FeatureHosted
from domain.planning.tags import TagExists, TooManyTags
from domain.planning.time_blocks import DurationInvalid
from domain.planning.trees import BelowItself
from domain.planning.web_addresses import UrlInvalid
from domain.scopes import ScopeMissing, ScopeNotHeld
from domain.signing_keys import SigningKeyInUse, SigningKeyNotFound
from domain.threads.errors import (
    AlreadyAnswered,
    MessageNotFound,
    NotTheAuthor,
    ReplyPending,
    ThreadFull,
    ThreadInTrash,
    ThreadNotFound,
)
from domain.webhooks.errors import DeliveryNotFound, TargetForbidden, TooManyWebhooks, WebhookNotFound
from domain.workspaces import WorkspaceNameTaken

# Every class of error that a request can meet. A test walks all classes and fails when one is missing here.
STATUSES: dict[type[DomainError], int] = {
    DomainError: 400,
    InvalidValue: 400,
    QueryTooBroad: 400,
    PropertyInvalid: 400,
    TargetForbidden: 400,
    NotHttp: 400,
    NotSignedIn: 401,
    CodeRefused: 401,
    RefreshRefused: 401,
    ScopeMissing: 403,
    ScopeNotHeld: 403,
    NotAMember: 403,
    NotTheAuthor: 403,
    NotFound: 404,
    PageNotFound: 404,
    ParentNotFound: 404,
    KeyNotFound: 404,
    MemberNotFound: 404,
    SigningKeyNotFound: 404,
    TextNotFound: 404,
    WebhookNotFound: 404,
    UpdateNotFound: 404,
    MilestoneNotFound: 404,
    PrincipleNotFound: 404,
    ThreadNotFound: 404,
    MessageNotFound: 404,
    DeliveryNotFound: 404,
    SectionNotFound: 404,
    VersionNotFound: 404,
    EntityNotFound: 404,
    RequestTimeout: 408,
    VersionStale: 409,
    ContentStale: 409,
    TextAmbiguous: 409,
    CountUnexpected: 409,
    SectionAmbiguous: 409,
    OutlineTooLong: 409,
    TooManyLinks: 409,
    SlugTaken: 409,
    LabelTaken: 409,
    MoveMakesCycle: 409,
    NotASibling: 409,
    NotADatabase: 409,
    DatabaseHasSchema: 409,
    NotInTrash: 409,
    ThreadInTrash: 409,
    ThreadFull: 409,
    ReplyPending: 409,
    AlreadyAnswered: 409,
    WorkspaceNameTaken: 409,
    PositionUnknown: 409,
    OwnerArchived: 409,
    NoteExists: 409,
    NoteStays: 409,
    KeyOfArchived: 409,
    TagExists: 409,
    FeatureOff: 409,
    MilestoneInUse: 409,
    TooManyWebhooks: 409,
    TooManyKeys: 409,
    TooManyMembers: 409,
    MemberExists: 409,
    LastOwner: 409,
    FirstMemberNotOwner: 409,
    SigningKeyInUse: 409,
    ContentTooLarge: 413,
    DiffTooLarge: 413,
    IdempotencyKeyReused: 422,
    RuleBroken: 422,
    NameInvalid: 422,
    DatesOutOfOrder: 422,
    ParentDiffers: 422,
    NamespaceEmpty: 422,
    ContentInvalid: 422,
    KeyInvalid: 422,
    UrlInvalid: 422,
    GenParamsInvalid: 422,
    GenerationInvalid: 422,
    SkipRuleInvalid: 422,
    TooManyTags: 422,
    FeatureHosted: 422,
    BirthInvalid: 422,
    GoalTooDeep: 422,
    PartialDateInvalid: 422,
    BelowItself: 422,
    RootProjectStays: 422,
    ChildrenDiffer: 422,
    BackupIsRemoved: 422,
    DurationInvalid: 422,
    BlockHasEvent: 422,
    StreamIsExternal: 422,
    EventIsExternal: 422,
    TooManyCircles: 422,
    OccasionDateInvalid: 422,
    InvalidAction: 400,
    RefUnknown: 400,
    RefTaken: 400,
    BatchFailed: 400,
    AnswerGone: 410,
    BatchTooLarge: 413,
    RefFailed: 424,
    BatchUndone: 424,
    RateLimited: 429,
    HeadersTooLarge: 431,
    NoAnswer: 502,
    AnswerLost: 502,
    AnswerLate: 504,
    PositionNotReached: 503,
    BatchOvertaken: 503,
    StoreUnavailable: 503,
    LinksUnread: 503,
    TextBehind: 503,
    OutcomeUnknown: 503,
    MailNotSent: 503,
    SignInOff: 501,
    TooManyConnections: 503,
    TooMuchAtOnce: 503,
}
