"""Structured output, reasoning budgets and loop detection over HTTP; outputs are checked by the jsonschema package."""

import concurrent.futures
import decimal
import json
import re
import threading
import time

import jsonschema
import pytest
from server import ROOT, chat_body

SCHEMAS = {
    "object": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 12},
            "age": {"type": "integer", "minimum": 0, "maximum": 150},
            "tags": {"type": "array", "items": {"enum": ["a", "b", "long tag"]}, "minItems": 1, "maxItems": 3},
            "ok": {"type": "boolean"},
        },
        "required": ["name", "age", "tags"],
        "additionalProperties": False,
    },
    "formats": {
        "type": "object",
        "properties": {
            "when": {"type": "string", "format": "date-time"},
            "id": {"type": "string", "format": "uuid"},
            "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
            "mail": {"type": "string", "format": "email", "maxLength": 40},
        },
        "required": ["when", "id", "code", "mail"],
    },
    "numbers": {
        "type": "array",
        "items": {"type": "number", "exclusiveMinimum": -1.5, "maximum": 2.25},
        "minItems": 2,
        "maxItems": 4,
    },
    "tree": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"enum": [1, "two", None, {"three": [3]}]},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2},
                },
                "required": ["value"],
                "additionalProperties": False,
            }
        },
    },
    "either": {
        "anyOf": [
            {"type": "object", "properties": {"kind": {"const": "x"}, "n": {"type": "integer"}}, "required": ["kind"]},
            {"type": "string", "maxLength": 5},
            {"type": "null"},
        ]
    },
}


def suite():
    """Schemas of the JSON-Schema-Test-Suite with a keyword that a text can break."""
    path = ROOT / "Tests" / "GrammarTests" / "Fixtures" / "schemas.json"
    return [(name, schema) for name, schema, _ in json.loads(path.read_text()) if isinstance(schema, dict)]


def exact(text):
    """JSON with its fractions as they are written: multipleOf is decided in decimals."""
    return json.loads(text, parse_float=decimal.Decimal)


def checker(schema):
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def ask(server, seed=0, **fields):
    defaults = {"max_tokens": 600, "temperature": 1.5, "seed": seed, "thinking_token_budget": 20}
    return server.chat("What is 27 + 58?", **(defaults | fields))


def in_parallel(body, cases, workers=8):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(body, cases))


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_generated_validates(server, name):
    schema = SCHEMAS[name]
    form = {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
    validator = checker(schema)
    finished = 0
    for answer in in_parallel(lambda seed: ask(server, seed, response_format=form, n=2), range(24)):
        for choice in answer["choices"]:
            if choice["finish_reason"] == "length":
                continue
            finished += 1
            validator.validate(json.loads(choice["message"]["content"]))
            assert "{" not in (choice["message"]["reasoning_content"] or "")[:1]
    assert finished >= 24


def test_schemas_of_the_test_suite_validate_or_are_refused_by_name(server):
    counts = {"valid": 0, "refused": 0, "cut": 0}

    def run(case):
        name, schema = case
        body = {"model": "apus-nano", "prompt": "27 + 58 =", "guided_json": schema, "max_tokens": 120}
        status, answer = server.post("/v1/completions", body | {"temperature": 1.5, "n": 3, "seed": 1})
        if status == 400:
            assert answer["error"]["param"].startswith("guided_json"), (name, answer)
            assert "'" in answer["error"]["message"]
            counts["refused"] += 1
            return
        assert status == 200, (name, answer)
        for choice in answer["choices"]:
            if choice["finish_reason"] == "length":
                counts["cut"] += 1
                continue
            draft = jsonschema.Draft7Validator if name.startswith("draft7/") else jsonschema.Draft202012Validator
            draft(exact(json.dumps(schema))).validate(exact(choice["text"]))
            counts["valid"] += 1

    in_parallel(run, suite())
    assert counts["valid"] > 300, counts
    assert counts["refused"] > 0, counts


def test_json_object_without_a_hint_is_no_endless_white_space(server):
    for answer in in_parallel(lambda seed: ask(server, seed, response_format={"type": "json_object"}), range(16)):
        content = answer["choices"][0]["message"]["content"]
        assert content.startswith("{")
        assert not re.search(r"\s{42}", re.sub(r'"(\\.|[^"\\])*("|$)', '""', content))
        if answer["choices"][0]["finish_reason"] == "stop":
            assert isinstance(json.loads(content), dict)


@pytest.mark.parametrize(
    "fields, pattern",
    [
        ({"structured_outputs": {"regex": "[a-f]{3}-[0-9]+"}}, "[a-f]{3}-[0-9]+"),
        ({"guided_choice": ["yes", "no", "maybe so"]}, "yes|no|maybe so"),
        ({"ebnf": 'root ::= "<" [x-z]+ ">"'}, "<[x-z]+>"),
        ({"regex": "(ab|cd){2}"}, "(ab|cd){2}"),
    ],
)
def test_texts_match_in_chat_and_in_completions(server, fields, pattern):
    for seed in range(6):
        choice = ask(server, seed, **fields)["choices"][0]
        if choice["finish_reason"] == "stop":
            assert re.fullmatch(pattern, choice["message"]["content"]), choice
        body = {"model": "apus-nano", "prompt": "2 + 2", "max_tokens": 200, "seed": seed, "temperature": 1.5}
        choice = server.post("/v1/completions", body | fields)[1]["choices"][0]
        if choice["finish_reason"] == "stop":
            assert re.fullmatch(pattern, choice["text"]), choice


def test_guided_answers_are_the_same_alone_and_among_others(server):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMAS["object"]}}
    alone = [ask(server, seed, response_format=form) for seed in range(8)]
    together = in_parallel(lambda seed: ask(server, seed, response_format=form), range(8))
    assert [a["choices"] for a in alone] == [a["choices"] for a in together]


