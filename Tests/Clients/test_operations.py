"""What tells about the server, and the routes under which it does: DeepSeek's, vLLM's and llama.cpp's."""

import json
import socket
import threading

import pytest
from server import chat_body


def get(server, path, headers=None):
    status, _, content = server.get(path, headers)
    return status, json.loads(content)


@pytest.mark.parametrize("prefix", ["", "/v1", "/beta"])
def test_routes_answer_under_every_prefix(server, prefix):
    body = chat_body("What is 27 + 58?", seed=2, max_tokens=8)
    status, answer = server.post(f"{prefix}/chat/completions", body)
    assert status == 200 and answer["choices"] == server.chat("What is 27 + 58?", seed=2, max_tokens=8)["choices"]
    assert server.post(f"{prefix}/completions", {"prompt": "1", "max_tokens": 1})[0] == 200
    assert get(server, f"{prefix}/models")[1]["data"][0]["id"] == "apus-nano"
    assert get(server, f"{prefix}/models/apus-nano")[0] == 200
    assert server.post(f"{prefix}/tokenize", {"prompt": "1"})[0] == 200


def test_health(server):
    for path in ("/health", "/v1/health", "/ping", "/live"):
        assert get(server, path) == (200, {"status": "ok"})
    assert server.post("/ping", {}) == (200, {"status": "ok"})


def test_balance_is_always_sufficient(server):
    status, balance = get(server, "/user/balance")
    assert status == 200 and balance["is_available"] is True and balance["balance_infos"][0]["currency"] == "USD"


