"""Give out and revoke tokens."""

import secrets
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from portal.accounts.models import User
from portal.api.models import ApiToken
from portal.api.selectors import fingerprint_of, hash_token, owned_tokens
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

MAX_TOKENS = 10
MAX_DAYS = 365
# Programs that search files for secrets left behind know one of ours by this.
PREFIX = "ipf_"


@transaction.atomic
def create_token(user: User, *, label: str, act: ActorContext, days: int = MAX_DAYS) -> tuple[ApiToken, str]:
    """Give a person a new token for some days; returns it with its secret, which is kept nowhere. Raises RefusedError.

    It ends before its day where the owner's password or appointments change.
    """
    if not 1 <= days <= MAX_DAYS:
        raise RefusedError(f"有效期为 1 至 {MAX_DAYS} 天。", field="days")
    # The person's row is the lock under which their tokens are counted.
    owner = User.objects.select_for_update().get(pk=user.pk)
    if sum(in_use for _, in_use in owned_tokens(owner)) >= MAX_TOKENS:
        raise RefusedError(f"最多同时使用 {MAX_TOKENS} 个令牌：请先停用不再需要的令牌。")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        label=label,
        token_hash=hash_token(secret),
        created_at=act.at,
        expires_at=act.at + timedelta(days=days),
        fingerprint=fingerprint_of(owner),
    )
    after = {"label": label, "expires_at": token.expires_at}
    record_audit(act, action="api.token_created", target=token, after=after)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, act: ActorContext) -> None:
    """End a token at once; one that has ended stays as it is."""
    held = ApiToken.objects.select_for_update().get(pk=token.pk)
    if held.revoked_at is not None:
        return
    held.revoked_at = act.at
    held.save(update_fields=["revoked_at"])
    record_audit(act, action="api.token_revoked", target=held, after={"revoked_at": act.at})


def note_use(token: ApiToken, *, on: date) -> None:
    """Note the day of a use, once a day: a look at it costs no write for each request."""
    if token.last_used_on != on:
        ApiToken.objects.filter(Q(last_used_on=None) | Q(last_used_on__lt=on), pk=token.pk).update(last_used_on=on)
