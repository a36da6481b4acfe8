"""The `openai` package against the server."""

import openai
import pytest
from openai import OpenAI

QUESTION = [{"role": "user", "content": "What is 27 + 58?"}]


def ask(client, **fields):
    return client.chat.completions.create(model="apus-nano", messages=QUESTION, **fields)


def test_whole_answer_has_reasoning_and_content(client):
    answer = ask(client, temperature=0)
    choice = answer.choices[0]
    assert "85" in choice.message.content
    assert choice.message.reasoning_content.strip()
    assert "think>" not in choice.message.content + choice.message.reasoning_content
    assert choice.finish_reason == "stop"
    assert answer.object == "chat.completion" and answer.model == "apus-nano"
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert 0 < usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens
    assert usage.prompt_cache_hit_tokens + usage.prompt_cache_miss_tokens == usage.prompt_tokens


def test_streamed_answer_equals_the_whole_one(client):
    whole = ask(client, seed=11)
    reasoning, content, finish, usage = "", "", None, None
    for chunk in ask(client, seed=11, stream=True, stream_options={"include_usage": True}):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            content += choice.delta.content or ""
            finish = choice.finish_reason or finish
    assert content == whole.choices[0].message.content
    assert reasoning == whole.choices[0].message.reasoning_content
    assert finish == whole.choices[0].finish_reason
    assert usage.completion_tokens == whole.usage.completion_tokens


def test_choices_share_the_prompt_and_differ(client):
    answer = ask(client, n=8, seed=3, temperature=2, max_tokens=40)
    assert [c.index for c in answer.choices] == list(range(8))
    assert len({c.message.reasoning_content for c in answer.choices}) > 1
    assert 8 < answer.usage.completion_tokens <= 320


def test_logprobs(client):
    answer = ask(client, temperature=0, logprobs=True, top_logprobs=3)
    entries = answer.choices[0].logprobs.content
    text = "".join(e.token for e in entries)
    assert answer.choices[0].message.content in text
    for entry in entries:
        assert len(entry.top_logprobs) == 3
        assert entry.logprob <= 0
        assert entry.logprob == max(t.logprob for t in entry.top_logprobs)


def test_completions_with_echo_and_logprobs(client):
    answer = client.completions.create(
        model="apus-nano", prompt="27 + 58 =", max_tokens=4, echo=True, logprobs=2, temperature=0
    )
    choice = answer.choices[0]
    assert choice.text.startswith("27 + 58 =")
    assert choice.logprobs.token_logprobs[0] is None
    assert len(choice.logprobs.tokens) == len(choice.logprobs.token_logprobs) == answer.usage.total_tokens
    assert "".join(choice.logprobs.tokens) == choice.text


def test_completions_of_several_prompts(client):
    prompts = ["1 + 1 =", "2 + 2 ="]
    answer = client.completions.create(model="apus-nano", prompt=prompts, n=2, max_tokens=3, seed=1)
    assert [c.index for c in answer.choices] == [0, 1, 2, 3]
    streamed = ["", "", "", ""]
    for chunk in client.completions.create(model="apus-nano", prompt=prompts, n=2, max_tokens=3, seed=1, stream=True):
        for choice in chunk.choices:
            streamed[choice.index] += choice.text
    assert streamed == [c.text for c in answer.choices]


def test_models(client):
    assert [m.id for m in client.models.list()] == ["apus-nano"]
    assert client.models.retrieve("apus-nano").object == "model"


def test_stop_string_is_never_shown(client):
    answer = ask(client, temperature=0, stop=["5"])
    assert "5" not in (answer.choices[0].message.content or "")
    assert "5" in answer.choices[0].message.reasoning_content
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"n": 0}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stop": ["a"] * 17}, "stop"),
        ({"logit_bias": {"x": 1}}, "logit_bias"),
        ({"presence_penalty": 2.5}, "presence_penalty"),
        ({"repetition_penalty": 1e-45}, "repetition_penalty"),
    ],
)
def test_bad_field_is_named(client, fields, param):
    with pytest.raises(openai.BadRequestError) as error:
        ask(client, extra_body=fields)
    assert error.value.param.split(".")[0].split("[")[0] == param
    assert error.value.type == "invalid_request_error"


def test_bad_message_is_named(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model="apus-nano", messages=[{"role": "robot", "content": "x"}])
    assert error.value.param == "messages[0].role"


def test_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as error:
        client.chat.completions.create(model="gpt-5", messages=QUESTION)
    assert error.value.code == "model_not_found"


def test_too_long_a_prompt_tells_both_numbers(client):
    text = "7 " * 5000
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model="apus-nano", messages=[{"role": "user", "content": text}])
    assert error.value.code == "context_length_exceeded"
    assert "4096" in error.value.message
    tokens = [int(w) for w in error.value.message.replace(".", " ").replace(",", " ").split() if w.isdigit()]
    assert any(n > 5000 for n in tokens)


def test_a_prompt_may_fill_the_context(client):
    whole = client.completions.create(
        model="apus-nano", prompt=[5] * 4096, max_tokens=0, echo=True, extra_body={"return_token_ids": True}
    )
    assert whole.usage.total_tokens == 4096 and whole.choices[0].finish_reason == "length"
    rest = client.completions.create(model="apus-nano", prompt=[5] * 4090, extra_body={"ignore_eos": True})
    assert rest.usage.completion_tokens == 6 and rest.choices[0].finish_reason == "length"


def test_keys(start):
    server = start("--api-key", "first", "--api-key", "second")
    for key in ("first", "second"):
        client = OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0)
        assert client.models.list().data
    with pytest.raises(openai.AuthenticationError) as error:
        OpenAI(base_url=f"{server.url}/v1", api_key="third", max_retries=0).models.list()
    assert error.value.code == "invalid_api_key"
    assert server.get("/health")[0] == 200
    assert server.get("/v1/models")[0] == 401


def test_full_queue_is_a_rate_limit(start):
    server = start("--max-num-seqs", "1", "--max-num-queued-reqs", "1")
    client = OpenAI(base_url=f"{server.url}/v1", api_key="x", max_retries=0)
    running = [
        client.chat.completions.create(
            model="apus-nano", messages=QUESTION, stream=True, max_tokens=4000, extra_body={"ignore_eos": True}
        )
        for _ in range(2)
    ]
    server.wait_until(lambda: server.metric("apus:num_requests_waiting") == 1, "one request waits")
    with pytest.raises(openai.RateLimitError) as error:
        ask(client)
    assert int(error.value.response.headers["retry-after"]) >= 1
    for stream in running:
        stream.close()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "the running ones are gone")
    assert ask(client, max_tokens=2).choices
