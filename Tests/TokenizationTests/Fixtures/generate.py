#!/usr/bin/env python3
"""generate.py VOCABULARIES RECORDED OUTPUT

Writes the fixtures of the tokenization tests with Hugging Face's `tokenizers` (0.23 or later) as the reference.

VOCABULARIES  a folder with one folder per family, each with the family's whole tokenizer.json
RECORDED      a JSON file {family: [{"text": ...}]} of texts to record; random ones are added
OUTPUT        where FAMILY.json (a trimmed tokenizer and its cases) and components.json are written

A trimmed tokenizer keeps normalizer, pre-tokenizer, decoder and added tokens, the bytes, and of vocabulary and merges
only what the recorded texts use, under the same ids and in the same order: it encodes them as the whole one does.
"""

import json
import random
import re
import sys

from tokenizers import Tokenizer, pre_tokenizers

ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())

WORDS = (
    "the of I'm don't we'll THEY'VE It's 'S x'K hello world return self.__init__ café naïve straße привет नमस्ते "
    "สวัสดี こんにちは カタカナ ・ ー 中文 你好，世界 한국어 العربية ١٢٣ Ⅷ ½ ① 😀 👩‍👩‍👧 🇩🇪 … “quote” <tag> </think> "
    "// == 0x1F 1,234.56 \\frac{a}{b}"
).split()
SPACES = [0x20] * 6 + [9, 10, 13, 0xB, 0x85, 0xA0, 0x180E, 0x2003, 0x2028, 0x3000, 0x200B, 0xFEFF]
BLOCKS = [
    (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x900, 0xE00), (0x1100, 0x1200), (0x3000, 0x3400), (0xAC00, 0xD7A4),
    (0x10D40, 0x10D90), (0x1F300, 0x1FB00), (0x2EBF0, 0x2EE60), (0, 0x20),
]


def random_piece(r, added):
    kind, n = r.random(), r.choice([1, 1, 2, 4])
    if kind < 0.25:
        low, high = r.choice(BLOCKS)
        return "".join(chr(r.randrange(low, high)) for _ in range(n))
    if kind < 0.4:
        return "".join(chr(r.choice(SPACES)) for _ in range(n))
    if kind < 0.5:
        marks = [0x301, 0x316, 0x327, 0x3099, 0x94D, 0x1ABF]
        return r.choice("eao가ア") + "".join(chr(r.choice(marks)) for _ in range(n))
    if kind < 0.75:
        return r.choice(WORDS) + r.choice(["", " ", "\n"])
    if kind < 0.85:
        return str(r.randrange(10 ** r.choice([1, 3, 5])))
    return r.choice(added)[: r.choice([4, 99, 99])]


def trimmed(source, texts):
    """The tokenizer.json object `source`, reduced to what encoding `texts` needs."""
    tokenizer = Tokenizer.from_str(json.dumps(source))
    model = source["model"]
    vocabulary = model["vocab"]
    merges = [m.split(" ") if isinstance(m, str) else m for m in model["merges"]]
    ranks = {tuple(m): i for i, m in enumerate(merges)}
    used, fired = set(ALPHABET), set()
    added = [re.escape(t["content"]) for t in sorted(source["added_tokens"], key=lambda t: -len(t["content"]))]
    boundaries = re.compile("|".join(added))
    specials = re.compile("|".join(re.escape(t["content"]) for t in source["added_tokens"] if not t["special"]))

    def merge(word):
        if model.get("ignore_merges") and word in vocabulary:
            return used.add(word)
        parts = list(word)
        while True:
            best = min(((ranks.get(p, 1 << 30), i) for i, p in enumerate(zip(parts, parts[1:]))), default=(1 << 30, 0))
            if best[0] == 1 << 30:
                break
            fired.add(best[0])
            parts[best[1] : best[1] + 2] = [parts[best[1]] + parts[best[1] + 1]]
        used.update(parts)

    for text in texts:
        for pattern in (boundaries, specials):
            for segment in pattern.split(text):
                if tokenizer.normalizer:
                    segment = tokenizer.normalizer.normalize_str(segment)
                for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(segment):
                    merge(word)
    for rank in fired:
        left, right = merges[rank]
        used.update([left, right, left + right])
    used.update(t["content"] for t in source["added_tokens"] if t["content"] in vocabulary)
    result = dict(source)
    result["model"] = dict(model)
    result["model"]["vocab"] = {t: i for t, i in vocabulary.items() if t in used}
    result["model"]["merges"] = [model["merges"][rank] for rank in sorted(fired)]
    return result


