from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "review.notes"
    label = "notes"
    verbose_name = "内部备注"
