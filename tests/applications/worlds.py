"""Claims over the published catalogue, filled in by hand: what the tests of this app start from."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from applications.claims.models import Claim
from applications.claims.selectors.scope import item_of
from applications.claims.services.drafts import Typed, add_lines, save_draft, start_claim
from applications.claims.services.evidence import Upload, add_evidence
from policies.engine import catalogue_of, load_catalogue
from policies.published.models import SupportItem
from policies.published.services import publish_catalogue
from portal.accounts.models import Applicant, User
from tests.factories import act, binhu, make_member, make_patent_no, open_claimable
from tests.files import make_image, make_pdf
from tests.made_once import made_once

# What stands for the applicant's own name in typed facts.
OWN_NAME = "示例公司"
PDF = make_pdf()
PNG = make_image("PNG")


@made_once
def publish(*names: str) -> None:
    """Publish these documents of Wuxi and Binhu (the city's alone unless named) with the package's items of them."""
    wanted = names or ("wx2020",)
    binhu()
    package = load_catalogue()
    documents = [package.documents[name] for name in wanted]
    items = [item for versions in package.items.values() for item in versions if item.document_id in wanted]
    publish_catalogue(act(), catalogue=catalogue_of(documents, items))
    open_claimable()


def patent_facts(number: int = 1, **facts: Any) -> dict[str, Any]:
    """Typed facts of one good invention patent."""
    return {
        "patent_no": make_patent_no(number),
        "patent_kind": "invention",
        "granted_on": "2021-05-10",
        "holders": OWN_NAME,
        "fees": "8000",
    } | facts


def loan_facts(**facts: Any) -> dict[str, Any]:
    """Typed facts of one good pledge loan with 100,000.00 yuan of interest."""
    return {
        "contract_no": "锡银借字〔2021〕第012号",
        "pledge_no": "Y2021320000001",
        "pledged_on": "2021-01-04",
        "pledge_rights": "发明专利 2 件",
        "lender": "示例银行",
        "principal": "5000000",
        "rate": "4.35%",
        "drawn_on": "2021-01-10",
        "due_on": "2022-01-09",
        "repaid_on": "2022-01-09",
        "interest_payments": [
            {"paid_on": "2021-06-20", "amount": "60000"},
            {"paid_on": "2021-12-20", "amount": "40000"},
        ],
    } | facts


def start(member: User, *, item: str = "wx2020-01-inv", applicant: Applicant | None = None) -> Claim:
    """A draft with one empty line."""
    applicant = applicant or member.active_memberships[0].applicant
    row = SupportItem.objects.select_related("document", "document__region").get(code=item)
    return start_claim(applicant, item=row, key=uuid.uuid4(), act=act(member))


def file_of(content: bytes = PDF, name: str = "材料.pdf") -> Upload:
    return Upload(name, SimpleUploadedFile(name, content))


def give_evidence(claim: Claim, member: User, *, content: bytes = PDF) -> None:
    """Upload one file for each required piece of evidence."""
    for wanted in item_of(claim).evidence:
        if not wanted.required:
            continue
        lines = [line.pk for line in claim.lines.all()] if wanted.per == "line" else [None]
        for line_id in lines:
            add_evidence(
                claim, act=act(member), requirement=wanted.code, line_id=line_id, upload=file_of(content, "材料.pdf")
            )


@made_once
def ready_claim(
    member: User | None = None, *, item: str = "wx2020-01-inv", lines: list[dict[str, Any]] | None = None
) -> Claim:
    """A draft that can be submitted, its catalogue published, by a member (a new one unless given)."""
    if not SupportItem.objects.filter(code=item).exists():
        publish()
    member = member or make_member()
    claim = start(member, item=item)
    name = claim.applicant.name
    facts = [
        {key: name if value == OWN_NAME else value for key, value in line.items()} for line in lines or [patent_facts()]
    ]
    if len(facts) > 1:
        add_lines(claim, act=act(member), rows=[{}] * (len(facts) - 1))
    claim.refresh_from_db()
    typed = {line.pk: values for line, values in zip(claim.lines.order_by("position"), facts, strict=True)}
    claim = save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, typed))
    give_evidence(claim, member)
    return Claim.objects.get(pk=claim.pk)


def at_once(count: int, deed: Callable[[], object]) -> list[object]:
    """What `count` threads get that do the same deed at the same moment: its result, or the exception it raised."""
    barrier = threading.Barrier(count)

    def run() -> object:
        try:
            barrier.wait()
            return deed()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]
