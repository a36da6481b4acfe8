"""The chat page in a browser, with the built-in model and with answers from a script."""

import json
import threading
import time

import pytest
from accessibility import problems
from scripted import CUT, Refusal, ScriptedServer, content, ending, reasoning

IDLE = "document.querySelector('.assistant') && !document.querySelector('.assistant.running')"
RUNNING = "document.querySelector('.assistant.running')"


@pytest.fixture
def scripted(server):
    between = ScriptedServer(server.url)
    yield between
    between.close()


def ask(page, text, waits=True):
    page.focus("#message")
    page.type(text)
    page.press("Enter")
    page.wait(f"[...document.querySelectorAll('.said')].at(-1)?.textContent === {json.dumps(text)}")
    if waits:
        page.wait(IDLE)


def origins(page):
    return {url.split("/")[0] + "//" + url.split("/")[2] for url in page.requests if not url.startswith("blob:")}


def conversation_count(page):
    return page.count(".list li")


# The built-in model


def test_an_answer_comes_after_its_reasoning(server, page):
    page.open(server.url)
    page.run("""
        window.order = [];
        new MutationObserver(() => {
            for (const [name, selector] of [['thought', '.thought-text p'], ['answer', '.answer p']]) {
                if (document.querySelector(selector)?.textContent && !order.includes(name)) order.push(name);
            }
        }).observe(document.body, { subtree: true, childList: true });
    """)
    ask(page, "What is 27 + 58?")
    assert page.run("order") == ["thought", "answer"]
    assert "85" in page.text(".answer")
    assert page.text(".thought-title").startswith("Thought for 1 second")
    assert not page.run("document.querySelector('.thought-body').checkVisibility()"), "it folds when the answer starts"
    page.click(".thought-button")
    assert page.run("document.querySelector('.thought-body').innerText.length") > 40
    figures = page.text(".figures")
    for word in ("tokens/s", "first after", "of thought", "read"):
        assert word in figures
    assert origins(page) == {server.url}
    assert page.complaints == []


def test_an_edited_message_opens_a_branch(server, page):
    page.open(server.url)
    ask(page, "What is 1 + 1?")
    page.press("ArrowUp")
    page.wait("document.activeElement.closest('.editor')")
    page.run("document.activeElement.select()")
    page.type("What is 40 + 3?")
    page.press("Enter")
    page.wait(f"document.querySelector('.said').textContent.includes('40') && {IDLE}")
    assert "43" in page.text(".answer")
    assert page.text(".user .branch-place") == "2/2"
    page.click('.user [aria-label="Previous version"]')
    page.wait("document.querySelector('.said').textContent === 'What is 1 + 1?'")
    assert page.text(".user .branch-place") == "1/2"
    page.reload()
    page.wait("document.querySelector('.said')?.textContent === 'What is 1 + 1?'")
    page.click('.user [aria-label="Next version"]')
    page.wait("document.querySelector('.answer')?.textContent.includes('43')")


def test_an_answer_again_is_a_branch(server, page):
    page.open(server.url)
    ask(page, "What is 5 + 6?")
    page.click(".regenerate")
    page.wait(f"document.querySelector('.assistant .branch-place')?.textContent === '2/2' && {IDLE}")
    page.click('.assistant [aria-label="Previous version"]')
    page.wait("document.querySelector('.assistant .branch-place').textContent === '1/2'")
    assert page.count(".assistant") == 1


def test_without_deepthink_the_answer_comes_at_once(server, page):
    page.open(server.url)
    page.click(".think")
    ask(page, "What is 27 + 58?")
    assert page.text(".answer").strip()
    assert not page.run("document.querySelector('.thought').checkVisibility()")
    assert "of thought" not in page.text(".figures")


