from django.apps import AppConfig


class WordingsConfig(AppConfig):
    name = "review.wordings"
    label = "wordings"
    verbose_name = "通知书模板"
