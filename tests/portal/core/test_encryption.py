"""What is encrypted at rest, under keys that change."""

from datetime import date
from unittest.mock import Mock

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from applications.payees.models import Payee, PayeeRequest
from applications.payees.services import decide_request, freeze_payee
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, User
from portal.accounts.selectors import known_digest, search_users
from portal.accounts.services.applicants import (
    ApplicantDetails,
    register_individual,
    request_override,
    update_applicant,
)
from portal.accounts.services.encryption import rotate_fields, unknown_digests
from portal.accounts.services.officials import appoint_official, confirm_appointment
from portal.accounts.services.profile import update_profile
from portal.audit.chain import compute_hash
from portal.audit.differences import differences_of
from portal.audit.models import AuditRecord
from portal.audit.sealing import seal, sealed_names
from portal.audit.services import record_audit
from portal.core.encryption import UndecipherableError, decrypt, encrypt, keyed_hash
from portal.core.triggers import missing_protections
from portal.notifications.models import Outgoing
from portal.unsent.models import UnsentForm
from review.decisions.models import Objection
from review.funding.models import Payment
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_resident_id,
    wuxi,
)
from tests.portal.core.protected_rows import ROWS

OLD, NEW = ("a", "the first of the secrets"), ("b", "the second of the secrets")


@pytest.mark.parametrize("cipher", ["aes-gcm", "sm4-gcm"])
def test_a_value_is_encrypted_by_the_chosen_cipher_and_read_under_any_of_the_keys(settings, cipher):
    settings.FIELD_CIPHER, settings.FIELD_KEYS = cipher, [OLD]
    stored = encrypt("320211198506020025")
    assert stored.startswith("enc:")
    assert stored != encrypt("320211198506020025")
    settings.FIELD_KEYS, settings.FIELD_CIPHER = [NEW, OLD], "aes-gcm"
    assert decrypt(stored) == "320211198506020025"
    assert encrypt("x")[:12] != stored[:12]
    assert (encrypt(""), decrypt("never encrypted")) == ("", "never encrypted")
    altered = stored[:20] + ("A" if stored[20] != "A" else "B") + stored[21:]
    for keys, value in (([NEW], stored), ([OLD], altered), ([("a", "another of the secrets")], stored)):
        settings.FIELD_KEYS = keys
        with pytest.raises(UndecipherableError):
            decrypt(value)


def rows_of_database() -> str:
    """Everything that a dump of the database would hold."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own name
            found += [f"{table} {row!r}" for row in cursor.fetchall()]
    return "\n".join(found)


SECRET, PHONE, OTHER_PHONE = "JBSWY3DPEHPK3PXP", "13912345678", "13987655678"
ACCOUNT, OTHER_ACCOUNT, RESIDENT = "6217000000001234", "6217990000001234", make_resident_id(5)


@pytest.fixture
def numbers(settings):
    """Numbers in every place where the portal puts them: a claim's payee, requests, a payment, records, mails."""
    settings.FIELD_KEYS = [OLD]
    applicant = ApplicantFactory(individual=True, resident_id=RESIDENT, account_number=ACCOUNT, contact_phone=PHONE)
    owner = make_member(applicant, phone=PHONE)
    TOTP.activate(owner, SECRET)
    claim = ClaimFactory(applicant=applicant, status="submitted", created_by=owner)
    freeze_payee(claim, act=act(owner))
    fields = {name: getattr(applicant, name) for name in ApplicantDetails.__dataclass_fields__}
    details = ApplicantDetails(**fields | {"account_number": OTHER_ACCOUNT, "contact_phone": OTHER_PHONE})
    update_applicant(applicant, details=details, act=act(owner), reason="换行")
    officer = make_official(Role.ACCEPTANCE, binhu())
    decide_request(PayeeRequest.objects.get(), confirm=True, reason="已核对", act=act(officer))
    update_profile(owner, name=owner.name, phone=OTHER_PHONE, act=act(owner))
    payment = ROWS["funding.payment"][0]()
    Payment.objects.create(
        award=ROWS["funding.award"][0](),
        **{name: getattr(payment, name) for name in ("sequence", "kind", "amount", "on", "officer")},
        voucher="2",
        account={"account_number": ACCOUNT, "name": "张三"},
    )
    stranger = UserFactory()
    details = ApplicantDetails(name="某单位", region_id="320211", account_number=ACCOUNT, contact_phone=PHONE)
    request_override(kind="enterprise", uscc="913202110000000013", details=details, reason="照上", act=act(stranger))
    UnsentForm.objects.create(
        owner=stranger, address="/a/", page="/a/", content=[[["phone", OTHER_PHONE]], []], kept_at=act().at
    )
    entry = ROWS["review.publicityentry"][0]()
    Objection.objects.create(
        entry=entry,
        objector="甲",
        contact=PHONE,
        text="不符",
        received_on=date(2026, 3, 2),
        due_on=date(2026, 3, 9),
        entered_by=officer,
    )
    record_audit(act(), action="jobs.retry", target=officer, after={"rows": [{"contact_phone": PHONE}]})
    Outgoing.objects.create(to="a@b.example", subject="联系", body=f"请致电 {PHONE}")
    return owner


