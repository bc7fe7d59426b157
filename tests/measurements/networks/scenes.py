"""Photographs of a page among other things, what people add to a digit, and numbers of more than a digit."""

import io

import numpy as np
import scipy
from PIL import Image, ImageDraw, ImageFilter

from tests.measurements.networks import probes
from tests.measurements.networks.probes import Probe, box_of, field, mask, pen_of, pick

PENS = np.array([[25, 25, 30], [30, 40, 120], [70, 70, 75], [150, 30, 35]], float)
DESKS = np.array(
    [
        [150, 105, 65],
        [70, 50, 40],
        [95, 95, 100],
        [60, 75, 105],
        [205, 190, 165],
        [235, 232, 228],
        [40, 40, 42],
    ],
    float,
)
NOTES = np.array(
    [[250, 232, 110], [250, 160, 190], [160, 225, 150], [150, 205, 245], [250, 185, 100], [245, 245, 240]],
    float,
)

# --- photographs ------------------------------------------------------------------------------------------


def as_jpeg(picture, random, label):
    """Return a photograph (height, width, 3) as the bytes of a JPEG."""
    file = io.BytesIO()
    noisy = picture + random.normal(0, random.uniform(1, 4), picture.shape)
    photo = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    photo.filter(ImageFilter.GaussianBlur(random.uniform(0.4, 1))).save(
        file, "JPEG", quality=int(random.integers(70, 93))
    )
    return Probe(file.getvalue(), label)


def size_of_photo(random):
    return (360, 480) if random.random() < 0.5 else (480, 360)


def desk(shape, random):
    """Return a desk (height, width, 3) with grain, and perhaps with a pencil and the corner of a screen."""
    base = DESKS[random.integers(len(DESKS))]
    along = field((shape[0], 8), 3, random) if random.random() < 0.5 else field((8, shape[1]), 3, random)
    wood = np.asarray(Image.fromarray(along.astype(np.float32)).resize(shape[::-1], Image.Resampling.BICUBIC))
    grain = random.uniform(0, 14) * wood + 10 * field(shape, 90, random) + 5 * field(shape, 4, random)
    picture = base + grain[..., None]
    if random.random() < 0.4:  # a pencil
        at, angle = random.uniform(0, 1, 2) * shape[::-1], random.uniform(0, np.pi)
        way, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        corners = [at - 200 * way - 5 * aside, at + 200 * way - 5 * aside, at + 200 * way + 5 * aside]
        inside = mask(shape, [*corners, at - 200 * way + 5 * aside], 0.8)
        picture = picture * (1 - inside) + NOTES[random.integers(5)] * 0.8 * inside
    return picture


def write(picture, inks, box, random, colour=None):
    """Return a picture with inks side by side in a box (left, top, right, bottom) of its pixels."""
    colour = PENS[random.integers(len(PENS))] if colour is None else colour
    left, top, right, bottom = box
    side = round(min((right - left) / max(1, len(inks)), bottom - top))
    picture = picture.copy()
    for number, ink in enumerate(inks):
        layer = np.asarray(Image.fromarray(np.uint8(255 * ink)).resize((side, side)), float)[..., None] / 255
        x = round((left + right - side * len(inks)) / 2) + number * side
        at = np.s_[round(top) : round(top) + side, x : x + side]
        layer = layer[: picture[at].shape[0], : picture[at].shape[1]]
        picture[at] = picture[at] * (1 - layer) + colour * layer
    return picture


COUNTS = {"digit": 1, "nothing": 0, "two digits": 2}


