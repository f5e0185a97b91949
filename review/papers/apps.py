from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "review.papers"
    label = "own_papers"
    verbose_name = "我的文件"
