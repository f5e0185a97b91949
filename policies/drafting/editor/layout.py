"""How the page of a section is divided: its parts, the keys each shows at once, and what can be added. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.drafting.editor import labels
from policies.engine.limits.base import Limit, Scale
from policies.engine.limits.registry import limit_kind_of, limit_kinds
from policies.engine.operations.base import Operation
from policies.engine.operations.registry import operation_of, operations
from policies.engine.spec import ONLY, Spec


@dataclass(frozen=True)
class PartSpec:
    """One part of a page. `keys` are drawn at once, `more` behind a fold; `rows` names the list that it shows."""

    anchor: str
    title: str
    help: str = ""
    keys: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    rows: str = ""
    row_name: str = ""
    empty: str = ""
    record: str = ""


ITEM_PARTS = (
    PartSpec(
        "identity",
        "事项",
        keys=("item", "article", "title", "kind", "summary", "beneficiaries", "like"),
        more=("payer", "route", "procedure", "claimable", "overlap"),
    ),
    PartSpec(
        "subject",
        "日期和对象",
        "以哪一天的政策为准；凭什么认出同一件权利、合同或项目。",
        keys=("as_of", "subject", "subject_rule"),
    ),
    PartSpec(
        "facts",
        "要填写的事实",
        "申请人在表单里填什么。规则用到而没有列出的，会自动加为选填。",
        rows="facts",
        row_name="事实",
        empty="还没有要填写的事实。",
    ),
    PartSpec("evidence", "要提交的材料", rows="evidence", row_name="材料", empty="不要求提交材料。"),
    PartSpec(
        "conditions",
        "条件",
        "选了“检查哪一项”的由系统判断，没有选的由审核人判断。",
        rows="conditions",
        row_name="条件",
        empty="除申领对象外没有条件。",
    ),
    PartSpec(
        "steps",
        "金额怎么算",
        "从上到下一步一步算，次序影响结果：先定金额，再比上限，最后可以建议更少。",
        rows="steps",
        row_name="步骤",
        empty="还没有步骤，算不出金额。",
    ),
    PartSpec(
        "limits",
        "限额和次数",
        "与其他申报合在一起算的上限，系统按台账扣减。",
        rows="limits",
        row_name="限额",
        empty="没有限额和次数。",
    ),
    PartSpec("split", "各级分担", "不填则不分担。省级和乡镇不分担的留空。", record="split"),
    PartSpec(
        "stages",
        "分期拨付",
        "批准的金额按比例分几期付，各期比例合计 100%。",
        rows="stages",
        row_name="一期",
        empty="一次拨付。",
    ),
    PartSpec("periods", "办理期限", "各环节的工作日；不填的同文件或平台的规定。", record="periods"),
    PartSpec(
        "readings", "采用的口径", "文件没有写明、由主管部门选定的理解。规则里用到的口径会自动列入。", keys=("settings",)
    ),
    PartSpec(
        "effect",
        "本事项的施行期",
        "与文件不同时才写；起日和止日当天都有效。",
        rows="effect",
        row_name="施行期",
        empty="同文件的施行期。",
    ),
    PartSpec("notes", "理解说明", "对条文的理解，会显示在公开页面上。", keys=("notes",)),
)
_HEAD = "document."
DOCUMENT_PARTS = (
    PartSpec(
        "head",
        "文件",
        keys=("id", "number", "title", "short_title", "issuer", "issued_on", "status"),
        more=("cites_as",),
    ),
    PartSpec("scope", "适用范围", keys=("region_code", "areas", "payer", "route", "procedure")),
    PartSpec(
        "effect",
        "施行期",
        "起日和止日当天都有效。有两种理解时各写一行，最后一行不带口径，作为默认。",
        rows=f"{_HEAD}effect",
        row_name="施行期",
        empty="还没有施行期。",
    ),
    PartSpec("relations", "与其他文件", keys=("supersedes",)),
    PartSpec(
        "overlap", "与其他政策重复时", "填写依据后，其他政策已就同一事项支持的，本文件只补差额。", record="overlap"
    ),
    PartSpec("periods", "办理期限", "各环节的工作日；不填的同平台的规定。", record="periods"),
    PartSpec("source", "来源", keys=("source_note",)),
)
SETTINGS_PARTS = (
    PartSpec(
        "settings",
        "本文件的口径",
        "改变共用口径在本文件里的选择，或加上只属于本文件的口径。",
        rows="settings",
        row_name="口径",
        empty="还没有本文件自己的口径。",
    ),
)
RULE_PARTS = (
    PartSpec(
        "rule",
        "条款",
        "不能申领、但要登记由什么实现的条款。",
        keys=("rule", "article", "title", "modelled_as", "reason"),
    ),
)
PROGRAMME_PARTS = (
    PartSpec("programme", "方案内容", "建设方案中的一个阶段或一项责任。", record="programme"),
    PartSpec("owners", "责任单位", rows="programme.owners", row_name="单位", empty="文件没有写明责任单位。"),
)


def parts_of(kind: str, *, has_programme: bool) -> tuple[PartSpec, ...]:
    """The parts of a section's page."""
    if kind == "rule":
        return RULE_PARTS + (PROGRAMME_PARTS if has_programme else ())
    return {"document": DOCUMENT_PARTS, "settings": SETTINGS_PARTS}.get(kind, ITEM_PARTS)