def sticky_note(sub):
    """Return a drawer of photographs of a note on a desk, with a digit, with two, or with nothing."""

    def one(random, i, test):
        shape = h, w = size_of_photo(random)
        picture = desk(shape, random)
        side, angle = random.uniform(0.5, 0.75) * min(h, w), random.normal(0, 0.07)
        middle = np.array([w, h]) / 2 + random.normal(0, 0.04, 2) * min(h, w)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = middle + side / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) @ turn.T
        picture = picture * (1 - 0.35 * mask(shape, corners + random.uniform(2, 7), 5))
        note = NOTES[random.integers(len(NOTES))] + 5 * field(shape, 200, random)[..., None]
        inside = mask(shape, corners, 0.8)
        picture = picture * (1 - inside) + note * inside
        chosen = [pick(test, random) for _ in range(COUNTS[sub])]
        half = random.uniform(0.3, 0.42) * side
        box = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
        picture = write(picture, [ink for ink, _ in chosen], box, random)
        picture = picture * (1 + 0.1 * field(shape, 300, random))[..., None]
        return as_jpeg(picture, random, chosen[0][1] if len(chosen) == 1 else None)

    return one


def page_on_desk(sub):
    """Return a drawer of photographs of a page with strips of a desk at one to four sides."""

    def one(random, i, test):
        shape = h, w = size_of_photo(random)
        picture = desk(shape, random)
        edges = random.random(4) < 0.4
        edges[random.integers(4)] = True
        inset = np.where(edges, random.uniform(0.04, 0.2, 4), -0.1)
        left, top, right, bottom = inset[0] * w, inset[1] * h, (1 - inset[2]) * w, (1 - inset[3]) * h
        page = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        page = page + random.normal(0, 7, page.shape)
        light = 228 + 10 * random.normal() + 14 * field(shape, 400, random)
        paper = np.stack([light, light - 2, light - random.uniform(2, 16)], axis=-1)
        picture = picture * (1 - 0.35 * mask(shape, page + random.uniform(3, 8), 5))
        inside = mask(shape, page, 0.8)
        picture = picture * (1 - inside) + paper * inside
        chosen = [pick(test, random) for _ in range(COUNTS[sub])]
        x = (max(left, 0) + min(right, w)) / 2
        y = (max(top, 0) + min(bottom, h)) / 2
        half = random.uniform(0.18, 0.3) * min(h, w)
        picture = write(picture, [ink for ink, _ in chosen], (x - half, y - half, x + half, y + half), random)
        return as_jpeg(picture, random, chosen[0][1] if len(chosen) == 1 else None)

    return one


def on_surface(sub):
    """Return a drawer of photographs of a digit on a ruled page, a screen, a whiteboard, in stripes."""

    def one(random, i, test):
        shape = h, w = size_of_photo(random)
        (ink, label), y, x = pick(test, random), *np.indices(shape)
        light = np.full(shape, 230.0) + 12 * field(shape, 300, random)
        colour = PENS[random.integers(len(PENS))]
        picture = np.stack([light, light, light - 6], axis=-1)
        side = random.uniform(0.4, 0.6) * min(h, w)
        if sub == "ruled":
            step, blue = random.uniform(0.22, 0.4) * side, np.array([150, 180, 220])
            squared = random.random() < 0.4
            lines = (y + random.uniform(0, step)) % step < 1.6
            if squared:
                lines |= x % step < 1.6
            picture = np.where(lines[..., None], 0.35 * picture + 0.65 * blue, picture)
        elif sub == "screen":
            dark = random.random() < 0.5
            picture = np.full((h, w, 3), 30.0 if dark else 225.0) + 6 * field(shape, 200, random)[..., None]
            colour = np.array([225, 230, 235.0]) if dark else np.array([30, 30, 40.0])
        elif sub == "whiteboard":
            spot = np.exp(
                -((x - random.uniform(0, w)) ** 2 + (y - random.uniform(0, h)) ** 2) / (0.12 * w) ** 2
            )
            picture = picture * (1 - 0.25 * (x / w if random.random() < 0.5 else y / h))[..., None]
            picture = picture + 60 * spot[..., None]
            colour = np.array([[20, 20, 25], [20, 60, 170], [190, 30, 40], [20, 120, 60]])[random.integers(4)]
        box = (w / 2 - side / 2, h / 2 - side / 2, w / 2 + side / 2, h / 2 + side / 2)
        picture = write(picture, [ink], box, random, colour)
        if sub == "screen":  # its rows of pixels, against the camera's
            wave = 1 + 0.06 * np.sin(2 * np.pi * (y + 0.1 * x) / random.uniform(4, 30))
            picture = picture * wave[..., None]
        if sub == "blinds":
            period, slope = random.uniform(0.15, 0.35) * h, random.uniform(-0.4, 0.4)
            stripe = np.sin(2 * np.pi * (y + slope * x) / period)
            picture = picture * (1 - random.uniform(0.1, 0.3) * (0.5 - stripe / 0.6).clip(0, 1))[..., None]
        return as_jpeg(picture, random, label)

    return one


