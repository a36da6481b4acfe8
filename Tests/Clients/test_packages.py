"""Client packages beside `openai`: langchain-openai, langchain-deepseek and litellm."""

import json
import os
from typing import Literal

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # before litellm looks for a newer one

import litellm
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_deepseek import ChatDeepSeek
from langchain_openai import ChatOpenAI, OpenAI
from pydantic import BaseModel, Field

QUESTION = "What is 27 + 58?"

# What the packages warn of is their own.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def expected(server):
    return server.chat(QUESTION, seed=4)["choices"][0]["message"]


@pytest.fixture(scope="module")
def langchain(server):
    return ChatOpenAI(base_url=f"{server.url}/v1", api_key="x", model="apus-nano", seed=4, max_retries=0)


@pytest.fixture(scope="module")
def deepseek(server):
    return ChatDeepSeek(
        api_base=f"{server.url}/v1", api_key="x", model="apus-nano", max_retries=0, model_kwargs={"seed": 4}
    )


def test_langchain_openai_answers(langchain, expected):
    answer = langchain.invoke([SystemMessage("Add."), HumanMessage(QUESTION)])
    assert answer.content and answer.response_metadata["finish_reason"] == "stop"
    answer = langchain.invoke(QUESTION)
    assert answer.content == expected["content"]
    usage = answer.usage_metadata
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert 0 < usage["output_token_details"]["reasoning"] < usage["output_tokens"]


def test_langchain_openai_streams(langchain, expected):
    whole = None
    for chunk in langchain.stream(QUESTION, stream_usage=True):
        whole = chunk if whole is None else whole + chunk
    assert whole.content == expected["content"] and whole.usage_metadata["output_tokens"] > 0


def test_langchain_openai_batches_and_turns(langchain):
    answers = langchain.batch([QUESTION, "What is 1 + 1?", QUESTION])
    assert answers[0].content == answers[2].content != answers[1].content
    follow = langchain.invoke([HumanMessage(QUESTION), answers[0], HumanMessage("What is 2 + 2?")])
    assert isinstance(follow, AIMessage) and follow.content


def test_langchain_openai_reads_logprobs(langchain):
    answer = langchain.bind(logprobs=True, top_logprobs=2).invoke(QUESTION)
    assert len(answer.response_metadata["logprobs"]["content"][0]["top_logprobs"]) == 2


def test_langchain_openai_completes_text(server):
    model = OpenAI(base_url=f"{server.url}/v1", api_key="x", model="apus-nano", max_tokens=4, seed=1, max_retries=0)
    assert model.invoke("27 + 58 =")
    assert "".join(model.stream("27 + 58 ="))


def test_langchain_deepseek_separates_reasoning(deepseek, expected):
    answer = deepseek.invoke(QUESTION)
    assert answer.content == expected["content"]
    assert answer.additional_kwargs["reasoning_content"] == expected["reasoning_content"]


def test_langchain_deepseek_streams_reasoning_first(deepseek, expected):
    reasoning, content = "", ""
    for chunk in deepseek.stream(QUESTION):
        thought = chunk.additional_kwargs.get("reasoning_content") or ""
        assert not (thought and content), "reasoning after the answer"
        reasoning += thought
        content += chunk.content
    assert (reasoning, content) == (expected["reasoning_content"], expected["content"])


def ask(server, **fields):
    return litellm.completion(
        api_base=f"{server.url}/v1",
        api_key="x",
        **({"model": "openai/apus-nano", "messages": [{"role": "user", "content": QUESTION}], "seed": 4} | fields),
    )


@pytest.mark.parametrize("provider", ["openai", "hosted_vllm", "deepseek"])
def test_litellm_answers_as_each_provider(server, expected, provider):
    fields = {"model": f"{provider}/apus-nano"}
    if provider == "deepseek":
        fields["extra_body"] = {"seed": 4}
    message = ask(server, **fields).choices[0].message
    assert message.content == expected["content"]
    assert message.reasoning_content == expected["reasoning_content"]


def test_litellm_streams(server, expected):
    reasoning, content, usage = "", "", None
    for chunk in ask(server, stream=True, stream_options={"include_usage": True}):
        for choice in chunk.choices:
            reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            content += choice.delta.content or ""
        usage = getattr(chunk, "usage", None) or usage
    assert (reasoning, content) == (expected["reasoning_content"], expected["content"])
    assert usage.completion_tokens > 0


@pytest.mark.parametrize(
    "fields, error",
    [
        ({"temperature": 9}, litellm.BadRequestError),
        ({"model": "openai/gpt-5"}, litellm.NotFoundError),
    ],
)
def test_litellm_maps_errors(server, fields, error):
    with pytest.raises(error):
        ask(server, max_retries=0, **fields)


def test_litellm_tells_that_a_prompt_is_too_long(server):
    with pytest.raises(litellm.ContextWindowExceededError):
        ask(server, max_retries=0, messages=[{"role": "user", "content": "7 " * 5000}])


class Weather(BaseModel):
    """Tells the weather of a city."""

    city: Literal["Bern", "Oslo"]
    days: int = Field(ge=1, le=14)


BRIEF = {"thinking_token_budget": 8}


@pytest.fixture(scope="module")
def brief(server):
    """The built-in model was not taught to write JSON, but constraints make it."""
    return ChatOpenAI(
        base_url=f"{server.url}/v1", api_key="x", model="apus-nano", seed=4, max_tokens=300, extra_body=BRIEF
    )


def test_langchain_openai_gets_structures(brief):
    answer = brief.with_structured_output(Weather, method="json_schema").invoke(QUESTION)
    assert isinstance(answer, Weather)


def test_litellm_gets_structures(server):
    schema = Weather.model_json_schema()
    answer = ask(
        server,
        response_format={"type": "json_schema", "json_schema": {"name": "w", "schema": schema}},
        max_tokens=300,
        extra_body=BRIEF,
    )
    assert Weather(**json.loads(answer.choices[0].message.content))
