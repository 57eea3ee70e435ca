"""Who names a record by its label: what no foreign key guards, and what a deletion would leave hanging."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from voltward.records.models import Attachment, Clock, HeldRecord, Link


def labels_named(labels: Collection[str]) -> set[str]:
    """Those of ``labels`` that a link, a file, a clock or a hold in force names."""
    links = Link.objects.filter(Q(source__in=labels) | Q(target__in=labels))
    named = {end for pair in links.values_list("source", "target") for end in pair}
    named.update(Attachment.objects.filter(record__in=labels).values_list("record", flat=True))
    named.update(Clock.objects.filter(subject__in=labels).values_list("subject", flat=True))
    held = HeldRecord.objects.filter(record__in=labels, hold__lifted_at=None)
    named.update(held.values_list("record", flat=True))
    return named.intersection(labels)
