from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "review.deadlines"
    label = "deadlines"
    verbose_name = "办理期限"