def encode(tokenizer, text, special):
    tokenizer.encode_special_tokens = not special
    return tokenizer.encode(text, add_special_tokens=False).ids


def family(folder, texts, seed):
    source = json.load(open(f"{folder}/tokenizer.json", encoding="utf-8"))
    tokenizer = Tokenizer.from_str(json.dumps(source))
    r = random.Random(seed)
    names = [t["content"] for t in source["added_tokens"]]
    names = [name for name in names if "holder" not in name and "reserved" not in name]
    texts = texts + ["".join(random_piece(r, names) for _ in range(r.choice([1, 3, 6]))) for _ in range(250)]
    cases = []
    for text in texts:
        case = {"text": text, "ids": encode(tokenizer, text, True)}
        plain = encode(tokenizer, text, False)
        if plain != case["ids"]:
            case["plain"] = plain
        for key, skip in (("decoded", False), ("skipped", True)):
            decoded = tokenizer.decode(case["ids"], skip_special_tokens=skip)
            if decoded != text:
                case[key] = decoded
        cases.append(case)
    return {"tokenizer": trimmed(source, texts), "cases": cases}


# Small tokenizers, one per component. Their characters are "x" at the start of a piece and "##x" inside, so that the
# ids show where pieces begin.

CHARACTERS = list(
    "abcdefABCDEF0123 xyz.,!?'-_$+<>\n\t▁é́ßſİΣ½²٣中文・ー😀"
    "\u00a0\u2028\u200d가\u1112\u1161\u11ab\u0316ﬁÅ\u212b"
)
MARKED = dict(continuing_subword_prefix="##", unk_token="<unk>")
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
BYTE_DECODER = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
FUSE = {"type": "Fuse"}
FALLBACK = {"type": "ByteFallback"}

REGEXES = [
    r"\b", r"\B", r"\w+|[^\w\s]+", r"\W+", r"[\W\d]", r"[[:alpha:]]+", r"[[:punct:]]", r"[^[:space:]]+", r"\h+",
    r"(?i)ab|c",
    r"a(?i)b|C", r"(?i:s)+", r"(?m:a.b)", r"a.b", r"^.", r".$", r"[a-f&]+", r"(?<=a)b", r"(?<!a)b", r"a{,2}b",
    r"[\]\[\-]|x++|a?+b", r"\x61|\u0062|\x{63}", r"(?x) a b # comment", r"(?<n>a)\k<n>", r"(a)\1", r"[a[bc]d]+",
    r"[^a[^\p{L}]]", r"\p{Han}+|\p{^L}", r"\P{L}+", r"[\p{Alpha}&]+", r"\R", r"\N+", r"x{2}|y{1,2}?z",
    r"a|(?:b|c(?i)d|e)f",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{N}{1,3}|\s+", r"[]a]+", r"\v|\t",
    r"\e|\a|\f", r"a{b|a\{", r"(?-i)a|(?i-m:B)",
]


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def text_vocabulary(extra=(), unknown=True, fallback=False, marked=True):
    tokens = ["<unk>"] if unknown else []
    for character in CHARACTERS:
        tokens += [character, "##" + character] if marked else [character]
    tokens += extra
    if fallback:
        tokens += ["<0x%02X>" % byte for byte in range(256)]
    return {token: id for id, token in enumerate(dict.fromkeys(tokens))}


def byte_vocabulary(extra=(), marked=False):
    tokens = ALPHABET + (["##" + c for c in ALPHABET] if marked else []) + list(extra)
    return {token: id for id, token in enumerate(tokens)}


def model(vocabulary, merges=(), **settings):
    result = dict(type="BPE", dropout=None, unk_token=None, continuing_subword_prefix=None, end_of_word_suffix=None)
    result.update(fuse_unk=False, byte_fallback=False, ignore_merges=False, vocab=vocabulary, merges=list(merges))
    return result | settings


def tokenizer(model, normalizer=None, pre=None, post=None, decoder=None, added=()):
    next_id = max(model["vocab"].values()) + 1
    tokens = []
    for token in added:
        if token["content"] not in model["vocab"]:
            next_id += 1
        standard = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
        tokens.append({"id": model["vocab"].get(token["content"], next_id - 1)} | standard | token)
    return dict(
        version="1.0", truncation=None, padding=None, added_tokens=tokens, normalizer=normalizer, pre_tokenizer=pre,
        post_processor=post, decoder=decoder, model=model,
    )


