"""Behind HTTPS, with secrets from the environment; refuses to start without them."""

from django.core.exceptions import ImproperlyConfigured

from alp_site.env import ENV
from alp_site.settings.base import *  # noqa: F403

if len(ENV.secret_key) < 32:
    raise ImproperlyConfigured("Set ALP_SECRET_KEY to at least 32 random characters (see .env.example).")
if tuple(ENV.allowed_hosts) == ("localhost", "127.0.0.1", "[::1]"):
    raise ImproperlyConfigured("Set ALP_ALLOWED_HOSTS to the names people reach this server by (see .env.example).")

SESSION_COOKIE_SECURE = ENV.https
CSRF_COOKIE_SECURE = ENV.https
SECURE_SSL_REDIRECT = ENV.https
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the browsers' preload list is for whoever owns the domain to join