def test_a_client_that_parses_into_a_schema(client):
    class_like = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMAS["object"]}}
    answer = client.chat.completions.create(
        model="apus-nano", messages=[{"role": "user", "content": "Hi"}], response_format=class_like, seed=2,
        extra_body={"thinking_token_budget": 5}, max_tokens=500,
    )
    checker(SCHEMAS["object"]).validate(json.loads(answer.choices[0].message.content))


@pytest.mark.parametrize("budget", [0, 1, 7])
def test_a_budget_bounds_the_reasoning_and_an_answer_follows(server, budget):
    for field in ["thinking_token_budget", "thinking_budget", "reasoning_budget_tokens"]:
        fields = {field: budget, "reasoning_budget_message": "Stop."}
        answer = server.chat("What is 27 + 58?", temperature=0, **fields)
        message = answer["choices"][0]["message"]
        reasoning = message["reasoning_content"] or ""
        assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] <= budget + 10
        assert reasoning.endswith("Stop.") == (budget > 0)
        assert message["content"]
        assert answer["choices"][0]["finish_reason"] == "stop"


def test_the_server_bounds_reasoning(start):
    server = start("--max-reasoning-tokens", "3", "--reasoning-budget-message", "Halt.")
    answer = server.chat("What is 27 + 58?", temperature=0)
    assert answer["choices"][0]["message"]["reasoning_content"].endswith("Halt.")
    assert server.chat("Hi", thinking_budget=900)["choices"][0]["message"]["reasoning_content"].endswith("Halt.")


def test_a_loop_ends_with_a_stated_reason(server, start):
    loop = {"allowed_token_ids": [50], "repetition_detection": {"max_pattern_size": 2, "min_count": 4}}
    choice = server.chat("Hi", **loop)["choices"][0]
    assert choice["finish_reason"] == "stop" and choice["stop_reason"] == "repetition_detected"
    assert server.chat("Hi", allowed_token_ids=[50], max_tokens=30)["choices"][0]["finish_reason"] == "length"
    strict = start("--repetition-detection", '{"max_pattern_size": 2, "min_count": 4}')
    choice = strict.chat("Hi", allowed_token_ids=[50])["choices"][0]
    assert choice["stop_reason"] == "repetition_detected"


def test_bad_words_do_not_occur(server):
    plain = server.chat("What is 27 + 58?", temperature=0)
    reasoning = plain["choices"][0]["message"]["reasoning_content"]
    word = reasoning[0]
    banned = server.chat("What is 27 + 58?", temperature=0, bad_words=[word])
    text = banned["choices"][0]["message"]["reasoning_content"] + banned["choices"][0]["message"]["content"]
    assert not text.startswith(word)


def test_reasoning_ends_when_it_is_told_to(server):
    body = chat_body("Hi", request_id="to-be-told", max_tokens=3000, allowed_token_ids=list(range(40, 900)))
    answers = []

    def run():
        answers.append(server.post("/v1/chat/completions", body))

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 30
    status = 404
    while status == 404 and time.monotonic() < deadline:
        control = {"id": "to-be-told", "action": "reasoning_end"}
        status, answer = server.post("/v1/chat/completions/control", control)
    assert status == 200 and answer == {"success": True}
    thread.join()
    status, answer = answers[0]
    assert status == 200
    message = answer["choices"][0]["message"]
    assert "I will answer now." in message["reasoning_content"]
    assert message["content"]


def test_control_refuses_what_it_does_not_know(server, start):
    path = "/v1/chat/completions/control"
    status, answer = server.post(path, {"id": "chatcmpl-none", "action": "reasoning_end"})
    assert status == 404 and answer["error"]["code"] == "completion_not_found" and answer["error"]["param"] == "id"
    assert server.post(path, {"id": "x", "action": "stop"})[1]["error"]["param"] == "action"
    assert server.post(path, {"action": "reasoning_end"})[1]["error"]["param"] == "id"
    locked = start("--api-key", "k")
    assert locked.post(path, {"id": "x", "action": "reasoning_end"})[0] == 401


def test_length_ends_an_unfinished_answer(server):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "string", "minLength": 200}}}
    choice = ask(server, response_format=form, max_tokens=60)["choices"][0]
    assert choice["finish_reason"] == "length"
