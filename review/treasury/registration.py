"""What the app registers: audit words."""

from portal.audit.labels import register_audit

register_audit(
    "treasury",
    "指标",
    {
        "line": "新建指标",
        "issue": "下达或调整指标",
        "carry_over": "结转指标",
        "lapse": "收回指标",
    },
    weight=55,
    fields={"paper_no": "文号"},
)
