"""A site's database with a prepared batch of payments: `python -m tests.site_payments COUNT`.

Runs in the environment of a `tests.site.Host`, on an empty database. Prints one JSON document: what the officer who
releases needs, and what the bank will answer.
"""

import json
import os
import sys

import django


def prepare(count: int) -> None:
    """Approved claims, gathered into one batch that another officer may release."""
    from bench.payments import answer_of, fill, officers  # noqa: PLC0415 - needs the environment
    from review.payments.services.batches import Criteria, open_batch, prepare_batch  # noqa: PLC0415
    from tests.factories import act, wuxi  # noqa: PLC0415
    from tests.site_claims import session_of  # noqa: PLC0415

    fill(count)
    maker, checker = officers()
    batch = prepare_batch(open_batch(wuxi(), Criteria(), act=act(maker)), withhold=False, act=act(maker))
    answer = answer_of(batch.lines).decode("gb18030")
    row = {"key": str(batch.key), "shown": batch.lines_sha256, "session": session_of(checker), "answer": answer}
    print(json.dumps(row | {"count": batch.count}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    prepare(int(sys.argv[1]))
