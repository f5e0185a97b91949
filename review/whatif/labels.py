"""What is tried, in words for people. Pure."""

from policies.engine import Catalogue
from policies.engine.money import parse_ratio, ratio_text
from policies.published.wording import short_sum
from review.whatif.rules import Adjustable, Rules


def draft_labels(current: Catalogue, rules: Rules, *, as_if: bool) -> list[str]:
    """What a draft changes, in a few lines."""
    changed = [content["title"] for content in rules.replaced if content["id"] in current.items]
    added = [content["title"] for content in rules.replaced if content["id"] not in current.items]
    gone = [current.items[item_id][-1].title for item_id in rules.removed]
    lines = [("修改", changed), ("新增", added), ("不再支持", gone)]
    words = [f"{what} {len(titles)} 项：{'、'.join(titles)}"[:300] for what, titles in lines if titles]
    return [*words, "新规则视为一直适用" if as_if else "新规则只用于施行日之后的事实"]


def change_label(figure: Adjustable, after: str) -> str:
    """One figure, before and after."""
    return f"{figure.label}：{figure_label(figure.kind, figure.value)} → {figure_label(figure.kind, after)}"


def figure_label(kind: str, value: str) -> str:
    """A figure as people read it."""
    if value == "":
        return "未设"
    if kind == "yuan":
        return short_sum(value)
    if kind == "ratio":
        return ratio_text(parse_ratio(value))
    if kind == "choice":
        return "是" if value == "true" else "否"
    return value
