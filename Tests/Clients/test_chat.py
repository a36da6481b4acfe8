"""`apus chat` on a pseudo-terminal and in a pipe, with the built-in model and with answers from a script."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest
from scripted import CUT, Refusal, ScriptedServer, content, ending, reasoning
from server import APUS
from terminal import Terminal


@pytest.fixture
def scripted(server):
    between = ScriptedServer(server.url)
    yield between
    between.close()


@pytest.fixture
def chat(scripted, tmp_path):
    """Starts chats with the scripted server, which end with the test."""
    running = []

    def chat(*arguments, columns=80, rows=24, url=scripted.url, waits=True, **environment):
        command = [str(APUS), "chat", *arguments, *(["--url", url] if url else [])]
        terminal = Terminal(command, columns, rows, tmp_path, {"XDG_STATE_HOME": str(tmp_path / "state")} | environment)
        running.append(terminal)
        if waits:
            terminal.wait_for_prompt()
        return terminal

    yield chat
    for terminal in running:
        terminal.close()


def ask(terminal, text):
    """Sends a text and waits for the prompt behind the answer."""
    before = len(terminal.raw)
    terminal.send(text + "\r")
    terminal.wait(lambda: text.encode() in terminal.raw[before:] and terminal.lines[-1] == ">")


def pipe(*arguments, input="", **environment):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("APUS_")}
    return subprocess.run(
        [APUS, "chat", *arguments], input=input, capture_output=True, text=True, timeout=120, env=kept | environment)


# The model in the process


def test_the_built_in_model_answers_and_the_terminal_is_given_back(chat):
    terminal = chat(url=None)
    assert terminal.is_raw
    ask(terminal, "What is 27 + 58?")
    assert "85" in terminal.text
    assert re.search(r"Thought for \d+ seconds? \(\d+ tokens\), /think show", terminal.text)
    assert re.search(r"tokens/s · first after [\d.]+ s · \d+ read.* · \d+ thought · \d+ written", terminal.text)
    terminal.send("\x04")
    assert terminal.end() == 0
    assert not terminal.is_raw
    assert terminal.raw.endswith(b"\x1b[?2004l\x1b[?25h\x1b[0m")


def test_a_prompt_from_a_pipe_gets_the_answer_alone():
    result = pipe("-q", input="What is 27 + 58?")
    assert (result.returncode, result.stderr) == (0, "")
    assert "85" in result.stdout and "\x1b" not in result.stdout
    assert result.stdout.endswith("\n") and not result.stdout.startswith("\n")


# Answers


def test_thinking_streams_and_folds_when_the_answer_starts(chat, scripted):
    more, answers = threading.Event(), threading.Event()
    scripted.script = lambda body: [
        reasoning("First I look.\n"), more, reasoning("Then I see."), answers, content("**Done**"), ending()]
    terminal = chat()
    terminal.send("Go\r")
    terminal.wait("│ First I look.")
    assert "Thinking…" in terminal.text
    row = next(i for i, line in enumerate(terminal.lines) if "First" in line)
    assert "\x1b[0;2m│ First I look." in terminal.raw.decode(), "thoughts are dimmed"
    more.set()
    terminal.wait("│ Then I see.")
    assert "First I look." in terminal.lines[row]
    terminal.send("\x0f")
    terminal.wait(lambda: "First" not in terminal.text and "Ctrl-O unfolds" in terminal.text)
    answers.set()
    terminal.wait_for_prompt()
    assert "I see" not in terminal.text and "Done" in terminal.text and "**" not in terminal.text
    assert re.search(r"Thought for \d+ seconds? \(2 tokens\)", terminal.text)
    terminal.send("\x0f")
    terminal.wait("│ Then I see.")


def test_markdown_is_shown_while_it_comes(chat, scripted):
    text = "# Sum\n\n- one **bold**\n- two\n\n```python\nprint(1)  # x\n```\n\n| a | b |\n|--|--|\n| 中文 | 2 |\n\n\\[\\boxed{85}\\]\n"
    scripted.script = lambda body: [*map(content, text), ending()]
    terminal = chat()
    ask(terminal, "Go")
    start = terminal.lines.index("Sum")
    assert terminal.lines[start : start + 14] == [
        "Sum", "", "• one bold", "• two", "", "─── python ─────────────────────────────", "print(1)  # x",
        "─" * 40, "", "a    │ b", "─────┼──", "中文 │ 2", "", "    ⟦85⟧"]
    assert "\x1b[0;1m" in terminal.raw.decode()


def test_a_long_answer_is_whole_in_the_scrollback(chat, scripted):
    scripted.say("\n\n".join(f"Line {number} " + "word " * 30 for number in range(100)), piece=37)
    terminal = chat(columns=40, rows=12)
    ask(terminal, "Go")
    settled = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.raw).decode()
    assert all(f"Line {number} word" in settled for number in range(100))


def test_ctrl_c_stops_the_answer_and_not_the_program(chat, scripted):
    forever = [content("Half an answer"), *[item for _ in range(600) for item in (0.05, content("."))]]
    scripted.script = lambda body: [*forever, ending()]
    terminal = chat()
    terminal.send("Go on\r")
    terminal.wait("Half an answer")
    terminal.send("\x03")
    terminal.wait("(stopped")
    terminal.wait_for_prompt()
    terminal.wait(lambda: scripted.left)
    scripted.say("Fine.")
    ask(terminal, "And?")
    sent = scripted.bodies[-1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"].startswith("Half an answer")
    terminal.send("\x03")
    terminal.wait("Ctrl-D ends the chat")
    terminal.send("/quit\r")
    assert terminal.end() == 0


def test_progress_and_queue_are_shown(chat, scripted):
    going, more = threading.Event(), threading.Event()
    progress = {"choices": [], "prompt_progress": {"total": 2000, "cache": 0, "processed": 500, "time_ms": 1}}
    scripted.script = lambda body: [0, going, progress, more, content("ok"), ending()]
    terminal = chat()
    terminal.send("Go\r")
    terminal.wait("Waiting…")
    going.set()
    terminal.wait("25 % of 2000 tokens")
    more.set()
    terminal.wait_for_prompt()
    assert scripted.bodies[-1]["return_progress"] is True


def test_a_chain_of_thought_is_ended_early_by_a_key(chat, scripted):
    scripted.script = lambda body: [reasoning("Hm. "), *[0.05] * 100, content("Now."), ending()]
    terminal = chat()
    terminal.send("Go\r")
    terminal.wait("│ Hm.")
    terminal.send("\x0e")
    terminal.wait(lambda: scripted.controls)
    assert scripted.controls == [{"id": "chatcmpl-1", "action": "reasoning_end"}]


def test_hostile_output_reaches_no_terminal(chat, scripted):
    hostile = "a\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\u202egnp.exe\u2066\x08\x0db\x1bP+q\x1b\\ end"
    scripted.script = lambda body: [*map(reasoning, hostile), *map(content, hostile + "\n\n```\n" + hostile), ending()]
    terminal = chat()
    ask(terminal, "Go")
    raw = terminal.raw.decode()
    for sign in ("\x1b]", "\x1bP", "\x1b[2J", "\x07", "\x08", "\x9b", "\u202e", "\u2066"):
        assert sign not in raw, repr(sign)
    assert "a␛[2J␛]52;c;aGk=␇" in terminal.text


# Typing


def test_lines_words_history_and_search(chat, scripted, tmp_path):
    scripted.say("ok")
    terminal = chat()
    terminal.send("one two\x1bbthree \x01first \x05\\\rsecond\x1b\rthird")
    terminal.wait(lambda: terminal.lines[-3:] == ["> first one three two", "  second", "  third"])
    terminal.send("\r")
    terminal.wait_for_prompt()
    assert scripted.bodies[-1]["messages"][0]["content"] == "first one three two\nsecond\nthird"
    terminal.send("\x1b[200~pasted\nlines\x1b[201~")
    terminal.wait(lambda: terminal.lines[-2:] == ["> pasted", "  lines"])
    terminal.send("\r")
    terminal.wait_for_prompt()
    terminal.send("\x04")
    assert terminal.end() == 0
    file = tmp_path / "state" / "apus" / "history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    terminal = chat()
    terminal.send("\x1b[A")
    terminal.wait(lambda: terminal.lines[-2:] == ["> pasted", "  lines"])
    terminal.send("\x1b[A\x1b[A")
    terminal.wait(lambda: terminal.lines[-3:] == ["> first one three two", "  second", "  third"])
    terminal.send("\x03\x12secon")
    terminal.wait("(search: secon) first one three two")
    terminal.send("\x07")
    terminal.wait_for_prompt()


def test_chinese_is_typed_shown_and_wrapped(chat, scripted):
    scripted.say("你好，" * 30 + "**世界**。")
    terminal = chat(columns=40, rows=12)
    terminal.send("今天天气好吗\x1b[D\x1b[D\x7f很")
    terminal.wait(lambda: terminal.lines[-1] == "> 今天天很好吗")
    assert terminal.screen.cursor.x == 2 + 2 * 4
    terminal.send("\r")
    terminal.wait_for_prompt()
    assert scripted.bodies[-1]["messages"][0]["content"] == "今天天很好吗"
    question = terminal.lines.index("> 今天天很好吗")
    assert terminal.lines[question + 2 : question + 7] == [
        "你好，" * 6 + "你", "好，" + "你好，" * 6, "你好，" * 6 + "你", "好，" + "你好，" * 6, "你好，" * 4 + "世界。"]


def test_what_is_typed_while_an_answer_comes_is_kept(chat, scripted):
    going = threading.Event()
    scripted.script = lambda body: [content("x"), going, ending()]
    terminal = chat()
    terminal.send("Go\r")
    terminal.wait("Ctrl-C stops")
    terminal.send("next")
    terminal.read(0.2)
    going.set()
    terminal.wait(lambda: terminal.lines[-1] == "> next")


def test_a_new_size_wraps_everything_again(chat, scripted):
    scripted.say("word " * 30)
    terminal = chat()
    ask(terminal, "Go")
    assert "word " * 15 + "word" in terminal.text
    for columns, rows in ((40, 12), (100, 30)):
        terminal.resize(columns, rows)
        terminal.wait(lambda: ("word " * (columns // 5 - 1) + "word") in terminal.lines)
        assert terminal.lines[-1] == ">"
    terminal.send("still here")
    terminal.wait("> still here")


# Commands


def test_settings_go_with_the_request(chat, scripted):
    scripted.say("ok")
    terminal = chat()
    for command in ("/think off", "/temperature 0.5", "/top_p 0.9", "/max_tokens 50", "/seed 7", "/system Be brief."):
        ask(terminal, command)
    ask(terminal, "Go")
    body = scripted.bodies[-1]
    assert body["thinking"] == {"type": "disabled"}
    assert (body["temperature"], body["top_p"], body["max_tokens"], body["seed"]) == (0.5, 0.9, 50, 7)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    for command in ("/think budget 64", "/temperature default"):
        ask(terminal, command)
    ask(terminal, "Go")
    assert scripted.bodies[-1]["thinking_token_budget"] == 64
    assert "temperature" not in scripted.bodies[-1]
    ask(terminal, "/stats")
    assert "2 answers" in terminal.text


def test_commands_are_listed_completed_and_suggested(chat, scripted):
    terminal = chat(rows=40)
    ask(terminal, "/help")
    assert "/max_tokens N" in terminal.text and "Ctrl-R searches" in terminal.text
    ask(terminal, "/temprature 1")
    assert "There is no /temprature. Did you mean /temperature?" in terminal.text
    terminal.send("/mo\t")
    terminal.wait("> /model")
    terminal.send("\r")
    terminal.wait("* apus-nano")
    ask(terminal, "/model other")
    assert "serves no other, but apus-nano" in terminal.text
    ask(terminal, "/multiline")
    terminal.send("a\rb\x1b\r")
    scripted.say("ok")
    terminal.wait(lambda: scripted.bodies and scripted.bodies[-1]["messages"][-1]["content"] == "a\nb")


def test_a_conversation_is_saved_loaded_retried_and_taken_back(chat, scripted, tmp_path):
    scripted.say("First *answer*.", thought="Hm.")
    terminal = chat()
    ask(terminal, "Question 1")
    saved, text = tmp_path / "talk.json", tmp_path / "talk.md"
    ask(terminal, "/save talk.json")
    ask(terminal, "/save talk.md")
    assert "> Hm.\n\nFirst *answer*." in text.read_text()
    messages = json.loads(saved.read_text())["messages"]
    assert [(m["role"], m["content"]) for m in messages] == [("user", "Question 1"), ("assistant", "First *answer*.")]

    scripted.say("Second answer.")
    ask(terminal, "/retry")
    assert [m["content"] for m in scripted.bodies[-1]["messages"]] == ["Question 1"]
    terminal.send("/undo\r")
    terminal.wait(lambda: terminal.lines[-1] == "> Question 1")
    terminal.send("\x03")
    ask(terminal, "/load talk.json")
    assert "Loaded 2 messages" in terminal.text and "First answer." in terminal.text
    ask(terminal, "More")
    assert [m["content"] for m in scripted.bodies[-1]["messages"]] == ["Question 1", "First *answer*.", "More"]
    ask(terminal, "/clear")
    ask(terminal, "Anew")
    assert [m["content"] for m in scripted.bodies[-1]["messages"]] == ["Anew"]
    text.write_text("{")
    ask(terminal, "/load talk.md")
    assert "is no JSON" in terminal.text
    foreign = tmp_path / "foreign.json"
    foreign.write_text("[]")
    ask(terminal, "/save foreign.json")
    assert "exists already" in terminal.text and foreign.read_text() == "[]"


# Errors


@pytest.mark.parametrize(
    "refusal, words",
    [
        (Refusal(401, "bad key", "invalid_api_key"), "--api-key KEY"),
        (Refusal(429, "queue full", retry_after=7), "Send it again in 7 s."),
        (Refusal(503, "loading", retry_after=2), "not ready"),
        (Refusal(400, "too long", "context_length_exceeded"), "/clear begins anew"),
        (Refusal(400, "temperature must be small"), "temperature must be small"),
    ],
    ids=["key", "busy", "loading", "context", "refused"],
)
def test_a_refusal_says_what_to_do_and_gives_the_text_back(chat, scripted, refusal, words):
    scripted.script = lambda body: [refusal]
    terminal = chat()
    terminal.send("My question\r")
    terminal.wait(words)
    terminal.wait(lambda: terminal.lines[-1] == "> My question")
    scripted.say("Better.")
    terminal.send("\r")
    terminal.wait("Better.")
    assert [m["content"] for m in scripted.bodies[-1]["messages"]] == ["My question"]


def test_a_server_that_is_away_or_leaves(chat, scripted):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    terminal = chat(url=f"http://127.0.0.1:{port}")
    terminal.send("Hello\r")
    terminal.wait(f"Nothing answers at http://127.0.0.1:{port}.")
    terminal.wait(lambda: terminal.lines[-1] == "> Hello")
    scripted.script = lambda body: [content("Half"), CUT]
    terminal = chat()
    ask(terminal, "Go")
    assert "The connection was lost in the middle" in terminal.text and "Half" in terminal.text


# The terminal's modes


def test_the_process_stops_and_goes_on(chat, scripted):
    terminal = chat()
    terminal.send("draft\x1a")
    deadline = time.monotonic() + 30
    while (stopped := os.waitpid(terminal.pid, os.WUNTRACED | os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        terminal.read()
    assert os.WIFSTOPPED(stopped[1])
    assert not terminal.is_raw
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait(lambda: terminal.is_raw)
    terminal.send("!")
    terminal.wait("> draft!")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT])
def test_the_terminal_is_restored_whatever_ends_the_process(chat, number):
    terminal = chat(SWIFT_BACKTRACE="enable=no")
    assert terminal.is_raw
    os.kill(terminal.pid, number)
    assert terminal.end() == -number
    assert not terminal.is_raw
    assert b"\x1b[?2004l\x1b[?25h\x1b[0m" in terminal.raw


def test_no_color_means_no_colour(chat, scripted):
    scripted.say("# **bold** `code`", thought="Hm.")
    terminal = chat(NO_COLOR="1")
    ask(terminal, "Go")
    assert "bold code" in terminal.text
    assert set(re.findall(rb"\x1b\[[0-9;]*m", terminal.raw)) == set()


def test_a_dumb_terminal_gets_no_escape_codes(chat, scripted):
    scripted.say("Plain *answer*.\x1b[31m")
    terminal = chat(TERM="dumb")
    terminal.send("Go\n")
    terminal.wait("Plain *answer*.␛[31m")
    terminal.send("/temprature\n")
    terminal.wait("Did you mean /temperature?")
    terminal.send("\x04")
    assert terminal.end() == 0
    assert b"\x1b" not in terminal.raw


# Pipes


def test_plain_output_with_the_prompt_as_argument_and_thinking_aside(scripted):
    scripted.say("The *answer*\n", thought="Hm.")
    result = pipe("--url", scripted.url, "-q", "Go")
    assert (result.returncode, result.stdout, result.stderr) == (0, "The *answer*\n", "")
    result = pipe("--url", scripted.url, "--prompt", "Go", "--show-thinking", "--no-think", "--temperature", "0")
    assert (result.stdout, result.stderr.strip()) == ("The *answer*\n", "Hm.")
    assert scripted.bodies[-1]["thinking"] == {"type": "disabled"}
    result = pipe("--url", scripted.url, input="from a pipe\n")
    assert result.stdout == "The *answer*\n"
    assert scripted.bodies[-1]["messages"] == [{"role": "user", "content": "from a pipe"}]


def test_failures_in_a_pipe_end_with_1_and_say_why(scripted):
    scripted.script = lambda body: [Refusal(429, "queue full", retry_after=7)]
    result = pipe("--url", scripted.url, "-q", "Go")
    assert (result.returncode, result.stdout) == (1, "")
    assert "The server is busy. queue full Send it again in 7 s." in result.stderr
    scripted.script = lambda body: [content("Half"), CUT]
    result = pipe("--url", scripted.url, "-q", "Go")
    assert (result.returncode, result.stdout) == (1, "Half\n")
    assert "lost in the middle" in result.stderr
    result = pipe("-q", "--url", scripted.url, input="")
    assert result.returncode != 0 and "Give a prompt" in result.stderr
    result = pipe("-q", " ", "--url", scripted.url)
    assert result.returncode != 0 and "The prompt is empty" in result.stderr


def test_keys_come_from_the_option_and_the_environment(start):
    server = start("--api-key", "secret")
    assert "--api-key KEY" in pipe("--url", server.url, "-q", "Hi").stderr
    for arguments, environment in (
        (["--api-key", "secret"], {}), ([], {"APUS_API_KEY": "secret"}), ([], {"OPENAI_API_KEY": "secret"}),
    ):
        result = pipe("--url", server.url + "/v1", "-q", "What is 1 + 1?", *arguments, **environment)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
