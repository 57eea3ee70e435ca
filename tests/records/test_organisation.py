"""Units form a tree that stays one; posts have holders with a beginning and an end."""

from __future__ import annotations

from datetime import date

import pytest

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records.models import AuditRow, Person, Unit
from voltward.records.selectors.organisation import unit_tree
from voltward.records.services.organisation import (
    post_create,
    post_fill,
    post_leave,
    unit_close,
    unit_create,
    unit_move,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def test_the_tree_is_read_from_the_top_with_posts_and_who_holds_them(
    safety_head: Person, operator: Person
) -> None:
    top = unit_create(safety_head, code="SAFE", name="安全管理部")
    below = unit_create(safety_head, code="DESK", name="监测中心", parent_id=top.pk)
    post = post_create(safety_head, unit_id=below.pk, name="值班长")
    post_fill(safety_head, post_id=post.pk, person_id=operator.pk, since=DAY)
    tree = unit_tree(safety_head, DAY)
    assert [(depth, unit.code) for depth, unit in tree] == [(0, "SAFE"), (1, "DESK")]
    (shown,) = tree[1][1].open_posts
    assert [holder.person for holder in shown.present] == [operator]
    (before,) = unit_tree(safety_head, date(2026, 2, 28))[1][1].open_posts
    assert before.present == []


def test_a_tenure_ends_on_its_last_day(safety_head: Person, operator: Person) -> None:
    unit = unit_create(safety_head, code="A", name="A")
    post = post_create(safety_head, unit_id=unit.pk, name="值班长")
    holder = post_fill(safety_head, post_id=post.pk, person_id=operator.pk, since=DAY)
    with pytest.raises(WrongState):
        post_fill(safety_head, post_id=post.pk, person_id=operator.pk, since=DAY)
    with pytest.raises(BadInput, match="until"):
        post_leave(safety_head, holder_id=holder.pk, until=date(2026, 2, 1))
    post_leave(safety_head, holder_id=holder.pk, until=date(2026, 3, 5))
    (shown,) = unit_tree(safety_head, date(2026, 3, 6))[0][1].open_posts
    assert shown.present == []
    with pytest.raises(NotFound):
        post_leave(safety_head, holder_id=holder.pk, until=date(2026, 3, 5))


def test_a_unit_never_hangs_below_itself(safety_head: Person) -> None:
    top = unit_create(safety_head, code="A", name="A")
    below = unit_create(safety_head, code="B", name="B", parent_id=top.pk)
    for parent in (top, below):
        with pytest.raises(BadInput, match="parent"):
            unit_move(safety_head, unit_id=top.pk, parent_id=parent.pk)
    unit_move(safety_head, unit_id=below.pk, parent_id=None)
    assert [depth for depth, _ in unit_tree(safety_head, DAY)] == [0, 0]


def test_a_unit_with_open_units_or_held_posts_stays_open(
    safety_head: Person, operator: Person
) -> None:
    top = unit_create(safety_head, code="A", name="A")
    below = unit_create(safety_head, code="B", name="B", parent_id=top.pk)
    post = post_create(safety_head, unit_id=below.pk, name="值班长")
    holder = post_fill(safety_head, post_id=post.pk, person_id=operator.pk, since=DAY)
    for unit in (top, below):
        with pytest.raises(WrongState):
            unit_close(safety_head, unit_id=unit.pk)
    post_leave(safety_head, holder_id=holder.pk, until=DAY)
    unit_close(safety_head, unit_id=below.pk)
    unit_close(safety_head, unit_id=top.pk)
    assert unit_tree(safety_head, DAY) == []
    with pytest.raises(WrongState):
        unit_close(safety_head, unit_id=top.pk)


def test_a_code_is_there_once_in_a_maker_and_again_in_another(
    safety_head: Person, other_operator: Person
) -> None:
    unit_create(safety_head, code="A", name="A")
    with pytest.raises(BadInput):
        unit_create(safety_head, code=" A ", name="B")
    Unit.objects.create(maker=other_operator.maker, code="A", name="A")
    assert Unit.objects.filter(code="A").count() == 2


def test_without_the_grant_nothing_is_written(operator: Person) -> None:
    with pytest.raises(NotPermitted):
        unit_create(operator, code="A", name="A")
    assert not Unit.objects.exists()
    assert AuditRow.objects.get(action="unit.create").result == "refused"


def test_another_makers_unit_is_not_found(safety_head: Person, other_operator: Person) -> None:
    theirs = Unit.objects.create(maker=other_operator.maker, code="A", name="A")
    for write in (
        lambda: unit_move(safety_head, unit_id=theirs.pk, parent_id=None),
        lambda: unit_close(safety_head, unit_id=theirs.pk),
        lambda: post_create(safety_head, unit_id=theirs.pk, name="x"),
        lambda: unit_create(safety_head, code="B", name="B", parent_id=theirs.pk),
    ):
        with pytest.raises(NotFound, match=f"^unit {theirs.pk}$"):
            write()