def assert_all_is_there(owner):
    held = Applicant.objects.get(resident_id_hash=keyed_hash(RESIDENT))
    assert (held.resident_id, held.account_number, held.contact_phone) == (RESIDENT, OTHER_ACCOUNT, OTHER_PHONE)
    assert User.objects.get(phone_hash=keyed_hash(OTHER_PHONE)) == owner
    assert get_adapter().decrypt(Authenticator.objects.get().data["secret"]) == SECRET
    assert [payee.account_number for payee in Payee.objects.order_by("pk")] == [ACCOUNT, OTHER_ACCOUNT]
    assert PayeeRequest.objects.get().after["account_number"] == OTHER_ACCOUNT
    assert Payment.objects.get(voucher="2").account["account_number"] == ACCOUNT
    assert UnsentForm.objects.get().content == [[["phone", OTHER_PHONE]], []]
    assert Objection.objects.get().contact == PHONE
    assert Outgoing.objects.get(to="a@b.example").body.endswith(PHONE)


@pytest.mark.django_db
def test_no_number_lies_in_the_database_as_it_is_and_keys_rotate_without_touching_the_chain(settings, numbers):
    for keys in ([OLD], [NEW, OLD], [NEW]):
        settings.FIELD_KEYS = keys
        call_command("rotate_field_keys")
        assert rotate_fields() == 0
        dump = rows_of_database()
        found = {number for number in (SECRET, PHONE, OTHER_PHONE, ACCOUNT, OTHER_ACCOUNT, RESIDENT) if number in dump}
        assert found == set()
        assert_all_is_there(numbers)
        call_command("verify_audit")
    assert missing_protections(apps) == []


