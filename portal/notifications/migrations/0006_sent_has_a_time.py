from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_sent_mails")]

    operations = [
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='sent_outgoing_has_a_time'),
        ),
    ]
