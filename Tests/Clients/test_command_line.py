"""The command line: settings, life and death, the other subcommands."""

import json
import signal
import subprocess
import threading
import time

import pytest
from server import APUS, ROOT, chat_body

NANO = ROOT / "Sources" / "CBuiltinModel" / "model"


def apus(*arguments, seconds=120):
    return subprocess.run([APUS, *arguments], capture_output=True, text=True, timeout=seconds)


def test_help_lists_every_command():
    text = apus("--help").stdout
    for command in ("serve", "complete", "inspect", "bench"):
        assert command in text


def test_serve_says_which_model_and_how_to_choose_another(server):
    assert any("built-in" in line and "apus serve" in line for line in server.lines)


def test_flag_beats_environment_beats_file(start, tmp_path):
    settings = tmp_path / "apus.yaml"
    settings.write_text("served-model-name: [from-file, second]\nmax-model-len: 1k\nenable-prefix-caching: false\n")
    server = start("--config", str(settings))
    models = json.loads(server.get("/v1/models")[2])["data"]
    assert [m["id"] for m in models] == ["from-file", "second"] and models[0]["max_model_len"] == 1024
    server = start("--config", str(settings), environment={"APUS_SERVED_MODEL_NAME": "from-environment"})
    assert [m["id"] for m in json.loads(server.get("/v1/models")[2])["data"]] == ["from-environment"]
    server = start(
        "--config",
        str(settings),
        "--served-model-name",
        "from-flag",
        environment={"APUS_SERVED_MODEL_NAME": "from-environment"},
    )
    assert [m["id"] for m in json.loads(server.get("/v1/models")[2])["data"]] == ["from-flag"]


def test_example_configuration_is_valid(start):
    assert start("--config", str(ROOT / "config" / "apus.yaml"), "--port", "0").get("/health")[0] == 200


def test_quantization_is_one_of_the_known_mixtures():
    done = apus("serve", "--quantization", "q9_9")
    assert done.returncode != 0 and "q4_k_m" in done.stderr
    report = json.loads(apus("inspect", "--json", "--quantization", "q4_k_m").stdout)
    assert report["quantization"] == "q4_k_m" and "Q5_0" in report["dtypes"]
    assert apus("complete", "1+1", "--quantization", "q8_0", "--max-tokens", "8").returncode == 0
    file = ROOT / "Tests" / "CheckpointsTests" / "Fixtures" / "qwen2.gguf"
    refused = apus("inspect", str(file), "--quantization", "q8_0")
    assert refused.returncode != 0 and "already" in refused.stderr and "--quantization" in refused.stderr


@pytest.mark.parametrize(
    "text, named",
    [("prot: 1\n", "prot"), ("port: many\n", "port"), ("port: {a: 1}\n", "port"), ("port: [\n", "YAML")],
)
def test_wrong_settings_are_named(tmp_path, text, named):
    settings = tmp_path / "apus.yaml"
    settings.write_text(text)
    done = apus("serve", "--config", str(settings))
    assert done.returncode != 0 and named in done.stderr


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["/no/such/folder"], "/no/such/folder"),
        (["--port", "99999"], "--port"),
        (["--tensor-parallel-size", "2"], "--tensor-parallel-size"),
        (["--max-model-len", "100000"], "4096"),
        (["--chat-template", "{% if %}"], "template"),
        (["--config", "/no/such/file"], "/no/such/file"),
        (["--kv-cache-memory", "1K"], "--kv-cache-memory"),
        (["--max-model-len", "1"], "--max-model-len"),
        (["--shutdown-timeout", "inf"], "--shutdown-timeout"),
        (["--sse-keep-alive-interval", "1e300"], "--sse-keep-alive-interval"),
        (["--served-model-name", ""], "--served-model-name"),
    ],
)
def test_serve_refuses_what_it_cannot_do(arguments, named):
    done = apus("serve", *arguments, *([] if "--port" in arguments else ["--port", "0"]))
    assert done.returncode != 0 and named in done.stderr, done.stderr


def test_published_command_lines_start(start):
    server = start("--enforce-eager", "--trust-remote-code", "--tensor-parallel-size", "1", "--max-model-len", "2048")
    assert server.get("/health")[0] == 200


def test_a_taken_port_is_named(server):
    done = apus("serve", "--port", str(server.port))
    assert done.returncode == 1 and str(server.port) in done.stderr


def test_a_folder_is_served_like_the_built_in_model(start, server):
    folder = start(str(NANO), "--served-model-name", "apus-nano")
    question = "What is 27 + 58?"
    fields = {"seed": 4}
    assert folder.chat(question, **fields)["choices"] == server.chat(question, **fields)["choices"]


def test_sigterm_finishes_running_answers_and_exits_0(start):
    server = start()
    answers = []
    thread = threading.Thread(target=lambda: answers.append(server.chat("What is 27 + 58?", seed=1)))
    thread.start()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1 or answers, "busy")
    assert server.terminate() == 0
    thread.join()
    assert answers[0]["choices"][0]["finish_reason"] == "stop"


