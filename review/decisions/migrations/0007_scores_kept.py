"""What a panel gave a claim stays as it was entered."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("review", "0006_claim_scores")]

    operations = [ProtectRows("claimscore")]
