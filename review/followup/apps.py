from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "review.followup"
    label = "followup"
    verbose_name = "后续管理"