def test_a_reload_finds_the_conversation(server, page):
    page.open(server.url)
    ask(page, "What is 27 + 58?")
    answer = page.text(".answer")
    page.reload()
    page.wait("document.querySelector('.answer')")
    assert page.text(".answer") == answer
    assert page.text(".said") == "What is 27 + 58?"
    assert "tokens/s" in page.text(".figures")
    page.open(server.url)
    page.wait("document.querySelector('.welcome')")
    page.click(".list a")
    page.wait("document.querySelector('.answer')")


def test_conversations_are_searched_renamed_and_deleted(server, page):
    page.open(server.url)
    ask(page, "What is 27 + 58?")
    page.press("o", control=True, shift=True)
    page.wait("document.querySelector('.welcome')")
    ask(page, "Is 97 a prime number?")
    assert conversation_count(page) == 2
    page.press("k", control=True)
    page.type("27 58")
    page.wait("document.querySelectorAll('.list li').length === 1")
    assert page.text(".list li a") == "What is 27 + 58?"
    page.run("document.querySelector('#search').select()")
    page.press("Delete")
    page.run("document.querySelector('#search').value = ''; document.querySelector('#search').dispatchEvent(new Event('input'))")
    page.wait("document.querySelectorAll('.list li').length === 2")
    page.focus(".list li.current a")
    page.press("F2")
    page.wait("document.activeElement.matches('.rename')")
    page.run("document.activeElement.select()")
    page.type("Primes")
    page.press("Enter")
    page.wait("document.querySelector('.list li.current a').textContent === 'Primes'")
    assert page.text(".title") == "Primes"
    page.click(".list li.current .more")
    page.wait("document.activeElement.matches('.menu button')")
    page.press("ArrowUp")
    page.press("Enter")
    page.wait("document.querySelector('dialog[open]')")
    page.click("dialog .danger")
    page.wait("document.querySelectorAll('.list li').length === 1 && document.querySelector('.welcome')")
    page.reload()
    page.wait("document.querySelectorAll('.list li').length === 1")


def test_conversations_are_exported_and_imported(server, page):
    page.open(server.url)
    ask(page, "What is 27 + 58?")
    page.click(".regenerate")
    page.wait(f"document.querySelector('.assistant .branch-place') && {IDLE}")
    page.run("""
        URL.createObjectURL = (blob) => { window.exported = blob; return 'blob:none'; };
        HTMLAnchorElement.prototype.click = () => {};
    """)
    page.press(",", control=True)
    page.wait("document.querySelector('dialog .settings')")
    page.run("[...document.querySelectorAll('.settings button')].find((x) => x.textContent === 'Export all').click()")
    page.wait("window.exported")
    text = page.run("exported.text()")
    kept = json.loads(text)["conversations"][0]
    assert [m["role"] for m in kept["messages"]] == ["user", "assistant", "assistant"]
    page.run("[...document.querySelectorAll('.settings button')].find((x) => x.textContent === 'Delete all').click()")
    page.click("dialog.small .danger")
    page.wait("document.querySelectorAll('.list li').length === 0")
    page.run("""(async () => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([await exported.text()], 'x.json'));
        document.querySelector('.settings-button').click();
        const field = document.querySelector('input[type=file]');
        field.files = transfer.files;
        field.dispatchEvent(new Event('change'));
    })()""")
    page.wait("document.querySelectorAll('.list li').length === 1")
    page.press("Escape")
    page.click(".list a")
    page.wait("document.querySelector('.assistant .branch-place')")
    assert page.text(".assistant .branch-place") == "2/2"


def test_a_file_that_is_no_export_changes_nothing(server, page):
    page.open(server.url)
    page.click(".settings-button")
    for text in ("{}", "no json", '{"format": "apus-conversations", "conversations": [{}]}'):
        page.run(f"""(() => {{
            const transfer = new DataTransfer();
            transfer.items.add(new File([{json.dumps(text)}], 'x.json'));
            const field = document.querySelector('input[type=file]');
            field.files = transfer.files;
            field.dispatchEvent(new Event('change'));
        }})()""")
        page.wait("document.querySelector('.toast')?.textContent.includes('not an export')")
        page.run("document.querySelector('.toast').remove()")
    assert conversation_count(page) == 0


