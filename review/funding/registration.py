"""What the app registers: audit words, and the tables that the chain holds."""

from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from review.funding.models import Award, AwardPart, Payment

register_contents(Award, AwardPart, Payment)
register_audit(
    "funding",
    "资金",
    {"award": "确定资助与分担", "paid": "登记拨付", "returned": "登记退票", "reversed": "登记冲正"},
    weight=50,
    fields={"voucher": "凭证号", "account": "收款账户"},
)
