"""What the official documents say: a publicity list, a grant of money to districts, a meeting's paper and minutes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from policies.published.models import PolicyDocument
from portal.accounts.models import Region
from portal.core.money import ZERO, format_yuan, yuan_in_words
from portal.core.text import closed_up
from review.appropriations.enums import AppropriationState
from review.appropriations.models import Appropriation
from review.appropriations.selectors import total_of
from review.appropriations.services.appropriations import SERIES_WORD
from review.decisions.models import Decision, PublicityList
from review.decisions.selectors.agenda import Agenda, AgendaRow, with_names
from review.decisions.selectors.minutes import Minutes
from review.decisions.selectors.publicity import with_departures
from review.documents.official import Annex, Column, OfficialDocument, fitted
from review.notices.compose import document_number, number_mark, office_of
from review.notices.letter import TOLD_LINES, long_date

AGENDA_WORD = "知议"
# How many documents a text names as its basis; of more it says that there are more.
_MOST_BASES = 3
# Millimetres that a column of sums, of claim numbers and of row numbers takes.
_SUM, _NUMBER, _POSITION = 25.0, 30.0, 11.0


def publicity_document(publicity: PublicityList) -> OfficialDocument:
    """The list as the public sees it (公示): nothing but the frozen entries, whose names of persons are masked."""
    entries: list[Any] = list(with_departures(publicity.entries.select_related("claim")))
    with_money = any(entry.amount is not None for entry in entries)
    with_title = any(entry.title for entry in entries)
    gives = "或者".join([*["给予知识产权专项资金资助"] * with_money, *["予以认定"] * with_title])
    basis = _bases(entry.claim.item_id for entry in entries)
    corrected, title = publicity.replaces, closed_up(publicity.title)
    paragraphs = [
        (
            f"根据{basis}，以下申报经审核、审定，拟{gives}，现予公示。公示期为"
            f"{long_date(publicity.starts_on)}至{long_date(publicity.ends_on)}，共{publicity.workdays}个工作日。"
        ),
        (
            "公示期内如有异议，请以实名书面形式或在网上提出，写明事实和理由并留下联系方式；异议人的身份予以保密。"
            f"异议受理：{publicity.contact}。"
        ),
    ]
    if corrected:
        paragraphs.append(f"本公示更正“{corrected.title}”{_in_brackets(corrected.number)}。")
    if publicity.withdrawn_reason:
        paragraphs.append(f"本公示已撤下，原因：{publicity.withdrawn_reason.rstrip('。')}。")
    columns = [Column("地区", 18, "middle"), Column("事项", 0), Column("数量", 12, "middle")]
    columns += [Column("拟认定", 30)] * with_title + [Column("拟资助金额（元）", 25, "figure")] * with_money
    rows = [
        (
            str(number),
            entry.applicant_name,
            entry.district_name,
            entry.item_title + ("（已退出本次公示）" if entry.has_left else ""),
            str(entry.count),
            *[entry.title or "—"] * with_title,
            *["不涉及资金" if entry.amount is None else format_yuan(entry.amount)] * with_money,
        )
        for number, entry in enumerate(entries, start=1)
    ]
    total = format_yuan(sum((entry.amount or ZERO for entry in entries), ZERO))
    ends = ("合计", f"{len(entries)}件", "", "", "", *[""] * with_title, *[total] * with_money)
    shown = fitted([Column("序号", _POSITION, "middle"), Column("申报单位", 0, share=1.25), *columns])
    return OfficialDocument(
        mark=f"{office_of(publicity.region)}文件",
        number=publicity.number,
        title=title if "公示" in title else f"{title}公示",
        addressee="",
        paragraphs=paragraphs,
        annexes=[Annex("公示名单", shown, rows, ends)],
        issuer=office_of(publicity.region),
        dated=publicity.starts_on,
        note="此件公开发布",
        stamp="已撤下" if publicity.withdrawn_reason else "",
        code=settings.PUBLIC_URL + reverse("review:publicity_detail", args=[publicity.key]),
    )


_STAMPS = {
    AppropriationState.DRAFT: "草稿",
    AppropriationState.CHECKED: "草稿",
    AppropriationState.RECALLED: "已收回",
}


def appropriation_document(appropriation: Appropriation) -> OfficialDocument:
    """The document that gives money to districts (资金下达), a draft until it is issued."""
    lines = list(appropriation.lines.select_related("region"))
    dated = timezone.localdate(appropriation.issued_at or appropriation.drafted_at)
    line, allocation, office = appropriation.line, appropriation.allocation, office_of(appropriation.region)
    total = total_of(lines)
    few = len(lines) <= TOLD_LINES
    basis = f"根据{allocation.basis}，" if allocation else ""
    account = f"，列“{line.function_code}”科目" if line.function_code else ""
    sums_text = "，".join(f"{each.region.name}{format_yuan(each.yuan)}元" for each in lines)
    in_words = f"（大写：{yuan_in_words(total)}）" if total > ZERO else ""
    sums = "" if len(lines) == 1 else f"其中：{sums_text}。" if few else "各地区金额见附件。"
    if any(each.fen < 0 for each in lines):
        sums += "金额为负数的，由本级收回。"
    title = closed_up(appropriation.title)
    rows = [(str(number), each.region.name, format_yuan(each.yuan)) for number, each in enumerate(lines, start=1)]
    columns = (Column("序号", 16, "middle"), Column("地区", 80), Column("金额（元）", 60, "figure"))
    annex = Annex("资金下达明细表", columns, rows, ("", "合计", format_yuan(total)))
    places = "、".join(each.region.name for each in lines) if few else "各有关区（县、市）"
    return OfficialDocument(
        mark=f"{office}文件",
        number=appropriation.number or unnumbered(appropriation.region, SERIES_WORD, dated),
        title=title if title.startswith("关于") else f"关于下达{title.removesuffix('资金')}资金的通知",
        addressee=f"{places}财政、知识产权主管部门",
        paragraphs=[
            f"{basis}现下达你地区{line.year}年“{line.name}”资金，合计{format_yuan(total)}元{in_words}{account}。{sums}",
            "请按照规定及时拨付至申报单位，专款专用，不得截留、挤占、挪用；收到后请在平台签收，并按期报送使用情况。",
            _contact(appropriation.region),
        ],
        annexes=() if few else (annex,),
        issuer=office,
        dated=dated,
        stamp=_STAMPS.get(AppropriationState(appropriation.state), ""),
    )


def agenda_paper(
    agenda: Agenda, *, region: Region, dated: date, number: int | None = None, signer: str = ""
) -> OfficialDocument:
    """The paper on a call's claims for the meeting that decides (会议议题), whose office numbers and signs it.

    Without `number` and `signer` their places stay open.
    """
    rows, call, office = with_names(agenda.rows), agenda.call, office_of(region)
    subject = f"“{closed_up(call.title)}”{_in_brackets(call.number)}" if call else "未经申报通知受理的"
    about = closed_up(call.title).removesuffix("通知").removesuffix("申报") if call else "无申报通知的"
    limits = "；".join(
        f"{closed_up(use.label)}尚余{format_yuan(use.left)}元" for use in agenda.uses if use.left is not None
    )
    paragraphs = [
        (
            f"现提请会议审定{subject}申报{len(rows)}件，审核金额合计{format_yuan(agenda.wanted)}元，"
            f"拟审定金额合计{format_yuan(agenda.granted)}元（大写：{yuan_in_words(agenda.granted)}）。名单见附件。"
        ),
        f"依据：{_bases(row.claim.item_id for row in rows)}。",
        f"资金情况：{limits or '不设预算上限'}。" + (f"资金不足，{agenda.explanation}" if agenda.is_short else ""),
    ]
    if agenda.budget_words:
        paragraphs.append(f"指标情况：{agenda.budget_words.replace(' ', '')}，请先下达或调整指标。")
    if agenda.left_out:
        paragraphs.append(f"其中{agenda.left_out}件余额不足，本次暂不审定，留待追加预算后再议。")
    if agenda.unplaced:
        paragraphs.append(f"其中{agenda.unplaced}件按得分择优未入选。")
    if agenda.cut_tie:
        paragraphs.append(agenda.tie_words.replace(" ", ""))
    paragraphs += ["以上意见妥否，请会议审定。", _contact(region)]
    scored = any(row.score is not None for row in rows)
    noted = any(row.is_cut for row in rows)
    columns = [
        Column("序号", _POSITION, "middle"),
        Column("申报编号", _NUMBER),
        Column("申报单位", 0, share=1.25),
        Column("事项", 0),
        *[Column("得分", 13, "middle")] * scored,
        Column("审核金额（元）", _SUM, "figure"),
        Column("拟审定金额（元）", _SUM, "figure"),
        *[Column("说明", 18)] * noted,
    ]
    listed = [_agenda_row(number, row, scored=scored, noted=noted) for number, row in enumerate(rows, start=1)]
    sums = (format_yuan(agenda.wanted), format_yuan(agenda.granted))
    total = ("合计", "", f"{len(rows)}件", "", *[""] * scored, *sums, *[""] * noted)
    return OfficialDocument(
        mark=f"{office}会议议题",
        number=document_number(region, AGENDA_WORD, year=dated.year, sequence=number)
        if number
        else unnumbered(region, AGENDA_WORD, dated),
        title=f"关于审定{about}申报的议题",
        addressee="",
        paragraphs=paragraphs,
        annexes=[Annex("拟审定申报名单", fitted(columns), listed, total)],
        issuer=office,
        dated=dated,
        signer=signer,
        note="会议材料，未经公示的内容请勿外传",
    )


def _agenda_row(number: int, row: AgendaRow, *, scored: bool, noted: bool) -> tuple[str, ...]:
    note = row.left_out_words if row.is_left_out else row.reason
    return (
        str(number),
        row.claim.number or "",
        f"{row.claim.applicant.name}（{row.claim.region.name}）",
        row.claim.item.title,
        *["—" if row.score is None else str(row.score)] * scored,
        "认定" if row.wanted is None else format_yuan(row.wanted),
        "认定" if row.granted is None else format_yuan(row.granted),
        *[note] * noted,
    )


def minutes_paper(minutes: Minutes) -> OfficialDocument:
    """What a meeting decided (会议纪要): supports with their sums, refusals with their reasons, under its number."""
    office, decided = office_of(minutes.region), minutes.decided
    paid = [one for one in minutes.supported if one.amount is not None]
    titles = len(minutes.supported) - len(paid)
    words = [
        f"支持{len(paid)}件，审定金额合计{format_yuan(minutes.granted)}元（大写：{yuan_in_words(minutes.granted)}）"
    ] * bool(paid)
    words += [f"认定{titles}件"] * bool(titles) + [f"不予支持{len(minutes.refused)}件"] * bool(minutes.refused)
    papers = list(dict.fromkeys(one.decision_no for one in minutes.supported if one.decision_no))
    paragraphs = [
        f"{long_date(minutes.held_on)}，会议审定申报{len(decided)}件，其中{'；'.join(words)}。名单见附件。",
        f"依据：{_bases(one.claim.item_id for one in decided)}。",
    ]
    paragraphs += [f"文件未定金额的，金额依据：{'；'.join(papers)}。"] * bool(papers)
    named = [
        Column("序号", _POSITION, "middle"),
        Column("申报编号", _NUMBER),
        Column("申报单位", 0, share=1.25),
        Column("事项", 0),
    ]
    noted = any(_note_on(one) for one in minutes.supported)
    granted = [Column("审定金额（元）", _SUM, "figure"), *[Column("说明", 30)] * noted]
    total = ("合计", "", f"{len(minutes.supported)}件", "", format_yuan(minutes.granted), *[""] * noted)
    supported = _minutes_rows(minutes.supported, with_sums=True, noted=noted)
    refused = _minutes_rows(minutes.refused, with_sums=False, noted=True)
    annexes = [Annex("支持名单", fitted([*named, *granted]), supported, total)] * bool(supported)
    annexes += [Annex("不予支持名单", fitted([*named, Column("理由", 50)]), refused)] * bool(refused)
    return OfficialDocument(
        mark=f"{office}会议纪要",
        number=minutes.number,
        title="关于审定知识产权专项资金申报的会议纪要",
        addressee="",
        paragraphs=paragraphs,
        annexes=annexes,
        issuer=office,
        dated=minutes.held_on,
        note="会议材料，未经公示的内容请勿外传",
    )


def _note_on(decision: Decision) -> str:
    return decision.title or decision.reason


def _minutes_rows(decisions: Iterable[Decision], *, with_sums: bool, noted: bool) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            one.claim.number or "",
            f"{one.claim.applicant.name}（{one.claim.region.name}）",
            one.claim.item.title,
            *(["认定" if one.amount is None else format_yuan(one.amount)] * with_sums),
            *[_note_on(one)] * noted,
        )
        for number, one in enumerate(decisions, start=1)
    ]


def unnumbered(region: Region, series: str, on: date) -> str:
    """The number of a document that has none yet, with the place where it is written in."""
    return f"{number_mark(region, series)}〔{on.year}〕　　号"


def _contact(region: Region) -> str:
    return f"联系方式：{office_of(region)}{f'，电话{region.contact}' if region.contact else ''}。"


def _in_brackets(number: str) -> str:
    return f"（{number}）" if number else ""


def _bases(items: Iterable[int]) -> str:
    """The documents of the items with these keys by title and number: `《…》（锡政办发〔2020〕11号）`."""
    documents = PolicyDocument.objects.filter(items__in=set(items)).distinct().order_by("pk")
    named = [f"《{closed_up(each.title)}》{_in_brackets(each.number)}" for each in documents]
    return "、".join(named[:_MOST_BASES]) + ("等文件" if len(named) > _MOST_BASES else "")
