"""Link an account to a provider's, and let the provider's word verify an organisation."""

from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.http import act_of
from portal.openid.adapter import WAITING
from portal.openid.statements import statement_of
from portal.ownership.services.vouching import accept_statement

# Where in the session stands whose password was given for the sign-in that waits.
CONFIRMED_BY = "openid_confirmed_by"


def waiting_login(request: HttpRequest) -> SocialLogin | None:
    """The sign-in through a provider that waits for a password in this browser."""
    waiting = request.session.get(WAITING)
    return SocialLogin.deserialize(waiting) if waiting else None


def after_sign_in(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: Any) -> None:
    """Link the provider's account whose person has just signed in whole, the second factor included.

    Then let what the provider says of an organisation verify the person's. Receives the package's signal.
    """
    act = ActorContext(user=user, at=act_of(request).at, address=act_of(request).address)
    if request.session.pop(CONFIRMED_BY, None) == user.pk and (waiting := waiting_login(request)):
        sociallogin = waiting
        link_account(user, waiting, act=act)
    request.session.pop(WAITING, None)
    if sociallogin is None:
        return
    provider = sociallogin.account.get_provider(request)
    statement = statement_of(sociallogin.account.extra_data, source=provider.name)
    if statement is None:
        return
    for membership in user.memberships.select_related("applicant"):
        if not statement.problem(membership.applicant):
            accept_statement(membership.applicant, statement, act=act)


def link_account(user: User, login: SocialLogin, *, act: ActorContext) -> None:
    """Keep that the provider's account is this person's; one that is another's already stays theirs."""
    account = login.account
    with transaction.atomic():
        linked, created = SocialAccount.objects.get_or_create(
            provider=account.provider, uid=account.uid, defaults={"user": user, "extra_data": account.extra_data}
        )
        if created:
            record_audit(act, action="accounts.sign_in_linked", target=user, after={"provider": linked.provider})
