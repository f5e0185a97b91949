"""What was kept is encrypted as every other value is, under keys that rotate."""

import base64
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import migrations

from portal.core.encrypted_fields import EncryptedJSONField


def carry_over(apps, _schema_editor):
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"unsent:" + str(secret).encode()).digest() for secret in secrets]
    cipher = MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
    forms = apps.get_model("unsent", "UnsentForm")._base_manager
    for form in forms.order_by("pk"):
        try:
            form.kept = json.loads(cipher.decrypt(bytes(form.content)))
        except InvalidToken:
            # Its key is gone: nobody could read it before.
            form.delete()
            continue
        form.save(update_fields=["kept"])


class Migration(migrations.Migration):
    dependencies = [("unsent", "0001_initial")]

    operations = [
        migrations.AddField("unsentform", "kept", EncryptedJSONField(default=list, verbose_name="内容")),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField("unsentform", "content"),
        migrations.RenameField("unsentform", "kept", "content"),
    ]
