"""What each annotation type is drawn, edited and mended with, by mouse and by keys, and what must come of it.

Both hands aim at the same places, so the same geometry is expected of both. An edit is one step of undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from datasets.geometry import _base
from tests.e2e.shapes import SIZE_WH, Hand

XY = tuple[float, float]
Act = Callable[[Hand], None]
Rows = list[dict[str, Any]]
Look = Callable[[Rows], bool]


@dataclass(frozen=True)
class Doing:
    """With one kind of hand. Before `edit` and `fix` what was drawn is selected and the select tool in hand."""

    draw: Act
    edit: Act
    fix: Act


@dataclass(frozen=True)
class Kind:
    type: str
    mouse: Doing
    keys: Doing
    drawn: Look
    edited: Look
    fixed: Look
    held: XY | None = None
    """Where it can be taken hold of once edited; None: it has no place."""
    label: str = "apple"


# --- what must come of it


def box_of(row: dict[str, Any]) -> Sequence[float]:
    return _base.get(row["type"]).bounds(row["geometry"], SIZE_WH) or ()


def lies(*xyxy: float) -> Look:
    """The one annotation lies in this box, within two pixels: a screen pixel is not an image pixel."""
    return lambda rows: len(rows) == 1 and list(box_of(rows[0])) == pytest.approx(xyxy, abs=2)


def turned(by: float) -> Look:
    return lambda rows: len(rows) == 1 and rows[0]["geometry"]["angle"] == pytest.approx(by, abs=2)


def also(*looks: Look) -> Look:
    return lambda rows: all(look(rows) for look in looks)


def rings(*corners: int) -> Look:
    return lambda rows: [len(ring) for ring in rows[0]["geometry"]["rings"]] == [*corners]


def points(count: int) -> Look:
    return lambda rows: len(rows[0]["geometry"]["points"]) == count


def keypoints(*places: XY) -> Look:
    def look(rows: Rows) -> bool:
        found = rows[0]["geometry"]["keypoints"]
        return len(found) == len(places) and all(
            point == pytest.approx([*place, 2], abs=2) for point, place in zip(found, places, strict=True)
        )

    return look


def covers(least: float, most: float) -> Look:
    return lambda rows: least < _base.get("mask").area(rows[0]["geometry"], SIZE_WH) < most


def classes(*labels: str) -> Look:
    return lambda rows: sorted(row["label"] for row in rows) == sorted(labels)


# --- by mouse


def pulls(start: XY, *to: XY) -> Act:
    return lambda hand: hand.drag(start, *to)


def drags(tool: str, start: XY, *to: XY) -> Act:
    def act(hand: Hand) -> None:
        hand.tool(tool)
        hand.drag(start, *to)

    return act


def clicks(tool: str, *places: XY) -> Act:
    def act(hand: Hand) -> None:
        hand.tool(tool)
        for place in places:
            hand.click(*place)

    return act


def twice(place: XY) -> Act:
    return lambda hand: hand.page.mouse.dblclick(*hand.at(*place))


def label(name: str) -> Act:
    return lambda hand: hand.page.get_by_role("toolbar", name="Labels").get_by_role("button", name=name).click()


# --- by keys


def sets(key: str, *places: XY, end: str = "") -> Act:
    """Takes a tool and sets points with the cross."""

    def act(hand: Hand) -> None:
        hand.press(key)
        for place in places:
            hand.cross(*place)
            hand.press("Space")
        if end:
            hand.press(end)

    return act


def paints(key: str, start: XY, *to: XY) -> Act:
    """Puts the brush down, goes along, lifts it."""

    def act(hand: Hand) -> None:
        hand.press(key)
        hand.cross(*start)
        hand.press("Space")
        for place in to:
            hand.cross(*place)
        hand.press("Space")

    return act


def steps(handle: int, *arrows: str) -> Act:
    """Moves the handle that "." comes to so many presses on."""

    def act(hand: Hand) -> None:
        hand.press(".", handle)
        for arrow in arrows:
            hand.press(arrow)

    return act


def presses(*keys: str) -> Act:
    def act(hand: Hand) -> None:
        for key in keys:
            hand.press(key)

    return act


def then(*acts: Act) -> Act:
    def act(hand: Hand) -> None:
        for one in acts:
            one(hand)

    return act


RIGHT, DOWN, UP = "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowUp"  # ten image pixels with the select tool
OUTER = ((300, 100), (420, 110), (400, 220), (310, 200))
HOLE = ((340, 130), (380, 130), (370, 170))
LINE = ((60, 60), (160, 90), (260, 60))
EDGE = ((100, 100), (250, 150), (230, 210))
BODY = ((200, 100), (240, 180), (220, 260))

KINDS: dict[str, Kind] = {
    "class": Kind(
        type="class",
        mouse=Doing(draw=label("apple"), edit=label("leaf"), fix=label("leaf")),
        keys=Doing(draw=presses("1"), edit=presses("3"), fix=presses("3")),
        drawn=classes("apple"),
        edited=classes("apple", "leaf"),
        fixed=classes("apple"),
    ),
    "box": Kind(
        type="box",
        held=(150, 140),
        mouse=Doing(
            draw=drags("Box", (100, 100), (220, 200)),
            edit=pulls((220, 200), (230, 200)),
            fix=pulls((150, 140), (170, 150)),
        ),
        keys=Doing(draw=sets("r", (100, 100), (220, 200)), edit=steps(4, RIGHT), fix=presses(RIGHT, RIGHT, DOWN)),
        drawn=lies(100, 100, 220, 200),
        edited=lies(100, 100, 230, 200),
        fixed=lies(120, 110, 250, 210),
    ),
    "rotated box": Kind(
        type="box",
        held=(175, 155),
        mouse=Doing(
            draw=clicks("Rotated box, three points", *EDGE),
            edit=pulls((165, 155), (175, 155)),
            fix=pulls((175, 155), (175, 175)),
        ),
        keys=Doing(draw=sets("Shift+R", *EDGE), edit=presses(RIGHT), fix=presses(DOWN, DOWN)),
        drawn=also(lies(80, 100, 250, 210), turned(18.4)),
        edited=also(lies(90, 100, 260, 210), turned(18.4)),
        fixed=also(lies(90, 120, 260, 230), turned(18.4)),
    ),
    "polygon": Kind(
        type="polygon",
        held=(320, 180),
        mouse=Doing(
            draw=then(clicks("Polygon", *OUTER, OUTER[0]), clicks("Hole or part of a polygon", *HOLE, HOLE[0])),
            edit=pulls(OUTER[1], (430, 110)),
            fix=pulls((365, 105), (365, 85)),
        ),
        keys=Doing(
            draw=then(sets("p", *OUTER, end="Enter"), sets("Shift+P", *HOLE, end="Enter")),
            edit=steps(2, RIGHT),
            fix=steps(5, UP, UP),
        ),
        drawn=also(lies(300, 100, 420, 220), rings(4, 3)),
        edited=also(lies(300, 100, 430, 220), rings(4, 3)),
        fixed=also(lies(300, 85, 430, 220), rings(5, 3)),
    ),
    "mask": Kind(
        type="mask",
        held=(440, 300),
        mouse=Doing(
            draw=drags("Brush", (400, 300), (480, 300), (480, 330)),
            edit=drags("Brush", (480, 330), (480, 360)),
            fix=drags("Eraser", (390, 300), (430, 300)),
        ),
        keys=Doing(
            draw=paints("b", (400, 300), (480, 300), (480, 330)),
            edit=paints("b", (480, 330), (480, 360)),
            fix=paints("e", (390, 300), (430, 300)),
        ),
        drawn=also(lies(388, 288, 492, 342), covers(2500, 3400)),
        edited=also(lies(388, 288, 492, 372), covers(3200, 4200)),
        fixed=also(lies(433, 288, 492, 372), covers(2200, 3200)),
    ),
    "point": Kind(
        type="point",
        held=(330, 240),
        mouse=Doing(
            draw=clicks("Point", (320, 240)), edit=pulls((320, 240), (330, 240)), fix=pulls((330, 240), (330, 260))
        ),
        keys=Doing(draw=sets("k", (320, 240)), edit=presses(RIGHT), fix=presses(DOWN, DOWN)),
        drawn=lies(320, 240, 320, 240),
        edited=lies(330, 240, 330, 240),
        fixed=lies(330, 260, 330, 260),
    ),
    "skeleton": Kind(
        type="skeleton",
        label="person",
        held=(200, 100),
        mouse=Doing(
            draw=then(label("person"), clicks("Skeleton", *BODY)),
            edit=pulls(BODY[1], (250, 180)),
            fix=pulls(BODY[2], (220, 280)),
        ),
        keys=Doing(draw=then(presses("4"), sets("Shift+K", *BODY)), edit=steps(2, RIGHT), fix=steps(3, DOWN, DOWN)),
        drawn=keypoints(*BODY),
        edited=keypoints(BODY[0], (250, 180), BODY[2]),
        fixed=keypoints(BODY[0], (250, 180), (220, 280)),
    ),
    "polyline": Kind(
        type="polyline",
        held=(160, 90),
        mouse=Doing(
            draw=then(clicks("Line", *LINE[:2]), twice(LINE[2])),
            edit=pulls(LINE[2], (270, 60)),
            fix=pulls((110, 75), (110, 95)),
        ),
        keys=Doing(draw=sets("l", *LINE, end="Enter"), edit=steps(3, RIGHT), fix=steps(4, DOWN, DOWN)),
        drawn=also(lies(60, 60, 260, 90), points(3)),
        edited=also(lies(60, 60, 270, 90), points(3)),
        fixed=also(lies(60, 60, 270, 95), points(4)),
    ),
    "ellipse": Kind(
        type="ellipse",
        held=(260, 250),
        mouse=Doing(
            draw=drags("Ellipse", (200, 200), (320, 280)),
            edit=pulls((320, 240), (330, 240)),
            fix=pulls((260, 250), (280, 260)),
        ),
        keys=Doing(draw=sets("o", (200, 200), (320, 280)), edit=steps(2, RIGHT), fix=presses(RIGHT, RIGHT, DOWN)),
        drawn=lies(200, 200, 320, 280),
        edited=lies(190, 200, 330, 280),
        fixed=lies(210, 210, 350, 290),
    ),
}
