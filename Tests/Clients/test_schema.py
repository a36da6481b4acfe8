"""Responses, chunks and errors against the objects that OpenAI's clients read."""

import json
import pathlib

import jsonschema
import pytest
from server import chat_body

SCHEMAS = json.loads((pathlib.Path(__file__).parent / "schemas" / "openai.json").read_text())
QUESTION = "What is 27 + 58?"
STARTED = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "<think>\n27 +"}]
ADD = {
    "name": "add",
    "parameters": {
        "type": "object",
        "properties": {"a": {"enum": [27, 58]}, "b": {"enum": [27, 58]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
}
CALL = {"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 27, "b": 58}'}}

CHAT = {
    "plain": {},
    "greedy": {"temperature": 0, "top_p": 0},
    "choices": {"n": 3, "seed": 1},
    "cut off in reasoning": {"max_tokens": 3},
    "cut off in answer": {"thinking": {"type": "disabled"}, "max_completion_tokens": 1},
    "stop string": {"stop": ["8", "\n\n"], "thinking": {"type": "disabled"}},
    "stop token": {"stop_token_ids": list(range(20, 200)), "include_stop_str_in_output": True},
    "logprobs": {"logprobs": True},
    "top logprobs": {"logprobs": True, "top_logprobs": 20, "n": 2},
    "token names": {"logprobs": True, "top_logprobs": 2, "return_tokens_as_token_ids": True},
    "token ids": {"return_token_ids": True},
    "prompt": {"prompt_logprobs": 3, "return_prompt_text": True},
    "inline": {"separate_reasoning": False, "logprobs": True},
    "legacy": {"reasoning_format": "deepseek-legacy"},
    "hidden": {"include_reasoning": False},
    "held": {"stream_reasoning": False, "logprobs": True},
    "no thinking": {"reasoning_effort": "none"},
    "usage in chunks": {"stream_options": {"include_usage": True, "continuous_usage_stats": True}, "n": 2},
    "no usage": {"stream_options": {"include_usage": False, "include_obfuscation": True}},
    "penalties": {"presence_penalty": 1, "frequency_penalty": -1, "repetition_penalty": 1.1, "logit_bias": {"30": -5}},
    "continued": {"messages": STARTED, "continue_final_message": True, "echo": True},
    "truncated": {"truncate_prompt_tokens": 5},
    "salted": {"cache_salt": "tenant"},
    "client's own": {
        "store": True, "service_tier": "auto", "metadata": {"run": "7"}, "user": "me", "safety_identifier": "x",
        "prompt_cache_key": "k", "verbosity": "low", "modalities": ["text"], "web_search_options": {}, "unknown": [1],
        "prediction": {"type": "content", "content": "85"}, "parallel_tool_calls": False,
    },
    "neutral samplers": {"typical_p": 1, "mirostat": 0, "dry_multiplier": 0, "xtc_probability": 0, "n_predict": -1},
    "roles": {
        "messages": [
            {"role": "developer", "content": [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief."}]},
            {"role": "user", "content": "1 + 1?", "name": "me"},
            {"role": "assistant", "content": "2", "reasoning_content": "1 + 1 = 2"},
            {"role": "user", "content": QUESTION},
        ]
    },
    "calls": {
        "tools": [{"type": "function", "function": ADD}], "tool_choice": "required", "parallel_tool_calls": False,
        "max_tokens": 400,
    },
    "older calls": {"functions": [ADD], "function_call": {"name": "add"}, "max_tokens": 400},
    "no calls": {"tools": [{"type": "function", "function": ADD}], "tool_choice": "none"},
    "JSON": {"response_format": {"type": "json_object"}},
    "choice": {"structured_outputs": {"choice": ["85", "86"]}, "max_tokens": 400},
    "thinking budget": {"thinking_token_budget": 4},
    "tool loop": {
        "messages": [
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": None, "reasoning_content": "hm", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c", "content": "85"},
        ]
    },
}

TEXT = {
    "plain": {},
    "several": {"prompt": ["1 + 1 =", "2 + 2 ="], "n": 2},
    "token ids": {"prompt": [[3, 40, 41], [40]], "return_token_ids": True},
    "logprobs": {"logprobs": 3, "echo": True},
    "token names": {"logprobs": 2, "return_tokens_as_token_ids": True},
    "prompt alone": {"logprobs": 1, "echo": True, "max_tokens": 0},
    "nothing": {"max_tokens": 0},
    "prompt's logprobs": {"prompt_logprobs": 2, "return_prompt_text": True},
    "stop": {"stop": ["8"], "stop_token_ids": [30]},
    "usage in chunks": {"stream_options": {"include_usage": True, "continuous_usage_stats": True}},
    "client's own": {"user": "me", "best_of": 1, "seed": 3, "suffix": None, "unknown": {}},
}

MISTAKES = [
    ({"messages": None}, "messages"),
    ({"messages": [{"role": "robot", "content": ""}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, None),
    ({"temperature": 3}, "temperature"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"n": 129}, "n"),
    ({"stop": ["a"] * 17}, "stop"),
    ({"logit_bias": {"x": 1}}, "logit_bias"),
    ({"metadata": {str(i): "" for i in range(17)}}, "metadata"),
    ({"modalities": ["text", "audio"]}, "modalities[1]"),
    ({"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
    ({"service_tier": "gold"}, "service_tier"),
    ({"stream_options": {"include_usage": True}}, "stream_options"),
    ({"thinking": {"type": "on"}}, "thinking.type"),
    ({"thinking": {"type": "enabled"}, "reasoning_effort": "none"}, "reasoning_effort"),
    ({"reasoning_format": "r1"}, "reasoning_format"),
    ({"mirostat": 2}, "mirostat"),
    ({"typical_p": 0.5}, "typical_p"),
    ({"cache_salt": ""}, "cache_salt"),
    ({"prompt_logprobs": 21}, "prompt_logprobs"),
    ({"continue_final_message": True, "add_generation_prompt": True}, "continue_final_message"),
]


def validate(value, name):
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMAS["$defs"]}).validate(value)


def request_body(fields):
    """A short request; options of streams are for streams alone."""
    return chat_body(QUESTION, **{"max_tokens": 60, "seed": 5} | fields)


def whole(body):
    return {key: value for key, value in body.items() if key != "stream_options"}


def check_usage(usage):
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_cache_hit_tokens"] + usage["prompt_cache_miss_tokens"] == usage["prompt_tokens"]
    assert usage["completion_tokens_details"]["reasoning_tokens"] <= usage["completion_tokens"]


def test_the_schemas_are_schemas():
    jsonschema.Draft202012Validator.check_schema(SCHEMAS)


@pytest.mark.parametrize("name", CHAT)
def test_chat(server, name):
    body = request_body(CHAT[name])
    status, answer = server.post("/v1/chat/completions", whole(body))
    assert status == 200, answer
    validate(answer, "ChatCompletion")
    check_usage(answer["usage"])
    assert [c["index"] for c in answer["choices"]] == list(range(body.get("n", 1)))
    for choice in answer["choices"]:
        for kind in ("tool_calls", "function_call"):
            assert (kind in choice["message"]) == (choice["finish_reason"] == kind)

    chunks = server.stream("/v1/chat/completions", body)
    for chunk in chunks:
        validate(chunk, "ChatCompletionChunk")
    assert len({(c["id"], c["created"], c["model"], c["system_fingerprint"]) for c in chunks}) == 1
    options = body.get("stream_options", {})
    if options.get("include_usage"):
        assert chunks[-1]["choices"] == []
        usage = {k: v for k, v in chunks.pop()["usage"].items() if k.endswith("_tokens") and "cache" not in k}
        assert usage == {k: answer["usage"][k] for k in usage}
    assert all(("usage" in c) == options.get("include_usage", False) for c in chunks)
    for index, choice in enumerate(answer["choices"]):
        parts = [c["choices"][0] for c in chunks if c["choices"][0]["index"] == index]
        assert parts[0]["delta"]["role"] == "assistant" and "role" not in parts[1]["delta"]
        assert [p["finish_reason"] for p in parts if p["finish_reason"]] == [choice["finish_reason"]]
        assert parts[-1]["finish_reason"]
        for field in ("content", "reasoning_content"):
            text = "".join(p["delta"].get(field) or "" for p in parts)
            assert text == (choice["message"][field] or "")


def test_choices_cost_one_prompt(server):
    one, many = (server.chat(QUESTION, n=n, max_tokens=4)["usage"] for n in (1, 5))
    assert many["prompt_tokens"] == one["prompt_tokens"]
    assert many["completion_tokens"] == 5 * one["completion_tokens"]


def test_the_prompt_is_scored_alike_cached_or_not_in_chat_and_text(server):
    text = "Count: " + " ".join(map(str, range(40)))
    first, second = (
        server.chat(text, prompt_logprobs=2, return_token_ids=True, max_tokens=1, cache_salt="scored") for _ in range(2)
    )
    assert first["prompt_logprobs"] == second["prompt_logprobs"]
    tokens = first["prompt_token_ids"]
    assert len(first["prompt_logprobs"]) == len(tokens)
    for token, entry in zip(tokens[1:], first["prompt_logprobs"][1:]):
        own = entry[str(token)]
        assert len(entry) == (2 if own["rank"] <= 2 else 3)
        better = [e for e in entry.values() if e["rank"] < own["rank"]]
        assert all(e["logprob"] >= own["logprob"] for e in better)
    body = {"prompt": tokens, "echo": True, "logprobs": 0, "max_tokens": 0, "prompt_logprobs": 2}
    choice = server.post("/v1/completions", body)[1]["choices"][0]
    assert choice["prompt_logprobs"] == first["prompt_logprobs"]
    scores = [e[str(t)]["logprob"] for t, e in zip(tokens[1:], first["prompt_logprobs"][1:])]
    assert choice["logprobs"]["token_logprobs"] == [None, *scores]


def test_a_salt_keeps_tenants_apart(server):
    def cached(salt):
        text = "Count: " + " ".join(map(str, range(60)))
        return server.chat(text, max_tokens=1, cache_salt=salt)["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert cached("a") == 0 and cached("b") == 0 and cached("a") > 0


@pytest.mark.parametrize("name", TEXT)
def test_text(server, name):
    body = {"model": "apus-nano", "prompt": "27 + 58 =", "max_tokens": 8, "seed": 5} | TEXT[name]
    status, answer = server.post("/v1/completions", whole(body))
    assert status == 200, answer
    validate(answer, "TextCompletion")
    check_usage(answer["usage"])
    assert all(choice["finish_reason"] for choice in answer["choices"])
    chunks = server.stream("/v1/completions", body)
    for chunk in chunks:
        validate(chunk, "TextCompletion")
    for choice in answer["choices"]:
        parts = [p for c in chunks for p in c["choices"] if p["index"] == choice["index"]]
        assert "".join(p["text"] for p in parts) == choice["text"]
        assert parts[-1]["finish_reason"] == choice["finish_reason"]


@pytest.mark.parametrize("fields,param", MISTAKES)
def test_mistakes(server, fields, param):
    status, answer = server.post("/v1/chat/completions", request_body(fields))
    assert status == 400
    validate(answer, "Error")
    assert answer["error"]["type"] == "invalid_request_error"
    assert param is None or answer["error"]["param"] == param


@pytest.mark.parametrize(
    "method,path,status",
    [("GET", "/v1/models/unknown", 404), ("GET", "/v1/nothing", 404), ("PUT", "/v1/chat/completions", 405)],
)
def test_errors_of_routes(server, method, path, status):
    found, _, content = server.request(method, path, b"{}")
    assert found == status
    validate(json.loads(content), "Error")


def test_unreadable_body(server):
    status, answer = server.post("/v1/chat/completions", b"{")
    assert status == 400
    validate(answer, "Error")


def test_models(start):
    server = start("--served-model-name", "deepseek-reasoner=thinking", "--served-model-name", "deepseek-chat=no-thinking")
    models = json.loads(server.get("/v1/models")[2])
    validate(models, "ModelList")
    assert [m["id"] for m in models["data"]] == ["deepseek-reasoner", "deepseek-chat"]
    validate(json.loads(server.get("/v1/models/deepseek-chat")[2]), "Model")


def test_a_name_stands_for_a_mode(start):
    server = start("--served-model-name", "deepseek-reasoner=thinking", "--served-model-name", "deepseek-chat=no-thinking")
    thinking = server.chat(QUESTION, model="deepseek-reasoner", temperature=0)
    assert thinking["choices"][0]["message"]["reasoning_content"]
    quick = server.chat(QUESTION, model="deepseek-chat", temperature=0)
    assert quick["model"] == "deepseek-chat"
    assert quick["choices"][0]["message"]["reasoning_content"] is None
    assert quick["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0
    switched = server.chat(QUESTION, model="deepseek-chat", temperature=0, thinking={"type": "enabled"})
    assert switched["choices"] == thinking["choices"]


def test_the_reasoning_field_has_the_name_that_is_set(start):
    server = start("--reasoning-field", "both")
    message = server.chat(QUESTION)["choices"][0]["message"]
    assert message["reasoning"] and message["reasoning"] == message["reasoning_content"]
    message = start("--reasoning-field", "reasoning").chat(QUESTION)["choices"][0]["message"]
    assert message["reasoning"] and "reasoning_content" not in message


def test_system_messages_are_folded(start):
    server = start("--fold-system-prompt")
    apart = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    status, folded = server.post("/tokenize", {"messages": apart})
    assert status == 200
    status, joined = server.post("/tokenize", {"messages": [{"role": "user", "content": "Be brief.\n\nHi"}]})
    assert folded["tokens"] == joined["tokens"]
