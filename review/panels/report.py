"""The report of a panel (专家评审报告): what was judged, by whom, by which rule, and what came out."""

from __future__ import annotations

from datetime import date

from portal.core.money import ZERO
from review.documents.contents import unnumbered
from review.documents.official import Annex, Column, OfficialDocument, fitted
from review.notices.compose import office_of
from review.notices.letter import long_date
from review.panels.enums import SeatState, TieRule
from review.panels.models import Panel
from review.panels.selectors.results import EntryScores, selection_words

SERIES_WORD = "知评"
# Millimetres that a place, a number of a claim and a score take.
_POSITION, _NUMBER, _SCORE = 12.0, 34.0, 18.0


def panel_report(panel: Panel, scores: list[EntryScores], *, dated: date) -> OfficialDocument:
    """The report of a panel whose result the chair confirms, with the ranks, the members and each score."""
    scheme, office = panel.scheme, office_of(panel.region)
    seats = list(panel.seats.filter(state=SeatState.HANDED_IN).select_related("expert__user").order_by("pk"))
    chair = next(seat for seat in seats if seat.is_chair)
    passed = sum(bool(one.entry.is_passed) for one in scores)
    conflicts = sum(seat.conflicts.count() for seat in seats)
    names = {seat.pk: f"专家{number}" for number, seat in enumerate(seats, start=1)}
    criteria = "；".join(
        f"{each.name}（满分{each.most_text}，权重{each.weight_text}）" for each in scheme.criterion_rows
    )
    selection = [f"入选名额{scheme.places}个"] * (scheme.places is not None)
    selection += [f"最低得分{scheme.needed}分"] * (scheme.needed is not None)
    rule = "、".join(selection) or "不设名额和最低得分"
    told = selection_words([one.entry.claim for one in scores]) or [f"{rule}；{TieRule(scheme.tie).label}"]
    trimmed = f"去掉最高、最低分各{scheme.trimmed}个后取平均" if scheme.trimmed else "取平均"
    paragraphs = [
        (
            f"{office}组织专家对{len(scores)}件申报进行评审。专家{len(seats)}人由系统从专家库随机抽取，组长{chair.expert.user.name}。"
            f"专家在查阅材料前申报回避{conflicts}件次，独立评分，互不知晓；评分于{long_date(dated)}前全部提交。"
        ),
        f"评分标准：{scheme.title}。指标：{criteria}。不适用的指标不计零分，其权重由其余指标按比例分担。",
        f"每件得分为各专家加权得分{trimmed}。{'。'.join(told)}。",
        f"评审结果：入选{passed}件，未入选{len(scores) - passed}件，名次和得分见附件。",
        f"评审组意见：{panel.opinion.rstrip('。')}。",
    ]
    ranks = [
        (
            str(one.entry.rank),
            str(one.entry.claim.number),
            one.entry.claim.applicant.name,
            one.entry.claim.item.title,
            f"{one.entry.score or ZERO:.2f}",
            "入选" if one.entry.is_passed else "未入选",
        )
        for one in sorted(scores, key=lambda one: (one.entry.rank or 0, one.entry.position))
    ]
    columns = [Column("名次", _POSITION, "middle"), Column("申报编号", _NUMBER), Column("申报单位", 0, share=1.25)]
    columns += [Column("事项", 0), Column("得分", _SCORE, "figure"), Column("结果", 16, "middle")]
    members = [
        (str(number), one.user.name, one.employer, one.title or "—", "、".join(one.fields))
        for number, one in enumerate((seat.expert for seat in seats), start=1)
    ]
    of_member = [Column("序号", _POSITION, "middle"), Column("姓名", 22), Column("工作单位", 0)]
    of_member += [Column("职称", 26), Column("领域", 0)]
    each = [
        (
            str(one.entry.position),
            str(one.entry.claim.number),
            names[seat],
            f"{one.sheets[seat].total:.2f}",
            "偏离" if seat in one.far else "",
            one.sheets[seat].comment,
        )
        for one in scores
        for seat in one.exact
    ]
    of_score = [Column("序号", _POSITION, "middle"), Column("申报编号", _NUMBER), Column("专家", 16, "middle")]
    of_score += [Column("得分", _SCORE, "figure"), Column("提示", 14, "middle"), Column("评审意见", 0)]
    return OfficialDocument(
        mark=f"{office}评审报告",
        number=unnumbered(panel.region, SERIES_WORD, dated),
        title=f"{panel.title}专家评审报告",
        addressee="",
        paragraphs=paragraphs,
        annexes=[
            Annex("评审结果", fitted(columns), ranks),
            Annex("评审专家名单", fitted(of_member), members),
            Annex("评分明细", fitted(of_score), each),
        ],
        issuer=office,
        dated=dated,
        note="内部资料，妥善保管",
    )
