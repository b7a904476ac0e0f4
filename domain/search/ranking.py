"""How much a word says: BM25 as Robertson and Zaragoza give it (2009), with Lucene's form of rarity, which is never negative."""

import math
from typing import Final

# How soon saying a word again adds nothing (k1), and how far a document's length counts (b): the usual values of both.
SATURATION: Final = 1.2
NORMALISATION: Final = 0.75
# A word that stands in for another counts for less.
INSTEAD_WEIGHT: Final = 0.6
# As many words of a query are looked for as say most.
TERMS_MAX: Final = 64


def rarity(documents_with: int, documents: int) -> float:
    """Of a word, in nats."""
    return math.log1p((documents - documents_with + 0.5) / (documents_with + 0.5))
