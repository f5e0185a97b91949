from django.apps import AppConfig


class OpenIDConfig(AppConfig):
    name = "portal.openid"
    label = "openid"
    verbose_name = "统一身份认证"
