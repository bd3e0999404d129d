"""What is stored: columns and relations; no queries, no rules."""

from app.models.casefile import Attachment, Draft, HistoryEvent, IdentityValue, LiftedMask, Note, TrackingCode
from app.models.correspondence import InstanceMessage, Notice, OutboxMessage, Partner
from app.models.definitions import (
    DefinitionFile,
    EventStart,
    ProcessDefinition,
    ProposedDeployment,
    Resource,
    WatchedFile,
)
from app.models.desk import CaseFollow, FirstView, ReplyTemplate, SavedView, TaskPresence
from app.models.figures import ActivityFact, CaseFact, FigureChange, FigureTotal
from app.models.housekeeping import Attempt, Holiday, IdempotencyRecord, Setting, VoidNonce
from app.models.identity import ApiToken, Group, LaneGroup, LoginSession, Unit, User, membership, user_unit
from app.models.imports import ImportBatch, ImportRow
from app.models.migration import DeadlineRecount, EffectCase, EffectSurvey, MigrationBatch, MigrationCase
from app.models.roster import RosterFile, RosterLine
from app.models.runtime import (
    CompletionUndo,
    FilterValue,
    Incident,
    InstanceText,
    InstanceVisibility,
    Job,
    MessageWait,
    ProcessInstance,
    UserTask,
)
from app.models.search import CaseWords, WordSlip
from app.models.security_log import MembershipChange, SecurityEvent
from app.models.studio import ProcessDraft, ProcessDraftFile, SandboxRun
from app.models.workload import Absence, TaskTransfer, TransferredTask

__all__ = [
    "Absence",
    "ActivityFact",
    "ApiToken",
    "Attachment",
    "Attempt",
    "CaseFact",
    "CaseFollow",
    "CaseWords",
    "CompletionUndo",
    "DeadlineRecount",
    "DefinitionFile",
    "Draft",
    "EffectCase",
    "EffectSurvey",
    "EventStart",
    "FigureChange",
    "FigureTotal",
    "FilterValue",
    "FirstView",
    "Group",
    "HistoryEvent",
    "Holiday",
    "IdempotencyRecord",
    "IdentityValue",
    "ImportBatch",
    "ImportRow",
    "Incident",
    "InstanceMessage",
    "InstanceText",
    "InstanceVisibility",
    "Job",
    "LaneGroup",
    "LiftedMask",
    "LoginSession",
    "MembershipChange",
    "MessageWait",
    "MigrationBatch",
    "MigrationCase",
    "Note",
    "Notice",
    "OutboxMessage",
    "Partner",
    "ProcessDefinition",
    "ProcessDraft",
    "ProcessDraftFile",
    "ProcessInstance",
    "ProposedDeployment",
    "ReplyTemplate",
    "Resource",
    "RosterFile",
    "RosterLine",
    "SandboxRun",
    "SavedView",
    "SecurityEvent",
    "Setting",
    "TaskPresence",
    "TaskTransfer",
    "TrackingCode",
    "TransferredTask",
    "Unit",
    "User",
    "UserTask",
    "VoidNonce",
    "WatchedFile",
    "WordSlip",
    "membership",
    "user_unit",
]
