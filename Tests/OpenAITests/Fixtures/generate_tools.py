"""Renders tool loops with real chat templates as transformers does, into tool_conversations.json.

Usage: python generate_tools.py   (needs transformers and jinja2; run beside this file)
Requests have arguments as JSON text, as OpenAI's API does; templates get them in the form that each expects.
"""

import copy
import json
import pathlib

from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
TEMPLATES = HERE.parents[1] / "JinjaTests" / "Fixtures" / "templates"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a day.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                "required": ["city"],
            },
        },
    }
]
OBJECTS = ["deepseek-v3.1", "hermes-tools", "llama3.1", "qwen2.5", "qwen3"]


def user(text):
    return {"role": "user", "content": text}


def calls(*cities):
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_" + city,
                "type": "function",
                "function": {"name": "get_weather", "arguments": json.dumps({"city": city, "days": 2})},
            }
            for city in cities
        ],
    }


def result(city, text):
    return {"role": "tool", "tool_call_id": "call_" + city, "content": text}


ONE = [user("Weather?"), calls("Bern"), result("Bern", "18 C")]
TWO = [user("Weather?"), calls("Bern", "Oslo"), result("Bern", "18 C"), result("Oslo", "7 C")]
CLOSED = TWO + [{"role": "assistant", "content": "Bern is warmer."}, user("Why?")]
TWICE = ONE + [calls("Oslo"), result("Oslo", "7 C")]

# R1 and its distills write some loops wrongly: those are left out here.
CASES = {
    "deepseek-r1": [ONE, TWO, CLOSED],
    "r1-distill": [TWO, CLOSED],
    "deepseek-v3.1": [ONE, TWO, CLOSED, TWICE],
    "llama3.1": [ONE, TWICE],
}


def objects(messages):
    messages = copy.deepcopy(messages)
    for message in messages:
        for call in message.get("tool_calls", []):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return messages


rendered = []
for path in sorted(TEMPLATES.glob("*.jinja")):
    name = path.stem
    if name == "mistral-tools":
        continue
    template = _compile_jinja_template(path.read_text())
    for messages in CASES.get(name, [ONE, TWO, CLOSED, TWICE]):
        declared = name not in ("deepseek-r1", "r1-distill", "deepseek-v3.1")
        text = template.render(
            messages=objects(messages) if name in OBJECTS else messages,
            tools=TOOLS if declared else None,
            add_generation_prompt=True,
            bos_token="<｜begin▁of▁sentence｜>",
            eos_token="<｜end▁of▁sentence｜>",
            pad_token="<｜▁pad▁｜>",
        )
        rendered.append({"template": name, "messages": messages, "tools": TOOLS if declared else None, "text": text})
(HERE / "tool_conversations.json").write_text(json.dumps(rendered, ensure_ascii=False, indent=1) + "\n")
