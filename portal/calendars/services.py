"""Make a feed with its secret address, revoke it, and write what it holds."""

import hashlib
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.calendars.models import Feed
from portal.calendars.sources import CALENDAR_SOURCES
from portal.core.actor import ActorContext
from portal.core.icalendar import calendar_bytes, day_event

_ALARM_DAYS = 3
_MOST = 500


def make_feed(*, act: ActorContext) -> str:
    """Make the person's feed and return its secret, which is shown once; an earlier feed ends with it."""
    if act.user is None:
        raise PermissionDenied
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=act.user.pk)
        _revoke(act.user, act)
        feed = Feed.objects.create(user=act.user, token_hash=_hash(secret), made_at=act.at)
        record_audit(act, action="calendars.made", target=feed)
    return secret


def revoke_feed(*, act: ActorContext) -> bool:
    """End the person's feed at once; returns whether there was one."""
    if act.user is None:
        raise PermissionDenied
    with transaction.atomic():
        return _revoke(act.user, act)


def _revoke(user: User, act: ActorContext) -> bool:
    feed = Feed.objects.select_for_update().filter(user=user, revoked_at=None).first()
    if feed is None:
        return False
    feed.revoked_at = act.at
    feed.save(update_fields=["revoked_at"])
    record_audit(act, action="calendars.revoked", target=feed)
    return True


def feed_of(secret: str) -> Feed | None:
    """The feed of an address; None where it is revoked, or its person may no longer sign in."""
    found = Feed.objects.filter(token_hash=_hash(secret), revoked_at=None, user__is_active=True)
    return found.select_related("user").first()


def calendar_of(feed: Feed) -> bytes:
    """The days to come as an iCalendar file."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    today, stamp = timezone.localdate(), timezone.now()
    entries = [entry for source in CALENDAR_SOURCES.values() for entry in source(feed.user, today)]
    entries.sort(key=lambda entry: (entry.day, entry.uid))
    lines = [
        line
        for entry in entries[:_MOST]
        for line in day_event(f"{entry.uid}@{host}", entry.day, entry.title, stamp=stamp, alarm_days=_ALARM_DAYS)
    ]
    return calendar_bytes("我的期限", lines)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
