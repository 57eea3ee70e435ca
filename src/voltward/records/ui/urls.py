"""Addresses of records/: accounts, the organisation, people and their roles, the audit trail."""

from django.urls import path

from voltward.records.ui import account, audit, organisation, people

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
    path("audit/", audit.AuditList.as_view(), name="audit"),
]
