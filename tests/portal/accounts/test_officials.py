"""System administrators appoint, security administrators confirm; duties stay apart, and so do persons."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Appointment, User
from portal.accounts.selectors import known_digest
from portal.accounts.services.officials import appoint_official, confirm_appointment, revoke_appointment
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.factories import (
    UserFactory,
    act,
    binhu,
    give_role,
    jiangsu,
    make_member,
    make_official,
    make_resident_id,
    suzhou,
    wuxi,
    xishan,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def admin(db):
    return make_official(Role.SYSTEM_ADMIN, wuxi(), name="管理员")


@pytest.fixture
def guard(db):
    return make_official(Role.SECURITY_ADMIN, wuxi(), name="安全员")


def appoint(client, person, role, region, number=""):
    typed = {"role": role, "region": region.pk, "number": number or make_resident_id(person.pk)}
    return client.post(reverse("accounts:official", args=[person.pk]), typed)


def appointed(person, role, region, *, admin, number=""):
    number = number or make_resident_id(person.pk)
    return appoint_official(person, role=role, region=region, act=act(admin), number=number)


def in_force(person):
    return [a.role for a in person.appointments.in_force()]


class TestAppointing:
    def test_an_administrator_appoints_and_another_one_confirms(self, admin, guard, signed_in):
        person = UserFactory(name="冯陈", email="feng@example.org")
        browser = signed_in(admin)
        assert "冯陈" in browser.get(reverse("accounts:users"), {"q": "feng@example.org"}).content.decode()
        response = appoint(browser, person, Role.DISTRICT_FIRST, binhu())
        assert response["Location"] == reverse("accounts:official", args=[person.pk])
        appointment = Appointment.objects.get(user=person)
        assert (appointment.role, appointment.region, appointment.appointed_by) == (
            Role.DISTRICT_FIRST,
            binhu(),
            admin,
        )
        record = AuditRecord.objects.get(action="accounts.official_appointed")
        assert (record.actor, record.region_code, record.after["role"]) == (admin, "320211", "district_first")
        assert not person.is_official
        assert not person.portal_messages.exists()
        assert guard.portal_messages.filter(title="任职待确认：冯陈").exists()
        page = reverse("accounts:appointment", args=[appointment.public_id])
        assert browser.get(page).status_code == 403
        other = signed_in(guard)
        wrong = other.post(page, {"number": make_resident_id(1)})
        assert "不一致" in wrong.content.decode()
        assert in_force(person) == []
        assert other.post(page, {"number": make_resident_id(person.pk)}).status_code == 302
        assert in_force(person) == [Role.DISTRICT_FIRST]
        assert AuditRecord.objects.get(action="accounts.official_confirmed").actor == guard
        assert person.portal_messages.filter(title="您有新的任职").exists()
        browser = signed_in(admin)
        assert "冯陈" in browser.get(reverse("accounts:officials"), {"role": "district_first"}).content.decode()
        assert "冯陈" not in browser.get(reverse("accounts:officials"), {"role": "auditor"}).content.decode()

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            (Role.ACCEPTANCE, Role.DISTRICT_FIRST),
            (Role.DISTRICT_FIRST, Role.DISTRICT_SECOND),
            (Role.DISTRICT_SECOND, Role.CITY_OFFICER),
            (Role.CITY_OFFICER, Role.DECISION_MAKER),
            (Role.DECISION_MAKER, Role.FINANCE),
            (Role.FINANCE, Role.ACCEPTANCE),
            (Role.AUDITOR, Role.SYSTEM_ADMIN),
            (Role.SECURITY_ADMIN, Role.AUDITOR),
        ],
    )
    def test_duties_that_exclude_each_other_are_refused_with_words(self, admin, signed_in, held, wanted):
        district = {Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND}
        person = make_official(held, binhu() if held in district else wuxi())
        response = appoint(signed_in(admin), person, wanted, binhu() if wanted in district else wuxi())
        assert response.status_code == 200
        assert held.label in response.content.decode()
        assert [a.role for a in person.appointments.all()] == [held]
        assert not AuditRecord.objects.filter(action="accounts.official_appointed").exists()

    @pytest.mark.parametrize(("role", "words"), [(Role.DISTRICT_FIRST, "区县"), (Role.AUDITOR, "设区市或省")])
    def test_a_role_at_the_wrong_level_is_refused(self, admin, signed_in, role, words):
        person = UserFactory()
        region = wuxi() if role == Role.DISTRICT_FIRST else binhu()
        page = appoint(signed_in(admin), person, role, region).content.decode()
        assert f"只能在{words}一级任职" in page
        assert not person.appointments.exists()

    def test_members_of_applicants_are_never_appointed(self, admin, signed_in):
        member = make_member()
        browser = signed_in(admin)
        page = browser.get(reverse("accounts:official", args=[member.pk])).content.decode()
        assert "公职人员不得代表申报单位" in page
        response = appoint(browser, member, Role.AUDITOR, wuxi())
        assert not member.appointments.exists()
        assert response.status_code == 200

    def test_nobody_appoints_or_revokes_themself(self, admin, signed_in):
        browser = signed_in(admin)
        assert "另一位系统管理员" in browser.get(reverse("accounts:official", args=[admin.pk])).content.decode()
        appoint(browser, admin, Role.SYSTEM_ADMIN, jiangsu())
        appoint(browser, admin, Role.AUDITOR, wuxi())
        own = admin.appointments.get()
        browser.post(reverse("accounts:appointment_revoke", args=[own.public_id]))
        own.refresh_from_db()
        assert own.revoked_at is None
        with pytest.raises(RefusedError, match="不能免去自己"):
            revoke_appointment(own, act=act(admin))
        with pytest.raises(RefusedError, match="不能给自己任职"):
            appointed(admin, Role.SYSTEM_ADMIN, wuxi(), admin=admin)

    def test_an_administrator_appoints_only_where_they_administer(self, admin, signed_in):
        person = UserFactory()
        response = appoint(signed_in(admin), person, Role.CITY_OFFICER, suzhou())
        assert response.context["form"].errors["region"]
        with pytest.raises(PermissionDenied):
            appointed(person, Role.CITY_OFFICER, suzhou(), admin=admin)
        with pytest.raises(PermissionDenied):
            appointed(person, Role.AUDITOR, jiangsu(), admin=admin)
        assert not person.appointments.exists()
        province = make_official(Role.SYSTEM_ADMIN, jiangsu())
        appointed(person, Role.DISTRICT_FIRST, binhu(), admin=province)
        assert person.appointments.count() == 1

    def test_an_administrator_revoked_a_moment_ago_appoints_nobody(self, admin):
        assert admin.is_official
        Appointment.objects.filter(user=admin).update(revoked_at="2030-01-01T00:00:00Z")
        with pytest.raises(PermissionDenied):
            appointed(UserFactory(), Role.AUDITOR, wuxi(), admin=admin)

    @pytest.mark.parametrize("role", [r for r in Role if r not in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)])
    def test_other_officials_do_not_get_in(self, admin, signed_in, role):
        district = {Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND}
        browser = signed_in(make_official(role, binhu() if role in district else wuxi()))
        person = UserFactory()
        for name in ("officials", "users"):
            assert browser.get(reverse(f"accounts:{name}")).status_code == 403
        assert appoint(browser, person, Role.AUDITOR, wuxi()).status_code == 403
        assert not person.appointments.exists()


class TestOnePersonWithTwoAccounts:
    """What is refused to one account is refused to every account of its holder."""

    def both(self, role, region):
        """Two accounts of one person, of which the first holds the role."""
        first, second = make_official(role, region), UserFactory()
        User.objects.filter(pk=first.pk).update(identity_digest=known_digest(make_resident_id(7)))
        return User.objects.get(pk=first.pk), second

    def test_a_second_account_takes_no_duty_that_excludes_the_firsts(self, admin):
        _, second = self.both(Role.CITY_OFFICER, wuxi())
        with pytest.raises(RefusedError, match="不相容职责"):
            appointed(second, Role.DECISION_MAKER, wuxi(), admin=admin, number=make_resident_id(7))
        appointed(second, Role.DECISION_MAKER, wuxi(), admin=admin, number=make_resident_id(8))

    def test_a_duty_taken_between_appointment_and_confirmation_is_found(self, admin, guard):
        waiting = appointed(UserFactory(), Role.DECISION_MAKER, wuxi(), admin=admin, number=make_resident_id(7))
        self.both(Role.CITY_OFFICER, wuxi())
        with pytest.raises(RefusedError, match="不相容职责"):
            confirm_appointment(waiting, number=make_resident_id(7), act=act(guard))

    def test_nobody_appoints_or_confirms_their_own_other_account(self, admin, guard):
        for official in (admin, guard):
            User.objects.filter(pk=official.pk).update(identity_digest=known_digest(make_resident_id(official.pk)))
        admin, guard = User.objects.get(pk=admin.pk), User.objects.get(pk=guard.pk)
        with pytest.raises(RefusedError, match="不能给自己任职"):
            appointed(UserFactory(), Role.FINANCE, wuxi(), admin=admin, number=make_resident_id(admin.pk))
        own = Appointment.objects.create(
            user=UserFactory(),
            role=Role.FINANCE,
            region=wuxi(),
            appointed_by=admin,
            identity_digest=guard.identity_digest,
        )
        with pytest.raises(RefusedError, match="以外的安全管理员"):
            confirm_appointment(own, number=make_resident_id(guard.pk), act=act(guard))

    def test_a_person_keeps_one_number(self, admin):
        first, _ = self.both(Role.CITY_OFFICER, wuxi())
        with pytest.raises(RefusedError, match="另一证件号码"):
            appointed(first, Role.POLICY_ADMIN, wuxi(), admin=admin, number=make_resident_id(8))

    def test_a_digest_made_with_an_older_key_stays_the_same_persons(self, settings):
        old = known_digest(make_resident_id(7))
        UserFactory(identity_digest=old)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key of the site, long enough to be one"
        assert known_digest(make_resident_id(7)) == old

    def test_existing_conflicts_and_unknown_people_are_listed(self, admin, signed_in, capsys):
        first, second = self.both(Role.CITY_OFFICER, wuxi())
        User.objects.filter(pk=second.pk).update(identity_digest=first.identity_digest)
        give_role(second, Role.FINANCE, wuxi())
        page = signed_in(admin).get(reverse("accounts:findings")).content.decode()
        assert "不相容职责" in page
        assert first.email in page
        assert second.email in page
        assert "未登记证件号码" in page
        elsewhere = signed_in(make_official(Role.AUDITOR, suzhou())).get(reverse("accounts:findings"))
        assert first.email not in elsewhere.content.decode()
        with pytest.raises(CommandError):
            call_command("check_appointments")
        assert f"{first.email}、{second.email}" in capsys.readouterr().out


class TestConfirming:
    def test_only_a_security_administrator_of_the_region_confirms_and_once(self, admin, guard):
        waiting = appointed(UserFactory(), Role.FINANCE, wuxi(), admin=admin)
        number = make_resident_id(waiting.user_id)
        for other in (admin, make_official(Role.SECURITY_ADMIN, suzhou())):
            with pytest.raises(PermissionDenied):
                confirm_appointment(waiting, number=number, act=act(other))
        confirm_appointment(waiting, number=number, act=act(guard))
        with pytest.raises(RefusedError, match="已经办理"):
            confirm_appointment(waiting, number=number, act=act(guard))
        with pytest.raises(PermissionDenied):
            revoke_appointment(waiting, act=act(guard))

    def test_what_is_sent_back_never_acts_and_the_appointer_is_notified(self, admin, guard, signed_in):
        waiting = appointed(UserFactory(), Role.FINANCE, wuxi(), admin=admin)
        browser = signed_in(guard)
        assert "待确认" in browser.get(reverse("accounts:officials")).content.decode()
        browser.post(reverse("accounts:appointment_revoke", args=[waiting.public_id]))
        assert in_force(waiting.user) == []
        assert admin.portal_messages.filter(title__startswith="任职未获确认").exists()
        with pytest.raises(RefusedError, match="已经办理"):
            confirm_appointment(waiting, number=make_resident_id(waiting.user_id), act=act(guard))


class TestRevoking:
    def test_the_appointment_ends_and_stays_on_record(self, admin, signed_in):
        officer = make_official(Role.ACCEPTANCE, binhu())
        appointment = officer.appointments.get()
        signed_in(admin).post(reverse("accounts:appointment_revoke", args=[appointment.public_id]))
        appointment.refresh_from_db()
        assert (appointment.revoked_by, appointment.revoked_at is not None) == (admin, True)
        assert AuditRecord.objects.get(action="accounts.official_revoked").actor == admin
        assert signed_in(officer).get(reverse("accounts:overrides")).status_code == 403
        page = signed_in(admin).get(reverse("accounts:official", args=[officer.pk])).content.decode()
        assert f"{timezone.localtime(appointment.revoked_at):%Y-%m}" in page

    def test_it_ends_once_and_can_be_made_again(self, admin):
        officer = make_official(Role.ACCEPTANCE, binhu())
        appointment = officer.appointments.get()
        revoke_appointment(appointment, act=act(admin))
        with pytest.raises(RefusedError, match="已经结束"):
            revoke_appointment(appointment, act=act(admin))
        appointed(officer, Role.DISTRICT_FIRST, binhu(), admin=admin)
        assert [a.role for a in officer.appointments.filter(revoked_at=None)] == [Role.DISTRICT_FIRST]

    def test_another_citys_administrator_does_not_see_it(self, admin, signed_in):
        officer = make_official(Role.ACCEPTANCE, binhu())
        appointment = officer.appointments.get()
        other = make_official(Role.SYSTEM_ADMIN, suzhou())
        browser = signed_in(other)
        assert officer.name not in browser.get(reverse("accounts:officials")).content.decode()
        url = reverse("accounts:appointment_revoke", args=[appointment.public_id])
        assert browser.post(url).status_code == 404
        with pytest.raises(PermissionDenied):
            revoke_appointment(appointment, act=act(other))
        appointment.refresh_from_db()
        assert appointment.revoked_at is None


class TestTheFirstAdministrator:
    def test_the_operator_appoints_one_at_the_command_line(self, capsys):
        jiangsu()
        person = UserFactory()
        call_command("appoint_administrator", person.email.upper(), "320000")
        assert in_force(person) == [Role.SYSTEM_ADMIN]
        guard = UserFactory()
        number = make_resident_id(7)
        call_command("appoint_administrator", guard.email, "320000", role=Role.SECURITY_ADMIN, number=number)
        assert in_force(guard) == [Role.SECURITY_ADMIN]
        assert User.objects.get(pk=guard.pk).identity_digest == known_digest(number)
        record = AuditRecord.objects.filter(action="accounts.official_appointed").earliest("pk")
        assert (record.actor, record.actor_name) == (None, "系统")

    def test_what_cannot_be_is_said(self):
        wuxi()
        person = make_official(Role.FINANCE, wuxi())
        for arguments in (("nobody@example.org", "320200"), (person.email, "999999"), (person.email, "320200")):
            with pytest.raises(CommandError):
                call_command("appoint_administrator", *arguments)
        assert person.appointments.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_as_many_queries_for_three_as_for_one(admin, signed_in, count, django_assert_num_queries):
    for _ in range(count):
        make_official(Role.ACCEPTANCE, binhu(), name="同名人")
        make_official(Role.ACCEPTANCE, xishan(), name="同名人")
        make_member(name="同名人")
    browser = signed_in(admin)
    browser.get(reverse("accounts:officials"))
    with django_assert_num_queries(6):
        browser.get(reverse("accounts:officials"))
    with django_assert_num_queries(7):
        browser.get(reverse("accounts:users"), {"q": "同名"})
