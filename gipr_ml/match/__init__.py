"""Label text → canonical category, by two voters that must agree.

One voter compares characters (`rapidfuzz`), the other is a trained regression over character
n-grams. Where they disagree, or neither is sure, there is no match: a wrong label is worse than
none.
"""

from gipr_ml.match.categories import JUNK, Categories, categories_of
from gipr_ml.match.matcher import Matcher, load_matcher
from gipr_ml.match.text import normalise, split_mark
from gipr_ml.match.voter import CategoryVoter

__all__ = [
    "JUNK",
    "Categories",
    "CategoryVoter",
    "Matcher",
    "categories_of",
    "load_matcher",
    "normalise",
    "split_mark",
]
