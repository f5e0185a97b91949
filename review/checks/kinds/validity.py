"""Whether certificates and rights are still valid on the day."""

from collections.abc import Iterable
from datetime import date

from portal.core.registers import RegisterKind
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import Inputs
from review.checks.kinds.holders import patents_of
from review.checks.registry import CHECKS, Check, Found
from review.checks.sheets import day_of

# Certificates by the standard of 2013 lapsed with this day, as the transition to GB/T 29490-2023 ended.
_LAST_DAYS = {"gb29490_2013": ("GB/T 29490-2013", date(2025, 12, 31))}
_VALID_STATES = ("有效", "授权", "维持", "专利权维持", "有权")


def find_certificates(inputs: Inputs) -> Iterable[Found]:
    """Certificates whose last day is past; the last day itself is valid."""
    for state in inputs.lines:
        values = state.reading.values
        ends = day_of(values.get("valid_to"))
        if ends and ends < inputs.on:
            yield Found(f"{state.line.position}", {"line": state.number, "day": ends.isoformat()}, source="申报内容")
        standard, last = _LAST_DAYS.get(str(values.get("certificate_standard")), ("", None))
        if last and last < inputs.on:
            params = {"line": state.number, "standard": standard, "day": last.isoformat()}
            yield Found(f"{state.line.position}:standard", params, words="standard", source="标准换版过渡期")


def find_patents(inputs: Inputs) -> Iterable[Found]:
    """Patents that the register shows as ended, or in another state than valid."""
    patents = patents_of(inputs)
    if not patents:
        return
    for key, answer in inputs.register.look_up_many(RegisterKind.PATENTS, list(patents), inputs.on).items():
        for facts in answer.facts:
            ended = day_of(facts.get("ended_on"))
            if facts["state"] not in _VALID_STATES or (ended and ended <= inputs.on):
                params = {"line": patents[key], "state": facts["state"], "day": facts.get("ended_on") or "日期不明"}
                yield Found(key, params, source=answer.source)


CHECKS.add(
    "certificate_validity",
    Check(
        title="证书有效期",
        find=find_certificates,
        words={
            "": "{place}的证书有效期至 {day}，现已过期。",
            "standard": "{place}的证书按 {standard} 颁发，自 {day} 后不再有效。",
        },
        severity=Severity.QUESTION,
        steps=EVERY_STEP,
    ),
)
CHECKS.add(
    "patent_validity",
    Check(
        title="专利法律状态",
        find=find_patents,
        words={"": "登记信息中{place}的专利状态为“{state}”（{day}）。"},
        severity=Severity.QUESTION,
    ),
)
