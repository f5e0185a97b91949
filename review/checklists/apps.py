from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "review.checklists"
    label = "checklists"
    verbose_name = "核对要点"
