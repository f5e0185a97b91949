"""Payments by the thousand on PostgreSQL: a batch of 3,000 by its pages, an answer of 50,000 rows, sheets of 100,000.

Approved claims are copies of one, each with a part of the city's and its money in the books. Two officers press what
the pages offer, and every request of theirs is counted. The answer and each sheet are worked through in a process of
their own, whose peak of memory is that of the work alone; where memory is not in question, one process does all.
"""

import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._processes import ROOT, copy_rows, make_tables

SMALL = {"batch": 3, "answer": 5, "rows": 12, "apart": False}
FEN = 500_000
YEAR = 2026
MOMENT = f"timestamptz '{YEAR}-06-10 12:00+08'"


def run(batch: int = 3_000, answer: int = 50_000, rows: int = 100_000, *, apart: bool = True) -> dict[str, Any]:
    """Seconds and requests of a batch, seconds and megabytes of an answer, megabytes of the sheets."""
    sys.path.insert(0, str(ROOT))
    from tests.services import running_postgres  # noqa: PLC0415 - needed by nobody who imports bench

    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        url = stack.enter_context(running_postgres(Path(directory)))
        environment = {"DATABASE_URL": url, "DATA_DIR": directory, "DEMO": "1", "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        environment |= {"CREDIT_VALID_DAYS": "0", "DJANGO_SETTINGS_MODULE": "portal.settings"}
        common = None if apart else stack.enter_context(_started(environment))

        def work(*arguments: object) -> dict[str, Any]:
            if common is not None:
                return _asked(common, *arguments)
            with _started(environment) as process:
                return _asked(process, *arguments)

        work("fill", rows)
        by_hand = work("batch", batch)
        sent = work("send", answer)
        answered = work("answer", sent["file"])
        sheets = {name: work("sheet", name) for name in ("year", "payments", "statement", "bank")}
        # LibreOffice alone takes longer to start than all else at a small size.
        lines = {"year": rows, "payments": rows - batch - answer}
        opened = opened_in_libreoffice(Path(directory), lines) if apart else {}
    if answered["matched"] != answer:
        raise RuntimeError(f"{answered['matched']} of {answer} rows of the answer were carried out.")
    figures = {
        f"batch of {batch:,}: requests of people": (by_hand["requests"], 30),
        f"batch of {batch:,} prepared, released and settled, s": (by_hand["seconds"], 60),
        f"answer of {answer:,} rows, s": (answered["seconds"], 60),
        f"answer of {answer:,} rows, MB": (answered["megabytes"], 200),
        **{f"sheet {name}, MB": (found["megabytes"], 200) for name, found in sheets.items()},
        **{
            f"sheet {name} of {lines[name]:,} lines opened in LibreOffice, s": (spent, 180)
            for name, spent in opened.items()
        },
    }
    return {
        "batch": by_hand,
        "answer": answered,
        "sheets": sheets,
        "ratios": {label: {"value": value, "aim": aim, "better": "lower"} for label, (value, aim) in figures.items()},
    }


def opened_in_libreoffice(directory: Path, lines: dict[str, int]) -> dict[str, float]:
    """Seconds until LibreOffice has read each long sheet and written it again. Raises RuntimeError where lines lack."""
    command = ["soffice", f"-env:UserInstallation=file://{directory}/profile", "--headless", "--convert-to", "csv"]
    spent = {}
    for name, least in lines.items():
        began = time.perf_counter()
        sheet = directory / f"{name}.xlsx"
        subprocess.run([*command, "--outdir", str(directory), str(sheet)], check=True, stdout=subprocess.DEVNULL)
        spent[name] = round(time.perf_counter() - began, 1)
        with sheet.with_suffix(".csv").open(encoding="utf-8", errors="replace") as written:
            found = sum(1 for _ in written)
        if found < least:
            raise RuntimeError(f"LibreOffice read {found} of {least} lines of the sheet {name}.")
    return spent


def _started(environment: dict[str, str]) -> subprocess.Popen[str]:
    """A process that does what it is asked, and ends when nobody asks any more."""
    return subprocess.Popen(
        [sys.executable, "-m", "bench.payments"],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _asked(process: subprocess.Popen[str], *arguments: object) -> dict[str, Any]:
    """What a function of this module found there. Raises RuntimeError where the process ended over it."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The process has no pipes.")
    process.stdin.write(" ".join(map(str, arguments)) + "\n")
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    raise RuntimeError(f"{arguments[0]} ended with status {process.wait()}.")


def fill(rows: int) -> dict[str, Any]:
    """So many approved claims, each with a part of the city's that is payable in the books."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from applications.claims.models import Claim, ClaimEvent  # noqa: PLC0415
    from applications.payees.services import freeze_payee  # noqa: PLC0415
    from portal.accounts.enums import Role  # noqa: PLC0415
    from portal.accounts.models import Applicant  # noqa: PLC0415
    from portal.core.encryption import encrypt  # noqa: PLC0415
    from review.checks.services.examine import examine_for_payment  # noqa: PLC0415
    from review.funding.models import Award, AwardPart  # noqa: PLC0415
    from review.treasury.enums import SourceKind  # noqa: PLC0415
    from review.treasury.services.lines import LinePlan, create_line  # noqa: PLC0415
    from tests.factories import ClaimFactory, act, make_official, publish_items, wuxi  # noqa: PLC0415

    make_tables()
    officers = [make_official(Role.FINANCE, wuxi()) for _ in range(2)]
    line = create_line(wuxi(), year=YEAR, plan=LinePlan("专项", SourceKind.CITY), act=act(officers[0]))
    with transaction.atomic():
        claim = ClaimFactory(version=publish_items("wx2020-01-inv")["wx2020-01-inv"], lines=0, status="approved")
        event = ClaimEvent.objects.create(claim=claim, action="approve", to_status="approved", actor_name="审定人")
        payee = freeze_payee(claim, act=act())
        award = Award.objects.create(claim=claim, total=FEN // 100, city_share=FEN // 100, district_share=0)
        part = AwardPart.objects.create(award=award, region=wuxi(), line=line, fen=FEN)
        examine_for_payment([claim], at=timezone.now())
    accounts = dict(line.accounts.values_list("kind", "pk"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        copy_rows(
            cursor,
            claim.applicant,
            {"name": "'企业' || n", "uscc": "'BENCH' || lpad(n::text, 13, '0')"},
            rows // 10 + 1,
        )
        first = Applicant.objects.exclude(pk=claim.applicant_id).earliest("pk").pk
        columns = {
            "key": "gen_random_uuid()",
            "number": "'SB2025-' || lpad(n::text, 7, '0')",
            "applicant_id": f"{first} + n / 10",
        }
        copy_rows(cursor, claim, columns, rows)
        begins = {"claim_id": f"{Claim.objects.exclude(pk=claim.pk).earliest('pk').pk} + n - 1"}
        copy_rows(cursor, event, begins | {"at": MOMENT}, rows)
        copy_rows(cursor, payee, begins, rows)
        # The worker has checked the claims of a long batch by the time that its money moves.
        copy_rows(cursor, claim.examination, begins | {"at": "now()"}, rows)
        # Applicants that share an account are not paid before an officer has looked.
        applicants = list(Applicant.objects.values_list("pk", flat=True))
        cursor.execute(
            f"UPDATE {payee._meta.db_table} AS payee SET account_number = own.account FROM applications_claim AS claim "  # noqa: S608
            "JOIN unnest(%s::bigint[], %s::text[]) AS own (applicant, account) ON own.applicant = claim.applicant_id "
            "WHERE claim.id = payee.claim_id",
            [applicants, [encrypt(f"62220{pk:014d}") for pk in applicants]],
        )
        copy_rows(cursor, award, begins | {"made_at": MOMENT}, rows)
        copy_rows(cursor, part, {"award_id": f"{Award.objects.exclude(pk=award.pk).earliest('pk').pk} + n - 1"}, rows)
        _commit_all(cursor, accounts)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    return {"claims": Claim.objects.count(), "at": timezone.now().isoformat()}


def _commit_all(cursor: Any, accounts: dict[str, int]) -> None:
    """Post what each claim was granted: from the budget to what is payable, claim by claim."""
    from review.treasury.enums import EntryKind  # noqa: PLC0415

    cursor.execute(
        f"INSERT INTO treasury_entry (id, kind, claim_id, paper_no, note, at) "  # noqa: S608 - our own numbers
        f"SELECT gen_random_uuid(), '{EntryKind.COMMIT}', id, '', '', {MOMENT} FROM applications_claim"
    )
    for kind, sign in (("source", -1), ("payable", 1)):
        cursor.execute(
            f"INSERT INTO treasury_posting (entry_id, account_id, sequence, amount, balance_after) "  # noqa: S608
            f"SELECT id, {accounts[kind]}, place, {sign * FEN}, {sign * FEN} * place "
            f"FROM (SELECT id, row_number() OVER (ORDER BY claim_id) AS place FROM treasury_entry) AS entries"
        )


def officers() -> list[Any]:
    from portal.accounts.models import User  # noqa: PLC0415

    return list(User.objects.filter(appointments__role="finance").order_by("pk"))


def answer_of(lines: Any) -> bytes:
    """What a bank answers when all has arrived, as CSV."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["流水号", "户名", "账号", "金额", "结果", "原因", "凭证号", "日期"])
    for pk, fen in lines.order_by("pk").values_list("pk", "fen"):
        writer.writerow([f"ZF{pk:010d}", "企业", "", f"{fen / 100:.2f}", "成功", "", f"银{pk}", ""])
    return written.getvalue().encode("gb18030")


def batch(count: int) -> dict[str, Any]:
    """A batch gathered, checked, released, sent and settled by two officers at its pages; their requests, counted."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from applications.claims.models import Claim  # noqa: PLC0415
    from portal.jobs.services import run_due_jobs  # noqa: PLC0415
    from review.funding.models import Award  # noqa: PLC0415
    from review.payments.models import Batch  # noqa: PLC0415

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    clients = [Client(SERVER_NAME="localhost") for _ in range(2)]
    for client, officer in zip(clients, officers(), strict=True):
        client.force_login(officer)
    # The claims of the batch are told from the others by the day of their awards.
    chosen = Claim.objects.order_by("pk").values_list("pk", flat=True)[:count]
    made_on(f"{YEAR}-05-05", Award.objects.filter(claim__in=list(chosen)).values_list("pk", flat=True))
    sent = 0

    def press(who: int, url: str, **data: Any) -> Any:
        nonlocal sent
        sent += 1
        response = clients[who].post(url, data) if data else clients[who].get(url)
        if response.status_code not in {200, 302}:
            raise RuntimeError(f"{url} answered {response.status_code}: {response.content.decode()[:2000]}")
        return response

    began = time.perf_counter()
    new = reverse("payments:new_batch")
    days = {"region": "320200", "approved_from": f"{YEAR}-05-05", "approved_to": f"{YEAR}-05-05"}
    press(0, new)
    press(0, f"{new}?region=320200&approved_from={YEAR}-05-05&approved_to={YEAR}-05-05")
    page = press(0, new, **days).url
    press(0, page)
    press(0, page, deed="prepare")
    # A long batch is checked, and its money moved, by the worker.
    run_due_jobs()
    found = Batch.objects.get()
    press(1, page)
    press(1, page, deed="release", shown=found.lines_sha256)
    run_due_jobs()
    press(1, page)
    press(1, reverse("payments:bank_file", args=[found.key, "csv"]), code="csv")
    upload = SimpleUploadedFile("回盘.csv", answer_of(found.lines))
    desk = press(1, page, deed="answer", answer=upload).url
    run_due_jobs()
    press(1, desk)
    press(1, page)
    seconds = round(time.perf_counter() - began, 2)
    found.refresh_from_db()
    if (found.state, found.count) != ("settled", count):
        raise RuntimeError(f"The batch is {found.state} with {found.count} lines.")
    return {"requests": sent, "seconds": seconds}


def made_on(day: str, awards: Any) -> None:
    """Have awards be of another day, which they keep for good otherwise."""
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE funding_award SET made_at = %s WHERE id = ANY(%s)", [f"{day} 12:00+08", list(awards)])


def send(count: int) -> dict[str, Any]:
    """So many payments in transit, and the bank's answer to them taken in; the key of the file."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    from portal.core.actor import ActorContext  # noqa: PLC0415
    from review.funding.models import Award  # noqa: PLC0415
    from review.payments.models import Disbursement  # noqa: PLC0415
    from review.payments.services.answers import take_answer  # noqa: PLC0415
    from review.payments.services.batches import (  # noqa: PLC0415
        MAX_LINES,
        Criteria,
        open_batch,
        prepare_batch,
        release_batch,
    )
    from tests.factories import act, wuxi  # noqa: PLC0415

    maker, checker = (act(officer) for officer in officers())
    checked = datetime(YEAR, 1, 1, tzinfo=UTC)
    left, day = count, 0
    while left:
        day += 1
        awards = Award.objects.filter(claim__status="approved", parts__disbursements=None, made_at__month=6)
        chosen = list(awards.order_by("pk").values_list("pk", flat=True)[: min(left, MAX_LINES)])
        if not chosen:
            break
        made_on(f"{YEAR}-03-{day:02d}", chosen)
        criteria = Criteria(**dict.fromkeys(("approved_from", "approved_to"), f"{YEAR}-03-{day:02d}"))  # type: ignore[arg-type]
        opened = open_batch(wuxi(), criteria, act=maker)
        prepared = prepare_batch(opened, withhold=False, act=maker, checked_since=checked)
        release_batch(prepared, shown=prepared.lines_sha256, act=checker, checked_since=checked)
        left -= len(chosen)
    content = answer_of(Disbursement.objects.filter(state="in_transit"))
    upload = SimpleUploadedFile("回盘.csv", content)
    taking: ActorContext = checker
    file, _ = take_answer(wuxi(), upload, batch=None, act=taking)
    return {"file": file.pk}


def answer(file_id: int) -> dict[str, Any]:
    """Read a bank's answer as the worker does."""
    from portal.jobs.models import Job  # noqa: PLC0415
    from portal.jobs.services import run_job  # noqa: PLC0415
    from review.payments.models import BankRow  # noqa: PLC0415

    job = Job.objects.get(kind="payments.read_answer", key=str(file_id))
    began = time.perf_counter()
    run_job(job.pk)
    seconds = round(time.perf_counter() - began, 2)
    return {"seconds": seconds, "matched": BankRow.objects.filter(file=file_id, state="matched").count()}


def sheet(name: str) -> dict[str, Any]:
    """One of the sheets over everything there is."""
    from datetime import date  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from portal.core.actor import ActorContext  # noqa: PLC0415
    from review.funding.selectors import payable_claims  # noqa: PLC0415
    from review.payments.models import Batch  # noqa: PLC0415
    from review.payments.services.files import write_bank_file  # noqa: PLC0415
    from review.payments.sheets import payment_sheet  # noqa: PLC0415
    from review.statements.sheets import awards_of, year_sheet  # noqa: PLC0415
    from review.treasury.models import BudgetLine  # noqa: PLC0415
    from review.treasury.statements import statement_of, statement_sheet  # noqa: PLC0415

    officer = officers()[0]
    began = time.perf_counter()
    content = b""
    if name == "year":
        content = year_sheet(awards_of(officer, YEAR), year=YEAR, made_by=officer.name)
    elif name == "payments":
        content = payment_sheet(payable_claims(officer), made_by=officer.name)
    elif name == "statement":
        rows = statement_of(BudgetLine.objects.select_related("region"), date(YEAR, 6, 1))
        content = statement_sheet(rows, first=date(YEAR, 6, 1), made_by=officer.name)
    elif largest := Batch.objects.exclude(released_by=None).order_by("-count").first():
        write_bank_file(largest, code="xlsx", act=ActorContext(user=officer, at=timezone.now()))
    seconds = round(time.perf_counter() - began, 2)
    Path(os.environ["DATA_DIR"], f"{name}.xlsx").write_bytes(content)
    return {"seconds": seconds}


if __name__ == "__main__":
    import django

    django.setup()
    for asked in sys.stdin:
        deed, *given = asked.split()
        result = globals()[deed](*(int(each) if each.isdigit() else each for each in given))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = round(used.ru_utime + used.ru_stime, 1)
        spent = {"megabytes": round(used.ru_maxrss / 1024, 1), "processor_seconds": seconds}
        print(json.dumps(result | spent), flush=True)
