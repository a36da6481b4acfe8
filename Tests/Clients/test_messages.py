"""Anthropic's /v1/messages through the `anthropic` package, against the built-in model."""

import json

import anthropic
import pytest
from anthropic import Anthropic

MODEL = "apus-nano"
QUESTION = [{"role": "user", "content": "What is 27 + 58?"}]


@pytest.fixture(scope="module")
def claude(server):
    return Anthropic(base_url=server.url, api_key="unused", max_retries=0, timeout=120)


def ask(client, messages=QUESTION, **fields):
    extra = {"temperature": 0} | fields.pop("extra_body", {})
    fields = {"model": MODEL, "max_tokens": 400} | fields
    return client.messages.create(messages=messages, extra_body=extra, **fields)


@pytest.fixture(scope="module")
def whole(claude):
    return ask(claude)


def test_a_whole_message(whole):
    assert whole.id.startswith("msg_") and whole.type == "message" and whole.role == "assistant"
    thinking, text = whole.content
    assert thinking.type == "thinking" and thinking.thinking and thinking.signature
    assert text.type == "text" and "85" in text.text
    assert whole.stop_reason == "end_turn" and whole.stop_sequence is None
    assert 0 < whole.usage.output_tokens_details.thinking_tokens < whole.usage.output_tokens


def test_a_stream_sums_up_to_the_message(claude, whole):
    with claude.messages.stream(model=MODEL, max_tokens=400, messages=QUESTION, extra_body={"temperature": 0}) as stream:
        types = [event.type for event in stream]
        message = stream.get_final_message()
    assert types[0] == "message_start" and types[-1] == "message_stop"
    assert types.count("content_block_start") == types.count("content_block_stop") == 2
    for field in ("stop_reason", "stop_sequence", "model", "role"):
        assert getattr(message, field) == getattr(whole, field)
    assert [block.to_dict() for block in message.content] == [block.to_dict() for block in whole.content]
    assert message.usage.output_tokens == whole.usage.output_tokens


def test_the_events_as_they_are(server):
    body = {"model": MODEL, "max_tokens": 400, "messages": QUESTION, "temperature": 0, "stream": True}
    status, headers, content = server.request("POST", "/anthropic/v1/messages", body)
    assert status == 200 and headers["Content-Type"].startswith("text/event-stream") and headers["Request-Id"]
    assert b"[DONE]" not in content
    names = []
    for event in content.decode().strip().split("\n\n"):
        name, data = event.split("\n")
        assert json.loads(data.removeprefix("data: "))["type"] == name.removeprefix("event: ")
        names.append(name.removeprefix("event: "))
    assert names[:3] == ["message_start", "ping", "content_block_start"]
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]


def test_cached_tokens_are_counted_apart(claude):
    long = [{"role": "user", "content": "What is 1 + 2? " * 20}]
    first = ask(claude, long, max_tokens=1)
    second = ask(claude, long, max_tokens=1)
    assert second.usage.cache_read_input_tokens > 0
    total = lambda usage: usage.input_tokens + usage.cache_read_input_tokens
    assert total(first.usage) == total(second.usage)
    assert claude.messages.count_tokens(model=MODEL, messages=long).input_tokens == total(first.usage)


def test_the_end_says_its_reason(claude):
    stopped = ask(claude, stop_sequences=["85"])
    assert stopped.stop_reason == "stop_sequence" and stopped.stop_sequence == "85"
    assert stopped.content[-1].text == "27 + 58 = "
    assert ask(claude, max_tokens=5).stop_reason == "max_tokens"
    full = ask(claude, max_tokens=20000, extra_body={"ignore_eos": True})
    assert full.stop_reason == "model_context_window_exceeded"


def test_thinking_comes_back_and_is_accepted(claude, whole):
    more = ask(
        claude, [*QUESTION, {"role": "assistant", "content": whole.content}, {"role": "user", "content": "What is 3 + 4?"}]
    )
    assert "7" in more.content[-1].text


def test_a_system_prompt_counts(claude):
    plain = claude.messages.count_tokens(model=MODEL, messages=QUESTION).input_tokens
    for system in ("Be kind.", [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]):
        assert claude.messages.count_tokens(model=MODEL, messages=QUESTION, system=system).input_tokens > plain


