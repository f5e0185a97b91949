"""Guards read their tables by an index, however few rows stood there when their plans were made."""

from django.db import migrations

from portal.core.triggers import ReadByIndex


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0007_head_by_slices"),
        ("funding", "0009_payment_by_part"),
        ("payments", "0008_checked_when_raised"),
        ("treasury", "0010_fewer_indexes"),
    ]

    operations = [ReadByIndex()]
