"""Fees against the official tariff, as dated data (`RegisterKind.TARIFF`)."""

from collections.abc import Iterable
from decimal import Decimal

from policies.facts.identifiers import cn_patent_kind, read_cn_patent
from portal.core.identifiers import IdentifierError
from portal.core.money import format_yuan
from portal.core.registers import RegisterKind, UncheckedError
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found
from review.checks.sheets import fee_key

ANNUAL = "年费"
# What an application costs in the ordinary case; surcharges for length and for further claims come on top.
APPLICATION = ("申请费", "公布印刷费", "实质审查费")


def find(inputs: Inputs) -> Iterable[Found]:
    """Annual and application fees above what the tariff asks for."""
    for state in inputs.lines:
        values = state.reading.values
        try:
            kind = cn_patent_kind(read_cn_patent(str(values.get("patent_no") or "")).value)
        except IdentifierError:
            continue
        year = values.get("fee_year")
        wanted = [("application_fees", "申请费", [fee_key(kind, fee) for fee in APPLICATION])]
        if year:
            wanted += [(fact, f"第 {year} 年年费", [fee_key(kind, ANNUAL, year)]) for fact in ("fees", "annual_fees")]
        for fact, label, keys in wanted:
            if not values.get(fact):
                continue
            paid, (official, source) = Decimal(str(values[fact])), _official(inputs, keys)
            if paid > official:
                params = {
                    "line": state.number,
                    "label": label,
                    "paid": format_yuan(paid),
                    "official": format_yuan(official),
                }
                yield Found(f"{state.line.position}:{fact}", params, source=source)


def _official(inputs: Inputs, keys: list[str]) -> tuple[Decimal, str]:
    """What the tariff asks for in all, in yuan, and which tariff. Raises UncheckedError where it has none of them."""
    answers = inputs.register.look_up_many(RegisterKind.TARIFF, keys, inputs.on).values()
    yuan = [Decimal(facts["yuan"]) for answer in answers for facts in answer.facts]
    if not yuan:
        raise UncheckedError("官方收费标准中没有这一费用")
    return sum(yuan, Decimal(0)), next(answer.source for answer in answers if answer.found)


CHECKS.add(
    "official_fees",
    Check(
        title="官方费用",
        find=find,
        words={"": "{place}的{label}填写 {paid} 元，高于官方标准 {official} 元，请核对票据（滞纳金、附加费不计）。"},
        severity=Severity.NOTICE,
    ),
)
