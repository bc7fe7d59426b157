"""Signs and icons for the measurements alone, as sets of points: joined and cut, filled or outlined."""

import numpy as np
import scipy

from tests.quality import ink

SIDE = 120  # pixels of a mask
Y, X = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j] * 1.15


# --- sets of points, of a square from -1 to 1 ---------------------------------------------------------------


def disc(x, y, radius, squeezed=1.0):
    return (X - x) ** 2 + ((Y - y) / squeezed) ** 2 <= radius**2


def box(left, top, right, bottom):
    return (left <= X) & (right >= X) & (top <= Y) & (bottom >= Y)


def convex(*corners):
    """Return the inside of a convex polygon, its corners clockwise as they are seen."""
    inside = np.ones(X.shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        inside &= (x1 - x0) * (Y - y0) - (y1 - y0) * (X - x0) >= 0
    return inside


def bar(x0, y0, x1, y1, width=0.07):
    dx, dy = x1 - x0, y1 - y0
    along = (((X - x0) * dx + (Y - y0) * dy) / (dx * dx + dy * dy + 1e-9)).clip(0, 1)
    return np.hypot(X - x0 - along * dx, Y - y0 - along * dy) <= width


def rim(mask, width=0.07):
    """Return the inner rim of a set."""
    return mask & (scipy.ndimage.distance_transform_edt(mask) <= max(1, 2 * width * SIDE / 2.3))


# --- the signs: each returns an outlined set, and the lines in it or at it ----------------------------------


def heart(u):
    return (X**2 + (-1.1 * Y + 0.1) ** 2 - 0.75) ** 3 - X**2 * (-1.1 * Y + 0.1) ** 3 * 1.4 <= 0, ()


def house(u):
    body = box(-0.75, -0.15, 0.75, 0.95) | convex((-1, -0.15), (0, -1), (1, -0.15))
    door = box(-0.2, 0.35, 0.2, 0.95) if u < 0.6 else box(0.1, 0.1, 0.5, 0.5)
    return body, () if u < 0.3 else (rim(door),)


def clock(u):
    angle = 2 * np.pi * u
    return disc(0, 0, 1), (
        bar(0, 0, 0.7 * np.cos(angle), 0.7 * np.sin(angle)),
        bar(0, 0, 0.45 * np.cos(12 * angle), 0.45 * np.sin(12 * angle)),
    )


def drop(u):
    return disc(0, 0.35, 0.6) | convex((0, -1), (0.56, 0.12), (-0.56, 0.12)), ()


def leaf(u):
    # It falls to the right: one that rises, with its vein, is a slashed zero.
    return disc(-0.6, 0.6, 1.25) & disc(0.6, -0.6, 1.25), (bar(-0.65, -0.65, 0.4, 0.4),) if u < 0.5 else ()


def moon(u):
    return disc(0, 0, 0.95) & ~disc(0.45, -0.1, 0.8), ()


def cloud(u):
    return disc(-0.5, 0.2, 0.4) | disc(0.05, -0.1, 0.5) | disc(0.55, 0.2, 0.4) | box(-0.5, 0.2, 0.55, 0.6), ()


def star(u):
    angle, radius = np.arctan2(X, -Y), np.hypot(X, Y)
    points = 5 if u < 0.7 else 6
    return radius * (1 + 0.9 * np.abs(np.sin(angle * points / 2))) <= 1, ()


def gear(u):
    angle, radius = np.arctan2(Y, X), np.hypot(X, Y)
    return radius <= np.where(np.sin(8 * angle) > 0, 1, 0.75), (rim(disc(0, 0, 0.35)),)


def flash(u):
    a = 0.2 + 0.3 * u
    upper = convex((0.1, -1), (0.6, -1), (a - 0.1, 0.1), (-0.6, 0.1))
    lower = convex((-0.1, -0.15), (0.6, -0.15), (-0.5, 1))
    return upper | lower, ()


def shield(u):
    return box(-0.8, -0.9, 0.8, 0.1) | (disc(0, -0.2, 1.1) & box(-0.8, 0, 0.8, 1)), (
        (bar(0, -0.9, 0, 0.9),) if u < 0.5 else ()
    )


def pin(u):
    return disc(0, -0.35, 0.6) | convex((-0.55, -0.15), (0.55, -0.15), (0, 1)), (rim(disc(0, -0.35, 0.25)),)


def lock(u):
    return box(-0.7, -0.1, 0.7, 0.95), (rim(disc(0, -0.15, 0.5, 1.4)) & (Y < -0.1), bar(0, 0.3, 0, 0.55))


def bell(u):
    return (disc(0, -0.2, 0.6) & (Y < 0)) | convex((-0.6, -0.1), (0.6, -0.1), (0.95, 0.65), (-0.95, 0.65)), (
        disc(0, 0.82, 0.18),
    )


def envelope(u):
    return box(-1, -0.65, 1, 0.65), (bar(-1, -0.65, 0, 0.15), bar(1, -0.65, 0, 0.15))


def flag(u):
    return box(-0.6, -0.95, 0.9, 0.05), (bar(-0.65, -0.95, -0.65, 1),)


def tree(u):
    return convex((0, -1), (0.75, 0.5), (-0.75, 0.5)), (bar(0, 0.5, 0, 1, 0.1),)


def magnifier(u):
    return disc(-0.25, -0.25, 0.65), (bar(0.22, 0.22, 0.9, 0.9),)


def key(u):
    return disc(-0.6, 0, 0.4), (bar(-0.2, 0, 1, 0), bar(0.6, 0, 0.6, 0.35), bar(0.95, 0, 0.95, 0.35))


def bubble(u):
    return disc(0, -0.2, 0.95, 0.75) | convex((-0.5, 0.2), (0.1, 0.4), (-0.7, 1)), ()


def arrow(u):
    turned = convex((0.1, -0.85), (1, 0), (0.1, 0.85)) | box(-1, -0.3, 0.15, 0.3)
    return (turned if u < 0.4 else turned.T if u < 0.7 else turned[:, ::-1]), ()


def sun(u):
    angles = np.arange(8) * np.pi / 4
    return disc(0, 0, 0.45), tuple(
        bar(0.65 * np.cos(a), 0.65 * np.sin(a), np.cos(a), np.sin(a)) for a in angles
    )


def face(u):
    mouth = rim(disc(0, 0.1, 0.5)) & (Y > 0.25)
    return disc(0, 0, 1), (
        disc(-0.35, -0.3, 0.1),
        disc(0.35, -0.3, 0.1),
        mouth if u < 0.6 else mouth[::-1] & (Y > 0),
    )


def ring_with_sign(u):
    signs = [
        (bar(-0.4, -0.4, 0.4, 0.4), bar(-0.4, 0.4, 0.4, -0.4)),
        (bar(-0.5, 0, 0.5, 0), bar(0, -0.5, 0, 0.5)),
        (bar(-0.45, 0, -0.1, 0.35), bar(-0.1, 0.35, 0.5, -0.35)),
        (rim(convex((-0.3, -0.45), (0.5, 0), (-0.3, 0.45))),),
        (rim(box(-0.35, -0.35, 0.35, 0.35)),),
        (rim(disc(0, 0, 0.45)),),
        (bar(-0.7, -0.7, 0.7, 0.7),),
        (bar(-0.25, -0.4, -0.25, 0.4), bar(0.25, -0.4, 0.25, 0.4)),
        (bar(-0.5, 0, 0.5, 0), bar(0.5, 0, 0.2, -0.3), bar(0.5, 0, 0.2, 0.3)),
    ]
    return disc(0, 0, 1), signs[int(u * len(signs))]


def person(u):
    return disc(0, -0.5, 0.42), (rim(disc(0, 0.95, 0.85)) & (Y < 0.9), bar(-0.8, 0.92, 0.8, 0.92))


def cup(u):
    return box(-0.9, -0.7, 0.4, 0.8), (rim(disc(0.4, 0, 0.45)) & (X > 0.4),)


def fish(u):
    return (disc(-0.2, 0.7, 1) & disc(-0.2, -0.7, 1)) | convex((0.4, 0), (1, -0.5), (1, 0.5)), (
        disc(-0.5, -0.05, 0.08),
    )


def hospital(u):
    return box(-0.33, -1, 0.33, 1) | box(-1, -0.33, 1, 0.33), ()


SIGNS = (
    heart, heart, heart, house, house, house, clock, clock, clock, drop, drop, leaf, moon, cloud, star,
    gear, flash, flash, flash, shield, pin, lock, bell, envelope, flag, tree, magnifier, key, bubble, arrow,
    sun, face, ring_with_sign, ring_with_sign, ring_with_sign, person, cup, fish, hospital,
)  # fmt: skip


def signs_and_icons(digits, count, random):
    """Return hearts, houses, clocks, drops, flashes, rings with signs and other icons; a fifth are filled."""
    return np.array(
        [_sign(SIGNS[number % len(SIGNS)], random).ravel() for number in range(count)], np.float32
    )


def _sign(make, random):
    mask, lines = make(random.random())
    width = random.uniform(0.05, 0.16)
    drawn = mask if random.random() < 0.2 else rim(mask, width / 2)
    grown = scipy.ndimage.binary_dilation(
        np.any([np.zeros_like(mask), *lines], axis=0), iterations=int(width * 20)
    )
    # Lines in a filled sign are left out of it.
    drawn = drawn & ~(grown & mask) | grown & ~mask if drawn is mask else drawn | grown
    turn, wide = random.normal(0, 8), np.exp(random.normal(0, 0.12))
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([1, wide])
    middle = np.full(2, (SIDE - 1) / 2)
    picture = scipy.ndimage.affine_transform(
        drawn.astype(np.float32), matrix * 1.3, middle - 1.3 * matrix @ middle, order=1
    )
    return ink.framed(picture)
