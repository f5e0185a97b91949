from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "review.letters"
    label = "letters"
    verbose_name = "申报往来消息"
