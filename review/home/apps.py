from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "review.home"
    label = "home"
    verbose_name = "首页"
