"""How a draft fills: by what was said before, by a grid, by what the rest tells; and who may hand it in."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.drafts import Typed, add_lines, save_draft
from applications.claims.services.submission import ClaimIncompleteError, submit_claim
from policies.calls.enums import FilePurpose
from policies.calls.models import Call, CallAttachment
from portal.accounts.services.applicants import set_who_submits
from portal.notifications.models import Message
from tests.applications.claims.pages import url, words
from tests.applications.worlds import patent_facts, publish, ready_claim, start
from tests.factories import act, make_member, make_patent_no
from tests.files import make_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    publish()
    return make_member()


def test_a_number_tells_the_kind_and_a_new_line_takes_the_applicant_as_holder(member):
    claim = start(member)
    name = claim.applicant.name
    [line] = add_lines(claim, act=act(member), rows=[{"patent_no": make_patent_no(1)}])
    assert (line.facts["patent_kind"], line.facts["holders"]) == ("invention", name)
    claim.refresh_from_db()
    emptied = Typed({}, {line.pk: {"holders": ""}})
    save_draft(claim, act=act(member), revision=claim.revision, typed=emptied)
    line.refresh_from_db()
    assert "holders" not in line.facts


def test_rows_of_the_grid_become_lines_right_or_wrong_and_ask_for_more_rows(client, member):
    claim = start(member)
    client.force_login(member)
    typed = {
        "grid-lines-0-patent_no": make_patent_no(1),
        "grid-lines-0-fees": "8000",
        "grid-lines-1-patent_no": "乱写",
        "grid-lines-2-fees": "",
    }
    more = client.post(url("import", claim), typed | {"action": "rows:grid-lines", "grid-lines-rows": "3"})
    assert more.content.decode().count("第6行 ") > 0
    assert make_patent_no(1) in more.content.decode()
    answer = client.post(url("import", claim), typed)
    assert answer["Location"] == url("edit", claim)
    assert words(answer) == ["已加入 2 项。请逐项核对并上传材料。"]
    assert [line.facts["patent_no"] for line in claim.lines.order_by("position")] == [make_patent_no(1), "乱写"]


def test_what_the_finder_asked_stands_in_the_draft_after_signing_up(member):
    asked = {"kind": "enterprise", "lines": "1", "line-0-patent_kind": "invention", "line-0-fees": "6000"}
    address = reverse("applications:new", args=["wx2020-01-inv"])
    stranger = Client().get(address, asked)
    assert stranger["Location"].startswith(reverse("account_signup"))
    client = Client()
    client.force_login(member)
    page = client.get(address, asked)
    carried = dict(page.context["stated"])
    assert carried == {"lines": "1", "line-0-patent_kind": "invention", "line-0-fees": "6000"}
    own = {"applicant": member.active_memberships[0].applicant_id, "key": uuid.uuid4()}
    client.post(address, own | carried | {"call": page.context["chosen_call"].pk})
    assert Claim.objects.get().lines.get().facts["fees"] == "6000.00"


def test_the_owner_alone_submits_where_the_organisation_has_set_it(member):
    claim = ready_claim(member)
    clerk = make_member(claim.applicant, is_owner=False)
    set_who_submits(claim.applicant, owner_only=True, act=act(member))
    with pytest.raises(ClaimIncompleteError, match="由负责人核对后提交"):
        submit_claim(claim, act=act(clerk), revision=claim.revision, commitment=True)
    client = Client()
    client.force_login(clerk)
    page = client.get(url("review", claim)).content.decode()
    assert "交给负责人提交" in page
    assert "提交申报</button>" not in page
    for _ in range(2):
        client.post(url("hand_over", claim))
    [message] = Message.objects.filter(kind="claims.for_owner")
    assert (message.user_id, message.url) == (member.pk, url("review", claim))
    submit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    assert Claim.objects.get().status == ClaimStatus.SUBMITTED


def test_a_sample_stands_beside_its_material(member):
    claim = ready_claim(member)
    call, content = Call.objects.get(pk=claim.call_id), make_pdf()
    sample = CallAttachment.objects.create(
        call=call,
        purpose=FilePurpose.SAMPLE,
        item=claim.item,
        requirement="certificate",
        filename="证书样表.pdf",
        sha256="0" * 64,
        size=len(content),
        media_type="application/pdf",
        added_by=member,
    )
    client = Client()
    client.force_login(member)
    address = reverse("calls:attachment", args=[sample.key])
    slots = client.get(url("edit", claim)).context["form"].blocks[0].slots
    assert {slot.requirement.code: [file.pk for file in slot.samples] for slot in slots}["certificate"] == [sample.pk]
    for page in (url("edit", claim), reverse("applications:new", args=[claim.item.code])):
        assert address in client.get(page).content.decode()


def test_what_a_save_fills_in_appears_on_the_page(client, member):
    claim = start(member)
    client.force_login(member)
    line = claim.lines.get()
    typed = {"patent_no": make_patent_no(1), "patent_kind": "", "holders": "", "fees": ""}
    data = {"revision": 0, "line": line.pk} | {f"l{line.pk}-{name}": value for name, value in typed.items()}
    saved = client.post(url("autosave", claim), data)
    assert [control.name for control in saved.context["filled"]] == ["patent_kind", "holders"]
    assert re.search(rf'id="slot-l{line.pk}-holders"\s+hx-swap-oob="true"', saved.content.decode())
    assert f'value="{claim.applicant.name}"' in saved.content.decode()


def test_what_is_left_to_do_follows_every_save(client, member):
    claim = start(member)
    client.force_login(member)
    page = client.get(url("edit", claim)).content.decode()
    assert "提交前还差" in page
    line = claim.lines.get()
    typed = {f"l{line.pk}-{name}": value for name, value in patent_facts(1).items()}
    saved = client.post(url("autosave", claim), {"revision": 0, "line": line.pk} | typed)
    assert [group.first.is_files for group in saved.context["left"]] == [True, True]
    assert 'role="status"' not in saved.content.decode()
