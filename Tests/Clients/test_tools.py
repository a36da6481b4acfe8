"""Calls of tools through the `openai` package. The built-in model was not taught to call, but constraints make it."""

import json

import jsonschema
import openai
import pytest

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "enum": ["Bern", "Oslo", "東京"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}
ADD = {
    "type": "object",
    "properties": {"numbers": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3}},
    "required": ["numbers"],
    "additionalProperties": False,
}
SCHEMAS = {"get_weather": WEATHER, "add": ADD}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": f"{name}.", "parameters": schema}}
    for name, schema in SCHEMAS.items()
]
NAMED = {"type": "function", "function": {"name": "add"}}
QUESTION = [{"role": "user", "content": "What is 27 + 58?"}]
BRIEF = {"thinking_token_budget": 8}


def ask(client, messages=QUESTION, **fields):
    fields = {"tools": TOOLS, "max_tokens": 600, "seed": 1, "extra_body": BRIEF} | fields
    return client.chat.completions.create(model="apus-nano", messages=messages, **fields)


def check(calls):
    assert calls
    assert len({call.id for call in calls}) == len(calls)
    for call in calls:
        assert call.type == "function" and call.id.startswith("call_")
        jsonschema.validate(json.loads(call.function.arguments), SCHEMAS[call.function.name])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("choice", ["required", NAMED])
def test_calls_that_are_asked_for_are_valid(client, choice, seed):
    answer = ask(client, tool_choice=choice, parallel_tool_calls=False, seed=seed, temperature=1.5).choices[0]
    assert answer.finish_reason == "tool_calls"
    assert answer.message.content is None
    check(answer.message.tool_calls)
    assert len(answer.message.tool_calls) == 1
    if choice is NAMED:
        assert answer.message.tool_calls[0].function.name == "add"


def test_an_answer_may_have_several_calls(client):
    for seed in range(20):
        answer = ask(client, tool_choice="required", seed=seed, temperature=1.5, max_tokens=300).choices[0]
        calls = answer.message.tool_calls
        # The length may cut the last one.
        check(calls if answer.finish_reason == "tool_calls" else calls[:-1] or calls)
        if len(calls) > 2:
            return
    pytest.fail("no answer had several calls")


def test_streamed_calls_equal_the_whole_ones(client):
    whole = ask(client, tool_choice="required", parallel_tool_calls=False).choices[0]
    calls, finish, content = {}, None, ""
    for chunk in ask(client, tool_choice="required", parallel_tool_calls=False, stream=True):
        choice = chunk.choices[0]
        content += choice.delta.content or ""
        finish = choice.finish_reason or finish
        for delta in choice.delta.tool_calls or []:
            if delta.id:
                assert delta.index not in calls and delta.type == "function"
                calls[delta.index] = [delta.function.name, ""]
            calls[delta.index][1] += delta.function.arguments or ""
    assert content == "" and finish == "tool_calls"
    assert list(calls.values()) == [[c.function.name, c.function.arguments] for c in whole.message.tool_calls]


def test_the_stream_helper_collects_calls(client):
    done = []
    with client.chat.completions.stream(
        model="apus-nano",
        messages=QUESTION,
        tools=TOOLS,
        tool_choice=NAMED,
        max_tokens=600,
        seed=1,
        extra_body=BRIEF,
    ) as stream:
        for event in stream:
            if event.type == "tool_calls.function.arguments.done":
                done.append(event)
        final = stream.get_final_completion().choices[0]
    assert [event.name for event in done] == ["add"]
    check(final.message.tool_calls)
    assert final.finish_reason == "tool_calls"


def test_the_loop_goes_on_with_results(client):
    first = ask(client, tool_choice="required", parallel_tool_calls=False).choices[0].message
    messages = QUESTION + [first.model_dump(exclude_none=True)]
    for call in first.tool_calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": "85"})
    second = ask(client, messages, tool_choice=NAMED).choices[0]
    assert second.finish_reason == "tool_calls"
    check(second.message.tool_calls)
    plain = ask(client, messages, tool_choice="none").choices[0]
    assert plain.message.tool_calls is None
    assert plain.finish_reason in ("stop", "length")


