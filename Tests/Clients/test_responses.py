"""OpenAI's /v1/responses through the `openai` package, against the built-in model."""

import concurrent.futures
import json

import openai
import pydantic
import pytest
from openai import OpenAI

MODEL = "apus-nano"
QUESTION = "What is 27 + 58?"


def respond(client, **fields):
    extra = fields.pop("extra_body", {})
    return client.responses.create(**{"model": MODEL, "input": QUESTION, "temperature": 0, "extra_body": extra} | fields)


def text_of(item):
    return "".join(part.text for part in item.content)


@pytest.fixture(scope="module")
def whole(client):
    return respond(client, metadata={"suite": "responses"})


def test_a_whole_response(whole):
    assert whole.id.startswith("resp_") and whole.object == "response" and whole.status == "completed"
    reasoning, message = whole.output
    assert reasoning.type == "reasoning" and reasoning.id.startswith("rs_") and text_of(reasoning)
    assert message.type == "message" and message.id.startswith("msg_") and message.status == "completed"
    assert "85" in whole.output_text and "think>" not in whole.output_text
    assert whole.metadata == {"suite": "responses"}
    usage = whole.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert 0 < usage.output_tokens_details.reasoning_tokens < usage.output_tokens
    assert whole.error is None and whole.incomplete_details is None


def test_a_response_is_what_openai_s_types_say(whole, client):
    """Strictly: nothing that the types require is missing or of another type."""
    raw = client.responses.with_raw_response.retrieve(whole.id)
    type(whole).model_validate(json.loads(raw.text() if callable(raw.text) else raw.text), strict=False)


def test_a_stream_sums_up_to_the_response(client, whole):
    texts, events, response = {}, [], None
    for event in respond(client, stream=True, metadata={"suite": "responses"}):
        events.append(event)
        if event.type in ("response.output_text.delta", "response.reasoning_text.delta"):
            texts[event.output_index] = texts.get(event.output_index, "") + event.delta
        if event.type == "response.completed":
            response = event.response
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:3]] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
    ]
    assert events[-1].type == "response.completed"
    assert [texts[i] for i in sorted(texts)] == [text_of(item) for item in response.output]
    assert [text_of(item) for item in response.output] == [text_of(item) for item in whole.output]
    assert response.usage.output_tokens == whole.usage.output_tokens
    # Whatever begins ends, in the order of brackets.
    open_events = []
    for event in events:
        if event.type.endswith(".added"):
            open_events.append(event.type.removesuffix(".added"))
        elif event.type.endswith((".output_item.done", ".content_part.done")):
            assert open_events.pop() == event.type.removesuffix(".done")
    assert not open_events


def test_the_streaming_helper(client, whole):
    with client.responses.stream(model=MODEL, input=QUESTION, temperature=0) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        response = stream.get_final_response()
    assert text == response.output_text == whole.output_text


def test_a_stream_has_no_done_marker(server):
    body = {"model": MODEL, "input": QUESTION, "stream": True, "max_output_tokens": 16}
    status, headers, content = server.request("POST", "/v1/responses", body)
    assert status == 200 and headers["Content-Type"].startswith("text/event-stream")
    assert b"[DONE]" not in content
    assert content.rstrip().split(b"\n\n")[-1].startswith(b"event: response.incomplete\n")


def test_an_answer_that_is_cut_off(client):
    response = respond(client, max_output_tokens=16)
    assert response.status == "incomplete" and response.incomplete_details.reason == "max_output_tokens"
    assert response.output[-1].status == "incomplete" and response.usage.output_tokens == 16
    with pytest.raises(openai.BadRequestError) as error:
        respond(client, max_output_tokens=15)
    assert error.value.param == "max_output_tokens"