@dataclass(frozen=True)
class KeyWords:
    """The labels and hints of the keys of one mapping, and the labels of the choices that only it offers."""

    labels: Mapping[str, str]
    help: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_ITEM_HELP = {
    "item": "小写字母、数字和连字符，如 wx2026-01-inv；发布后不再改变",
    "article": "如“第一条第1款第1项”",
    "summary": "给什么、给谁、多少，不照抄条文",
    "like": "套用后，没有写的部分同模板",
    "subject": "如专利号、合同号；不选则不查重复",
    "notes": "每行一条",
    "claimable": "不选时，文件现行有效即可申报；目标不能申报",
    "overlap": "不选时，按文件的规定扣减其他政策已给的",
}
_DOCUMENT_HELP = {
    "id": "小写字母和数字，如 wx2026；发布后不再改变",
    "number": "如“锡政办发〔2020〕11号”，没有的留空",
    "region_code": "六位，如 320200；没有写明的留空",
    "areas": "每行一个，第一行是本级，如“无锡”",
    "issued_on": "还没有印发的留空",
    "supersedes": "每行一个文号",
    "source_note": "日期从何而来、还缺什么",
    "cites_as": "没有文号时写，如“附件8”",
}
_RULE_HELP = {
    "rule": "小写字母、数字和连字符，如 wx2026-r-effect",
    "modelled_as": "没有任何部分实现的选“仅作记录”，并写明原因",
    "reason": "不能由系统执行的，说明原因",
}
_SETTING_HELP = {
    "name": "小写字母和下划线；与共用口径同名的，只改变本文件",
    "source": "为什么这样理解",
}
DOCUMENT_WORDS = KeyWords(labels.DOCUMENT_KEYS, _DOCUMENT_HELP)
ITEM_WORDS = KeyWords(labels.ITEM_KEYS, _ITEM_HELP)
RULE_WORDS = KeyWords(labels.RULE_KEYS, _RULE_HELP)
_PERIOD_WORDS = KeyWords(labels.PERIOD_KEYS, {"from_setting": "还没有印发的草案，取自“草案的印发日期”"})
_OVERLAP_WORDS = KeyWords(labels.OVERLAP_KEYS, {"cite": "如“锡政办发〔2020〕11号 末段第3句”"})
_PERIODS_WORDS = KeyWords(labels.PERIODS_KEYS, {"basis": "规定期限的条款，如“第十二条”"})
_ONLY_WORDS = KeyWords(labels.CONDITION_KEYS, {})


def rule_of(row: Mapping[str, Any]) -> type[Operation | Limit] | None:
    """The typed rule of a row that is a step or a limit of a known kind, None for any other."""
    return operation_of(row.get("do")) or limit_kinds().get(limit_kind_of(row) or "")


def spec_words(rule: type[Spec]) -> KeyWords:
    """The words of a rule's keys, as its module declares them."""
    keys = rule.declared().values()
    return KeyWords(
        {key.name: key.label for key in keys},
        {key.name: key.help for key in keys},
        {key.name: key.choices for key in keys if key.choices},
    )


_RULES: list[type[Spec]] = [Scale, *operations().values()]
# The words of the mappings inside a section, by the key that leads to them.
INNER_WORDS: dict[str, KeyWords] = {
    "document": DOCUMENT_WORDS,
    "effect": _PERIOD_WORDS,
    "overlap": _OVERLAP_WORDS,
    "periods": _PERIODS_WORDS,
    "split": KeyWords(labels.SPLIT_KEYS, {"city": "如 60%", "province": "如 30%", "town": "如 10%"}),
    "stages": KeyWords(labels.STAGE_KEYS, labels.STAGE_HELP),
    "facts": KeyWords({"name": "代码", "group": "必填还是选填", **labels.FACT_KEYS}, labels.FACT_KEY_HELP),
    "evidence": KeyWords({"code": "代码", "group": "必交还是选交", **labels.EVIDENCE_KEYS}, {}),
    "conditions": KeyWords(labels.CONDITION_KEYS, labels.CONDITION_HELP),
    **{key.name: _ONLY_WORDS for rule in _RULES for key in rule.declared().values() if key.kind is ONLY},
    "unless": _ONLY_WORDS,
    "scale": spec_words(Scale),
    "settings": KeyWords(labels.SETTING_KEYS, _SETTING_HELP),
    "programme": KeyWords(labels.PROGRAMME_KEYS, {"tasks": "每行一项", "every": "阶段不选"}),
    "owners": KeyWords(labels.PROGRAMME_KEYS, {}),
}
SECTION_WORDS = {"document": DOCUMENT_WORDS, "item": ITEM_WORDS, "rule": RULE_WORDS, "settings": ITEM_WORDS}
