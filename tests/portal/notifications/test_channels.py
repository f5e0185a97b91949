"""Every channel by one outbox: providers, states, choices, and an administrator who tries again or gives up."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from portal.notifications import outbox
from portal.notifications.choosing import save_choices
from portal.notifications.enums import MUST, OUTSIDE, Channel, OutboxState, Urgency
from portal.notifications.kinds import FIELDS, MESSAGE_KINDS
from portal.notifications.models import Choices, Message, Outgoing
from portal.notifications.providers import FileProvider, Parcel
from portal.notifications.services import notify_users
from tests.factories import UserFactory, act, make_member, make_official, suzhou, wuxi

PROVIDERS = "portal.notifications.providers"
PHONE = "13912345678"


@pytest.fixture(autouse=True)
def _channels(settings, tmp_path, monkeypatch):
    settings.MESSAGE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    settings.MESSAGE_PROVIDERS = {
        "email": f"{PROVIDERS}.MailProvider",
        "sms": f"{PROVIDERS}.FileProvider",
        "chat": f"{PROVIDERS}.FileProvider",
    }
    monkeypatch.setattr("portal.jobs.services.current_app.send_task", lambda *args, **kwargs: None)


@pytest.fixture
def webhook(settings):
    """A work chat that answers as it is set to, and remembers what it got."""

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((json.loads(body), self.headers["X-Reference"]))
            status, answer = server.answer
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    server.got, server.answer = [], (200, b'{"errcode": 0}')
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CHAT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.CHAT_WEBHOOK_SECRET = "shared"
    settings.MESSAGE_PROVIDERS = settings.MESSAGE_PROVIDERS | {"chat": f"{PROVIDERS}.WebhookProvider"}
    yield server
    server.shutdown()
    server.server_close()


def tell(*users, key="k", code="recoveries.enforced", region="320211", **values):
    kind = MESSAGE_KINDS[code]
    return notify_users(
        users, code, key=key, region_code=region, **({name: FIELDS[name].sample for name in kind.fields} | values)
    )


def lines(folder, channel="sms"):
    return [json.loads(line) for path in sorted(folder.glob(f"{channel}-*")) for line in path.read_text().splitlines()]


def on_chat(user):
    Choices.objects.create(user=user, chat_account="qian", switches={"due:chat": True})
    return user


@pytest.mark.django_db
def test_a_message_goes_once_by_each_channel_and_its_state_says_so(tmp_path, mailoutbox):
    user = on_chat(UserFactory(phone=PHONE))
    tell(user)
    tell(user)
    run_due_jobs()
    run_due_jobs()
    assert {row.channel: row.state for row in Outgoing.objects.all()} == dict.fromkeys(OUTSIDE, OutboxState.SENT)
    assert len(mailoutbox) == 1
    assert [line["to"] for line in lines(tmp_path)] == [PHONE]
    assert [line["to"] for line in lines(tmp_path, "chat")] == ["qian"]


@pytest.mark.django_db
def test_no_number_is_kept_or_shown_in_full(client):
    admin = make_official("system_admin", wuxi())
    tell(UserFactory(phone=PHONE, email="li@example.org"))
    assert PHONE not in str(list(Outgoing.objects.values()))
    client.force_login(admin)
    page = client.get(reverse("notifications:outbox")).content.decode()
    assert "****5678" in page
    assert "l***@example.org" in page
    assert PHONE not in page


@pytest.mark.django_db
def test_choices_hold_for_every_kind():
    off, on = UserFactory(phone=PHONE), UserFactory(phone=PHONE)
    names = [f"{kind.group}:{channel}" for kind in MESSAGE_KINDS.values() for channel in Channel]
    Choices.objects.create(user=off, chat_account="a", switches=dict.fromkeys(names, False))
    Choices.objects.create(user=on, chat_account="b", switches=dict.fromkeys(names, True))
    for code, kind in MESSAGE_KINDS.items():
        tell(off, on, code=code, key=code)
        assert Message.objects.get(user=off, key=code).is_shown == (kind.group in MUST), code
        assert Message.objects.get(user=on, key=code).is_shown, code
        sent = Outgoing.objects.filter(message__user=on, kind=code).values_list("channel", flat=True)
        assert set(sent) == set(OUTSIDE), code
    assert not Outgoing.objects.filter(message__user=off).exists()


@pytest.mark.django_db
def test_officials_get_work_in_the_summary_and_what_presses_at_once():
    official = make_official("acceptance", wuxi())
    digest = [code for code, kind in MESSAGE_KINDS.items() if kind.urgency == Urgency.DIGEST]
    assert "claims.to_go_on" in digest
    for code in (*digest, "review.sent_back"):
        tell(official, key=code, code=code)
    assert list(Outgoing.objects.values_list("kind", flat=True)) == ["review.sent_back"]
    assert Message.objects.filter(user=official, is_shown=True).count() == len(digest) + 1


@pytest.mark.django_db
def test_the_page_keeps_what_is_chosen_and_what_must_be_stays_on(client):
    member = make_member()
    client.force_login(member)
    page = client.get(reverse("notifications:choices")).content.decode()
    assert 'value="due:site" aria-label="送达、补正和期限：站内" checked disabled' in page
    form = {"switch": ["progress:sms"], "is_quiet": "on", "quiet_from": "23", "quiet_until": "6", "chat_account": "q"}
    assert client.post(reverse("notifications:choices"), form).status_code == 302
    kept = Choices.objects.get(user=member)
    assert kept.switches["progress:site"] is False
    assert kept.switches["progress:sms"] is True
    assert "due:site" not in kept.switches
    assert client.post(reverse("notifications:choices"), form | {"quiet_until": "23"}).status_code == 422
    tell(member, code="claims.withdrawn")
    page = client.get(reverse("notifications:list"))
    assert "申报已撤回" not in page.content.decode()
    assert page.context["unread_count"]() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer", [(500, b""), (302, b""), (200, b'{"errcode": 40001, "errmsg": "invalid"}')], ids=["500", "302", "errcode"]
)
def test_a_work_chat_that_refuses_for_a_day_costs_nothing_but_time(webhook, answer, mailoutbox):
    user = on_chat(UserFactory())
    webhook.answer = answer
    with time_machine.travel("2026-03-02T08:00:00+08:00", tick=False) as machine:
        tell(user)
        for _ in range(26):
            run_due_jobs()
            machine.shift(timedelta(hours=1, seconds=1))
        row = Outgoing.objects.get(channel="chat")
        assert row.state == OutboxState.FAILED
        assert row.error
        assert row.attempts > 20
        assert len(mailoutbox) == 1
        webhook.answer = (200, b"{}")
        run_due_jobs()
        run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.error) == (OutboxState.SENT, "")
    assert {reference for _, reference in webhook.got} == {webhook.got[0][1]}
    assert webhook.got[-1][0]["touser"] == "qian"


@pytest.mark.django_db
def test_an_administrator_tries_again_or_gives_up_with_a_reason(client, settings, mailoutbox):
    settings.MESSAGE_PROVIDERS = settings.MESSAGE_PROVIDERS | {"sms": ""}
    Outgoing.objects.create(channel="sms", region_code="320211", message=tell(UserFactory(phone=PHONE))[0])
    tell(UserFactory(), key="other", region="320506")
    admin, other = make_official("system_admin", wuxi()), make_official("system_admin", suzhou())
    row = Outgoing.objects.get(channel="sms")
    address = reverse("notifications:outbox_decide", args=[row.pk])
    client.force_login(other)
    assert client.post(address, {"decision": "retry"}).status_code == 404
    assert reverse("notifications:outbox_decide", args=[row.pk]) not in client.get("/messages/outbox/").content.decode()
    with pytest.raises(PermissionDenied):
        outbox.give_up(row, reason="停机", act=act(other))
    with pytest.raises(RefusedError, match="不能再“重试”"):
        outbox.retry_outgoing(row, act=act(admin))
    Outgoing.objects.filter(pk=row.pk).update(state="failed", error="x")
    outbox.retry_outgoing(row, act=act(admin))
    with pytest.raises(RefusedError, match="必须说明理由"):
        outbox.give_up(row, reason=" ", act=act(admin))
    outbox.give_up(row, reason="号码停机", act=act(admin))
    run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == (OutboxState.GIVEN_UP, 0, "号码停机")
    client.force_login(admin)
    assert "号码停机" in client.get("/messages/outbox/", {"state": "given_up"}).content.decode()


@pytest.mark.django_db
def test_retrying_all_runs_what_waits_for_its_hour(client):
    tell(UserFactory(), UserFactory())
    Outgoing.objects.update(state="failed")
    Job.objects.update(run_after=timezone.now() + timedelta(hours=1))
    client.force_login(make_official("system_admin", wuxi()))
    client.post(reverse("notifications:outbox_retry_all"), {"channel": "email", "kind": ""})
    assert run_due_jobs() == 2
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_missing_or_strange_field_of_a_kind_is_refused():
    for values in ({}, {"reason": "a", "amount": "b"}):
        with pytest.raises(ValueError, match="takes the fields"):
            notify_users([UserFactory()], "recoveries.enforced", key="k", **values)
    with pytest.raises(LookupError):
        notify_users([UserFactory()], "recoveries.unknown", key="k")


def test_workers_write_whole_lines_and_a_repeated_attempt_writes_none(settings, tmp_path):
    settings.MESSAGE_DIR = tmp_path / "new"
    at = timezone.now()
    parcels = [Parcel(f"r{n}", Channel.SMS, PHONE, "s", "长" * 500, at) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(FileProvider().send, parcels))
    file = next((tmp_path / "new").iterdir())
    with file.open("ab") as half:
        half.write(b'{"reference": "r99", "to"')
    for parcel in (parcels[3], Parcel("r99", Channel.SMS, PHONE, "s", "b", at)):
        FileProvider().send(Parcel(parcel.reference, Channel.SMS, PHONE, "s", "b", at, is_repeated=True))
    whole = [line for line in file.read_bytes().splitlines() if line.endswith(b"}")]
    assert sorted(json.loads(line)["reference"] for line in whole) == sorted([f"r{n}" for n in range(40)] + ["r99"])


@pytest.mark.django_db
def test_saving_keeps_no_default():
    member = make_member()
    kinds = [code for code, kind in MESSAGE_KINDS.items() if kind.group in ("entitled", "reminders")]
    chosen = [
        f"{name}:{channel}"
        for name in ("due", "account", "progress", "money", "calls", "letters", *kinds)
        for channel in ("site", "email")
    ] + ["due:sms"]
    assert save_choices(chosen, {}, act=act(member)).switches == {}


@pytest.mark.django_db
def test_reminders_are_chosen_kind_by_kind_and_what_was_said_of_all_of_them_still_holds():
    member = make_member()
    draft, lapse = (MESSAGE_KINDS[code] for code in ("claims.draft_closing", "rights.lapsing"))
    before = Choices(user=member, switches={"reminders:email": False})
    assert not before.wants(draft, Channel.EMAIL)
    before.save()
    kept = save_choices(["claims.draft_closing:email", "rights.lapsing:site"], {}, act=act(member))
    assert [kept.wants(draft, channel) for channel in (Channel.EMAIL, Channel.SITE)] == [True, False]
    assert [kept.wants(lapse, channel) for channel in (Channel.EMAIL, Channel.SITE)] == [False, True]
    assert "rights.lapsing:email" not in kept.switches
