from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_progress")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="request_id",
            field=models.CharField(
                blank=True, default="", help_text="登记任务的请求，日志中以此相连", max_length=64, verbose_name="请求编号"
            ),
            preserve_default=False,
        ),
    ]
