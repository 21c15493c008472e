"""Who may call the routes of people."""

from __future__ import annotations

from alp_site.people.models import AccessToken, Membership
from alp_site.people.services import create_token
from tests.matrix import ANYONE, Call, Row, World


def of_project(world: World) -> dict[str, object]:
    return {"project_id": world.project.pk}


def viewer_member(world: World) -> Membership:
    return Membership.objects.get(project=world.project, user=world.people["viewer"])


def owners_bound_token(world: World) -> AccessToken:
    return world.once("token", lambda: create_token(user=world.owner, name="t", project=world.project)[0])


ROWS = {
    "me": Row(get=ANYONE, patch=Call(ANYONE, body={"name": "New name"})),
    "health": Row(get="oe*"),  # owners and engineers of any project; the stranger owns one
    "schema": Row(get=ANYONE),
    "projects": Row(get=ANYONE, post=Call(ANYONE, body={"name": "Mine"})),
    "project": Row(kwargs=of_project, get="oerav", patch=Call("o", body={"name": "New"}), delete="o"),
    "members": Row(kwargs=of_project, get="oerav", post=Call("o", body={"email": "new@example.org", "role": "viewer"})),
    # A viewer may leave: that is the one member who is not an owner and may delete this membership.
    "member": Row(
        kwargs=lambda world: {"member_id": viewer_member(world).pk},
        patch=Call("o", body={"role": "annotator"}),
        delete="ov",
    ),
    "project-tokens": Row(kwargs=of_project, get="oe", post=Call("oerav", body={"name": "ci"})),
    "tokens": Row(get=ANYONE, post=Call(ANYONE, body={"name": "ci"})),
    "token": Row(kwargs=lambda world: {"token_id": owners_bound_token(world).pk}, delete=Call("oe", hidden="rav")),
}
