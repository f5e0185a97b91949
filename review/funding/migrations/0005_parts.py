"""One part of an award for each payer; the parts add up to the award."""

import django.db.models.deletion
from django.db import migrations, models

from portal.core.triggers import CheckInsert, ProtectRows

_SUM = "(SELECT SUM(fen) FROM funding_awardpart WHERE award_id = NEW.award_id)"
_TOTAL = "(SELECT ROUND(total * 100) FROM funding_award WHERE id = NEW.award_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0004_paid_once"),
        ("accounts", "0001_initial"),
        ("treasury", "0003_carry_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="AwardPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="funding.award"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treasury.budgetline",
                        verbose_name="指标",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="出资地区",
                    ),
                ),
            ],
            options={
                "verbose_name": "资助的承担部分",
                "verbose_name_plural": "资助的承担部分",
                "ordering": ["award", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("award", "region"), name="one_part_a_payer"),
                    models.CheckConstraint(name="part_is_positive", condition=models.Q(("fen__gt", 0))),
                ],
            },
        ),
        ProtectRows("awardpart"),
        CheckInsert(
            "awardpart",
            name="funding_parts_within_award",
            refused=f"COALESCE({_SUM}, 0) + NEW.fen > {_TOTAL}",
            says="parts of an award are never above its sum",
        ),
        CheckInsert(
            "awardpart",
            name="funding_parts_are_award",
            refused=f"{_SUM} <> {_TOTAL}",
            says="parts of an award add up to its sum",
            at_commit=True,
        ),
    ]
