"""The books are only ever added to, and the database holds their order and balances."""

from django.db import migrations

from portal.core.triggers import ProtectRows
from review.treasury.triggers import GuardBooks


class Migration(migrations.Migration):
    dependencies = [("treasury", "0001_initial")]

    operations = [
        ProtectRows("account"),
        ProtectRows("entry"),
        ProtectRows("posting"),
        GuardBooks(),
    ]
