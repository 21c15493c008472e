from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "alp_site.lib"
    label = "lib"
    verbose_name = "Ground"

    def ready(self) -> None:
        from alp_site.lib import housekeeping  # noqa: F401  registers its periodic duties
