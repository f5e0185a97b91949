from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "review.documents"
    label = "documents"
    verbose_name = "公文和申报书"