def component_tokenizers():
    result = {}

    def text(name, **parts):
        result[name] = tokenizer(model(text_vocabulary(), **MARKED), **parts)

    def strip(left, right):
        return {"type": "Strip", "strip_left": left, "strip_right": right}

    def replace(pattern, content, kind="Regex"):
        return {"type": "Replace", "pattern": {kind: pattern}, "content": content}

    prepend = {"type": "Prepend", "prepend": "▁"}
    spaces = replace(" ", "▁", "String")
    for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase"):
        text(f"normalizer {form}", normalizer={"type": form})
    text("normalizer Strip", normalizer=strip(True, True))
    text("normalizer Strip left", normalizer=strip(True, False))
    text("normalizer Strip right", normalizer=strip(False, True))
    text("normalizer Prepend", normalizer=prepend)
    text("normalizer Replace string", normalizer=spaces)
    text("normalizer Replace regex", normalizer=replace("[ab]{2,}|\\s+", "x"))
    text("normalizer Replace empty matches", normalizer=replace("a*", "-"))
    text("normalizer Replace by nothing", normalizer=replace("^\\s|b", ""))
    steps = [prepend, spaces, {"type": "NFKC"}, {"type": "Lowercase"}]
    text("normalizer Sequence", normalizer={"type": "Sequence", "normalizers": steps})

    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            text(f"Split string {behavior} {invert}", pre=split(" ", behavior, invert, "String"))
            text(f"Split regex {behavior} {invert}", pre=split("[a-c]+|\\d", behavior, invert))
        text(f"Split empty matches {behavior}", pre=split("a*", behavior))
        text(f"Split look-ahead {behavior}", pre=split("(?=[ab])", behavior))
        text(f"Punctuation {behavior}", pre={"type": "Punctuation", "behavior": behavior})
    for regex in REGEXES:
        text(f"Split {regex}", pre=split(regex))
    for individual in (False, True):
        text(f"Digits {individual}", pre={"type": "Digits", "individual_digits": individual})
    text("Whitespace", pre={"type": "Whitespace"})
    text("WhitespaceSplit", pre={"type": "WhitespaceSplit"})

    for scheme in ("first", "never", "always"):
        for splits in (True, False):
            metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}
            added = [{"content": "<s>", "special": True}, {"content": "xy", "normalized": True}]
            parts = dict(pre=metaspace, decoder=metaspace, added=added)
            text(f"Metaspace {scheme} {splits}", **parts)
            text(f"Metaspace {scheme} {splits} after Strip", normalizer=strip(True, True), **parts)
            text(f"Metaspace {scheme} {splits} after Replace", normalizer=replace("^ab|^c|^$", "x"), **parts)
    metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    text("Metaspace with add_prefix_space", pre=metaspace, decoder=metaspace)

    def byte(name, vocabulary=None, merges=(), settings={}, pre=BYTE_LEVEL, **parts):
        vocabulary = vocabulary or byte_vocabulary()
        result[name] = tokenizer(model(vocabulary, merges, **settings), pre=pre, decoder=BYTE_DECODER, **parts)

    def sequence(*steps):
        return {"type": "Sequence", "pretokenizers": list(steps)}

    marked = dict(vocabulary=byte_vocabulary(marked=True), settings=dict(continuing_subword_prefix="##"))
    for prefix in (False, True):
        for regex in (False, True):
            level = {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
            byte(f"ByteLevel {prefix} {regex}", **marked, pre=level)
            digits = {"type": "Digits", "individual_digits": True}
            byte(f"Digits, ByteLevel {prefix} {regex}", **marked, pre=sequence(digits, level))
    byte("ByteLevel, Split", **marked, pre=sequence(BYTE_LEVEL, split("Ġ", "MergedWithNext")))
    byte("ByteLevel twice", **marked, pre=sequence(BYTE_LEVEL, BYTE_LEVEL))

    merges = ["a b", "ab c", "b c", "a bc", "c c", "cc cc", "a a", "aa aa", "aa a"]
    merged = ["ab", "abc", "bc", "cc", "cccc", "aa", "aaaa", "aaa"]
    byte("merges", byte_vocabulary(merged), merges)
    byte("merges as pairs", byte_vocabulary(merged), [m.split(" ") for m in merges])
    byte("merges with a repetition", byte_vocabulary(merged), merges + ["a b"])
    ignoring = dict(settings=dict(ignore_merges=True), pre=sequence(split(" ", "Removed"), BYTE_LEVEL))
    byte("ignore_merges", byte_vocabulary(merged + ["cab", "abcabc"]), merges, **ignoring)
    missing = {c: i for i, c in enumerate(ALPHABET[:200])} | {"<unk>": 300}
    byte("missing bytes", missing, settings=dict(unk_token="<unk>"))

    def characters(name, merges=merges, extra=merged, unknown=True, fallback=False, pre=None, more={}, **settings):
        vocabulary = text_vocabulary(extra, unknown=unknown, fallback=fallback, marked=False) | more
        if unknown:
            settings["unk_token"] = "<unk>"
        result[name] = tokenizer(model(vocabulary, merges, **settings), pre=pre)

    words = {"type": "WhitespaceSplit"}
    characters("character merges")
    characters("character merges ignored", ignore_merges=True, pre=words)
    characters("no unknown token", unknown=False)
    characters("fuse_unk", fuse_unk=True)
    characters("byte_fallback", fallback=True, byte_fallback=True)
    incomplete = {"<0x%02X>" % byte: 500 + byte for byte in range(0xF0)}
    characters("byte_fallback without some bytes", more=incomplete, fuse_unk=True, byte_fallback=True)
    suffixed = [c + "</w>" for c in CHARACTERS] + ["ab", "ab</w>"]
    suffix = dict(end_of_word_suffix="</w>", pre={"type": "Whitespace"})
    characters("end_of_word_suffix", merges=["a b", "a b</w>"], extra=suffixed, **suffix)
    prefixed = model(text_vocabulary(["ab", "##ab", "abc"]), ["a ##b", "##a ##b", "ab ##c"], **MARKED)
    result["continuing_subword_prefix"] = tokenizer(prefixed, pre=words)

    def special(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    def template(single, tokens):
        pair = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}]
        tokens = {k: {"id": k, "ids": i, "tokens": ["t"] * len(i)} for k, i in tokens.items()}
        return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}

    sequence_a = {"Sequence": {"id": "A", "type_id": 0}}
    pieces = model(
        text_vocabulary(["▁a", "▁b", "▁▁"], fallback=True, marked=False), ["▁ a", "▁ b", "▁ ▁"],
        unk_token="<unk>", byte_fallback=True, fuse_unk=True,
    )
    strip_one = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    result["SentencePiece"] = tokenizer(
        pieces,
        normalizer={"type": "Sequence", "normalizers": [prepend, spaces]},
        post=template([special("<s>"), sequence_a], {"<s>": [1]}),
        decoder={"type": "Sequence", "decoders": [replace("▁", " ", "String"), FALLBACK, FUSE, strip_one]},
        added=[{"content": "<unk>", "special": True}, {"content": "<s>", "special": True}],
    )

    def strip_decoder(count):
        return {"type": "Strip", "content": "a", "start": count, "stop": 0}

    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    letters = replace("[ab]+", "_")
    decoders = {
        "none": None, "Replace": letters, "ByteFallback": FALLBACK, "Fuse": FUSE, "Metaspace": metaspace,
        "Fuse, Replace": [FUSE, letters], "Fuse, Strip": [FUSE, strip_decoder(2)],
        "ByteFallback, Fuse, Strip": [FALLBACK, FUSE, strip_decoder(1)], "Replace, ByteFallback": [letters, FALLBACK],
        "Fuse, Metaspace": [FUSE, metaspace], "Fuse, ByteFallback": [FUSE, FALLBACK],
        "ByteLevel, Replace": [BYTE_DECODER, letters], "nothing": [],
        "Replace, ByteLevel": [replace("▁", "Ġ", "String"), BYTE_DECODER],
        "ByteLevel, Fuse, Strip": [BYTE_DECODER, FUSE, strip_decoder(1)],
    }
    for name, decoder in decoders.items():
        if isinstance(decoder, list):
            decoder = {"type": "Sequence", "decoders": decoder}
        vocabulary = text_vocabulary(merged, fallback=True, marked=False)
        fallback = model(vocabulary, merges, unk_token="<unk>", byte_fallback=True)
        added = [{"content": "<s>", "special": True}]
        result[f"decoder {name}"] = tokenizer(fallback, decoder=decoder, added=added)

    flags = [
        {"content": "<a>", "special": True}, {"content": "<a>b"}, {"content": "cd", "single_word": True},
        {"content": "<l>", "lstrip": True}, {"content": "<r>", "rstrip": True},
        {"content": "<b>", "lstrip": True, "rstrip": True, "special": True}, {"content": "<r>x"}, {"content": "é"},
    ]
    lower = {"type": "Lowercase"}
    byte("added tokens", added=flags)
    upper = [dict(f, normalized=True, content=f["content"].upper()) for f in flags if f["content"] != "<a>b"]
    byte("added tokens, normalized", normalizer=lower, added=upper)
    both = [
        {"content": "<A>", "special": True}, {"content": "AB", "normalized": True},
        {"content": "É", "normalized": True, "special": True}, {"content": "ab"},
        {"content": " ", "rstrip": True, "normalized": True},
    ]
    steps = {"type": "Sequence", "normalizers": [{"type": "NFC"}, lower]}
    byte("added tokens of both kinds", normalizer=steps, added=both)
    surround = template([special("x"), sequence_a, special("</s>")], {"x": [256, 7], "</s>": [257]})
    processors = [dict(BYTE_DECODER, trim_offsets=False), surround]
    ends = [{"content": "<s>", "special": True}, {"content": "</s>", "special": True}]
    byte("post-processor Sequence", added=ends, post={"type": "Sequence", "processors": processors})
    return result


