"""Whether the first holder of a right is the applicant: by what was filed, and by the registers where they are kept."""

from collections.abc import Iterable

from applications.claims.selectors.problems import other_first_holder
from policies.facts.identifiers import patent_key
from policies.facts.values import HOLDERS, FactsReading
from portal.core.identifiers import IdentifierError
from portal.core.registers import RegisterKind, UncheckedError
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found


def names_of(inputs: Inputs) -> tuple[str, ...]:
    """The applicant's name, with those it had before or merged, as the register of companies knows them."""
    applicant = inputs.claim.applicant
    if not applicant.uscc:
        return (applicant.name,)
    try:
        answer = inputs.register.look_up(RegisterKind.COMPANIES, applicant.uscc, inputs.on)
    except UncheckedError:
        return (applicant.name,)
    former = [name for facts in answer.facts for name in str(facts.get("former", "")).replace("；", "、").split("、")]
    return (applicant.name, *(facts["name"] for facts in answer.facts), *filter(None, former))


def patents_of(inputs: Inputs) -> dict[str, int]:
    """The patent numbers of the claim's lines, as registers are asked for them, with the lines' numbers."""
    found = {}
    for state in inputs.lines:
        try:
            found[patent_key(str(state.reading.values.get("patent_no") or ""))] = state.number
        except IdentifierError:
            continue
    return found


def find_filed(inputs: Inputs) -> Iterable[Found]:
    """Lines whose first holder, as filed, is another."""
    stated = [state for state in inputs.lines if other_first_holder(state.reading, inputs.claim.applicant.name)]
    names = names_of(inputs) if stated else ()
    for state in stated:
        if first := other_first_holder(state.reading, *names):
            params = {"line": state.number, "first": first, "applicant": inputs.claim.applicant.name}
            yield Found(str(state.line.position), params, source="申报内容")


def find_registered(inputs: Inputs) -> Iterable[Found]:
    """Lines whose first holder is another by the register of patents, and patents that it does not know."""
    patents = patents_of(inputs)
    if not patents:
        return
    names = names_of(inputs)
    for key, answer in inputs.register.look_up_many(RegisterKind.PATENTS, list(patents), inputs.on).items():
        for facts in answer.facts:
            registered = FactsReading(values={HOLDERS: facts["holders"]})
            if first := other_first_holder(registered, *names):
                params = {"line": patents[key], "first": first, "applicant": inputs.claim.applicant.name}
                yield Found(key, params, source=answer.source)
        if not answer.found:
            yield Found(key, {"line": patents[key]}, words="unknown", source=answer.source, at_most=Severity.NOTICE)


CHECKS.add(
    "first_holder",
    Check(
        title="第一权利人",
        find=find_filed,
        words={"": "{place}的第一权利人为“{first}”，不是申报单位“{applicant}”，请核对证书和更名、合并证明。"},
        severity=Severity.QUESTION,
    ),
)
CHECKS.add(
    "registered_holder",
    Check(
        title="登记的第一权利人",
        find=find_registered,
        words={
            "": "登记信息中{place}的第一权利人为“{first}”，不是申报单位“{applicant}”。",
            "unknown": "登记信息中没有{place}的专利号，请核对。",
        },
        severity=Severity.QUESTION,
    ),
)
