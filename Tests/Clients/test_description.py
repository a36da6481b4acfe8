"""The service against its own description: what /openapi.json allows is answered, what it forbids is refused."""

import json
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

# Requests a route; the environment asks for a longer run.
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "12"))

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"deterministic": True},
        "phases": {"coverage": {"enabled": True}},
        # What no schema can tell is refused too: names that are not served, more tokens than the context has.
        "checks": {"positive_data_acceptance": {"expected-statuses": [200, 400, 401, 403, 404]}},
    }
)


@pytest.fixture(scope="module")
def described():
    """A server whose answers are short, however many tokens a request asks for."""
    from server import Server

    server = Server("--max-model-len", "64")
    yield server
    server.wait_until(
        lambda: server.metric("apus:num_requests_running") == server.metric("apus:num_requests_waiting") == 0, "idle"
    )
    assert server.metric("apus:kv_cache_usage_perc") == 0
    server.kill()


@pytest.fixture(scope="module")
def description(described):
    return schemathesis.openapi.from_url(f"{described.url}/openapi.json", config=CONFIG)


def leave_out_what_needs_another_field(body):
    """Where a valid field would be refused for what stands beside it, the refusal would hide what is tested."""
    if not isinstance(body, dict):
        return
    options = body.get("stream_options")
    if is_off(body.get("stream")) and isinstance(options, dict):
        if isinstance(options.get("include_usage"), bool | None):
            del body["stream_options"]
    if is_off(body.get("logprobs")) and type(body.get("top_logprobs")) is int and body["top_logprobs"] in range(21):
        del body["top_logprobs"]
    if isinstance(body.get("suffix"), str):
        del body["suffix"]


def is_off(value):
    return value is None or value is False


schema = schemathesis.pytest.from_fixture("description")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_is_as_it_is_described(case):
    leave_out_what_needs_another_field(case.body)
    response = case.call()
    assert response.status_code < 500, response.text
    case.validate_response(response)


def test_a_description_names_what_clients_need(server):
    document = json.loads(server.get("/openapi.json")[2])
    assert document["openapi"] == "3.2.0"
    chat = document["components"]["schemas"]["ChatCompletionRequest"]
    assert {"messages", "temperature", "stream", "stop"} <= set(chat["properties"])
