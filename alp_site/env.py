"""The environment, read once into a frozen dataclass. Nothing else reads ``os.environ`` for settings."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_dotenv(path: Path) -> dict[str, str]:
    """KEY=value lines of a ``.env`` file; comments and blank lines skipped, quotes around a value removed."""
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#") or "=" not in text:
            continue
        key, _, value = text.partition("=")
        values[key.strip()] = value.strip().strip("\"'")
    return values


def _bool(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Env:
    """Every variable ALP reads; ``.env.example`` documents each (a test holds the two equal)."""

    secret_key: str = ""
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    database_url: str = ""
    redis_url: str = ""
    data_dir: Path = field(default=ROOT / ".data")
    cache_dir: Path = field(default=Path("~/.cache/alp"))
    weights_dir: str = ""
    import_dir: str = ""
    sqlite_file: str = ""
    sqlite_synchronous: str = "NORMAL"
    log_level: str = "INFO"
    web_threads: int = 16
    default_workers: int = 2
    ml_workers: int = 1
    ml_threads: int = 0
    training_processes: int = 0
    max_upload_mb: int = 512
    max_image_megapixels: int = 250
    tile_above_megapixels: int = 20
    https: bool = True
    code_unsafe: bool = False
    http_hosts: tuple[str, ...] = ()
    email_host: str = ""
    email_port: int = 587
    email_user: str = ""
    email_password: str = ""
    email_tls: bool = True
    email_from: str = "alp@localhost"

    @property
    def weights_folder(self) -> Path:
        """The only folder that a model's configuration may name weights files of; a relative one lies beside .env."""
        return ROOT / Path(self.weights_dir).expanduser() if self.weights_dir else self.data_dir / "weights"

    @property
    def import_folder(self) -> Path | None:
        """The only folder that pipelines may take files of the server from; None: they may not."""
        return ROOT / Path(self.import_dir).expanduser() if self.import_dir else None

    @classmethod
    def read(cls) -> Env:
        """ALP_* variables of the process over those of ``.env``; DATABASE_URL and REDIS_URL go without the prefix."""
        raw = {**load_dotenv(ROOT / ".env"), **os.environ}
        got: dict[str, object] = {}
        for f in fields(cls):
            name = variable(f.name)
            if name not in raw:
                continue
            got[f.name] = _parse(f.name, raw[name])
        return cls(**got)  # type: ignore[arg-type]


def variable(field_name: str) -> str:
    """The environment variable of a field."""
    return field_name.upper() if field_name in {"database_url", "redis_url"} else f"ALP_{field_name.upper()}"


def _parse(name: str, text: str) -> object:
    default = getattr(Env, name, None)
    if name in {"data_dir", "cache_dir"}:
        return ROOT / Path(text).expanduser()  # a relative one lies beside .env, wherever we are started from
    if name in {"allowed_hosts", "http_hosts"}:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, bool):
        return _bool(text)
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise SystemExit(f"{variable(name)} must be a whole number, not {text!r}.") from None
    return text


def kept_secret(folder: Path) -> str:
    """A random secret made at the first start and kept beside the data: for one machine, where nobody set one."""
    path = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret


ENV = Env.read()
