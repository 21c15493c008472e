"""People: who uses ALP, in which project, as what."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "alp_site.people"
    label = "people"
    verbose_name = "People"
