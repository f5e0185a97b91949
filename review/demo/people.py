"""Demo people: thirty applicants with valid numbers, their users, and officials of every role. All invented."""

from dataclasses import dataclass
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from portal.accounts.enums import ApplicantKind, Role, SizeClass, Verification
from portal.accounts.models import Applicant, Appointment, Membership, Region, User
from portal.accounts.selectors import known_digest
from portal.core.actor import ActorContext
from portal.core.encryption import keyed_hash
from portal.privacy.services.consent import give_consent

PASSWORD = "Demo-2026-portal"  # noqa: S105 - printed for everyone who starts the demo
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Official:
    """One demo official: the part before @ of the address, name, role, region."""

    login: str
    name: str
    role: Role
    region: str


OFFICIALS = (
    Official("shouli", "顾受理", Role.ACCEPTANCE, "320211"),
    Official("chushen", "陆初审", Role.DISTRICT_FIRST, "320211"),
    Official("fuhe", "沈复核", Role.DISTRICT_SECOND, "320211"),
    Official("shiji", "唐市审", Role.CITY_OFFICER, "320200"),
    Official("shiji2", "蒋市审", Role.CITY_OFFICER, "320200"),
    Official("shending", "徐审定", Role.DECISION_MAKER, "320200"),
    Official("caiwu", "俞财务", Role.FINANCE, "320200"),
    Official("caiwu2", "管财务", Role.FINANCE, "320200"),
    Official("quding", "阮区定", Role.DECISION_MAKER, "320211"),
    Official("qucai", "滕区财", Role.FINANCE, "320211"),
    Official("qucai2", "惠区财", Role.FINANCE, "320211"),
    Official("zhengce", "华政策", Role.POLICY_ADMIN, "320200"),
    Official("zhengce2", "荣政策", Role.POLICY_ADMIN, "320200"),
    Official("shenji", "薛审计", Role.AUDITOR, "320200"),
    Official("guanli", "过管理", Role.SYSTEM_ADMIN, "320200"),
    Official("anquan", "安保全", Role.SECURITY_ADMIN, "320200"),
    Official("suzhou-shiji", "范市审", Role.CITY_OFFICER, "320500"),
    Official("sheng-guanli", "江省管", Role.SYSTEM_ADMIN, "320000"),
    Official("sheng-anquan", "靖省安", Role.SECURITY_ADMIN, "320000"),
    Official("sheng-shenji", "苏省审", Role.AUDITOR, "320000"),
    Official("sheng-zhengce", "宁省策", Role.POLICY_ADMIN, "320000"),
    Official("sheng-zhengce2", "淮省策", Role.POLICY_ADMIN, "320000"),
    *(
        Official(f"{login}-{code}", f"{family}{duty}", role, code)
        for code, family in (
            ("320205", "钱"),
            ("320206", "孙"),
            ("320213", "李"),
            ("320214", "周"),
            ("320281", "吴"),
            ("320282", "郑"),
        )
        for login, duty, role in (
            ("shouli", "受理", Role.ACCEPTANCE),
            ("chushen", "初审", Role.DISTRICT_FIRST),
            ("fuhe", "复核", Role.DISTRICT_SECOND),
            ("caiwu", "财务", Role.FINANCE),
            ("caiwu2", "出纳", Role.FINANCE),
        )
    ),
)