def test_strict_functions_and_their_parsing(client):
    strict = openai.pydantic_function_tool
    pydantic = pytest.importorskip("pydantic")

    class Add(pydantic.BaseModel):
        first: int
        second: int

    answer = client.chat.completions.parse(
        model="apus-nano",
        messages=QUESTION,
        tools=[strict(Add, name="add")],
        tool_choice="required",
        parallel_tool_calls=False,
        max_tokens=600,
        seed=2,
        extra_body=BRIEF,
    )
    call = answer.choices[0].message.tool_calls[0]
    assert isinstance(call.function.parsed_arguments, Add)


def test_functions_and_function_call(client):
    answer = client.chat.completions.create(
        model="apus-nano",
        messages=QUESTION,
        functions=[{"name": "add", "parameters": ADD}],
        function_call={"name": "add"},
        max_tokens=600,
        seed=1,
        extra_body=BRIEF,
    ).choices[0]
    assert answer.finish_reason == "function_call"
    assert answer.message.tool_calls is None
    jsonschema.validate(json.loads(answer.message.function_call.arguments), ADD)


def test_every_choice_has_its_calls(client):
    answer = ask(client, tool_choice=NAMED, n=3, temperature=1.5)
    for choice in answer.choices:
        check(choice.message.tool_calls)
    assert len({c.message.tool_calls[0].id for c in answer.choices}) == 3


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
        ({"tools": [TOOLS[0], TOOLS[0]]}, "tools[1]"),
        ({"tool_choice": {"type": "function", "function": {"name": "gone"}}}, "tool_choice.function.name"),
        ({"tools": [], "tool_choice": "required"}, "tool_choice"),
        (
            {
                "tools": [
                    {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "not": {}}}},
                ],
                "tool_choice": "required",
            },
            "tools[0].function.parameters",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(client, fields, param):
    with pytest.raises(openai.BadRequestError) as error:
        ask(client, **fields)
    assert (error.value.param or "").startswith(param)


def test_the_dialect_can_be_chosen(start):
    server = start("--tool-call-parser", "hermes")
    body = {"messages": QUESTION, "tools": TOOLS, "tool_choice": "required", "max_tokens": 900, "seed": 1}
    status, answer = server.post("/v1/chat/completions", body | {"parallel_tool_calls": False} | BRIEF)
    assert status == 200
    call = answer["choices"][0]["message"]["tool_calls"][0]
    jsonschema.validate(json.loads(call["function"]["arguments"]), SCHEMAS[call["function"]["name"]])


def test_strict_functions_bind_the_model_where_it_calls_by_itself(client):
    tools = [{"type": "function", "function": tool["function"] | {"strict": True}} for tool in TOOLS]
    # The token that begins calls, which this model would not say.
    begin = client.post("/tokenize", body={"prompt": "<｜tool▁calls▁begin｜>"}, cast_to=object)["tokens"]
    assert len(begin) == 1
    for seed in range(4):
        answer = ask(
            client, tools=tools, logit_bias={str(begin[0]): 100}, parallel_tool_calls=False, seed=seed, temperature=1.5
        ).choices[0]
        assert answer.finish_reason == "tool_calls"
        check(answer.message.tool_calls)


def test_langchain_binds_tools_and_parses_them(server):
    langchain = pytest.importorskip("langchain_openai")
    pydantic = pytest.importorskip("pydantic")

    class Add(pydantic.BaseModel):
        """Adds two numbers."""

        first: int
        second: int

    model = langchain.ChatOpenAI(
        base_url=f"{server.url}/v1", api_key="unused", model="apus-nano", max_tokens=600, seed=1, extra_body=BRIEF
    )
    message = model.bind_tools([Add], tool_choice="any", parallel_tool_calls=False).invoke("What is 27 + 58?")
    assert [call["name"] for call in message.tool_calls] == ["Add"]
    Add.model_validate(message.tool_calls[0]["args"])
    structured = model.with_structured_output(Add, method="function_calling")
    assert isinstance(structured.invoke("What is 27 + 58?"), Add)
    parts = list(model.bind_tools([Add], tool_choice="Add").stream("What is 27 + 58?"))
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    Add.model_validate(whole.tool_calls[0]["args"])


def test_litellm_passes_calls_on(server):
    litellm = pytest.importorskip("litellm")
    answer = litellm.completion(
        model="openai/apus-nano",
        api_base=f"{server.url}/v1",
        api_key="unused",
        messages=QUESTION,
        tools=TOOLS,
        tool_choice="required",
        parallel_tool_calls=False,
        max_tokens=600,
        seed=1,
        extra_body=BRIEF,
    ).choices[0]
    assert answer.finish_reason == "tool_calls"
    check(answer.message.tool_calls)
