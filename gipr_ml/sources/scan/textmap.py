"""Boxes of text out of the detector's map (Liao et al., Real-time scene text detection with
differentiable binarization, 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MASK, SCORE, GROWN = 0.3, 0.5, 1.6
"""DB: threshold of the text mask, least mean score of a box, and how far a box is grown."""
SMALLEST_BOX = 3.0


def boxes(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners, (boxes, 4, 2), of what is text: contours of the mask, grown by area over length."""
    import cv2

    mask = cv2.dilate((probability > MASK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < SMALLEST_BOX:
            continue
        if max(width, height) < 2 * min(width, height):
            # The angle of what is nearly a square says nothing.
            left, top, width, height = cv2.boundingRect(contour)
            x, y, angle = left + width / 2, top + height / 2, 0.0
        if _score(probability, contour) < SCORE:
            continue
        grown = width * height * GROWN / (2 * (width + height))
        rectangle = ((x, y), (width + 2 * grown, height + 2 * grown), angle)
        found.append(_ordered(cv2.boxPoints(rectangle)))
    return np.array(found, dtype=np.float32).reshape(-1, 4, 2)


def _score(probability: NDArray[np.float32], contour: NDArray[np.int32]) -> float:
    import cv2

    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [contour - np.array([left, top])], 1)
    return float(cv2.mean(probability[top : top + height, left : left + width], mask)[0])


def _ordered(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners from the top left, clockwise, by the sides that lie most nearly upright."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)
