"""Two hosts, each with a web server, a worker and a folder of its own, share PostgreSQL, Redis and an S3 store.

One web server and one worker are killed in the middle, and nobody notices.
"""

import json
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.services import free_port, running_services
from tests.site import Host, ask

pytestmark = [pytest.mark.worker, pytest.mark.slow]
BUCKET = "private"
# What a host may keep for itself: what can be made again, or is of no use to another.
OWN = {"static", "metrics", "mail", "broker", "cache"}
APPROVE = """
from django.utils import timezone
from portal.core.actor import ActorContext
from review.decisions.models import PublicityEntry
from review.decisions.services.publicity import approve_claim
from tests.factories import make_official, wuxi
act = ActorContext(make_official("decision_maker", wuxi(), email="decider@example.org"), timezone.now())
for entry in PublicityEntry.objects.all():
    approve_claim(entry.claim_id, publicity=entry.publicity, act=act)
"""
STANDING = """
import json
from portal.jobs.models import Job
from review.notices.models import Notice
from applications.claims.models import Claim, Evidence
print(json.dumps({
    "left": Job.objects.exclude(state="done").count(),
    "notices": [notice.code for notice in Notice.objects.exclude(sha256="")],
    "submitted": Claim.objects.filter(status="submitted").count(),
    "evidence": [str(key) for key in Evidence.objects.values_list("key", flat=True)],
}))
"""


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    """Both hosts, their tables made and their claims filled in, and the claims' rows."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    store.start()
    endpoint = f"http://127.0.0.1:{store._port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    with ExitStack() as stack:
        stack.callback(store.stop)
        services = stack.enter_context(running_services())
        shared = services.environment() | {
            "PRIVATE_S3_BUCKET": BUCKET,
            "PRIVATE_S3_ENDPOINT": endpoint,
            "PRIVATE_S3_REGION": "us-east-1",
            "JOB_LEASE_SECONDS": "5",
            "JOB_SWEEP_SECONDS": "1",
            "JOB_VISIBILITY_SECONDS": "10",
        }
        first, second = (stack.enter_context(Host(tmp_path / name, shared)) for name in ("first", "second"))
        first.migrate()
        for host in (first, second):
            host.collect_static()
        yield first, second, [json.loads(row) for row in first.run("tests.site_claims", 2, 2).splitlines()]


def standing(host: Host) -> dict[str, object]:
    found: dict[str, object] = json.loads(host.manage("shell", "--verbosity=0", "-c", STANDING).splitlines()[-1])
    return found


def test_what_one_host_begins_the_other_ends(hosts):
    first, second, (one, other) = hosts
    webs = [host.start_web(workers=1) for host in (first, second)]
    workers = [host.start_worker(concurrency=1) for host in (first, second)]

    def claim(web: int, row: dict[str, object], what: str) -> str:
        return f"{webs[web].url}/claims/{row['key']}/{what}/"

    data = {"revision": one["revision"], "line": one["line"], f"l{one['line']}-fees": "7777.00"}
    saved = ask(claim(0, one, "autosave"), session=one["session"], data=data)
    assert saved.status == 200
    assert "7777.00" in ask(claim(1, one, "edit"), session=one["session"]).text
    first.manage("shell", "--verbosity=0", "-c", APPROVE)
    webs[0].kill()
    workers[0].kill()
    for row in (one, other):
        revision = row["revision"] + (1 if row is one else 0)
        answer = ask(claim(1, row, "submit"), session=row["session"], data={"revision": revision, "commitment": "on"})
        assert (answer.status, "/edit" in answer.location) == (302, False)
    deadline = time.monotonic() + 180
    while (found := standing(second))["left"] and time.monotonic() < deadline:
        time.sleep(1)
    # Each approved claim has the notice of its acceptance and its grant.
    assert (found["left"], len(found["notices"]), found["submitted"]) == (0, 4, 2)

    webs[0] = first.start_web(workers=1)
    for web in webs:
        page = ask(f"{web.url}/v/{found['notices'][0]}/", session="")
        assert (page.status, "不一致" in page.text) == (200, False)
        # Uploaded before the first web server was killed, by the owner of the first or of the second claim.
        statuses = {
            ask(f"{web.url}/claims/evidence/{key}/", session=one["session"]).status for key in found["evidence"]
        }
        assert statuses == {200, 404}
    for host in (first, second):
        names = {path.name.split(".")[0].split("-")[0] for path in (host.directory / "data").iterdir()}
        assert names <= OWN | {"beat"}
        assert not [path for path in Path(host.directory / "data" / "cache").rglob("*") if path.is_file()]
