"""Worker killed twice, broker flushed, database crashed in the middle of notices: each once, sealed, without a gap."""

import json

import pytest

from tests.deployment.surviving import standing_site
from tests.depth import by_depth

COUNT = by_depth(30, nightly=1000)
SECONDS = 120 + 2 * COUNT
DONE = "SELECT count(*) FROM jobs_job WHERE kind = 'notices.issue_grant' AND state = 'done'"
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


@pytest.mark.worker
@pytest.mark.slow
def test_notices_survive_a_worker_killed_twice_a_flushed_broker_and_a_database_gone(tmp_path):
    with standing_site(tmp_path, SEALS_FILE=str(tmp_path / "seals" / "seals.toml")) as site:
        site.host.migrate()
        site.host.run("tests.site_notices", "fill", COUNT)

        def wait_for(least: int) -> None:
            site.wait(lambda: site.rows(DONE)[0][0] >= least, f"{least} notices", seconds=SECONDS)

        worker = site.host.start_worker()
        for least in (COUNT // 10, COUNT * 3 // 10):
            wait_for(least)
            worker.kill()
            site.flush_broker()
            assert site.rows(DONE)[0][0] < COUNT, "the worker was killed too late to show anything"
            worker = site.host.start_worker()
        wait_for(COUNT // 2)
        site.kill_database(SESSIONS)
        wait_for(COUNT)
        worker.stop()
        found = json.loads(site.host.run("tests.site_notices", "found").splitlines()[-1])

    notices = found["notices"]
    assert [notice["sequence"] for notice in notices] == list(range(1, COUNT + 1))
    assert len({notice["claim"] for notice in notices}) == COUNT
    assert (found["last"], found["awards"]) == (COUNT, COUNT)
    assert {(notice["whole"], notice["signed"], notice["told"]) for notice in notices} == {(True, True, 1)}