def exercise_page(sub):
    """Return a drawer of scans of a ruled or squared page, with a digit beside a margin line or with none."""

    def one(random, i, test):
        shape = h, w = size_of_photo(random)
        y, x = np.indices(shape)
        step = random.uniform(0.06, 0.13) * h
        slope = random.normal(0, 0.012)
        lines = (y + slope * x + random.uniform(0, step)) % step < random.uniform(1.5, 3)
        if random.random() < 0.4:
            lines |= (x - slope * y + random.uniform(0, step)) % step < random.uniform(1.5, 3)
        picture = np.full((h, w, 3), random.uniform(235, 253))
        grey = random.uniform(0.3, 0.9)
        blue = np.array([150, 180, 220])
        picture = np.where(lines[..., None], (1 - grey) * picture + grey * blue, picture)
        if sub == "digit" or random.random() < 0.5:
            at = random.uniform(0.08, 0.16) * w
            margin = np.abs(x - slope * y - at) < random.uniform(1, 2)
            picture = np.where(margin[..., None], np.array([225, 70, 75]), picture)
        chosen = [pick(test, random) for _ in range(COUNTS[sub])]
        half = random.uniform(0.18, 0.3) * min(h, w)
        box = (0.55 * w - half, h / 2 - half, 0.55 * w + half, h / 2 + half)
        picture = write(picture, [ink for ink, _ in chosen], box, random, PENS[random.integers(2)])
        return as_jpeg(picture, random, chosen[0][1] if len(chosen) == 1 else None)

    return one


def shaded_page(sub):
    """Return a drawer of photographs of a page that an arm or a head throws a broad shadow on."""

    def one(random, i, test):
        shape = h, w = size_of_photo(random)
        chosen = [pick(test, random) for _ in range(COUNTS[sub])]
        light = np.full(shape, 228.0) + 10 * field(shape, 300, random)
        picture = np.stack([light, light, light - 6], axis=-1)
        side = random.uniform(0.4, 0.6) * min(h, w)
        box = (w / 2 - side / 2, h / 2 - side / 2, w / 2 + side / 2, h / 2 + side / 2)
        picture = write(picture, [ink for ink, _ in chosen], box, random)
        shade = probes.shade(shape, ("finger's shadow", "hard shadow")[i % 2], random)
        return as_jpeg(picture * shade, random, chosen[0][1] if len(chosen) == 1 else None)

    return one


# --- what people add to a digit ---------------------------------------------------------------------------


def trimmed(ink, margin=0):
    left, top, right, bottom = box_of(ink).astype(int)
    return np.pad(ink[top:bottom, left:right], margin)


def strokes_over(ink, lines, width, grey=1.0):
    """Return ink with lines of a pen of some width over it."""
    return np.maximum(ink, grey * probes.over(np.zeros_like(ink), lines, width))


def underlined(random, i, test):
    """A digit with a stroke or two below it."""
    ink, label = pick(test, random)
    pen, ink = pen_of(ink), trimmed(ink, 60)
    left, _, right, bottom = box_of(ink)
    spare, lines = max(0, 60 - (right - left)) / 2, []
    level = bottom + random.uniform(8, 22) + pen / 2
    for number in range(1 if random.random() < 0.8 else 2):
        ends = np.array([left - spare - random.uniform(-4, 22), right + spare + random.uniform(-4, 22)])
        t = np.linspace(0, 1, 20)
        wave = random.normal(0, 2.5) * np.sin(np.pi * t) + random.normal(0, 5) * (t - 0.5)
        lines.append(np.stack([ends[0] + t * (ends[1] - ends[0]), level + number * 14 + wave], axis=1))
    return Probe(strokes_over(ink, lines, pen * random.uniform(0.6, 1.1)), label)


