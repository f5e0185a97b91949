"""The claim form (申报书): cover, applicant, contents, papers, the sum step by step, and a page to sign and seal.

It shows what the claim's page shows; numbers of persons and accounts only by their ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.forms.entry import ShownFact, shown_facts
from applications.claims.models import Assessment, Claim
from applications.claims.selectors.context import ClaimContext, LineState, read_claim
from applications.claims.selectors.progress import mandates_used
from applications.claims.selectors.scope import OTHER_PAPERS
from applications.claims.services.assessment import preview_claim
from applications.payees.selectors import payee_of
from policies.engine.split import OTHERS
from policies.facts.values import facts_of
from policies.published.wording import as_shown
from portal.core.citations import citation
from portal.core.identifiers import mask_number
from portal.core.money import format_yuan, yuan_in_words
from portal.core.printable import with_stand_ins
from portal.core.text import closed_up
from portal.templatetags.portal import reason_text
from review.documents.official import Annex, Column, fitted, page_style, title_lines
from review.notices.compose import office_of
from review.notices.letter import TOLD_LINES, Letter, long_date
from review.notices.render import print_html

# Lines with no more facts than this stand in one table, where they are many; with more, each in a table of its own.
_MOST_COLUMNS = 6
# A value of up to so many characters takes at most three lines beside another.
_SHORT_VALUE = 36
_BESIDE = Column("", 48)
_STAMPS = {ClaimStatus.DRAFT: "草稿", ClaimStatus.CORRECTION: "补正中", ClaimStatus.WITHDRAWN: "已撤回"}
_WITHOUT_SUM = {
    "undetermined": "所填内容还不能测算，请补充后再打印。",
    "recognised": "符合认定条件，不涉及资金。",
    "no_amount": "符合支持条件，文件未定金额，由审定决定。",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the claim: its facts as pairs of label and value, two to a row, and the facts that are tables."""

    title: str
    pairs: list[list[tuple[str, str]]]
    tables: list[Annex]


# What a claim has to be read with to be printed.
RELATED = ("item__document", "version", "applicant", "region__parent", "city", "call")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a meeting is told of a claim before its form: its sums, the conclusions on it, and what checks found."""

    title: str
    pairs: list[list[tuple[str, str]]]
    conclusions: Annex
    findings: Annex | None


def print_claim_form(claim: Claim, *, for_agency: bool = False, sheet: Sheet | None = None) -> bytes:
    """The form as a PDF; with a mark across every page while it is not submitted. Raises as `print_html`.

    The claim comes with what RELATED names. Printed for an agency it says nothing of its principal's account; for a
    meeting its sheet stands before it.
    """
    context = read_claim(claim)
    payee = payee_of(claim)
    letter = Letter()
    drawn = {
        "claim": claim,
        "sheet": sheet,
        "letter": letter,
        "item_title": title_lines(claim.item.title),
        "office": office_of(claim.deciding_region),
        "payee": payee.name if payee else claim.applicant.account_name,
        "applicant": pairs_of(_applicant(claim, for_agency=for_agency)),
        "own": [_block("总体情况", shown_facts(facts_of(context.item, "claim"), claim.facts))],
        "lines_table": _lines_table(context),
        "blocks": [_block(f"第{state.number}项", _facts_of_line(context, state)) for state in context.lines],
        "files": _files(context),
        "stamp": _STAMPS.get(ClaimStatus(claim.status), ""),
        "day": long_date(timezone.localdate(claim.submitted_at or claim.saved_at)),
        **_sum(context),
    }
    html = with_stand_ins(render_to_string("documents/print/claim_form.html", drawn))
    return print_html(html, style=page_style("claim_form.css"))


def _applicant(claim: Claim, *, for_agency: bool) -> list[tuple[str, str]]:
    applicant = claim.applicant
    account = [
        ("开户银行", applicant.bank_name),
        ("账户名称", applicant.account_name),
        ("银行账号", mask_number(applicant.account_number)),
    ]
    pairs = [
        ("名称", applicant.name),
        ("公民身份号码" if applicant.is_individual else "统一社会信用代码", applicant.masked_identifier),
        ("类型", applicant.get_kind_display()),
        ("所属地区", claim.region.full_name),
        ("法定代表人", applicant.legal_representative),
        ("企业规模", applicant.get_size_class_display() if applicant.size_class else ""),
        ("地址", applicant.address),
        ("联系人", applicant.contact_name),
        ("联系电话", mask_number(applicant.contact_phone)),
        *([] if for_agency else account),
        ("代理机构", "；".join(f"{mandate.agency.name}（{mandate}）" for mandate in mandates_used(claim))),
    ]
    return [(label, value) for label, value in pairs if value]


def pairs_of(facts: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Labels with their values, two to a row; a long value has a row of its own."""
    rows: list[list[tuple[str, str]]] = []
    for fact in facts:
        is_short = len(fact[1]) <= _SHORT_VALUE
        if is_short and rows and len(rows[-1]) == 1 and len(rows[-1][0][1]) <= _SHORT_VALUE:
            rows[-1].append(fact)
        else:
            rows.append([fact])
    return [[(label, _BESIDE.lines(value)) for label, value in row] if len(row) == 2 else row for row in rows]


