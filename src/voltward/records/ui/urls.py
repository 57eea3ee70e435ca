"""Addresses of records/: accounts, the workbench, rules, the organisation, the audit trail."""

from django.urls import path

from voltward.records.ui import (
    account,
    approvals,
    audit,
    clocks,
    deadlines,
    organisation,
    people,
    tasks,
    work_calendar,
    workbench,
)

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("language/", account.language, name="language"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/units/", organisation.add_unit, name="unit-add"),
    path("organisation/units/<int:unit_id>/close/", organisation.close_unit, name="unit-close"),
    path("organisation/units/<int:unit_id>/posts/", organisation.add_post, name="post-add"),
    path("organisation/posts/<int:post_id>/", organisation.fill_post, name="post-fill"),
    path("organisation/tenures/<int:holder_id>/end/", organisation.leave_post, name="post-leave"),
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/roles/", people.give_role, name="role-give"),
    path("people/roles/<int:assignment_id>/end/", people.take_role, name="role-take"),
    path("rights/", people.rights, name="rights"),
    path("workbench/", workbench.page, name="workbench"),
    path("clocks/", clocks.ClockList.as_view(), name="clocks"),
    path("clocks/<int:clock_id>/", clocks.page, name="clock"),
    path("clocks/<int:clock_id>/claim/", clocks.claim, name="clock-claim"),
    path("tasks/assign/", tasks.assign, name="task-assign"),
    path("tasks/<int:task_id>/", tasks.page, name="task"),
    path("approvals/", approvals.ApprovalList.as_view(), name="approvals"),
    path("approvals/<int:approval_id>/", approvals.page, name="approval"),
    path("deadlines/", deadlines.DeadlineList.as_view(), name="deadlines"),
    path("deadlines/<int:rule_id>/", deadlines.page, name="deadline"),
    path("deadlines/<int:rule_id>/propose/", deadlines.propose, name="deadline-propose"),
    path("calendar/", work_calendar.WorkDayList.as_view(), name="work-calendar"),
    path("calendar/propose/", work_calendar.propose, name="work-calendar-propose"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
]
