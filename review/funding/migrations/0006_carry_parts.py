"""Awards that stand get their parts from the books, which hold what each payer bears of a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations
from django.db.models import Sum

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What a claim has on these accounts of a line is the part that the line bears, however far its money has come.
HOLDING = ("committed", "payable", "in_transit", "paid")


def write_parts(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    part = apps.get_model("funding", "AwardPart")
    postings = apps.get_model("treasury", "Posting").objects
    for award in apps.get_model("funding", "Award").objects.filter(parts=None).order_by("pk").iterator():
        held = (
            postings.filter(entry__claim_id=award.claim_id, account__kind__in=HOLDING)
            .order_by("account__line_id")
            .values_list("account__line_id", "account__line__region_id")
            .annotate(fen=Sum("amount"))
        )
        part.objects.bulk_create(
            part(award=award, line_id=line, region_id=region, fen=fen, basis=award.basis)
            for line, region, fen in held
            if fen
        )


class Migration(migrations.Migration):
    dependencies = [("funding", "0005_parts")]

    operations = [migrations.RunPython(write_parts, migrations.RunPython.noop)]
