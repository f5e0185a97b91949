from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "review.figures"
    label = "figures"
    verbose_name = "统计"
