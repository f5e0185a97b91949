"""Rows of totals in a bank's answer; no change brings the disbursements of a part above its sum either."""

from django.db import migrations, models

from portal.core.triggers import CheckUpdate

_ENDED = "('failed', 'returned', 'reversed', 'cancelled')"
_RAISED = f"""(NEW.fen > OLD.fen OR NEW.part_id <> OLD.part_id OR OLD.state IN {_ENDED})
    AND NEW.state NOT IN {_ENDED}
    AND (SELECT COALESCE(SUM(fen), 0) + NEW.fen > (SELECT fen FROM funding_awardpart WHERE id = NEW.part_id)
        FROM payments_disbursement
        WHERE part_id = NEW.part_id AND id <> NEW.id AND state NOT IN {_ENDED})"""  # noqa: S608 - our own words


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_cancelled")]

    operations = [
        migrations.AlterField(
            model_name="bankrow",
            name="state",
            field=models.CharField(
                choices=[
                    ("matched", "已处理"),
                    ("unmatched", "未匹配"),
                    ("already", "此前已处理"),
                    ("invalid", "内容有误"),
                    ("total", "合计行"),
                ],
                max_length=10,
                verbose_name="状态",
            ),
        ),
        CheckUpdate(
            "disbursement",
            name="payments_disbursement_stays_within_part",
            refused=_RAISED,
            says="disbursements of a part are never above its sum",
        ),
    ]
