from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "review.assignments"
    label = "assignments"
    verbose_name = "承办"
