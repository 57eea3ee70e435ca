"""The pages of the organisation, of people and of the table of rights."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from voltward.records import rights_table, selectors, services
from voltward.records.models import Approval, Maker, Person, Unit
from voltward.records.services.organisation import post_create, unit_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_security_admin(maker: Maker) -> Client:
    person = services.person_create(
        selectors.installation(), login="security", display_name="安全管理员", maker=maker,
        roles=["security_admin"],
    )  # fmt: skip
    client = Client()
    client.force_login(person)
    return client


def test_a_unit_a_post_and_its_holder_are_put_in_by_hand(
    as_safety_head: Client, safety_head: Person, operator: Person
) -> None:
    assert "还没有组织单元" in as_safety_head.get("/organisation/").content.decode()
    given = {"name": "安全管理部", "code": "SAFE", "kind": "department", "parent": ""}
    as_safety_head.post("/organisation/units/", given)
    unit = Unit.objects.get()
    as_safety_head.post(f"/organisation/units/{unit.pk}/posts/", {"name": "值班长"})
    post = unit.posts.get()
    as_safety_head.post(
        f"/organisation/posts/{post.pk}/", {"person": operator.pk, "since": "2026-03-01"}
    )
    page = as_safety_head.get("/organisation/").content.decode()
    assert "安全管理部" in page
    assert f"值班长 · {operator.display_name}" in page


def test_a_code_that_is_taken_is_told_beside_its_field(
    as_safety_head: Client, safety_head: Person
) -> None:
    unit_create(safety_head, code="SAFE", name="安全管理部")
    given = {"name": "另一个", "code": "SAFE", "kind": "department", "parent": ""}
    answer = as_safety_head.post("/organisation/units/", given)
    assert answer.status_code == 422
    assert "该编码已被占用" in answer.content.decode()
    assert Unit.objects.count() == 1


def test_a_unit_in_use_cannot_be_closed_and_says_why(
    as_safety_head: Client, safety_head: Person
) -> None:
    top = unit_create(safety_head, code="A", name="A")
    unit_create(safety_head, code="B", name="B", parent_id=top.pk)
    answer = as_safety_head.post(f"/organisation/units/{top.pk}/close/", follow=True)
    assert "不能撤销" in answer.content.decode()
    assert Unit.objects.filter(closed_at=None).count() == 2


def test_another_makers_post_is_not_found(
    as_safety_head: Client, other_maker: Maker, operator: Person
) -> None:
    theirs = Unit.objects.create(maker=other_maker, code="A", name="A")
    post = theirs.posts.create(name="x")
    answer = as_safety_head.post(
        f"/organisation/posts/{post.pk}/", {"person": operator.pk, "since": "2026-03-01"}
    )
    assert answer.status_code == 404
    assert not post.holders.exists()


def test_a_sensitive_role_given_on_the_page_waits(
    as_security_admin: Client, operator: Person
) -> None:
    given = {"role": "safety_head", "unit": "", "reason": "代理"}
    answer = as_security_admin.post(f"/people/{operator.pk}/roles/", given, follow=True)
    assert "等待第二人审批" in answer.content.decode()
    assert Approval.objects.get().payload["role"] == "safety_head"
    given["role"] = "quality_engineer"
    answer = as_security_admin.post(f"/people/{operator.pk}/roles/", given, follow=True)
    assert "角色已授予" in answer.content.decode()
    assert "质量工程师" in as_security_admin.get(f"/people/{operator.pk}/").content.decode()


def test_administrators_are_held_apart_in_words(
    as_security_admin: Client, operator: Person
) -> None:
    given = {"role": "audit_admin", "unit": "", "reason": "x"}
    answer = as_security_admin.post(f"/people/{operator.pk}/roles/", given)
    assert answer.status_code == 422
    assert "三权分立" in answer.content.decode()


def test_a_role_is_taken_only_with_a_reason(as_security_admin: Client, operator: Person) -> None:
    assignment = operator.assignments.get()
    path = f"/people/roles/{assignment.pk}/end/"
    assert "要写明理由" in as_security_admin.post(path, follow=True).content.decode()
    assert operator.assignments.exists()
    as_security_admin.post(path, {"reason": "转岗"})
    assert not operator.assignments.exists()


def test_people_of_another_maker_are_not_listed(
    as_security_admin: Client, operator: Person, other_operator: Person
) -> None:
    page = as_security_admin.get("/people/").content.decode()
    assert operator.login in page
    assert other_operator.login not in page
    assert as_security_admin.get(f"/people/{other_operator.pk}/").status_code == 404


def test_the_table_of_rights_lists_every_address_and_every_write(
    as_security_admin: Client, safety_head: Person
) -> None:
    page = as_security_admin.get("/rights/").content.decode()
    for door in rights_table.doors():
        assert f"/{escape(door.route)}<" in page
        assert door.needs != "undeclared", door.route
    assert "role.give" in page
    by_route = {door.route: door for door in rights_table.doors()}
    assert by_route["people/<int:person_id>/roles/"].methods == ("POST",)
    assert by_route["login/"].needs == ""
    line = next(one for one in rights_table.lines_of_actions() if one.name == "role.give")
    held = dict(zip((r.code for r in rights_table.shown_roles()), line.held, strict=True))
    assert (held["security_admin"], held["safety_head"]) == (True, False)


def test_posts_are_offered_to_people_who_are_there(
    as_safety_head: Client, safety_head: Person, operator: Person, other_operator: Person
) -> None:
    unit = unit_create(safety_head, code="A", name="A")
    post_create(safety_head, unit_id=unit.pk, name="值班长")
    page = as_safety_head.get("/organisation/").content.decode()
    assert f">{operator.display_name}<" in page
    assert f">{other_operator.display_name}<" not in page
