"""How the sign-in package behaves here."""

import logging
import time
from dataclasses import replace
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal.accounts.areas import home_region
from portal.accounts.models import User
from portal.audit.enums import SecurityKind
from portal.audit.security import record_security
from portal.audit.services import record_audit
from portal.core.http import act_of
from portal.core.identifiers import mask_email
from portal.notifications.services import send_later

logger = logging.getLogger(__name__)


def record_failed_code(request: HttpRequest, user: User, **_: Any) -> None:
    """Record that a person's second factor failed. Receives the package's signal."""
    record_security(
        replace(act_of(request), user=None),
        kind=SecurityKind.SECOND_FACTOR_FAILED,
        subject=mask_email(user.email),
        region_code=home_region(user),
        details={"user": user.pk},
    )


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail; what happens to an account goes into the audit record."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": f"登录失败次数过多。请 {settings.LOGIN_LOCK_SECONDS // 60} 分钟后再试，或重设密码。"
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home; a person who acts for nobody yet is led to registering an organisation or themself."""
        user = request.user
        if user.is_authenticated and not user.reads_others_papers and not user.is_applicant:
            return reverse("accounts:organisation_new")
        return reverse(settings.LOGIN_REDIRECT_URL)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The same way as after signing in."""
        return self.get_login_redirect_url(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Record who signed in, and who signed in for the first time."""
        response = super().post_login(request, user, **kwargs)
        action = "accounts.signed_up" if kwargs.get("signup") else "accounts.signed_in"
        record_audit(act_of(request), action=action, target=user)
        return response

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password again before a change to the account, unless it was given a few minutes ago.

        The package asks even right after signing in; an official sent to set up the second factor would type the
        same password twice within seconds.
        """
        request = self.request
        records = get_authentication_records(request, request.user)
        fresh = bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account and address: a stranger elsewhere locks nobody out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log a failed sign-in, and record it as an event of the account's region; the chain is not for strangers."""
        email = str(credentials.get("email", ""))
        logger.warning("Sign-in failed for %s from %s.", mask_email(email), self.get_client_ip(request))
        account = User.objects.filter(email__iexact=email).first()
        record_security(
            replace(act_of(request), user=None),
            kind=SecurityKind.SIGN_IN_FAILED,
            subject=mask_email(email),
            region_code=home_region(account),
            details={"user": account.pk} if account else {},
        )

    def logout(self, request: HttpRequest) -> None:
        """End the session, and record who ended it."""
        act = act_of(request)
        super().logout(request)
        if act.user is not None:
            record_security(act, kind=SecurityKind.SIGNED_OUT, subject=act.user.email)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Record that a person's account changed, and tell them by mail: every such change comes through here."""
        # Who resets a password is not signed in; the mailed link showed who they are.
        act = replace(act_of(self.request), user=user)
        with transaction.atomic():
            super().send_notification_mail(template_prefix, user, context, email)
            record_audit(act, action=f"accounts.{template_prefix.rpartition('/')[2]}", target=user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a mail of the package into the outbox: a mail server that is down costs the person nothing but time."""
        known = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        mail = self.render_mail(template_prefix, email, known | context)
        send_later(email, subject=mail.subject, body=mail.body, is_secret=True)