def test_properties_and_slots(start):
    server = start("--max-num-seqs", "2")
    properties = get(server, "/props")[1]
    assert properties["total_slots"] == 2 and properties["model_alias"] == "apus-nano"
    assert properties["default_generation_settings"]["n_ctx"] == 4096
    assert properties["default_generation_settings"]["params"]["temperature"] == 0.6
    assert "<｜Assistant｜>" in properties["chat_template"]
    assert [s["is_processing"] for s in get(server, "/slots")[1]] == [False, False]
    assert get(server, "/load")[1] == {"server_load": 0}
    busy = socket.create_connection(("127.0.0.1", server.port))
    data = json.dumps(chat_body("Hi", n=2, max_tokens=4000, ignore_eos=True, stream=True)).encode()
    busy.sendall(b"POST /chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 2, "busy")
    assert [s["is_processing"] for s in get(server, "/slots")[1]] == [True, True]
    assert get(server, "/load")[1] == {"server_load": 1}
    assert get(server, "/slots?fail_on_no_slot=1")[0] == 503
    busy.close()
    server.wait_until(lambda: get(server, "/load")[1] == {"server_load": 0}, "idle")


def test_the_prefix_cache_is_reset_by_administrators_alone(start):
    server = start("--admin-api-key", "boss", "--api-key", "user")
    user, boss = {"Authorization": "Bearer user"}, {"Authorization": "Bearer boss"}
    long = chat_body("Add: " + " + ".join(map(str, range(60))), max_tokens=1)

    def cached():
        content = server.request("POST", "/v1/chat/completions", long, user)[2]
        return json.loads(content)["usage"]["prompt_tokens_details"]["cached_tokens"]

    cached()
    assert cached() > 0
    assert server.request("POST", "/reset_prefix_cache", b"", {})[0] == 401
    assert server.request("POST", "/reset_prefix_cache", b"", user)[0] == 403
    status, _, content = server.request("POST", "/reset_prefix_cache", b"", boss)
    assert status == 200 and json.loads(content)["forgotten_blocks"] > 0
    assert cached() == 0 and cached() > 0


def test_without_an_administrator_nobody_resets_the_cache(server):
    status, body = server.post("/reset_prefix_cache", {})
    assert status == 403 and "--admin-api-key" in body["error"]["message"]


def test_keys_come_in_either_header(start):
    server = start("--api-key", "secret")
    public = ("/health", "/v1/health", "/ping", "/live", "/version", "/metrics", "/load", "/openapi.json")
    for path in public:
        assert server.get(path)[0] == 200, path
    for path in ("/v1/models", "/props", "/slots", "/user/balance", "/tokenizer_info"):
        assert server.get(path)[0] == 401, path
        assert server.get(path, {"x-api-key": "other"})[0] == 401, path
        assert server.get(path, {"x-api-key": "secret"})[0] == 200, path
        assert server.get(path, {"Authorization": "bearer secret"})[0] == 200, path
    for path in ("/v1/chat/completions", "/v1/completions", "/tokenize", "/apply-template"):
        status, body = server.post(path, {})
        assert status == 401 and body["error"]["code"] == "invalid_api_key"


def test_priority_decides_who_goes_first(start):
    server = start("--max-num-seqs", "1")
    order = []

    def ask(priority):
        server.chat("What is 27 + 58?", max_tokens=5, priority=priority)
        order.append(priority)

    blocker = socket.create_connection(("127.0.0.1", server.port))
    data = json.dumps(chat_body("Hi", max_tokens=4000, ignore_eos=True, stream=True, priority=-5)).encode()
    blocker.sendall(b"POST /chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1, "busy")
    waiting = [threading.Thread(target=ask, args=(p,)) for p in (2, 1, -1)]
    for count, thread in enumerate(waiting, 1):
        thread.start()
        server.wait_until(lambda: server.metric("apus:num_requests_waiting") == count, f"{count} wait")
    blocker.close()
    for thread in waiting:
        thread.join()
    assert order == [-1, 1, 2]


# Counterparts of llama.cpp's server tests: chat, template, tokenize.


def test_rendered_prompts_are_those_that_run(server):
    body = chat_body("What is 27 + 58?", temperature=0, max_tokens=5)
    status, rendered = server.post("/v1/chat/completions/render", body)
    assert status == 200 and rendered["prompt"].endswith("<｜User｜>What is 27 + 58?<｜Assistant｜><think>\n")
    assert rendered["sampling_params"]["temperature"] == 0 and rendered["sampling_params"]["top_p"] == pytest.approx(0.95)
    assert server.post("/apply-template", body)[1] == {"prompt": rendered["prompt"]}
    count = server.post("/v1/chat/completions/input_tokens", body)[1]["input_tokens"]
    assert count == len(rendered["token_ids"]) == server.chat("What is 27 + 58?", max_tokens=1)["usage"]["prompt_tokens"]
    assert server.post("/tokenize", body)[1]["tokens"] == rendered["token_ids"]
    run = {"prompt": rendered["token_ids"], "temperature": 0, "max_tokens": 5}
    text = server.post("/v1/completions", run)[1]["choices"][0]["text"]
    assert text.startswith(server.post("/v1/chat/completions", body)[1]["choices"][0]["message"]["reasoning_content"])
    status, prompts = server.post("/v1/completions/render", {"prompt": ["a", "b"]})
    assert status == 200 and [p["prompt"] for p in prompts] == ["a", "b"]


def test_generation_prompt_and_continuation_exclude_each_other(server):
    body = chat_body("Hi", add_generation_prompt=False)
    assert not server.post("/apply-template", body)[1]["prompt"].endswith("<｜Assistant｜><think>\n")
    status, error = server.post("/apply-template", chat_body("Hi", add_generation_prompt=True, continue_final_message=True))
    assert status == 400 and error["error"]["param"] == "continue_final_message"


def test_tokenizer_round_trips(server):
    text = "What happened to 数 and 🙂?"
    with_marks = server.post("/tokenize", {"prompt": "<｜User｜>" + text, "return_token_strs": True})[1]
    assert with_marks["token_strs"][0] == "<｜User｜>" and with_marks["tokens"][0] == 3
    assert server.post("/detokenize", {"tokens": with_marks["tokens"]})[1]["prompt"] == "<｜User｜>" + text
    info = get(server, "/tokenizer_info")[1]
    assert info["added_tokens_decoder"]["3"]["content"] == "<｜User｜>" and info["vocab_size"] == 1024


def test_an_answer_goes_on_with_its_prefix(server):
    messages = [
        {"role": "user", "content": "What is 27 + 58?"},
        {"role": "assistant", "content": "", "reasoning_content": "27 + 58 = 8", "prefix": True},
    ]
    body = {"messages": messages, "temperature": 0}
    prompt = server.post("/apply-template", body)[1]["prompt"]
    assert prompt.endswith("<｜Assistant｜><think>\n27 + 58 = 8")
    message = server.post("/beta/chat/completions", body)[1]["choices"][0]["message"]
    assert message["reasoning_content"] and message["content"]
    messages[1] = {"role": "assistant", "content": "The sum is 8", "prefix": True}
    message = server.post("/chat/completions", body)[1]["choices"][0]["message"]
    assert message["reasoning_content"] is None and not message["content"].startswith("The sum")


def test_gaps_need_a_vocabulary_for_them(server):
    status, body = server.post("/beta/completions", {"prompt": "def f(", "suffix": "return x"})
    assert status == 400 and body["error"]["param"] == "suffix"


def test_timings_are_finite_and_add_up(server):
    answer = server.chat("What is 27 + 58?", timings_per_token=True, max_tokens=12)
    timings = answer["timings"]
    assert timings["predicted_n"] == answer["usage"]["completion_tokens"] == 12
    assert timings["prompt_n"] + timings["cache_n"] == answer["usage"]["prompt_tokens"]
    assert all(value >= 0 for value in timings.values())
    assert timings["predicted_per_second"] == pytest.approx(12000 / timings["predicted_ms"])
    assert "timings" not in server.chat("Hi", max_tokens=1)
    chunks = server.stream("/v1/chat/completions", chat_body("What is 27 + 58?", timings_per_token=True, max_tokens=4))
    assert [c["timings"]["predicted_n"] for c in chunks if "timings" in c] == sorted(
        c["timings"]["predicted_n"] for c in chunks if "timings" in c
    )
    assert chunks[-1]["timings"]["predicted_n"] == 4


def test_progress_of_long_prompts(start):
    server = start("--max-num-batched-tokens", "64")
    body = chat_body("Add: " + " + ".join(map(str, range(150))), max_tokens=2, return_progress=True)
    chunks = server.stream("/v1/chat/completions", body)
    told = [c["prompt_progress"] for c in chunks if "prompt_progress" in c]
    total = server.post("/tokenize", body)[1]["count"]
    assert len(told) == -(-total // 64) and all(p["total"] == total and p["cache"] == 0 for p in told)
    assert [p["processed"] for p in told] == [min(64 * (i + 1), total) for i in range(len(told))]
    assert [p["time_ms"] for p in told] == sorted(p["time_ms"] for p in told)
    again = [c["prompt_progress"] for c in server.stream("/v1/chat/completions", body) if "prompt_progress" in c]
    assert len(again) < len(told) and again[0]["cache"] > 0 and again[-1]["processed"] == total


def test_requests_carry_their_own_names(server):
    status, headers, content = server.request("POST", "/v1/completions", {"prompt": "1", "request_id": "mine.7"})
    assert status == 200 and headers["X-Request-Id"] == "mine.7" and json.loads(content)["id"] == "cmpl-mine.7"
    status, headers, content = server.request(
        "POST", "/v1/completions", {"prompt": "1", "request_id": "mine.7"}, {"X-Request-Id": "header"}
    )
    assert headers["X-Request-Id"] == "header" and json.loads(content)["id"] == "cmpl-header"


def test_best_of_returns_the_likeliest(server):
    body = {"prompt": "27 + 58 =", "seed": 5, "temperature": 2, "max_tokens": 6, "logprobs": 0}
    every = server.post("/v1/completions", body | {"n": 6})[1]["choices"]

    def mean(choice):
        return sum(choice["logprobs"]["token_logprobs"]) / len(choice["logprobs"]["token_logprobs"])

    answer = server.post("/v1/completions", body | {"n": 2, "best_of": 6})[1]
    expected = sorted(every, key=mean, reverse=True)[:2]
    assert [c["text"] for c in answer["choices"]] == [c["text"] for c in expected]
    assert answer["usage"]["completion_tokens"] == sum(len(c["logprobs"]["tokens"]) for c in every)