# Answers from a script


def test_deepthink_off_asks_for_no_reasoning(scripted, page):
    scripted.say("Four.")
    page.open(scripted.url)
    assert page.run("document.querySelector('.think').getAttribute('aria-pressed')") == "true"
    ask(page, "2 + 2?")
    page.click(".think")
    assert page.run("document.querySelector('.think').getAttribute('aria-pressed')") == "false"
    ask(page, "And 3 + 3?")
    assert [body["thinking"]["type"] for body in scripted.bodies] == ["enabled", "disabled"]
    assert not page.run("document.querySelector('.thought').checkVisibility()")
    page.reload()
    page.wait("document.querySelector('.think').getAttribute('aria-pressed') === 'false'")


def test_a_stopped_answer_is_kept_and_continued(scripted, page):
    never = threading.Event()
    scripted.script = lambda body: [reasoning("Hm."), content("One, two"), never, ending()]
    page.open(scripted.url)
    ask(page, "Count", waits=False)
    page.wait("document.querySelector('.answer')?.textContent.includes('two')")
    page.press("Escape")
    page.wait(IDLE)
    never.set()
    assert page.text(".answer").strip() == "One, two"
    assert "Stopped" in page.text(".notice")
    scripted.script = lambda body: [content(", three."), ending()]
    page.click(".continue")
    page.wait(f"document.querySelector('.answer').textContent.includes('three') && {IDLE}")
    assert page.text(".answer").strip() == "One, two, three."
    last = scripted.bodies[-1]
    assert last["messages"][-1] == {"role": "assistant", "content": "One, two", "reasoning_content": "Hm."}
    assert last["continue_final_message"] is True and last["add_generation_prompt"] is False


def test_a_stop_in_the_reasoning_is_continued_there(scripted, page):
    never = threading.Event()
    scripted.script = lambda body: [reasoning("First I"), never]
    page.open(scripted.url)
    ask(page, "Think", waits=False)
    page.wait("document.querySelector('.thought-text')?.textContent.includes('First')")
    page.click(".send.stopping")
    page.wait(IDLE)
    never.set()
    scripted.script = lambda body: [reasoning(" think."), content("Done."), ending()]
    page.click(".continue")
    page.wait(f"document.querySelector('.answer').textContent.includes('Done') && {IDLE}")
    assert scripted.bodies[-1]["messages"][-1]["content"] == "<think>\nFirst I"
    page.click(".thought-button")
    assert page.text(".thought-text").strip() == "First I think."


def test_the_chain_of_thought_streams_and_folds(scripted, page):
    first, second = threading.Event(), threading.Event()
    scripted.script = lambda body: [reasoning("Let me see."), first, content("So: 4."), second, ending()]
    page.open(scripted.url)
    ask(page, "2 + 2?", waits=False)
    page.wait("document.querySelector('.thought-text')?.innerText.includes('Let me see.')")
    assert page.text(".thought-title").startswith("Thinking")
    first.set()
    page.wait("document.querySelector('.answer')?.innerText.includes('4')")
    assert not page.run("document.querySelector('.thought-body').checkVisibility()")
    assert page.run(RUNNING + " !== null")
    second.set()
    page.wait(IDLE)


def test_thinking_is_ended_early(scripted, page):
    ended = threading.Event()

    def script(body):
        return [reasoning("Long thoughts"), ended, content("Answer."), ending()]

    scripted.script = script
    page.open(scripted.url)
    ask(page, "Think long", waits=False)
    page.click(".end-thinking")
    deadline = time.monotonic() + 20
    while not scripted.controls and time.monotonic() < deadline:
        time.sleep(0.02)
    assert scripted.controls == [{"id": "chatcmpl-1", "action": "reasoning_end"}]
    ended.set()
    page.wait(IDLE)


