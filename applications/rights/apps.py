from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "applications.rights"
    label = "rights"
    verbose_name = "知识产权台账"
