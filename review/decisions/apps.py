from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review.decisions"
    label = "review"
    verbose_name = "审核"
