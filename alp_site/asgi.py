"""The ASGI application: HTTP by Django, websockets by channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alp_site.settings.dev")

import django

django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from alp_site.env import ENV
from alp_site.feed import FeedConsumer
from alp_site.lib.http import PooledHandler

application = ProtocolTypeRouter(
    {
        "http": PooledHandler(ENV.web_threads),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/feed/", FeedConsumer.as_asgi())]))
        ),
    }
)