def test_the_button_goes_where_the_server_cannot_end_thinking(scripted, page):
    ended = threading.Event()
    scripted.control = 404
    scripted.script = lambda body: [reasoning("Long thoughts"), ended, content("Answer."), ending()]
    page.open(scripted.url)
    ask(page, "Think long", waits=False)
    page.click(".end-thinking")
    page.wait("!document.querySelector('.end-thinking').checkVisibility()")
    ended.set()
    page.wait(IDLE)


def test_prefill_progress_and_figures_of_the_server_are_shown(scripted, page):
    going = threading.Event()
    usage = {
        "prompt_tokens": 1000, "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 512}, "completion_tokens_details": {"reasoning_tokens": 20},
    }  # fmt: skip
    scripted.script = lambda body: [
        {"choices": [], "prompt_progress": {"total": 1000, "cache": 512, "processed": 768, "time_ms": 10}}, going,
        content("Hello."), ending(), {"choices": [], "usage": usage, "timings": {"predicted_per_second": 42.0}},
    ]  # fmt: skip
    page.open(scripted.url)
    ask(page, "Hello", waits=False)
    page.wait("document.querySelector('.state progress')")
    assert page.text(".state").strip() == "Reading the conversation · 768 of 1,000 tokens"
    assert page.run("document.querySelector('.state progress').position") == pytest.approx(0.768)
    going.set()
    page.wait(IDLE)
    figures = page.text(".figures")
    for part in ("42.0 tokens/s", "50 tokens (20 of thought)", "1,000 read (512 cached)"):
        assert part in figures
    assert scripted.bodies[0]["return_progress"] is True


def test_settings_go_with_the_request(scripted, page):
    scripted.say("Yes.")
    page.open(scripted.url)
    page.press(",", control=True)
    page.wait("document.querySelector('#set-temperature')")
    assert "advises against" in page.text("dialog")
    values = {
        "system": "Be brief.", "temperature": "0.6", "topP": "0.9", "maxTokens": "100", "thinkingBudget": "50",
        "seed": "7",
    }  # fmt: skip
    for name, value in values.items():
        page.focus(f"#set-{name}")
        page.type(value)
    assert problems(page) == []
    page.press("Escape")
    page.wait("!document.querySelector('dialog')")
    ask(page, "Hello")
    body = scripted.bodies[0]
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    expected = {"temperature": 0.6, "top_p": 0.9, "max_tokens": 100, "thinking_token_budget": 50, "seed": 7}
    assert {name: body[name] for name in expected} == expected
    page.click(".maths")
    assert "\\boxed{}" in page.run("document.querySelector('#message').value")


def test_a_key_is_asked_for_and_the_message_sent_again(scripted, page):
    scripted.script = lambda body: [Refusal(401, "No API key was sent.", "invalid_api_key")]
    page.open(scripted.url)
    ask(page, "Let me in", waits=False)
    page.wait("document.querySelector('dialog #key-field')")
    scripted.say("Welcome.")
    page.focus("#key-field")
    page.type("secret")
    page.press("Enter")
    page.wait("document.querySelector('.answer')?.textContent.includes('Welcome')")
    assert page.count(".user") == 1 and page.text(".said") == "Let me in"


def test_the_key_goes_to_the_server(start, page):
    running = start("--api-key", "secret")
    page.open(running.url)
    ask(page, "What is 1 + 2?", waits=False)
    page.wait("document.querySelector('dialog #key-field')")
    page.type("wrong")
    page.run("document.querySelector('dialog').isOld = true")
    page.press("Enter")
    page.wait("document.querySelector('dialog[open]') && !document.querySelector('dialog[open]').isOld")
    page.run("document.querySelector('#key-field').select()")
    page.type("secret")
    page.press("Enter")
    page.wait("document.querySelector('.answer')?.textContent.includes('3')")
    page.wait("document.querySelector('.model-name').textContent === 'apus-nano'")