def test_thinking_is_switched_off(claude):
    message = ask(claude, thinking={"type": "disabled"})
    assert [block.type for block in message.content] == ["text"]
    assert message.usage.output_tokens_details.thinking_tokens == 0


def test_a_thinking_budget(claude, whole):
    message = ask(claude, thinking={"type": "enabled", "budget_tokens": 10})
    assert message.usage.output_tokens_details.thinking_tokens < whole.usage.output_tokens_details.thinking_tokens
    assert message.content[-1].type == "text" and message.stop_reason == "end_turn"


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"extra_body": {"temperature": 1.5}}, "temperature"),
        ({"stop_sequences": [""]}, "stop_sequences[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "x"}}]}]}, "messages[0].content[0].type"),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0].type"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
    ],
)
def test_a_bad_field_is_named(claude, fields, name):
    with pytest.raises(anthropic.BadRequestError) as error:
        ask(claude, **fields)
    assert error.value.body["type"] == "error" and error.value.body["error"]["type"] == "invalid_request_error"
    assert f"'{name}'" in error.value.body["error"]["message"]


def test_errors_have_anthropic_s_envelope(server, claude):
    with pytest.raises(anthropic.NotFoundError) as error:
        ask(claude, model="claude")
    assert error.value.body["error"]["type"] == "not_found_error"
    assert server.post("/v1/messages", b"{")[1]["error"]["type"] == "invalid_request_error"
    assert server.request("GET", "/v1/messages")[0] == 405
    status, body = server.post("/anthropic/v1/complete", {})
    assert status == 404 and body["type"] == "error"
    # Other routes keep OpenAI's.
    assert "type" not in server.post("/v1/chat/completions", b"{")[1]


def test_keys(start):
    server = start("--api-key", "secret")
    assert ask(Anthropic(base_url=server.url, api_key="secret", max_retries=0), max_tokens=1).content is not None
    assert ask(Anthropic(base_url=server.url, auth_token="secret", max_retries=0), max_tokens=1).content is not None
    with pytest.raises(anthropic.AuthenticationError) as error:
        ask(Anthropic(base_url=server.url, api_key="wrong", max_retries=0))
    assert error.value.body["error"]["type"] == "authentication_error"


def test_a_full_queue_and_a_server_that_goes(start):
    server = start("--max-num-seqs", "1", "--max-num-queued-reqs", "1", "--shutdown-timeout", "1")
    client = Anthropic(base_url=server.url, api_key="x", max_retries=0)
    endless = {"extra_body": {"ignore_eos": True}, "max_tokens": 4000, "stream": True}
    running = iter(ask(client, **endless))
    next(running)
    waiting = ask(client, **endless)
    server.wait_until(lambda: server.metric("apus:num_requests_waiting") == 1, "one request waits")
    with pytest.raises(anthropic.RateLimitError) as error:
        ask(client)
    assert error.value.body["error"]["type"] == "rate_limit_error"
    assert int(error.value.response.headers["retry-after"]) >= 1
    waiting.close()
    server.process.terminate()
    with pytest.raises(anthropic.APIStatusError) as error:
        for _ in running:
            pass
    assert error.value.body["error"]["type"] == "overloaded_error"


TOOL = {
    "name": "add",
    "description": "Adds two numbers.",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
}


def test_a_tool_that_must_be_called(claude):
    fields = {"tools": [TOOL], "tool_choice": {"type": "any", "disable_parallel_tool_use": True}}
    message = ask(claude, **fields)
    assert message.stop_reason == "tool_use"
    call = message.content[-1]
    assert call.type == "tool_use" and call.name == "add" and set(call.input) == {"a", "b"}
    with claude.messages.stream(
        model=MODEL, max_tokens=400, messages=QUESTION, extra_body={"temperature": 0}, **fields
    ) as stream:
        streamed = stream.get_final_message().content[-1]
    assert streamed.input == call.input
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "85"}
    after = ask(
        claude,
        [*QUESTION, {"role": "assistant", "content": message.content}, {"role": "user", "content": [result]}],
        tools=[TOOL],
    )
    assert after.usage.input_tokens + after.usage.cache_read_input_tokens > 0
