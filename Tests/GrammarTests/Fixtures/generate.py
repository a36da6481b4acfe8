"""Makes the fixtures of this folder.

    generate.py suite CHECKOUT   schemas.json from a checkout of github.com/json-schema-org/JSON-Schema-Test-Suite
    generate.py regex            regex.json: random expressions and texts with the answers of Python's re
    generate.py walks            checks with the jsonschema package what the test of random walks recorded in walks.json
"""

import decimal
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).parent
CORE = """additionalProperties allOf anchor anyOf boolean_schema const default defs enum exclusiveMaximum exclusiveMinimum
infinite-loop-detection items maxItems maxLength maxProperties maximum minItems minLength minProperties minimum
multipleOf oneOf pattern patternProperties prefixItems properties propertyNames ref required type uniqueItems""".split()
REFUSED = "contains not if-then-else dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties".split()
FORMATS = "date date-time time email hostname ipv4 ipv6 uri uuid duration json-pointer".split()


def suite(checkout):
    cases = []

    def add(draft, name, limit=None):
        path = pathlib.Path(checkout) / "tests" / draft / f"{name}.json"
        for case in json.loads(path.read_text(), parse_float=decimal.Decimal)[:limit]:
            case["schema"] = without_dialect(case["schema"])
            if "://" in json.dumps(case["schema"], default=str):
                continue
            tests = [[test["description"], test["data"], test["valid"]] for test in case["tests"]]
            cases.append([f"{draft}/{name}: {case['description']}", case["schema"], tests])

    for name in CORE:
        add("draft2020-12", name)
    for name in REFUSED:
        add("draft2020-12", name, 2)
    for name in FORMATS:
        add("draft2020-12", f"optional/format/{name}")
    for name in ["items", "additionalItems"]:
        add("draft7", name)
    write("schemas.json", cases)


def without_dialect(schema):
    if isinstance(schema, dict):
        return {key: value for key, value in schema.items() if key != "$schema"}
    return schema


def regex():
    draw = random.Random(1)

    def atom(depth):
        kind = draw.randrange(9 if depth else 7)
        if kind < 3:
            return draw.choice("abc01é")
        if kind == 3:
            return draw.choice([r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", ".", r"\.", r"\x61", r"\u00e9", r"\n"])
        if kind < 6:
            return draw.choice(["[ab]", "[^ab]", "[a-c]", "[a0-1]", r"[\d_]", r"[^\w]", "[a-]", "[é-ü]", "[.*]"])
        if kind == 6:
            return draw.choice(["a", "b"])
        return draw.choice(["(", "(?:"]) + choice(depth - 1) + ")"

    def sequence(depth):
        parts = []
        for _ in range(draw.randrange(1, 4)):
            quantifier = draw.choice(["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "{1,3}?"])
            parts.append(atom(depth) + quantifier)
        return "".join(parts)

    def choice(depth):
        return "|".join(sequence(depth) for _ in range(draw.choice([1, 1, 2, 3])))

    cases = []
    for _ in range(150):
        pattern = choice(2)
        compiled = re.compile(pattern, re.ASCII)
        texts = {"".join(draw.choices("aabbc01_ é.\n-", k=draw.randrange(7))) for _ in range(24)}
        accepted = sorted(text for text in texts if compiled.fullmatch(text))
        found = sorted(text for text in texts if compiled.search(text))
        cases.append([pattern, sorted(texts), accepted, found])
    write("regex.json", cases)


def walks():
    import jsonschema

    decimal.getcontext().prec = 400
    cases = json.loads((HERE / "schemas.json").read_text(), parse_float=decimal.Decimal)
    count = 0
    for index, reading, texts in json.loads((HERE / "walks.json").read_text()):
        name, schema, _ = cases[index]
        validator = jsonschema.Draft7Validator if name.startswith("draft7") else jsonschema.Draft202012Validator
        checker = validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        for text in texts:
            checker.validate(json.loads(text, parse_float=decimal.Decimal))
            count += 1
    print(count, "texts are valid")


def write(name, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":"), default=float) for case in cases)
    (HERE / name).write_text(f"[\n{lines}\n]\n")


{"suite": suite, "regex": regex, "walks": walks}[sys.argv[1]](*sys.argv[2:])
