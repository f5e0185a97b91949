"""ID numbers, bank accounts and telephones are encrypted, as are the secrets of second factors."""

from django.db import migrations

from portal.accounts.services.encryption import rotate_fields
from portal.core.encrypted_fields import EncryptedField, EncryptedJSONField, KeyedHashField


def encrypt_all(apps, _schema_editor):
    rotate_fields(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_kinds_as_in_documents"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.AddField("applicant", "resident_id_hash", KeyedHashField("resident_id", unique=True)),
        migrations.AlterField(
            "applicant",
            "resident_id",
            EncryptedField(blank=True, longest=18, null=True, verbose_name="公民身份号码"),
        ),
        migrations.AlterField(
            "applicant", "contact_phone", EncryptedField(blank=True, longest=20, verbose_name="联系电话")
        ),
        migrations.AlterField(
            "applicant", "account_number", EncryptedField(blank=True, longest=40, verbose_name="银行账号")
        ),
        migrations.AddField("user", "phone_hash", KeyedHashField("phone", db_index=True)),
        migrations.AlterField("user", "phone", EncryptedField(blank=True, longest=20, verbose_name="手机号码")),
        migrations.AlterField("overriderequest", "details", EncryptedJSONField(verbose_name="登记内容")),
        migrations.RunPython(encrypt_all, migrations.RunPython.noop),
    ]
