"""Web server, database and worker are killed in the middle of a release and of a bank's answer: all is settled once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.deployment.surviving import Site, standing_site
from tests.site import ask

pytestmark = [pytest.mark.worker, pytest.mark.slow]
# Two slices of an answer and one row more.
COUNT = 1000
FEN = 500_000
STANDING = """
    SELECT (SELECT state FROM payments_batch),
           (SELECT count(*) FROM treasury_entry WHERE kind = 'send'),
           (SELECT count(*) FROM treasury_entry WHERE kind = 'settle'),
           (SELECT count(*) FROM funding_payment),
           (SELECT count(*) FROM payments_bankrow WHERE state = 'matched'),
           (SELECT count(*) FROM applications_claim WHERE status = 'paid'),
           (SELECT state FROM payments_bankfile WHERE direction = 'in')
"""
BALANCES = """
    SELECT DISTINCT ON (account.kind) account.kind, posting.balance_after
    FROM treasury_posting posting JOIN treasury_account account ON account.id = posting.account_id
    ORDER BY account.kind, posting.sequence DESC
"""
# What has been at work for a while: the server's own processes, by their number.
WORKING = """
    SELECT pid FROM pg_stat_activity
    WHERE xact_start < clock_timestamp() - interval '150 ms' AND backend_type = 'client backend'
"""


class PaymentsSite(Site):
    """The batch that is prepared on a site, and what an officer does with it."""

    def __init__(self, host, url):
        super().__init__(host, url)
        with ThreadPoolExecutor() as pool:
            static = pool.submit(host.collect_static)
            self.batch = json.loads(host.run("tests.site_payments", COUNT).splitlines()[-1])
            static.result()

    def standing(self):
        return self.rows(STANDING)[0]

    def post(self, web, **data):
        """What an officer sends from the batch's page; the status, 0 where the line broke before an answer."""
        address = f"{web.url}/payments/{self.batch['key']}/"
        return ask(address, session=self.batch["session"], data=data).status

    def release(self, web):
        return self.post(web, deed="release", shown=self.batch["shown"])

    def answer(self, web):
        upload = SimpleUploadedFile("回盘.csv", self.batch["answer"].encode("gb18030"))
        return self.post(web, deed="answer", answer=upload)

    def kill_working(self):
        self.kill_database(WORKING)


@pytest.fixture
def site(tmp_path):
    with standing_site(tmp_path) as standing:
        yield PaymentsSite(standing.host, standing.url)


def test_a_release_and_an_answer_are_carried_out_once_whatever_is_killed(site):
    web = site.host.start_web(workers=1)
    worker = site.host.start_worker(concurrency=1)
    for kill in (web.kill, site.kill_working):
        sending = threading.Thread(target=site.release, args=[web])
        sending.start()
        site.wait(lambda: site.rows(WORKING), "the release")
        kill()
        sending.join()
        assert site.standing()[:2] == ("prepared", 0)
        if kill == web.kill:
            web = site.host.start_web(workers=1)
    count = site.batch["count"]
    # Pressed until it is answered, as a person does where the line broke, and once more.
    site.wait(lambda: site.release(web) == 302, "the answer to the release")
    assert site.release(web) == 302
    # A batch of so many is checked in slices by the worker, and then released at once.
    site.wait(lambda: site.standing()[:3] == ("released", count, 0), "the release")

    assert site.answer(web) == 302
    site.wait(lambda: site.rows(WORKING), "the first rows")
    site.kill_working()
    site.wait(lambda: site.answer(web) == 302, "the same answer again")
    seen = site.wait(lambda: site.standing()[4], "the rows that are done")
    worker.kill()
    assert 0 < seen < count, "the worker was killed too late to show anything"
    site.host.start_worker(concurrency=1)
    site.wait(lambda: site.standing()[6] == "done", "the end of the answer")
    assert site.standing() == ("settled", count, count, count, count, count, "done")
    assert dict(site.rows(BALANCES)) == {"source": -count * FEN, "payable": 0, "in_transit": 0, "paid": count * FEN}
