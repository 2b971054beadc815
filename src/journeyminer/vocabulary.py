"""The closed sets: every word that code, CLI, docs and reports share (DESIGN §2).

A value outside these sets never enters a prepared log; renderers translate each value through `locales/`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Role = Literal["customer", "agent", "bot", "system", "vendor"]
Channel = Literal["voice", "email", "chat", "whatsapp", "social", "web", "sms", "in_person", "internal"]
Status = Literal["new", "open", "pending", "on_hold", "solved", "closed", "unknown"]
"""unknown: the source names a status, and no rule knows what it means; nothing is concluded from the one before"""
Visibility = Literal["public", "internal"]
Turn = Literal["us_work", "us_queue", "bot", "vendor", "customer", "after_resolution", "unknown"]
TurnBasis = Literal["status", "message", "activity", "assumed", "none"]
Per = Literal["case", "journey", "customer"]
PeriodUnit = Literal["week", "month", "quarter"]
Naming = Literal["steps", "raw"]
"""how activities are called: by our step where a rule knows one, or as their source calls them"""
Stage = Literal["reaches_out", "first_answer", "works_it_out", "resolved", "comes_back"]
"""a part of a journey as the customer lives it"""
Verdict = Literal["broken", "undecided", "kept"]
"""of a promise, the gravest first"""
Severity = Literal["error", "warning"]
"""error: a broken promise fails the command; warning: it is said"""
LinkKind = Literal["merged_into", "follow_up_of", "child_of", "caused_by"]
"""how a source ties a case to another one"""
JourneyReason = Literal[LinkKind, "within_window", "soon_after"]
"""why a case goes on with one before it: the source says so, the user's window, or a gap too short for chance"""
JourneyBeginning = Literal[
    "first_contact", "after_silence", "other_topic", "beside_open", "unknown_customer", "as_asked"
]
"""why a journey begins: the customer's first case; the last touch is too long ago; the case before it, in the same
system, has another topic, or was still open; nobody knows whose it is; or each case was asked to be one"""
HandoverLevel = Literal["resource", "group", "tier", "channel", "role"]
IdentityKind = Literal["email", "phone", "external_id", "handle", "name"]
PseudonymKind = Literal["agent", "thread", "chat", "mailbox", "mail", "file", "folder"]
"""what is shown by a number, as its name or its content would say who a customer is"""
Fate = Literal["used", "rejected", "deduplicated", "ignored"]
FateReason = Literal[
    "no_case", "no_activity", "no_timestamp", "unreadable_timestamp", "unreadable_start", "date_out_of_range",
    "incomplete_event", "too_few_cells", "too_many_cells", "unclear_quotes", "too_long_row", "not_utf8", "no_mail_date",
    "outside_trace", "unknown_object",
    "unchanged", "blank_row", "unfollowed_field", "draft", "spam_or_trash", "mail_program_record", "app_notice",
    "empty_message", "rating_not_asked", "no_step", "reference_data", "service_clock", "spam", "repeated_row",
    "no_value", "forgotten",
]  # fmt: skip
"""Why a record was rejected (the first three lines) or ignored; the words stand under `note.fate` in `locales/`."""

ROLES: Final = get_args(Role)
CHANNELS: Final = get_args(Channel)
STATUSES: Final = get_args(Status)
VISIBILITIES: Final = get_args(Visibility)
OWNING_ROLES: Final = ("agent", "bot", "vendor")
"""who may hold a case and work on it"""
TURNS: Final = get_args(Turn)
TURN_BASES: Final = get_args(TurnBasis)
STAGES: Final = get_args(Stage)
PERS: Final = get_args(Per)
PERIOD_UNITS: Final = get_args(PeriodUnit)
NAMINGS: Final = get_args(Naming)
VERDICTS: Final = get_args(Verdict)
SEVERITIES: Final = get_args(Severity)
HANDOVER_LEVELS: Final = get_args(HandoverLevel)
RARE: Final = "rare_step"
"""the activity in place of those that may say who a customer is"""
ASSIGNMENTS: Final = ("assigned", "unassigned", "reassigned", "group_changed", "escalated", "bot_handover")
"""activities that say who holds a case, and are no work on it"""
IDENTITY_KINDS: Final = get_args(IdentityKind)
LINK_KINDS: Final = get_args(LinkKind)
FATES: Final = get_args(Fate)
FATE_REASONS: Final = get_args(FateReason)

CLOSED_SETS: Final[dict[str, tuple[str, ...]]] = {
    "role": ROLES, "status": STATUSES, "channel": CHANNELS, "visibility": VISIBILITIES,
}  # fmt: skip
"""the columns that a label rule brings into a closed set"""

OPEN_STATUSES: Final = ("new", "open", "pending", "on_hold")
RESOLVED_STATUSES: Final = ("solved", "closed")
RATINGS: Final = ("csat", "nps", "ces")
"""what customers rate: satisfaction (kept as 0..1), whether they would recommend us (0..10), their effort"""

OUR_TURNS: Final = ("us_work", "us_queue", "bot")
"""The turns in which the customer waits for us: bottlenecks are ranked on these only."""

ACTIVITIES: Final = (
    "ticket_created", "customer_message", "agent_reply", "bot_reply", "auto_reply", "internal_note",
    "assigned", "unassigned", "reassigned", "group_changed", "priority_changed",
    "status_new", "status_open", "status_pending", "status_on_hold", "solved", "closed", "reopened",
    "call_inbound", "call_outbound", "call_missed", "callback_requested", "merged", "csat_offered", "csat_received",
    "first_reply", "updated", "chat_started", "chat_ended", "message", "waiting",
    "customer_chase", "complaint_received", "information_requested", "information_received", "reminder_sent",
    "solution_proposed", "solution_confirmed", "solution_rejected", "attachment_added",
    "bot_handover", "escalated", "queued", "accepted", "classified", "work_started", "investigated", "verified",
    "approval_requested", "approved", "rejected", "vendor_contacted", "vendor_reply", "visit_scheduled", "visited",
    "part_ordered", "replacement_sent", "refund_requested", "refunded", "cancelled", "closed_automatically",
    "sla_breached",
)  # fmt: skip
"""the steps that we have a name for, see prepare/steps.toml; what is none of them keeps the source's word"""
