"""Daily roots: right trees, kept outside, time-stamped, and checked by a program that knows nothing of the portal."""

import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.audit.chain import compute_hash
from portal.audit.models import AuditRecord, AuditRoot, ChainHead
from portal.audit.offline import HASHES, follow, path_of, root_of, sha256, sm3
from portal.audit.roots import RootError, altered_roots, make_daily_root, make_root, publish_roots
from portal.audit.services import record_audit
from tests.factories import act, wuxi
from tests.portal.audit.test_verify import past_the_triggers


def recorded(count):
    return [record_audit(act(), action="jobs.retry", target=wuxi(), after={"n": str(n)}) for n in range(count)]


def run(*arguments):
    out = StringIO()
    call_command("audit_root", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def kept(settings, tmp_path):
    """The place outside."""
    folder = tmp_path / "outside"
    folder.mkdir()
    settings.AUDIT_ROOT_DIR = str(folder)
    return folder


def test_trees_are_those_of_rfc_6962():
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    texts = [bytes.fromhex(leaf) for leaf in leaves]
    # The test vectors of the Certificate Transparency reference.
    for size, root in (
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ):
        assert root_of(texts[:size], sha256) == root
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("name", HASHES)
def test_every_text_of_every_tree_is_proved_and_no_other(name):
    make = HASHES[name]
    for size in range(1, 18):
        texts = [bytes([n]) for n in range(size)]
        for index in range(size):
            path = path_of(texts, index, make)
            assert follow(texts[index], path, make) == root_of(texts, make)
            assert follow(b"forged", path, make) != root_of(texts, make)


@pytest.mark.django_db
def test_each_root_begins_where_the_last_one_ended_and_is_kept_outside_once(kept):
    assert make_root() is None
    recorded(3)
    make_daily_root()
    recorded(2)
    make_daily_root()
    make_daily_root()
    lines = [json.loads(line) for line in (kept / "roots.jsonl").read_text().splitlines()]
    assert [(line["first"], line["last"]) for line in lines] == [(1, 3), (4, 5)]
    assert lines[1]["head"] == AuditRecord.objects.get(sequence=5).hash
    assert json.loads(run()) == lines[1]
    assert list(altered_roots()) == []
    call_command("verify_audit", stdout=StringIO())


@pytest.mark.django_db
def test_a_place_outside_that_is_gone_is_an_error_and_later_gets_what_it_missed(kept):
    recorded(1)
    kept.rmdir()
    with pytest.raises(CommandError, match="AUDIT_ROOT_DIR"):
        run()
    kept.mkdir()
    run()
    assert len((kept / "roots.jsonl").read_text().splitlines()) == 1


@pytest.mark.django_db
def test_a_chain_written_anew_from_its_beginning_is_found_by_the_roots(kept):
    recorded(4)
    run()
    with past_the_triggers():
        previous = "0" * 64
        for record in AuditRecord.objects.order_by("sequence"):
            record.actor_name, record.previous_hash = "别人", previous
            record.hash = previous = compute_hash(record)
            record.save()
        ChainHead.objects.update(hash=previous)
    with pytest.raises(CommandError, match="审计根与记录不符"):
        call_command("verify_audit")
    # Whoever also makes the root in the database anew does not reach the one outside.
    with past_the_triggers():
        AuditRoot.objects.all().delete()
    make_root()
    assert len(list(altered_roots())) == 1


def check(folder, *arguments):
    """What the exported program says, away from the portal and its libraries."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "offline.py", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.django_db
def test_an_export_is_checked_without_the_portal(tmp_path, kept):
    recorded(5)
    run()
    recorded(2)
    run()
    assert "7 条记录、2 个根" in run("--export", str(tmp_path / "export"))
    folder = tmp_path / "export"
    (folder / "proof.json").write_text(run("--proof", "3"))
    everything = ("--chain", "chain.jsonl", "--roots", "roots.jsonl", "--proof", "proof.json")
    assert check(folder, *everything) == (0, "完好。\n")
    chain, roots, proof = ((folder / name).read_text() for name in ("chain.jsonl", "roots.jsonl", "proof.json"))
    line = chain.splitlines()[2]
    for name, text, words in (
        ("chain.jsonl", chain.replace('"n": "2"', '"n": "9"'), "第 3 条：内容与哈希不符"),
        ("chain.jsonl", chain.replace(line + "\n", ""), "第 3 条：记录缺失"),
        ("chain.jsonl", "".join(chain.splitlines(keepends=True)[:6]), "链上只有 6 条"),
        ("roots.jsonl", roots.splitlines()[1], "应从第 1 条开始"),
        ("roots.jsonl", roots.replace(json.loads(roots.splitlines()[0])["sm3"], "0" * 64), "SM3 根不符"),
        ("proof.json", proof.replace('"n": "2"', '"n": "9"'), "不在"),
    ):
        (folder / name).write_text(text)
        status, said = check(folder, *everything)
        assert status == 1, words
        assert words in said
        for back, content in (("chain.jsonl", chain), ("roots.jsonl", roots), ("proof.json", proof)):
            (folder / back).write_text(content)


@pytest.mark.django_db
def test_a_record_that_no_root_covers_has_no_proof_yet():
    recorded(1)
    with pytest.raises(CommandError, match="还没有覆盖"):
        run("--proof", "1")


_TSA_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[req]
distinguished_name = name
[name]
[stamping]
extendedKeyUsage = critical,timeStamping
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A time-stamping authority by OpenSSL: its address, its certificate, and what spoils its answers."""
    folder = tmp_path_factory.mktemp("tsa")
    config = folder / "openssl.cnf"
    config.write_text(_TSA_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")
    openssl = shutil.which("openssl")
    assert openssl is not None
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -subj /CN=Stand-in -days 30"
        f" -config {config} -extensions stamping".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    spoilt = {}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            query = folder / "query.tsq"
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            query.write_bytes(spoilt.get("query", asked))
            command = [openssl, "ts", "-reply", "-config", str(config), "-queryfile", str(query), "-out", "answer.tsr"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            content = spoilt.get("answer", (folder / "answer.tsr").read_bytes())
            spoilt["last query"] = asked
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder / "tsa.pem", spoilt
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_a_root_is_time_stamped_so_that_openssl_verifies_it(settings, kept, authority):
    settings.TSA_URL, certificate, spoilt = authority
    recorded(2)
    run()
    root = AuditRoot.objects.get()
    verify = ["openssl", "ts", "-verify", "-data", "2.json", "-in", "2.tsr", "-CAfile", str(certificate)]
    done = subprocess.run(verify, cwd=kept, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    assert (kept / "2.json").read_text() + "\n" == (kept / "roots.jsonl").read_text()
    assert bytes(root.token) == (kept / "2.tsr").read_bytes()
    stale = spoilt["last query"]
    recorded(1)
    make_root()
    for kind, content in (("answer", b"no"), ("query", stale)):
        spoilt[kind] = content
        with pytest.raises(RootError, match="TSA_URL"):
            publish_roots()
        del spoilt[kind]
    settings.TSA_URL = "http://127.0.0.1:1"
    with pytest.raises(RootError, match="没有应答"):
        publish_roots()
    assert not Path(kept / "3.tsr").exists()
    settings.TSA_URL = authority[0]
    publish_roots()
    assert Path(kept / "3.tsr").exists()
