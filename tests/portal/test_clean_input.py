"""What comes in at the entrance, whatever the address."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User


@pytest.mark.parametrize("path", ["/v/%00/", "/policies/items/%00/", "/notices/verify/?code=%00", "/?q=a%00b", "/%00"])
def test_an_address_with_a_nul_is_refused_in_words(db, client, path):
    answer = client.get(path)
    assert (answer.status_code, "请求无法识别" in answer.content.decode()) == (400, True)


def test_what_nobody_sees_is_gone_before_any_form_reads_it(db, client):
    typed = {"email": "a@example.org", "name": "张\u200b\x00三\u202e\n四", "phone": "138\u200e0013 8000"}
    passwords = {"password1": "long enough 2026"}
    passwords |= dict.fromkeys(("consent", "sensitive_consent"), "on")
    client.post(reverse("account_signup"), typed | passwords)
    assert User.objects.get().name == "张三 四"
    again = Client().post(
        reverse("account_signup"), typed | passwords | {"name": "\u200b\u3164", "email": "b@example.org"}
    )
    assert "请填写这一项" in again.content.decode()
    assert User.objects.count() == 1
