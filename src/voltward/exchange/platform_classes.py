"""The data class of every column of public platforms and their links; a vehicle leads to its owner."""

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT

PLATFORMS: Declared = {
    "UplinkRequest": {
        PERSONAL: "vehicle",
        INTERNAL: "id maker platform first_day last_day frames places reason state asked_by asked_at done_at",
    },
    "PublicPlatform": {
        INTERNAL: "id maker name number title kind state is_paused paused_reason paused_at paused_by"
        " created_by created_at"
    },
    "PlatformRevision": {
        INTERNAL: "id maker platform number state note host port tls ca_pem edition encryption"
        " password_set_at all_vehicles waits window per_s reissue_per_s live_s retry_s reports"
        " reports_2025 base drafted_by drafted_at proposed_by approval approved_by approved_at"
        " by_command",
        # with the password they are what a login takes
        IMPORTANT: "identity user sealed",
    },
    "PlatformCover": {
        INTERNAL: "id maker revision mode padding vector sm2 rsa peer_key key_set_at exchanges wrap"
        " valid_h login_too signature with_marker",
        IMPORTANT: "sealed",
    },
    "PlatformChoice": {
        INTERNAL: "id maker revision kind model usage_class region",
        PERSONAL: "vehicle",
    },
    "PlatformLeftOut": {
        INTERNAL: "id maker revision usage_class information_type source confidence effective_from"
        " effective_to"
    },
    "PlatformSample": {INTERNAL: "id maker platform at state lag_s due sent_per_s refused"},
    "PlatformWarning": {INTERNAL: "id maker platform code since_at told_at ended_at"},
}
