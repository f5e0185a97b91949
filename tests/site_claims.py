"""Fill a site's database with drafts that can be submitted: `python -m tests.site_claims COUNT [publicised]`.

Runs in the environment of a `tests.site.Host`. Prints one JSON document a line for each claim: its key, its line, its
revision and the session of its owner; with `publicised`, so many claims more that wait for approval.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from portal.accounts.models import User

ITEM = "wx2020-01-inv"


def main(count: int, publicised: int = 0) -> None:
    """Publish the catalogue of 无锡, open a call, and make the claims."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs the environment

    # Nobody signs in by password here, and a slow hash costs a minute for each hundred people.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from django.utils import timezone  # noqa: PLC0415

    from tests.applications.worlds import patent_facts, ready_claim  # noqa: PLC0415
    from tests.applications.worlds import publish as publish_rules  # noqa: PLC0415
    from tests.factories import ApplicantFactory, make_member  # noqa: PLC0415
    from tests.review.worlds import Office, decided, publish  # noqa: PLC0415

    publish_rules()
    for number in range(1, count + 1):
        member = make_member(ApplicantFactory())
        claim = ready_claim(member, item=ITEM, lines=[patent_facts(number)])
        row = {"key": str(claim.key), "line": claim.lines.get().pk, "revision": claim.revision}
        print(json.dumps(row | {"session": session_of(member)}))
    if publicised:
        office = Office()
        decided_claims = [decided(office, lines=[patent_facts(count + 1 + number)]) for number in range(publicised)]
        first = timezone.localdate() - timedelta(days=14)
        publish(office, *decided_claims, starts_on=first)


def session_of(user: User) -> str:
    """The key of a session in which this person is signed in."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
