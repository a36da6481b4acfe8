"""Makes page/math.woff2: the letters and signs that page/symbols.js and page/math.js can write, from STIX Math.

    apt-get install fonts-stix && pip install fonttools brotli
    python3 math-font.py

STIX Fonts 1.1 are under the SIL Open Font License 1.1, which reserves their name: what is made from them has another.
"""

import pathlib

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = "/usr/share/fonts/opentype/stix-word/STIXMath-Regular.otf"
PAGE = pathlib.Path(__file__).parent / "page"
ACCENTS = "\u0302\u0303\u0304\u0305\u0307\u0308\u20d7\u0338"
#: Latin in bold, italic and bold italic; script capitals; Greek in italic; digits in bold.
ALPHABETS = [(0x1D400, 0x1D49C), (0x1D49C, 0x1D4B6), (0x1D6E2, 0x1D71C), (0x1D7CE, 0x1D7D8), (0x391, 0x3CA)]
DOUBLE_STRUCK = [(0x1D538, 0x1D552), (0x1D55C, 0x1D55D), (0x1D7D9, 0x1D7DA)]


def open_connectors(variants):
    """Bars and arrows come without connectors, and browsers then do not stretch them: their ends may overlap."""
    for construction in [*variants.VertGlyphConstruction, *variants.HorizGlyphConstruction]:
        for part in construction.GlyphAssembly.PartRecords if construction.GlyphAssembly else []:
            overlap = min(part.FullAdvance // 2, 3 * variants.MinConnectorOverlap)
            part.StartConnectorLength = max(part.StartConnectorLength, overlap)
            part.EndConnectorLength = max(part.EndConnectorLength, overlap)


def main():
    written = "".join((PAGE / name).read_text() for name in ("symbols.js", "math.js"))
    letters = {ord(c) for c in written + ACCENTS + "‴⁗ˆˉ·±"} | set(range(0x20, 0x7F))
    for first, end in ALPHABETS + DOUBLE_STRUCK:
        letters |= set(range(first, end))
    font = TTFont(SOURCE)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0], flavor="woff2", notdef_outline=True)
    options.drop_tables += ["FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    for number, text in {
        1: "Apus Math",
        2: "Regular",
        4: "Apus Math",
        6: "ApusMath-Regular",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["CFF "].cff.fontNames[0] = "ApusMath-Regular"
    font["CFF "].cff[0].FullName = font["CFF "].cff[0].FamilyName = "Apus Math"
    open_connectors(font["MATH"].table.MathVariants)
    font.flavor = "woff2"
    font.save(PAGE / "math.woff2")


main()