@pytest.mark.django_db
def test_the_accounts_of_one_person_stay_one_persons_when_keys_rotate_also_after_a_broken_run(settings, monkeypatch):
    settings.FIELD_KEYS = [OLD]
    admin, guard = make_official(Role.SYSTEM_ADMIN, wuxi()), make_official(Role.SECURITY_ADMIN, wuxi())
    official, other = UserFactory(), UserFactory(identity_digest=known_digest(RESIDENT))
    appointment = appoint_official(official, role=Role.AUDITOR, region=wuxi(), number=RESIDENT, act=act(admin))
    confirm_appointment(appointment, number=RESIDENT, act=act(guard))
    person, second = make_resident_id(6), UserFactory()
    register_individual(
        resident_id=person, details=ApplicantDetails(name="李四", region_id=binhu().pk), act=act(second)
    )
    elsewhere = UserFactory(identity_digest="0" * 64)
    settings.FIELD_KEYS = [NEW, OLD]
    with monkeypatch.context() as broken:
        broken.setattr("portal.accounts.services.encryption._rotate_digests", Mock(side_effect=[1, OSError("disk")]))
        with pytest.raises(OSError, match="disk"):
            rotate_fields()
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [NEW]
    for number, accounts in ((RESIDENT, [official, other]), (person, [second])):
        assert set(User.objects.filter(identity_digest=keyed_hash(number))) == set(accounts)
        assert known_digest(number) == keyed_hash(number)
    appointment.refresh_from_db()
    assert (appointment.identity_digest, appointment.identity_number) == (keyed_hash(RESIDENT), RESIDENT)
    assert (unknown_digests(), rotate_fields()) == (1, 0)
    elsewhere.refresh_from_db()
    assert elsewhere.identity_digest == "0" * 64


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Payee, {"account_number": "1"}),
        (Payee, {"name": "别人"}),
        (Payment, {"account": {}}),
        (PayeeRequest, {"after": {"account_number": "1"}}),
        (AuditRecord, {"sealed": "{}"}),
        (AuditRecord, {"sealed": ""}),
    ],
)
def test_under_the_same_key_nothing_written_once_can_be_exchanged(numbers, model, changes):
    rows = AuditRecord.objects.exclude(sealed__isnull=True).order_by("-pk") if model is AuditRecord else model.objects
    row = next(row for row in rows.all() if model is not AuditRecord or row.sealed)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**changes)


@pytest.mark.django_db
def test_an_id_number_is_unique_also_under_older_keys_a_telephone_is_found_and_nobody_asks_the_ciphertext(settings):
    settings.FIELD_KEYS = [OLD]
    ApplicantFactory(individual=True, resident_id=RESIDENT)
    with pytest.raises(FieldError):
        Applicant.objects.filter(resident_id=RESIDENT).exists()
    admin = make_official(Role.SYSTEM_ADMIN, wuxi())
    member = make_member(ApplicantFactory(), phone=PHONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicantFactory(individual=True, resident_id=RESIDENT)
    settings.FIELD_KEYS = [NEW, OLD]
    assert search_users(PHONE, admin=admin) == [member]


@pytest.mark.django_db
def test_the_record_shows_that_a_number_changed_and_not_which():
    user = UserFactory(phone=PHONE)
    update_profile(user, name=user.name, phone=OTHER_PHONE, act=act(user))
    record = AuditRecord.objects.get()
    assert record.before == record.after == {"phone": "****5678"}
    assert record.opened == ({"phone": PHONE}, {"phone": OTHER_PHONE})
    assert [str(difference) for difference in differences_of(record)] == ["手机号码：****5678 → ****5678"]


@pytest.mark.parametrize("salted", [True, False])
def test_numbers_are_sealed_at_any_depth_and_given_back_as_they_were(salted):
    before = {"name": "甲", "rows": [{"account_number": "6217000000001234"}, {"account_number": ""}]}
    after = {"phone": "13912345678", "resident_id": None, "contact": "0510-12345678"}
    shown_before, shown_after, sealed = seal(before, after, names=sealed_names(User), salted=salted)
    assert shown_before == {"name": "甲", "rows": [{"account_number": "****1234"}, {"account_number": ""}]}
    assert shown_after == {"phone": "****5678", "resident_id": None, "contact": "0510-12345678"}
    record = AuditRecord(before=shown_before, after=shown_after, sealed=sealed)
    assert record.opened == (before, after)
    whole = AuditRecord(sequence=1, at=act().at, before=before, after=after)
    record.sequence, record.at = whole.sequence, whole.at
    # What stood when numbers were first sealed keeps its hash; a new record's hash lets nobody try numbers.
    assert (compute_hash(record) == compute_hash(whole)) is not salted
    assert seal({}, {"name": "甲"}, names=sealed_names(None), salted=salted)[2] == ""
