"""A site's database with approved claims that wait for their notices: `python -m tests.site_notices fill COUNT`.

With `found` in place of `fill COUNT` it prints, as one JSON document, what became of them. Runs in the environment of a
`tests.site.Host`.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import django


def fill(count: int) -> None:
    """Approved claims of one applicant, each with its notice asked for, and the seal of the city's office."""
    from django.conf import settings  # noqa: PLC0415 - needs the environment

    # Nobody signs in by password here, and a slow hash costs a minute for each hundred people.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from django.db import transaction  # noqa: PLC0415

    from portal.jobs.services import enqueue_job  # noqa: PLC0415
    from review.notices.seals.trial import make_trial_seals  # noqa: PLC0415
    from tests.factories import ApplicantFactory, make_member  # noqa: PLC0415
    from tests.review.notices.world import make_approved, publish  # noqa: PLC0415

    make_trial_seals(Path(settings.SEALS_FILE).parent, [("320200", "无锡市知识产权局")])
    publish()
    applicant = ApplicantFactory()
    member = make_member(applicant)
    for _ in range(count):
        claim = make_approved(applicant=applicant, created_by=member)
        with transaction.atomic():
            enqueue_job("notices.issue_grant", key=str(claim.pk), payload={"claim_id": claim.pk})


def found() -> None:
    """Every notice with its number, claim, signatures and readers, and how many awards and numbers there are."""
    from django.conf import settings  # noqa: PLC0415

    from portal.notifications.models import Message  # noqa: PLC0415
    from review.funding.models import Award  # noqa: PLC0415
    from review.notices.enums import SignatureState  # noqa: PLC0415
    from review.notices.models import Notice, NoticeCounter  # noqa: PLC0415
    from review.notices.seals.checking import check_signature  # noqa: PLC0415

    rows = []
    for notice in Notice.objects.order_by("sequence"):
        content = (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()
        rows.append(
            {
                "sequence": notice.sequence,
                "claim": notice.claim_id,
                "whole": hashlib.sha256(content).hexdigest() == notice.sha256,
                "signed": check_signature(content).state == SignatureState.VALID,
                "told": Message.objects.filter(key=f"notice:{notice.pk}").count(),
            }
        )
    print(json.dumps({"notices": rows, "last": NoticeCounter.objects.get().last, "awards": Award.objects.count()}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        found()
