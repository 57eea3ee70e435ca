"""What the watch queues tell people: their words come with migration 0061."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from voltward.records.notice_kinds import NoticeKind, Value, register

MODEL_REVIEW = register(
    NoticeKind(
        "model_review",
        _("同车型集中，须批次核查"),
        {
            "model": Value("示例轿跑", True),
            "kind": Value("3 级及以上故障", True),
            "vehicles": Value("6", True),
            "in_use": Value("100", True),
            "share_pct": Value("6", True),
        },
        severity=2,
        window=timedelta(0),
    )
)
