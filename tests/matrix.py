"""How an app writes its rows of the permission matrix: `tests/<app>/matrix.py` holds `ROWS: dict[str, Row]`.

A row is a route of /api/v1 by its URL name; every method the view implements must be in it. Who may call is written as
letters, one a role: o(wner) e(ngineer) r(eviewer) a(nnotator) v(iewer); everybody else in the project must get 403.

    ROWS = {
        "dataset": Row(
            kwargs=lambda world: {"dataset_id": dataset(world).pk},
            get="oerv",
            patch=Call("oe", body={"name": "new"}),
            delete="oe",
        ),
        "items": Row(kwargs=..., get=Call("oerv", hidden="a")),   # an annotator who has no assignment gets 404
        "me": Row(get=ANYONE),
    }

    def dataset(world: World) -> Dataset:          # made once a test
        return world.once("dataset", lambda: create_dataset(project=world.project, name="d", user=world.owner))

A stranger must get 404 on every route with `kwargs`, unless the row says ANYONE; a person not signed in gets 401.
The body should be one that succeeds: a caller with the right must not get 401, 403, 404, 405 or 5xx.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from alp_site.people.models import Project, Role, User

LETTERS = dict(zip("oerav", Role.values, strict=True))
ANYONE = "oerav*"  # anyone signed in, strangers too
PUBLIC = "oerav*-"  # even without signing in

T = TypeVar("T")


@dataclass
class World:
    """What a row's factories build on: the project with one person a role, and a stranger's project."""

    project: Project
    other_project: Project
    people: dict[str, User]
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> User:
        return self.people["owner"]

    def once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self.made:
            self.made[name] = make()
        return cast("T", self.made[name])


@dataclass(frozen=True)
class Call:
    """One method of a route: who may, who must not even know (404), and a body that works."""

    roles: str
    body: dict[str, Any] | Callable[[World], Any] | None = None
    hidden: str = ""
    query: dict[str, Any] | Callable[[World], dict[str, Any]] | None = None
    multipart: bool = False

    def body_for(self, world: World) -> Any:
        return self.body(world) if callable(self.body) else self.body

    def query_for(self, world: World) -> dict[str, Any]:
        return (self.query(world) if callable(self.query) else self.query) or {}

    def expected(self, actor: str, scoped: bool) -> set[int] | None:
        """The statuses this actor must get; None stands for "let in"."""
        if actor == "anonymous":
            return None if "-" in self.roles else {401}
        if actor == "stranger":
            return None if "*" in self.roles else {404 if scoped else 403}
        letter = next(letter for letter, role in LETTERS.items() if role == actor)
        if letter in self.roles:
            return None
        return {404} if letter in self.hidden else {403}


Cell = Call | str


class Row:
    """One route; a method that is left out must not exist."""

    def __init__(
        self,
        *,
        kwargs: Callable[[World], dict[str, Any]] | None = None,
        get: Cell | None = None,
        post: Cell | None = None,
        put: Cell | None = None,
        patch: Cell | None = None,
        delete: Cell | None = None,
    ) -> None:
        self.kwargs = kwargs
        cells = {"get": get, "post": post, "put": put, "patch": patch, "delete": delete}
        self.calls = {
            method: Call(cell) if isinstance(cell, str) else cell for method, cell in cells.items() if cell is not None
        }

    def kwargs_for(self, world: World) -> dict[str, Any]:
        return self.kwargs(world) if self.kwargs else {}
