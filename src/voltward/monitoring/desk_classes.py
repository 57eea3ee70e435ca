"""The data class of every column of the desk's own tables; a VIN leads to its owner and counts as personal."""

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT

DESK: Declared = {
    "DeskRule": {
        INTERNAL: "id maker code from_level amount unit source confidence effective_from effective_to"
        " proposed_by approved_by"
    },
    "DispositionRule": {
        INTERNAL: "id maker title rule level condition amount deed verdict cause silence_h source"
        " effective_from effective_to state proposed_by proposed_at approval approved_by"
    },
    "StepWaiting": {INTERNAL: "step_id due_at"},
    "OwnerAdvice": {
        INTERNAL: "id maker vehicle alarm family code level started_at clock outcome outcome_at"
        " outcome_by",
        PERSONAL: "outcome_text",
    },
    "OwnerNotice": {
        INTERNAL: "id maker vehicle advice alarm kind way level language title body state due_at"
        " attempts key created_at sent_at",
        # a gateway may say to which number
        PERSONAL: "answer",
    },
    "OwnerNoticeTry": {INTERNAL: "id notice channel begun_at ended_at outcome", PERSONAL: "answer"},
    "OwnerOptOut": {
        INTERNAL: "id maker vehicle up_to_level effective_from effective_to recorded_by recorded_at",
        PERSONAL: "reason",
    },
    "Webhook": {
        INTERNAL: "id maker name kinds created_by created_at closed_at last_tried_at last_outcome"
        " last_answer down_until",
        # an address may carry a key in its query
        IMPORTANT: "url sealed",
    },
    "WebhookDelivery": {
        INTERNAL: "id maker webhook kind event key state due_at until_at attempts created_at sent_at",
        PERSONAL: "body",
    },
    "WebhookTry": {INTERNAL: "id delivery begun_at ended_at outcome answer"},
}
