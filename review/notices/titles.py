"""Titles and names of offices in lines by their sense (GB/T 9704-2012 7.3.1: 回行时词意完整、排列对称、长短适宜)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from review.notices.typesetting import NEVER_FIRST, OPENING

# A title of size 2 has 20 characters in a line; as many as this make a line, so that its edges stay free.
TITLE_MEASURE, TITLE_MOST = 18, 20
# What is not divided.
_WHOLE = re.compile(
    r"\d+年度?|〔\d+〕\d+号|[A-Za-z0-9.,/-]+|第.批|知识产权|专项资金|市场监督管理局|行政审批|经济技术开发区|高新技术"
    r"|产业开发区|开发区|高价值|质押融资|集成电路|战略性|新兴产业|专项|资金|资助|名单|公示|通知|议题|审定|申报|下达|分配"
    r"|方案|管理|政策|项目|认定|企业|发明|专利|商标|版权|授权|意见|办法|实施|发展|建设|创新|若干|关于|无锡|年度|批次|计划"
    r"|贯标|认证|奖励|奖补|补贴|补助|贴息|保险|运营|服务|体系|培育|专家|评审|报告|会议|纪要|标准|转化|运用|维权|保护|示范"
    r"|试点|优势|国家|机构|人才|产业|技术|研究|代理|登记|竞争|布局|导航|分析|海外|国外|国内|国际|维持|年费|费用|成果|绩效"
    r"|评价|中心|园区|促进|平台|市级|区级|省级|拟.{2}|.市|.区|.县|.{2}局"
    r"|贷款|科技|股份|有限公司"
)
# Where a reader pauses: behind the first, before the second.
_PAUSE = re.compile(r"(?<=[的局区市县处委）》”度])(?=.)|(?=[（《“])|(?=知识产权)|(?=专项资金)|(?=拟)")
# What a pause is worth against lines of unlike length (squares of characters).
_SENSE = 16.0


@lru_cache(maxsize=512)
def lines_by_sense(text: str, measure: int = TITLE_MEASURE, most: int = TITLE_MOST) -> tuple[str, ...]:
    """A text as lines of about one length that end where its sense pauses; `measure` characters decide how many lines.

    None is longer than `most`, and none divides a word, a number or a mark's pair, where that can be with one line
    more. Two Latin letters or figures take the room of one character.
    """
    reach = [0.0, *accumulate(0.5 if char.isascii() else 1.0 for char in text)]
    count = math.ceil(reach[-1] / measure)
    whole = {place for found in _WHOLE.finditer(text) for place in range(found.start() + 1, found.end())}
    pauses = {found.start() for found in _PAUSE.finditer(text)} - whole
    places = [
        place
        for place in range(1, len(text))
        if place not in whole and text[place] not in NEVER_FIRST and text[place - 1] not in OPENING
    ]
    bounds = (
        _bounds(reach, count, most, places, pauses)
        or _bounds(reach, count + 1, most, places, pauses)
        or _bounds(reach, count, most, range(1, len(text)), pauses)
    )
    return tuple(text[start:end].strip() for start, end in pairwise(bounds or (0, len(text))))


def _bounds(reach: Sequence[float], count: int, most: int, places: Sequence[int], pauses: set[int]) -> tuple[int, ...]:
    """Where the lines of the best of all divisions at these places begin and end; empty where none is short enough."""
    wanted, whole = reach[-1] / count, len(reach) - 1
    # For each place, the cost of the best lines before it.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for number in range(count):
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        for end in [whole] if number + 1 == count else places:
            ways = [
                (cost + (reach[end] - reach[start] - wanted) ** 2 - (_SENSE if end in pauses else 0.0), (*bounds, end))
                for start, (cost, bounds) in best.items()
                if 0 < reach[end] - reach[start] <= most
            ]
            if ways:
                found[end] = min(ways)
        best = found
    return best[whole][1] if best else ()
