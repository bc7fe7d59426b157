"""Shapes, lines and scribbles for the measurements alone, drawn by other code than training's."""

import numpy as np


def _regular(corners):
    def points(random):
        angles = np.arange(corners) / corners * 2 * np.pi - np.pi / 2
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    return points


def _star(random):
    angles = np.arange(10) / 10 * 2 * np.pi - np.pi / 2
    radii = np.where(np.arange(10) % 2, random.uniform(0.35, 0.5), 1)
    return np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)


def _heart(random):
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([16 * np.sin(t) ** 3, -y], axis=1) / 16


def _plus(random):
    a = random.uniform(0.25, 0.4)
    corner = np.array([[a, -1], [a, -a], [1, -a]])
    turns = [np.array([[0, -1], [1, 0]])]
    points = [corner]
    for _ in range(3):
        points.append(points[-1] @ turns[0].T)
    return np.concatenate(points)


def _arrow(random):
    a = random.uniform(0.2, 0.35)
    points = np.array([[-1, -a], [0.1, -a], [0.1, -0.8], [1, 0], [0.1, 0.8], [0.1, a], [-1, a]])
    return points if random.random() < 0.5 else points[:, ::-1]


def _square(random):
    return np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])


SHAPES = (_regular(3), _square, _regular(4), _regular(5), _regular(6), _star, _heart, _plus, _arrow)


def _level(random):
    return [np.array([[0, 0], [1, random.uniform(-0.3, 0.3)]])]


def _parallel(random):
    count, upright = int(random.integers(2, 5)), random.random() < 0.5
    rows = [np.array([[0, n], [random.uniform(1.2, 3), n + random.normal(0, 0.1)]]) for n in range(count)]
    return [row[:, ::-1] if upright else row for row in rows]


def _crossed(random):
    angle = random.uniform(0, np.pi)
    angles = angle + np.arange(random.integers(2, 4)) * random.uniform(0.8, 1.6)
    return [np.array([[np.cos(a), np.sin(a)], [-np.cos(a), -np.sin(a)]]) for a in angles]


def _zigzag(random):
    turns = int(random.integers(5, 10))
    points = np.stack([np.arange(turns), np.where(np.arange(turns) % 2, random.uniform(1, 3), 0)], axis=1)
    return [points[:, ::-1] * 1.0 if random.random() < 0.5 else points * 1.0]


def _wave(random):
    x = np.linspace(0, random.uniform(2, 4) * np.pi, 50)
    return [np.stack([x, random.uniform(0.8, 2) * np.sin(x)], axis=1)]


def _loops(random):
    t = np.linspace(0, random.uniform(3, 5) * 2 * np.pi, 120)
    return [np.stack([t * random.uniform(0.1, 0.3) + np.cos(t), random.uniform(0.8, 2) * np.sin(t)], axis=1)]


def _scrawl(random):
    knots = random.normal(0, 1, (int(random.integers(7, 15)), 2))
    t = np.linspace(0, len(knots) - 1, 120)
    points = np.stack([np.interp(t, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)], axis=1)
    window = np.hanning(13) / np.hanning(13).sum()
    return [np.stack([np.convolve(points[:, axis], window, "valid") for axis in (0, 1)], axis=1)]


LINES = (_level, _parallel, _crossed, _zigzag, _wave, _loops, _scrawl, _scrawl, _scrawl)