def test_a_busy_server_is_asked_again_when_it_said(scripted, page):
    scripted.script = lambda body: [Refusal(429, "The queue is full.", "rate_limit_exceeded", retry_after=2)]
    page.open(scripted.url)
    ask(page, "Hello", waits=False)
    page.wait("document.querySelector('.countdown')?.textContent.includes('Trying again in')")
    assert "busy" in page.text(".error-title")
    assert page.text(".said") == "Hello"
    scripted.say("At last.")
    page.wait("document.querySelector('.answer')?.textContent.includes('At last')")
    assert page.count(".error-card") == 0


def test_a_lost_server_keeps_the_message_and_is_found_again(start, page):
    running = start()
    between = ScriptedServer(running.url)
    between.say("Back again.")
    page.open(between.url)
    page.wait("document.querySelector('.model-name').textContent")
    port = between.http.server_port
    between.close()
    ask(page, "Are you there?", waits=False)
    page.wait("document.querySelector('.error-card')")
    assert page.run("document.querySelector('.error-card').dataset.kind") == "lost"
    assert page.text(".said") == "Are you there?"
    again = ScriptedServer(running.url, port=port)
    again.say("Back again.")
    page.wait("document.querySelector('.answer')?.textContent.includes('Back again')")
    again.close()


def test_an_answer_that_breaks_off_is_kept(scripted, page):
    scripted.script = lambda body: [content("Half of it"), 0.2, CUT]
    page.open(scripted.url)
    ask(page, "All of it", waits=False)
    page.wait("document.querySelector('.error-card')")
    assert page.run("document.querySelector('.error-card').dataset.kind") == "cut"
    assert page.text(".answer").strip() == "Half of it"
    page.reload()
    page.wait("document.querySelector('.answer')?.textContent.includes('Half of it')")
    assert page.count(".continue") == 1


@pytest.mark.parametrize(
    "refusal, words",
    [
        (Refusal(400, "This model's maximum context length is 4096 tokens.", "context_length_exceeded"), "longer than"),
        (Refusal(400, "'temperature' must be from 0 to 2."), "must be from 0 to 2"),
        (Refusal(500, "Out of luck."), "Out of luck"),
        (Refusal(503, "The model is loading (40 %).", retry_after=30), "loading (40 %)"),
    ],
)
def test_a_refusal_says_why(scripted, page, refusal, words):
    scripted.script = lambda body: [refusal]
    page.open(scripted.url)
    ask(page, "Hello", waits=False)
    page.wait("document.querySelector('.error-card')")
    assert words in page.text(".error-card")
    assert page.text(".said") == "Hello"
    assert problems(page) == []


def test_text_that_was_typed_outlives_the_page(server, page):
    page.open(server.url)
    page.focus("#message")
    page.type("Not sent yet")
    page.reload()
    page.wait("document.querySelector('#message').value === 'Not sent yet'")


def test_keys(scripted, page):
    scripted.say("Yes.")
    page.open(scripted.url)
    ask(page, "Hello")
    page.press("b", control=True)
    assert not page.run("document.body.classList.contains('with-sidebar')")
    page.press("b", control=True)
    page.press("t", alt=True)
    assert page.run("document.querySelector('.think').getAttribute('aria-pressed')") == "false"
    page.press("k", control=True)
    assert page.run("document.activeElement.id") == "search"
    page.press("Escape", shift=True)
    assert page.run("document.activeElement.id") == "message"
    page.press("o", control=True, shift=True)
    page.wait("document.querySelector('.welcome')")


