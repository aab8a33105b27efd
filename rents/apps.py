from django.apps import AppConfig


class RentsConfig(AppConfig):
    name = "rents"
    verbose_name = "Rent"
    default_auto_field = "django.db.models.BigAutoField"