def test_a_conversation_goes_on_by_id(client, whole):
    more = respond(client, input="What is 3 + 4?", previous_response_id=whole.id)
    assert more.previous_response_id == whole.id and "7" in more.output_text
    replayed = respond(
        client, input=[{"role": "user", "content": QUESTION}, *whole.output, {"role": "user", "content": "What is 3 + 4?"}]
    )
    assert replayed.usage.input_tokens == more.usage.input_tokens
    assert replayed.output_text == more.output_text
    items = client.responses.input_items.list(more.id, order="asc")
    assert [item.type for item in items] == ["message", "reasoning", "message", "message"]
    first = client.responses.input_items.list(more.id, limit=1)
    assert len(first.data) == 1 and first.has_more
    assert [item.id for item in first] == [item.id for item in items][::-1]


def test_the_store(client):
    response = respond(client, max_output_tokens=16)
    assert client.responses.retrieve(response.id).output == response.output
    with pytest.raises(openai.BadRequestError):
        client.responses.cancel(response.id)
    client.responses.delete(response.id)
    for call in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError):
            call(response.id)
    with pytest.raises(openai.BadRequestError) as error:
        respond(client, previous_response_id=response.id)
    assert error.value.code == "previous_response_not_found"
    unstored = respond(client, max_output_tokens=16, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(unstored.id)


def test_the_store_has_a_limit(start):
    server = start("--max-stored-responses", "2")
    client = OpenAI(base_url=f"{server.url}/v1", api_key="x", max_retries=0)
    ids = [respond(client, max_output_tokens=16).id for _ in range(3)]
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(ids[0])
    assert [client.responses.retrieve(id).id for id in ids[1:]] == ids[1:]


def test_log_probabilities(client):
    response = respond(client, include=["message.output_text.logprobs"], top_logprobs=2)
    part = response.output[-1].content[0]
    assert "".join(entry.token for entry in part.logprobs) == part.text
    assert all(len(entry.top_logprobs) == 2 for entry in part.logprobs)


def test_input_tokens(client, whole):
    count = client.responses.input_tokens.count(model=MODEL, input=QUESTION)
    assert count.input_tokens == whole.usage.input_tokens and count.object == "response.input_tokens"


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"temperature": 3}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]}, "input[0].content[0].type"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"background": True}, "background"),
        ({"text": {"format": {"type": "yaml"}}}, "text.format.type"),
        ({"metadata": {"a": "b" * 513}}, "metadata.a"),
    ],
)
def test_a_bad_field_is_named(client, fields, param):
    with pytest.raises(openai.BadRequestError) as error:
        respond(client, **fields)
    assert error.value.param == param and error.value.type == "invalid_request_error"


def test_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as error:
        respond(client, model="gpt-5")
    assert error.value.code == "model_not_found"


def test_what_else_runs_changes_nothing(client, whole):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(respond, client, input=f"What is {n} + {n}?") for n in range(3)]
        futures.append(pool.submit(respond, client))
        assert futures[-1].result().output_text == whole.output_text
        for future in futures:
            future.result()


def test_an_answer_as_an_object(client):
    class Sum(pydantic.BaseModel):
        left: int
        right: int

    response = client.responses.parse(model=MODEL, input=QUESTION, text_format=Sum, max_output_tokens=400)
    assert response.output_parsed is not None


TOOL = {
    "type": "function",
    "name": "add",
    "description": "Adds two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
    "strict": True,
}


def test_a_tool_that_must_be_called(client):
    question = [{"role": "user", "content": QUESTION}]
    fields = {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False, "max_output_tokens": 400}
    response = respond(client, input=question, **fields)
    call = response.output[-1]
    assert call.type == "function_call" and call.name == "add" and call.call_id
    assert set(json.loads(call.arguments)) == {"a", "b"}
    streamed, arguments = None, ""
    for event in respond(client, input=question, stream=True, **fields):
        if event.type == "response.function_call_arguments.delta":
            arguments += event.delta
        if event.type == "response.completed":
            streamed = event.response.output[-1]
    assert arguments == streamed.arguments == call.arguments
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "85"}
    after = respond(client, input=[*question, *response.output, result], tools=[TOOL], max_output_tokens=400)
    by_id = respond(client, input=[result], previous_response_id=response.id, tools=[TOOL], max_output_tokens=400)
    assert after.usage.input_tokens == by_id.usage.input_tokens
