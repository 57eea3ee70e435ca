"""Addresses of records/: logging in and out, one's own account, sessions, tokens, the audit trail."""

from django.urls import path

from voltward.records.ui import (
    account,
    audit,
    factors,
    login,
    login_stages,
    seat,
    sessions,
    tokens,
    wall,
)

urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("login/second/", login_stages.second, name="login-second"),
    path("login/enrol/", login_stages.enrol, name="login-enrol"),
    path("login/password/", login_stages.own_password, name="login-password"),
    path("login/demo/", login.demo, name="login-demo"),
    path("login/sso/", login.sso, name="login-sso"),
    path("login/sso/callback/", login.sso_callback, name="login-sso-callback"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("account/confirm/", account.confirm, name="account-confirm"),
    path("account/factors/", factors.page, name="account-factors"),
    path("account/factors/codes/", factors.renew_codes, name="account-codes"),
    path("account/factors/<int:factor_id>/remove/", factors.remove, name="account-factor-remove"),
    path("account/sessions/", sessions.own, name="account-sessions"),
    path("account/sessions/<int:session_id>/end/", sessions.end, name="account-session-end"),
    path("account/seat/", seat.page, name="seat"),
    path("account/seat/take/", seat.take, name="seat-take"),
    path("account/seat/leave/", seat.leave, name="seat-leave"),
    path("account/seat/banner/", seat.banner, name="seat-banner"),
    path("account/touch/", seat.touch, name="touch"),
    path("sessions/", sessions.SessionList.as_view(), name="sessions"),
    path("sessions/<int:session_id>/", sessions.one, name="session"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("wall/", wall.page, name="wall"),
    path("language/", account.language, name="language"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
]
