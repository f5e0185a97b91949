"""Lists that bar from support: abnormal patent applications by number, serious dishonesty by credit code."""

from collections.abc import Iterable

from portal.core.registers import RegisterKind
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import Inputs
from review.checks.kinds.holders import patents_of
from review.checks.registers import holds_on
from review.checks.registry import CHECKS, Check, Found


def find_abnormal(inputs: Inputs) -> Iterable[Found]:
    """Patents on the list of abnormal applications."""
    patents = patents_of(inputs)
    if not patents:
        return
    for key, answer in inputs.register.look_up_many(RegisterKind.ABNORMAL, list(patents), inputs.on).items():
        for facts in answer.facts[:1]:
            yield Found(key, {"line": patents[key], "note": facts.get("note", "")}, source=answer.source)


def find_dishonest(inputs: Inputs) -> Iterable[Found]:
    """The applicant on the list of the seriously dishonest, from the day of entry until that of removal."""
    code = inputs.claim.applicant.uscc
    if not code:
        return
    answer = inputs.register.look_up(RegisterKind.DISHONESTY, code, inputs.on)
    for number, facts in enumerate(answer.facts):
        if holds_on(facts, inputs.on):
            params = {"applicant": inputs.claim.applicant.name, "note": facts.get("note", "")}
            yield Found(f"{code}:{number}", params, source=answer.source)


def find_company(inputs: Inputs) -> Iterable[Found]:
    """The applicant dissolved, or under another name, by the register of companies."""
    applicant = inputs.claim.applicant
    if not applicant.uscc:
        return
    answer = inputs.register.look_up(RegisterKind.COMPANIES, applicant.uscc, inputs.on)
    for facts in answer.facts[:1]:
        if any(word in facts["state"] for word in ("注销", "吊销", "撤销", "清算", "破产")):
            yield Found(applicant.uscc, {"state": facts["state"]}, source=answer.source)
        representative = facts.get("representative", "")
        if representative and applicant.legal_representative and representative != applicant.legal_representative:
            params = {"registered": representative, "stated": applicant.legal_representative}
            yield Found("representative", params, words="representative", source=answer.source, at_most=Severity.NOTICE)
    if not answer.found:
        yield Found(applicant.uscc, words="unknown", source=answer.source, at_most=Severity.NOTICE)


CHECKS.add(
    "abnormal",
    Check(
        title="非正常专利申请名单",
        find=find_abnormal,
        words={"": "{place}的专利在非正常专利申请名单中。{note}"},
        severity=Severity.BLOCKING,
        steps=EVERY_STEP,
    ),
)
CHECKS.add(
    "dishonest",
    Check(
        title="严重失信主体名单",
        find=find_dishonest,
        words={"": "“{applicant}”在严重失信主体名单中。{note}"},
        severity=Severity.BLOCKING,
        steps=EVERY_STEP,
        may_be_overridden=False,
    ),
)
CHECKS.add(
    "company",
    Check(
        title="企业登记信息",
        find=find_company,
        words={
            "": "登记状态为“{state}”。",
            "representative": "登记的法定代表人为“{registered}”，申报单位填写的是“{stated}”。",
            "unknown": "登记信息中没有申报单位的统一社会信用代码，请核对。",
        },
        severity=Severity.BLOCKING,
        steps=EVERY_STEP,
    ),
)