def test_everything_is_reached_by_tab(scripted, page):
    scripted.say("Yes, `code` and\n\n```js\nlet x = 1\n```", "Hm.")
    page.open(scripted.url)
    ask(page, "Hello")
    wanted = page.run("""[...document.querySelectorAll('button, a, input, textarea')]
        .filter((x) => x.checkVisibility() && !x.disabled && !x.matches('.skip')).length""")
    page.run("document.activeElement.blur(); window.reached = new Set()")
    for _ in range(wanted + 8):
        page.press("Tab")
        page.run("reached.add(document.activeElement)")
    assert page.run("""[...document.querySelectorAll('button, a, input, textarea')]
        .filter((x) => x.checkVisibility() && !x.disabled && !reached.has(x)).map((x) => x.className)""") == []


# How it looks


@pytest.mark.parametrize("dark", [False, True])
def test_labels_and_contrast(server, browser, scripted, dark):
    page = browser.page(dark=dark)
    scripted.say(RICH, "Thinking of *it*.")
    page.open(scripted.url)
    page.wait("document.querySelector('.model-name').textContent")
    assert problems(page) == []
    ask(page, "Show me everything")
    page.click(".regenerate")
    page.wait(f"document.querySelector('.branches') && {IDLE}")
    page.click(".thought-button")
    assert problems(page) == []
    page.click(".list li.current .more")
    assert problems(page) == []
    assert page.complaints == []
    page.close()


def test_the_theme_follows_the_system_and_the_switch(server, page):
    light = "getComputedStyle(document.body).backgroundColor"
    page.open(server.url)
    before = page.run(light)
    page.dark(True)
    dark = page.run(light)
    assert before == "rgb(255, 255, 255)" and dark != before
    page.dark(False)
    page.click(".theme")
    assert page.run(light) == dark
    page.reload()
    assert page.run(light) == dark


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone(server, browser, scripted, width):
    page = browser.page(width=width, height=800, touch=True, scale=2)
    scripted.say(RICH)
    page.open(scripted.url)
    page.wait("document.querySelector('.model-name').textContent")
    fits = "document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth"
    assert page.run(fits)
    page.focus("#message")
    page.type("Hello there")
    page.click(".send")
    page.wait(IDLE)
    assert page.run(fits)
    assert page.run("[...document.querySelectorAll('.message')].every((x) => x.getBoundingClientRect().right <= innerWidth)")
    assert not page.run("document.querySelector('.sidebar').checkVisibility({ visibilityProperty: true })")
    page.click(".show-sidebar")
    page.wait("document.querySelector('.sidebar').getBoundingClientRect().left === 0")
    assert problems(page) == []
    page.click(".list a")
    page.wait("document.querySelector('.sidebar').inert")
    page.close()


def test_chinese(server, browser):
    page = browser.page(languages="zh-CN,zh")
    page.open(server.url)
    assert page.run("document.documentElement.lang") == "zh-CN"
    assert page.run("document.querySelector('#message').placeholder") == "随便问点什么"
    assert page.text(".think").strip() == "深度思考"
    page.click(".settings-button")
    page.run("""document.querySelector('#set-language').value = 'en';
        document.querySelector('#set-language').dispatchEvent(new Event('change'))""")
    page.wait("document.querySelector('.think').textContent === 'DeepThink'")
    assert page.complaints == []
    page.close()


def test_both_languages_have_all_words(server, page):
    page.open(server.url)
    keys = page.run("import(document.querySelector('script[type=module]').src.replace('chat.js', 'i18n.js')).then((x) => x.keys)")
    assert keys["en"] == keys["zh"]


RICH = r"""# Title

Text with **bold**, *emphasis*, ~~struck~~, `code`, a [link](https://example.org/x), https://example.org and \(x^2\).

> A quotation

| Left | Right |
|:-----|------:|
| a    | 1     |

```python
# A comment
def answer(question: str) -> int:
    return len("text") + 42
```

```diff
- old
+ new
```

- one
- [x] done
  1. nested

\[ \int_0^1 x\,dx = \frac{1}{2} \quad \unknown \]

So \boxed{42}.
"""
