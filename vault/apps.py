from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "vault"
    verbose_name = "Partners and rent"
    default_auto_field = "django.db.models.BigAutoField"