def test_answers_that_outlast_the_shutdown_end_with_an_error(start):
    server = start("--shutdown-timeout", "0.2")
    endless = chat_body("What is 27 + 58?", max_tokens=4000, ignore_eos=True, n=16)
    answers = {}

    def ask(stream):
        answers[stream] = server.request("POST", "/v1/chat/completions", endless | {"stream": stream})

    threads = [threading.Thread(target=ask, args=(stream,)) for stream in (False, True)]
    for thread in threads:
        thread.start()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 32, "busy")
    assert server.terminate(5) == 0
    for thread in threads:
        thread.join()
    status, headers, content = answers[False]
    assert status == 503 and int(headers["Retry-After"]) > 0
    assert json.loads(content)["error"]["code"] == "service_unavailable"
    status, _, content = answers[True]
    assert status == 200 and content.endswith(b"\n\ndata: [DONE]\n\n")
    assert json.loads(content.split(b"\n\n")[-3][6:])["error"]["code"] == "service_unavailable"


def test_second_sigterm_exits_at_once(start):
    server = start()

    def endless():
        try:
            server.chat("What is 27 + 58?", max_tokens=4000, ignore_eos=True, n=64)
        except Exception:
            pass

    threading.Thread(target=endless, daemon=True).start()
    server.wait_until(lambda: server.metric("apus:num_requests_running") > 0, "busy")
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert server.process.poll() is None
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(2) != 0


def test_json_log_is_one_object_a_line(start):
    server = start("--log-format", "json")
    server.chat("Hi", max_tokens=1)
    assert all({"level", "message"} <= set(json.loads(line)) for line in server.lines)


def test_inspect():
    text = apus("inspect").stdout
    assert "DeepseekV3ForCausalLM" in text and "3.97 M" in text and "MTP" in text
    assert apus("inspect", str(NANO)).returncode == 0
    done = apus("inspect", "/no/such/folder")
    assert done.returncode == 1 and "/no/such/folder" in done.stderr


@pytest.fixture
def checkpoint(tmp_path):
    """A copy of the built-in model's folder, to be damaged."""
    for file in NANO.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    "damage, words",
    [
        (lambda t: t["model"]["vocab"].update(zzzz=5000), ("5000", "1023", "Use the tokenizer")),
        (lambda t: t.pop("model"), ("model", "Download")),
    ],
    ids=["ids beyond the vocabulary", "no model"],
)
def test_a_tokenizer_that_does_not_fit_is_refused(checkpoint, damage, words):
    path = checkpoint / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    damage(tokenizer)
    path.write_text(json.dumps(tokenizer))
    for command in ("inspect", "serve"):
        done = apus(command, str(checkpoint), *(["--port", "0"] if command == "serve" else []))
        assert done.returncode == 1
        for word in ("tokenizer.json", *words):
            assert word in done.stderr, done.stderr


def test_truncated_weights_are_refused(checkpoint):
    weights = checkpoint / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    for command in ("inspect", "serve"):
        done = apus(command, str(checkpoint), *(["--port", "0"] if command == "serve" else []))
        assert done.returncode == 1 and "model.safetensors" in done.stderr


def test_complete_prints_the_answer():
    done = apus("complete", "What is 27 + 58?", "--temperature", "0")
    assert done.returncode == 0 and "85" in done.stdout


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--threads", "0"], "--threads"),
        (["--temperature", "nan"], "--temperature"),
        (["--raw", "--system-prompt", "x"], "--system-prompt"),
        (["--max-tokens", "0"], "max_tokens"),
    ],
)
def test_complete_refuses_what_it_cannot_do(arguments, named):
    done = apus("complete", "Hi", *arguments)
    assert done.returncode > 0 and named in done.stderr, done.stderr


def test_complete_reads_pipes_and_notices_a_full_disk():
    done = subprocess.run([APUS, "complete", "-", "--temperature", "0"], input=b"What is 27 + 58?", capture_output=True)
    assert done.returncode == 0 and b"85" in done.stdout
    with open("/dev/full", "w") as full:
        done = subprocess.run([APUS, "complete", "Hi"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "No space left" in done.stderr


def test_a_cache_smaller_than_the_context_is_said(start):
    server = start("--kv-cache-memory", "100K")
    assert json.loads(server.get("/v1/models")[2])["data"][0]["max_model_len"] == 128
    server.wait_until(lambda: any("128 tokens" in line for line in server.lines), "warned")


def test_bench_latency_and_throughput(tmp_path):
    for mode in ("latency", "throughput"):
        result = tmp_path / f"{mode}.json"
        done = apus(
            "bench", mode, "--input-len", "32", "--output-len", "16", "--batch-size", "2", "--num-prompts", "4",
            "--json", str(result),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        figures = json.loads(result.read_text())
        for name in (
            "prefill_tokens_per_second",
            "decode_tokens_per_second",
            "read_gb_per_second",
            "weight_bytes_per_token",
        ):
            assert figures[name] > 0


def test_bench_serve(server, tmp_path):
    result = tmp_path / "serve.json"
    done = apus(
        "bench", "serve", "--base-url", server.url, "--input-len", "16", "--output-len", "8", "--num-prompts", "8",
        "--max-concurrency", "4", "--json", str(result),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Serving Benchmark Result" in done.stdout and "Successful requests:" in done.stdout
    assert json.loads(result.read_text())["completed"] == 8


def test_health_command(server):
    assert apus("health", "--port", str(server.port)).returncode == 0
    assert apus("health", "--port", "1").returncode == 1
