"""Entries that cancel an approval and waive a demand."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0006_year_end'),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('issue', '指标下达'), ('reserve', '审定占用'), ('release', '释放占用'), ('commit', '批准'), ('cancel', '撤销批准'), ('send', '发放'), ('settle', '支付成功'), ('return', '退票'), ('demand', '追缴决定'), ('recover', '追缴收回'), ('waive', '免予追缴'), ('carry_over', '结转下年'), ('lapse', '收回指标'), ('reverse', '冲正')], max_length=12, verbose_name='种类'),
        ),
    ]
