"""Template tags for what Vite built: `{% entry "name" %}`, `{% theme_script %}`, `{% icon "home" %}`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from alp_site.lib.static import dist_dir

register = template.Library()

NOT_BUILT = (
    "The front end is not built. Run `npm ci` and `npm run build` in static/ (`make demo` and `make test` do it)."
)


class Chunk(TypedDict, total=False):
    """One record of Vite's manifest."""

    file: str
    css: list[str]
    imports: list[str]


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: tuple[int, int]) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _load(name: str) -> dict[str, Any] | None:
    """A JSON file of the build, read again only when it changed; None when there is no build and none is demanded."""
    path = dist_dir() / name
    try:
        stat = path.stat()
    except FileNotFoundError as error:
        if getattr(settings, "FRONTEND_BUILD_REQUIRED", True):
            raise ImproperlyConfigured(NOT_BUILT) from error
        return None
    loaded: dict[str, Any] = _read(path, (stat.st_mtime_ns, stat.st_size))
    return loaded


def static_url(file: str) -> str:
    """The address of a built file. Names carry a hash of the content, so no manifest storage is needed."""
    return f"{settings.STATIC_URL}{file}"


def _closure(manifest: dict[str, Chunk], key: str) -> tuple[list[str], list[str]]:
    """Style sheets and scripts an entry needs before itself, in load order, each once."""
    styles: list[str] = []
    scripts: list[str] = []
    seen: set[str] = set()

    def walk(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        chunk = manifest[name]
        for imported in chunk.get("imports", ()):
            walk(imported)
        styles.extend(css for css in chunk.get("css", ()) if css not in styles)
        if name != key:
            scripts.append(chunk["file"])

    walk(key)
    return styles, scripts


@register.simple_tag(takes_context=True)
def entry(context: template.Context, name: str) -> SafeString:
    """Style sheets, module preloads and the script of static/src/pages/<name>.ts; what another entry of the page
    already brought is left out. An entry that does not exist is an error naming it."""
    manifest: dict[str, Chunk] | None = _load("manifest.json")
    if manifest is None:
        return mark_safe("<!-- front end not built -->")
    keys = [f"src/pages/{name}{suffix}" for suffix in (".ts", ".tsx")]
    key = next((key for key in keys if key in manifest), None)
    if key is None:
        raise ImproperlyConfigured(f'No front-end entry "{name}": static/src/pages/{name}.ts is missing or not built.')
    sent = context.render_context.get("vite_sent")
    if not isinstance(sent, set):
        sent = context.render_context["vite_sent"] = set()
    styles, scripts = _closure(manifest, key)
    parts = [
        format_html_join(
            "\n", '<link rel="stylesheet" href="{}">', ((static_url(css),) for css in styles if css not in sent)
        ),
        format_html_join(
            "\n", '<link rel="modulepreload" href="{}">', ((static_url(js),) for js in scripts if js not in sent)
        ),
        format_html('<script type="module" src="{}"></script>', static_url(manifest[key]["file"])),
    ]
    sent.update(styles, scripts)
    return mark_safe("\n".join(part for part in parts if part))


@register.simple_tag
def early_script(name: str, **data: object) -> SafeString:
    """static/src/shell/<name>-early.js, which runs while the page still loads; `data` is what it finds in its dataset
    (None: left out)."""
    manifest: dict[str, Chunk] | None = _load("manifest.json")
    if manifest is None:
        return mark_safe("")
    said = format_html_join("", ' data-{}="{}"', ((key, value) for key, value in data.items() if value is not None))
    return format_html(
        '<script async fetchpriority="high" src="{}"{}></script>',
        static_url(manifest[f"src/shell/{name}-early.js"]["file"]),
        said,
    )


@register.simple_tag
def theme_script() -> SafeString:
    """The tiny blocking script that sets a kept theme before the first paint."""
    manifest: dict[str, Chunk] | None = _load("manifest.json")
    if manifest is None:
        return mark_safe("")
    return format_html('<script src="{}"></script>', static_url(manifest["src/shell/theme-early.js"]["file"]))


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An inline icon by the names of static/src/ui/icons.ts. Hidden from assistive technology: say it in words too."""
    icons = _load("icons.json")
    if icons is None:
        return mark_safe("")
    if name not in icons:
        raise ImproperlyConfigured(f'Unknown icon "{name}": see static/src/ui/icons.ts.')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        f" {extra}" if extra else "",
        mark_safe(icons[name]),
    )
