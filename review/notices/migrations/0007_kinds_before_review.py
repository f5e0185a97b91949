"""Receipts, and notices of acceptance, of its refusal and of corrections, of which a claim has several."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_kinds_as_in_documents'),
        ('applications', '0005_corrections_answered'),
        ('notices', '0006_series'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='one_valid_notice_per_claim_and_kind',
        ),
        migrations.AddField(
            model_name='notice',
            name='occasion',
            field=models.PositiveBigIntegerField(default=0, help_text='一件申报可有多份的，为所告知的办理记录的编号', verbose_name='场合'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('receipt', '申报回执'), ('accept', '受理通知书'), ('decline', '不予受理通知书'), ('correct', '补正通知书'), ('grant', '资助决定通知书'), ('refusal', '不予支持通知书'), ('recognise', '认定通知书')], max_length=10, verbose_name='种类'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('claim', 'kind', 'occasion'), name='one_valid_notice_per_claim_and_kind'),
        ),
        # Again: SQLite drops the triggers of a table that it rebuilds.
        ProtectRows(
            "notice",
            writable=["sha256", "size", "rendered_at", "voided_at"],
            allowed=(
                "OLD.voided_at IS NULL AND ("
                "(OLD.rendered_at IS NULL AND NEW.rendered_at IS NOT NULL AND NEW.voided_at IS NULL) OR "
                "(NEW.voided_at IS NOT NULL AND NEW.sha256 = OLD.sha256 AND NEW.size = OLD.size AND "
                "COALESCE(NEW.rendered_at, NEW.created_at) = COALESCE(OLD.rendered_at, OLD.created_at)))"
            ),
        ),
    ]