FRAGMENTS = [
    "ab", "abc", "aabb", "a b", "  ", " ", "\n", "a\nb", "xyz", "xxy", "b'S", "'ll", "it's", "AB", "aB", "Cc",
    "12", "a1b2", "0123", "é", "e\u0301", "e\u0316\u0301", "ﬁ", "Å", "\u212b",
    "½²٣", "中文", "・ー", "😀", "ß", "ſs", "İ", "ΣΑΣ", "가",
    "\u1112\u1161\u11ab", "\u200d", "\u00a0", "\u2028", "▁", "▁a", ".", ",!?", "$+<>", "-_", "<a>", "<a>b", "cd", "cdx",
    " cd ", "<l>", "  <l> ", "<r>", "<r>  x", "<r>x", "<b>", " <b>  ", "<s>", "</s>", "<unk>", "xy", "<A>", "É",
    "{", "]", "[", "\t", "\x0b", "\x07", "aaaa", "cccc", "abcabc", "cab", "\U0001f1e9", "ÿ", "Ġ",
]


def components(seed, count):
    """Every component with `count` cases; vocabularies that occur more than once are written once."""
    r = random.Random(seed)
    vocabularies, entries = [], []
    for name, source in component_tokenizers().items():
        reference = Tokenizer.from_str(json.dumps(source))
        known = list(source["model"]["vocab"].values()) + [t["id"] for t in source["added_tokens"]]
        cases = []
        for index in range(count):
            text = "".join(r.choice(FRAGMENTS) for _ in range(r.choice([1, 2, 3, 4, 6])))
            case = {"text": text, "ids": encode(reference, text, True)}
            if source["added_tokens"]:
                case["plain"] = encode(reference, text, False)
            if source["post_processor"]:
                reference.encode_special_tokens = False
                case["surrounded"] = reference.encode(text).ids
            ids = case["ids"]
            if source["decoder"] and index % 2:
                ids = case["other"] = [r.choice(known) for _ in range(r.choice([1, 3, 6]))]
            case["decoded"] = reference.decode(ids, skip_special_tokens=False)
            case["skipped"] = reference.decode(ids, skip_special_tokens=True)
            cases.append(case)
        vocabulary = source["model"]["vocab"]
        if vocabulary not in vocabularies:
            vocabularies.append(vocabulary)
        source["model"]["vocab"] = vocabularies.index(vocabulary)
        entries.append({"name": name, "tokenizer": source, "cases": cases})
    return {"vocabularies": vocabularies, "tokenizers": entries}


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


def main(vocabularies, recorded, output):
    for seed, (name, cases) in enumerate(json.load(open(recorded, encoding="utf-8")).items()):
        write(f"{output}/{name}.json", family(f"{vocabularies}/{name}", [c["text"] for c in cases], seed))
    write(f"{output}/components.json", components(seed=1, count=5))


if __name__ == "__main__":
    main(*sys.argv[1:])