def ring_around(ink, random, pen):
    """Return ink in the middle of a ring by hand, which may be an ellipse and does not quite close."""
    ink = trimmed(ink)
    h, w = ink.shape
    radii = np.hypot(h, w) / 2 * np.array([random.uniform(1.12, 1.4), random.uniform(1.12, 1.4)])
    radii[0] = max(radii[0], 0.75 * radii[1])
    margin = (np.ceil(radii[::-1]).astype(int) - np.array([h, w]) // 2 + 14).clip(14)
    sheet = np.pad(ink, ((margin[0], margin[0]), (margin[1], margin[1])))
    t = np.linspace(0, 2 * np.pi * random.uniform(0.98, 1.08), 90) + random.uniform(0, 6)
    bend = 1 + random.normal(0, 0.025) * np.cos(2 * t + random.uniform(0, 6)) + random.normal(0, 0.01) * t / 6
    middle = np.array(sheet.shape[::-1]) / 2 + random.normal(0, 3, 2)
    ring = middle + radii * bend[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
    return np.pad(strokes_over(sheet, [ring], pen * random.uniform(0.6, 1.1)), 8)


def circled(random, i, test):
    """A digit in a ring by hand."""
    ink, label = pick(test, random)
    return Probe(ring_around(ink, random, pen_of(ink)), label)


def circled_pair(random, i, test):
    """Two digits in a ring by hand."""
    parts = [trimmed(pick(test, random)[0]) for _ in "ab"]
    tall = max(len(part) for part in parts)
    parts = [np.pad(part, ((0, tall - len(part)), (0, 14))) for part in parts]
    return Probe(ring_around(np.concatenate(parts, axis=1), random, 9), None)


def circled_sign(table):
    """Return a drawer of signs or letters in a ring."""
    names = [*table]

    def one(random, i, test):
        lines = probes.parse(table[names[i % len(names)]])
        ink = probes.draw(probes.by_hand(lines, random), random, random.uniform(6, 11))
        return Probe(ring_around(ink, random, 8), None)

    return one


def hollow(random, i, test):
    """A digit as its outline."""
    ink, label = pick(test, random)
    ink = np.pad(ink, 20)
    pen, line = pen_of(ink), random.uniform(2.5, 5)
    away = scipy.ndimage.distance_transform_edt(ink < 0.5) - scipy.ndimage.distance_transform_edt(ink >= 0.5)
    grow = max(0, random.uniform(9, 13) - pen / 2)  # the inside is broader than the line
    sheet = (1.5 + line / 2 - np.abs(away - grow)).clip(0, 1)
    return Probe(scipy.ndimage.gaussian_filter(sheet, 0.7), label)


def dots_at(points, radius, shape):
    sheet = Image.new("L", (2 * shape[1], 2 * shape[0]))
    for x, y in points:
        ImageDraw.Draw(sheet).ellipse(
            [2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)], fill=255
        )
    return np.asarray(sheet.resize(shape[::-1], Image.Resampling.BOX), float) / 255


def dotted(random, i, test):
    """A digit as dots along its strokes, to be traced."""
    ink, label = pick(test, random)
    depth = scipy.ndimage.distance_transform_edt(np.pad(ink, 12) > 0.5)
    ridge = np.argwhere((depth >= scipy.ndimage.maximum_filter(depth, 3)) & (depth > 2))
    step = random.uniform(11, 15)
    points = []
    for place in ridge[np.lexsort((ridge[:, 1], ridge[:, 0]))]:
        if all(np.hypot(*(place - other)) >= step for other in points):
            points.append(place)
    radius = step * random.uniform(0.24, 0.36)
    return Probe(dots_at([(x, y) for y, x in points], radius, depth.shape), label)


def dot_matrix(random, i, test):
    """A digit of round lamps in rows and columns."""
    ink, label = pick(test, random)
    rows = int(random.integers(9, 13))
    ink = trimmed(ink)
    columns = (
        max(3, round(rows * ink.shape[1] / ink.shape[0]))
        if label != 1
        else max(1, round(rows * ink.shape[1] / ink.shape[0]))
    )
    small = np.asarray(
        Image.fromarray(np.uint8(255 * ink)).resize((columns, rows), Image.Resampling.BOX), float
    )
    step = 14
    at = np.argwhere(small > 95)
    radius = step * random.uniform(0.3, 0.44)
    shape = (rows * step + 24, columns * step + 24)
    return Probe(
        dots_at([(12 + step * (x + 0.5), 12 + step * (y + 0.5)) for y, x in at], radius, shape), label
    )


# --- numbers of more than a digit -------------------------------------------------------------------------


def one_above_another(random, i, test):
    """A digit above another, perhaps with a bar between them, as in a fraction."""
    parts = [trimmed(pick(test, random)[0]) for _ in "ab"]
    wide = max(part.shape[1] for part in parts)
    parts = [
        np.pad(part, ((0, 0), ((wide - part.shape[1]) // 2, (wide - part.shape[1] + 1) // 2)))
        for part in parts
    ]
    between = np.zeros((int(random.integers(12, 40)), wide))
    ink = np.pad(np.concatenate([parts[0], between, parts[1]]), 24)
    if random.random() < 0.3:
        level = 24 + len(parts[0]) + len(between) / 2
        ink = strokes_over(ink, [np.array([[14, level], [ink.shape[1] - 14, level]])], 6)
    return Probe(ink, None)


def marked(sub):
    """Return a drawer of digits with a minus before them, or with a prime or a percent behind them."""

    def one(random, i, test):
        ink, _ = pick(test, random)
        pen, ink = pen_of(ink) * random.uniform(0.75, 1.1), trimmed(ink)
        tall = len(ink)
        margin = ((20, 20), (110, 24)) if sub == "minus" else ((20, 20), (24, 120))
        ink = np.pad(ink, margin)
        left, top, right, _ = box_of(ink)
        gap = random.uniform(10, 28) + pen / 2
        if sub == "minus":
            long, level = random.uniform(0.25, 0.5) * tall, top + random.uniform(0.42, 0.6) * tall
            lines = [np.array([[left - gap - long, level + random.normal(0, 3)], [left - gap, level]])]
        elif sub == "prime":
            long, lean = random.uniform(0.2, 0.32) * tall, random.uniform(0, 10)
            lines = [np.array([[right + gap + lean, top], [right + gap, top + long]])]
            if random.random() < 0.3:
                lines.append(lines[0] + [pen + 10, 0])
        else:
            at, r = np.array([right + gap, top]), 0.16 * tall
            t = np.linspace(0, 2 * np.pi, 30)
            ring = r * np.stack([0.8 * np.cos(t), np.sin(t)], axis=1)
            low = np.array([0.55 * tall - r * 0.6, tall - r])
            lines = [ring + at + r, ring + at + low]
            lines.append(at + np.array([[0.5 * tall, 0.05 * tall], [0.08 * tall, 0.97 * tall]]))
        return Probe(strokes_over(ink, lines, pen), None)

    return one


def cut_digit(random, i, test):
    """A digit of which the border of the picture cuts 15 to 55 percent off; what is left is no digit's."""
    while True:
        ink, label = pick(test, random, [0, 2, 3, 4, 5, 6, 7, 8, 9])
        ink = trimmed(ink, 40)
        left, top, right, bottom = box_of(ink).astype(int)
        share, side = random.uniform(0.15, 0.55), i % 4
        cut = (
            np.s_[top + round(share * (bottom - top)) :],
            np.s_[: bottom - round(share * (bottom - top))],
            np.s_[:, left + round(share * (right - left)) :],
            np.s_[:, : right - round(share * (right - left))],
        )[side]
        ink = ink[cut]
        if (np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]) > 0.6).sum() >= 5:
            return Probe(ink, label, has_margin=False)


def close_crop(random, i, test):
    """A digit with hardly any margin, or with none at all."""
    ink, label = pick(test, random)
    return Probe(trimmed(ink, int(random.choice([0, 0, 1, 2, 4]))), label, has_margin=False)