def _block(title: str, facts: list[ShownFact]) -> Block:
    tables = [
        Annex(fact.label, fitted([Column(head, 0) for head in fact.heads]), fact.rows) for fact in facts if fact.rows
    ]
    return Block(title, pairs_of([(fact.label, fact.text) for fact in facts if not fact.rows]), tables)


def _facts_of_line(context: ClaimContext, state: LineState) -> list[ShownFact]:
    if state.line.is_defence:
        return [ShownFact("国防专利", "线下登记，内容不在本表", "", [], [])]
    return shown_facts(facts_of(context.item), state.line.facts)


def _lines_table(context: ClaimContext) -> Annex | None:
    """All lines in one table where they are more than a few and have few facts; None where each has its own."""
    stored = [state.line.facts for state in context.lines]
    facts = [
        fact for fact in facts_of(context.item) if any(values.get(fact.name) not in ("", None, []) for values in stored)
    ]
    if len(context.lines) <= TOLD_LINES or len(facts) > _MOST_COLUMNS or any(fact.columns for fact in facts):
        return None
    columns = fitted([Column("序号", 11, "middle"), *(Column(fact.label, 0) for fact in facts)])
    rows = [
        (
            str(state.number),
            *(
                ["国防专利，线下登记", *[""] * (len(facts) - 1)]
                if state.line.is_defence
                else [fact.text for fact in shown_facts(facts, state.line.facts, blank=True)]
            ),
        )
        for state in context.lines
    ]
    return Annex("", columns, rows)


def _files(context: ClaimContext) -> Annex | None:
    labels = {wanted.code: wanted.label for wanted in context.item.evidence}
    placed = [("整份申报", file) for file in context.files_of_whole]
    placed += [(f"第{state.number}项", file) for state in context.lines for file in state.evidence]
    columns = [Column("序号", 11, "middle"), Column("所属", 22, "middle"), Column("材料", 0), Column("文件", 0)]
    rows = [
        (
            str(number),
            place,
            labels.get(file.requirement, OTHER_PAPERS),
            f"{file.filename}（{filesizeformat(file.file.size)}）",
        )
        for number, (place, file) in enumerate(placed, start=1)
    ]
    return Annex("", fitted(columns), rows) if rows else None


def _sum(context: ClaimContext) -> dict[str, Any]:
    """The stored answer of the engine, or before the first submission what it says now, with its steps."""
    claim = context.claim
    stored = Assessment.objects.of_rules().filter(claim=claim).first()
    answer: Mapping[str, Any] | None = (
        as_shown(stored.answer, context.item) if stored else preview_claim(context, on=timezone.localdate())
    )
    if answer is None:
        return {"sum_words": _WITHOUT_SUM["undetermined"], "reasons": [], "steps": None}
    amount = answer["amount"]
    if answer["outcome"] == "payable" and amount is not None:
        most = "最高" if answer.get("is_ceiling") else ""
        words = f"申报金额{most}{format_yuan(amount)}元（大写：{yuan_in_words(amount)}），以审定为准。"
        if answer.get("city") is not None:
            others = [(OTHERS[name], yuan) for name, yuan in (answer.get("others") or {}).items()]
            shares = [("市级", answer["city"]), ("区级", answer["district"]), *others]
            words += "其中，" + "，".join(f"{name}承担{format_yuan(yuan)}元" for name, yuan in shares) + "。"
    else:
        words = _WITHOUT_SUM.get(answer["outcome"], "按所填内容不能支持。")
    steps = [
        (
            str(number),
            closed_up(step["text"].replace(f"依据 {step['citation']}：", "", 1)),
            citation(step["citation"]) if step["citation"] else "",
            format_yuan(step["amount_after"])
            if step["applied"] and step["amount_after"] is not None
            else "—"
            if step["applied"]
            else "未起作用",
        )
        for number, step in enumerate(answer["steps"], start=1)
    ]
    columns = [Column("序号", 11, "middle"), Column("计算", 0), Column("依据", 44), Column("结果（元）", 27, "figure")]
    return {
        "sum_words": words,
        "reasons": [reason_text(reason) for reason in answer["reasons"]],
        "steps": Annex("", fitted(columns), steps) if steps else None,
    }
