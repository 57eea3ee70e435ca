"""Addresses of records/: logging in and out, one's own account, the workbench, rules, the audit trail."""

from django.urls import path

from voltward.records.ui import (
    account,
    approvals,
    audit,
    clocks,
    deadlines,
    tasks,
    work_calendar,
    workbench,
)

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("language/", account.language, name="language"),
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
