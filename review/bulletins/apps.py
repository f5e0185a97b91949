from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "review.bulletins"
    label = "bulletins"
    verbose_name = "群发消息"
