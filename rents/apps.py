from django.apps import AppConfig


class RentsConfig(AppConfig):
    name = "rents"
    default_auto_field = "django.db.models.BigAutoField"
