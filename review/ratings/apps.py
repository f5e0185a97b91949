from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "review.ratings"
    label = "ratings"
    verbose_name = "办事评价"