# Name, kind, size, district. The rare characters are there on purpose: notices must print them.
_BODIES: tuple[tuple[str, ApplicantKind, SizeClass | str, str], ...] = (
    ("无锡蠡湖智能装备有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320211"),
    ("无锡太湖微电子有限公司", ApplicantKind.ENTERPRISE, SizeClass.LARGE, "320211"),
    ("无锡雪浪云计算有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320211"),
    ("无锡马山生物医药有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320211"),
    ("无锡华庄新材料有限公司", ApplicantKind.ENTERPRISE, SizeClass.MICRO, "320211"),
    ("无锡市䶮翔航空部件有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320211"),
    ("无锡胡埭精密铸造有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320211"),
    ("无锡荣巷传感技术研究院", ApplicantKind.INSTITUTION, "", "320211"),
    ("无锡湖滨大学", ApplicantKind.UNIVERSITY, "", "320211"),
    ("无锡滨湖知识产权服务有限公司", ApplicantKind.AGENCY, SizeClass.SMALL, "320211"),
    ("无锡河埒船舶科技有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320211"),
    ("无锡东亭电动车有限公司", ApplicantKind.ENTERPRISE, SizeClass.LARGE, "320205"),
    ("无锡安镇纺机有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320205"),
    ("无锡羊尖轴承有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320205"),
    ("无锡鹅湖食品有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320205"),
    ("无锡洛社风电叶片有限公司", ApplicantKind.ENTERPRISE, SizeClass.LARGE, "320206"),
    ("无锡钱桥环保设备有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320206"),
    ("无锡阳山水蜜桃协会", ApplicantKind.ASSOCIATION, "", "320206"),
    ("无锡清名桥文化创意有限公司", ApplicantKind.ENTERPRISE, SizeClass.MICRO, "320213"),
    ("无锡惠山泥人工艺有限公司", ApplicantKind.ENTERPRISE, SizeClass.MICRO, "320213"),
    ("无锡新吴集成电路设计有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320214"),
    ("无锡空港激光有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320214"),
    ("江阴澄江金属制品有限公司", ApplicantKind.ENTERPRISE, SizeClass.LARGE, "320281"),
    ("江阴利港电缆有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320281"),
    ("宜兴丁蜀紫砂有限公司", ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320282"),
    ("宜兴环科园水处理有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320282"),
    ("苏州金鸡湖机器人有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320506"),
    ("连云港海州药物研究有限公司", ApplicantKind.ENTERPRISE, SizeClass.MEDIUM, "320706"),
)
# Name, the resident ID's body without its check digit, district.
_PERSONS = (("㐂田𠮷", "32021119880312002", "320211"), ("周发明", "32020519790825001", "320205"))

# The place of the agency among the bodies.
AGENCY = 9
OWNER_LOGINS = {0: "qiye", 1: "qiye2", AGENCY: "daili"}
PERSON_LOGIN = "geren"
EXPERT_LOGIN = "zhuanjia"


def load_people() -> tuple[list[Applicant], dict[str, User]]:
    """Make what is missing of the demo's people; returns applicants in order and officials by login."""
    officials = {}
    for number, official in enumerate(OFFICIALS):
        user = user_named(official.login, official.name)
        user.identity_digest = known_digest(_resident_id(f"32020019800101{number:03d}"))
        user.staff_number = user.staff_number or f"GH-{number + 1:04d}"
        user.save(update_fields=["identity_digest", "staff_number"])
        Appointment.objects.get_or_create(
            user=user,
            role=official.role,
            region_id=official.region,
            defaults={"identity_digest": user.identity_digest, "confirmed_at": timezone.now()},
        )
        officials[official.login] = user
    applicants = [body(index, *row) for index, row in enumerate(_BODIES)]
    applicants += [_person(index, *person) for index, person in enumerate(_PERSONS)]
    return applicants, officials


def accounts() -> list[tuple[str, str]]:
    """One address per role with its words, for whoever starts the demo."""
    firsts: dict[str, tuple[str, str]] = {}
    regions = dict(Region.objects.values_list("code", "name"))
    for official in OFFICIALS:
        label = f"{Role(official.role).label}（{regions.get(official.region, official.region)} {official.name}）"
        firsts.setdefault(official.role, (f"{official.login}@{DOMAIN}", label))
    return [
        (f"{OWNER_LOGINS[0]}@{DOMAIN}", f"企业（{_BODIES[0][0]}）"),
        (f"{PERSON_LOGIN}@{DOMAIN}", f"个人（{_PERSONS[0][0]}）"),
        (f"{OWNER_LOGINS[AGENCY]}@{DOMAIN}", f"代理机构（{_BODIES[AGENCY][0]}）"),
        (f"{EXPERT_LOGIN}@{DOMAIN}", "评审专家"),
        *firsts.values(),
    ]


@cache
def _password() -> str:
    """The password of all demo people, made once: each making costs a third of a second."""
    return make_password(PASSWORD)


def user_named(login: str, name: str) -> User:
    """The demo's person of this login, made once."""
    email = f"{login}@{DOMAIN}"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name, phone="13900000000")
        User.objects.filter(pk=user.pk).update(password=_password())
        give_consent(user, act=ActorContext(user=user, at=timezone.now()))
        # As read anew: the person has no duties yet, and their consent made that known.
        user = User.objects.get(pk=user.pk)
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _bank_code(number: int) -> str:
    stem = f"102302{number:05d}"
    return stem + mod_11_10.calc_check_digit(stem)


def body(
    index: int,
    name: str,
    kind: ApplicantKind,
    size: SizeClass | str,
    district: str,
    *,
    verification: Verification = Verification.VERIFIED,
) -> Applicant:
    """The organisation of this index with its owner, made once."""
    stem = f"91{district}MA1{index + 1:06d}"
    applicant, created = Applicant.objects.get_or_create(
        uscc=stem + uscc.calc_check_digit(stem),
        defaults={
            "kind": kind,
            "name": name,
            "region_id": district,
            "tax_region_id": district,
            "address": f"{name[:2]}市示范路 {index + 1} 号",
            "legal_representative": "陈法人",
            "contact_name": "杨联系",
            "contact_phone": f"1390510{index:04d}",
            "size_class": size,
            "verification": verification,
            "account_name": name,
            "bank_name": "示范银行无锡分行",
            "cnaps_code": _bank_code(index),
            "account_number": f"11030209{index:011d}",
        },
    )
    if created:
        owner = user_named(OWNER_LOGINS.get(index, f"org{index + 1:02d}"), f"杨联系{index + 1}")
        Membership.objects.create(user=owner, applicant=applicant, is_owner=True)
    return applicant


def _resident_id(stem: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(c) * w for c, w in zip(stem, weights, strict=True)) % 11]


def _person(index: int, name: str, stem: str, district: str) -> Applicant:
    applicant, created = Applicant.objects.get_or_create(
        resident_id_hash=keyed_hash(_resident_id(stem)),
        defaults={
            "resident_id": _resident_id(stem),
            "kind": ApplicantKind.INDIVIDUAL,
            "name": name,
            "region_id": district,
            "tax_region_id": district,
            "contact_name": name,
            "contact_phone": "13805100000",
            "account_name": name,
            "bank_name": "示范银行无锡分行",
            "cnaps_code": _bank_code(90000 + index),
            "account_number": f"62220209{index:011d}",
        },
    )
    if created:
        login = PERSON_LOGIN if index == 0 else f"{PERSON_LOGIN}{index + 1}"
        Membership.objects.create(user=user_named(login, name), applicant=applicant, is_owner=True)
    return applicant
