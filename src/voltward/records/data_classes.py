"""The data class of every column of records/."""

from voltward.records.protection.classes import DataClass, Declared

PUBLIC, INTERNAL = DataClass.PUBLIC, DataClass.INTERNAL
PERSONAL, IMPORTANT = DataClass.PERSONAL, DataClass.IMPORTANT

PEOPLE: Declared = {
    "Maker": {PUBLIC: "id name wmis", INTERNAL: "created_at"},
    "Person": {
        PERSONAL: "login display_name language last_login",
        INTERNAL: "id created_at password_changed_at",
        IMPORTANT: "mark password maker is_active is_program",
    },
    "Assignment": {IMPORTANT: "id mark person role unit administers assigned_by assigned_at"},
    "ApiToken": {
        IMPORTANT: "id mark person digest scope pages expires_at revoked_at",
        INTERNAL: "name created_at last_used_at",
    },
    "LoginAttempt": {PERSONAL: "login address", INTERNAL: "id succeeded step at"},
    "PersonSession": {
        PERSONAL: "person address device signed_in_at touched_at",
        INTERNAL: "id confirmed_at is_duty_seat roster_checked_at ended_at ended_why",
        IMPORTANT: "factor roles",
    },
    "PersonContact": {
        PERSONAL: "person phone phone_index email email_index",
        INTERNAL: "id sealed_id changed_at",
    },
    "Unit": {INTERNAL: "id maker parent kind code name closed_at created_at"},
    "Post": {INTERNAL: "id unit name closed_at"},
    "PostHolder": {PERSONAL: "person", INTERNAL: "id post since until"},
}
TRUST: Declared = {
    "Approval": {
        IMPORTANT: "id mark maker kind title payload state asked_by decided_by",
        INTERNAL: "reason asked_at decided_at note",
    },
    "AuditRow": {
        IMPORTANT: "id at actor maker action subject result before after request_number",
        PERSONAL: "address",
    },
    "AuditSeal": {IMPORTANT: "id stream number audit_row algorithm previous_hash hash sealed_at"},
    "AuditWaiting": {IMPORTANT: "row_id"},
    "AuditVerification": {
        IMPORTANT: "id maker asked_by asked_at ended_at rows seals checkpoints finding_count findings"
    },
    "DataKey": {
        IMPORTANT: "id maker subject algorithm wrapped_by wrapped created_at retired_at erased_at"
    },
    "ProtectedWindow": {IMPORTANT: "id person record reason opened_at until"},
    "KeyRotation": {IMPORTANT: "id master started_at reached rows finished_at"},
}
KEPT: Declared = {
    "RetentionClass": {PUBLIC: "code title_zh title_en order"},
    "RetentionRule": {
        PUBLIC: "keep_years keep_months keep_life life_years legal then basis source confidence",
        INTERNAL: "id maker retention_class effective_from effective_to replaces approval",
    },
    "LegalHold": {
        INTERNAL: "id maker reason placed_by placed_at lifted_by lifted_at lifted_reason"
    },
    "HeldRecord": {INTERNAL: "id hold record"},
    "StoredContent": {
        INTERNAL: "sha256 size_bytes scan scanned_by scan_detail scanned_at stored_at"
    },
    "Attachment": {
        PERSONAL: "name",
        INTERNAL: "id maker record content media_type retention_class kept_from review_since"
        " uploaded_by uploaded_at",
    },
    "AttachmentLimit": {INTERNAL: "id max_bytes slip_hours source confidence effective_from"},
    "ExportRule": {
        INTERNAL: "id maker rows keep_days valid_from source confidence approval made_at"
    },
    "ExportRequest": {
        PERSONAL: "query",
        INTERNAL: "id approval asked_by of sort columns format personal accepted_at tries failure"
        " file_name rows made_at expires_at",
    },
    "ImportRun": {
        PERSONAL: "problems",
        INTERNAL: "id maker kind state wanted wanted_by good_rows_only attempts file_name file_sha256"
        " file_bytes sheet other_sheets headers header_row mapping mapping_source total_rows new_rows"
        " changed_rows same_rows refused_rows warned_rows kept_rows outcomes since error started_by"
        " created_at asked_at checked_at applied_at undone_at",
    },
    "ImportProgress": {INTERNAL: "id run done_rows told_at"},
    "ImportChange": {
        PERSONAL: "before after",
        INTERNAL: "id run row record_id key result undone kept",
    },
    "ImportMapping": {INTERNAL: "id maker kind fingerprint mapping chosen_by chosen_at"},
    "Link": {INTERNAL: "id maker kind source target made_by made_at"},
}
WORK: Declared = {
    "DeadlineRule": {
        PUBLIC: "title_zh title_en addressee_zh addressee_en amount unit month_day condition_zh"
        " condition_en source fact confidence note",
        INTERNAL: "id maker code severity revision starts_from warnings told_roles is_on repeats"
        " extension_needs_second effective_from effective_to proposed_by approved_by approved_at",
    },
    "CalendarYear": {PUBLIC: "year source", INTERNAL: "id maker proposed_by approved_by"},
    "WorkDay": {PUBLIC: "on kind name source", INTERNAL: "id maker proposed_by approved_by"},
    "Clock": {
        INTERNAL: "id maker rule code subject subject_text url event_key event occurrence started_at"
        " due_at due_order_at calendar_confirmed state owner unit created_by created_at ended_by ended_at"
        " ended_reason proof_text proof_url"
    },
    "ClockPoint": {INTERNAL: "id clock name at reached_at"},
    "ClockExtension": {INTERNAL: "id clock from_at to_at reason asked_by approved_by made_at"},
    "ClockNews": {INTERNAL: "id point clock roles owner told_at"},
    "AssignedTask": {
        INTERNAL: "id maker title subject subject_text url owner due_at assigned_by assigned_at"
        " done_at done_by done_note"
    },
    "SavedFilter": {
        PERSONAL: "query",
        INTERNAL: "id maker owner of name sort columns is_shared saved_at",
    },
    "ListChoice": {INTERNAL: "id person of columns opens_with"},
    "FilterSubscription": {INTERNAL: "id saved_filter person settled_pk last_pk told_pks since"},
}
TOLD: Declared = {
    "Channel": {
        IMPORTANT: "sealed",
        INTERNAL: "id maker kind name position settings closed_at created_at last_tried_at"
        " last_outcome last_answer down_until",
    },
    "EscalationChain": {INTERNAL: "id maker code name closed_at"},
    "EscalationStep": {INTERNAL: "id chain order person role unit post channels wait_min"},
    "Notice": {
        PERSONAL: "values",
        INTERNAL: "id maker kind severity subject path dedup_key dedup_until repeats asked_by"
        " created_at chain step step_due_at acknowledged_at",
    },
    "Delivery": {
        INTERNAL: "id notice person step rank kind channel state due_at attempts key sent_at read_at"
    },
    "Attempt": {INTERNAL: "id delivery begun_at ended_at outcome answer"},
    "Acknowledgement": {INTERNAL: "id notice person at"},
    "NoticeTemplate": {INTERNAL: "id maker code language version title body made_by made_at"},
    "NoticeSetting": {PERSONAL: "person", INTERNAL: "order language"},
    "QuietHours": {PERSONAL: "person starts ends passes_from"},
}
DATA_CLASSES: Declared = {**PEOPLE, **TRUST, **KEPT, **WORK, **TOLD}
