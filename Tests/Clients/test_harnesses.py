"""Other people's harnesses against `apus serve`, with local data: lm-eval and evalscope.

HARNESSES names the environment that has them, 1.4 GB; `config/test` makes it from harnesses.txt.
"""

import json
import os
import pathlib
import subprocess

HARNESSES = pathlib.Path(os.environ["HARNESSES"]).absolute() / "bin"
INSTRUCTION = "\nPlease reason step by step, and put your final answer within \\boxed{}."
QUESTIONS = [("What is 27 + 58?", "85"), ("What is 12 + 30?", "42")]
OFFLINE = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "unused"}


def run(folder, *command):
    done = subprocess.run(
        [HARNESSES / command[0], *map(str, command[1:])],
        cwd=folder,
        env=os.environ | OFFLINE | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_lm_eval_scores_a_local_task(server, tmp_path):
    rows = [{"question": question, "answer": answer} for question, answer in QUESTIONS]
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "sums.yaml").write_text(
        f"""
task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {tmp_path}/sums.jsonl}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}{INSTRUCTION.encode("unicode_escape").decode()}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: [], do_sample: true}}
repeats: 2
filter_list:
  - name: boxed
    filter:
      - {{function: regex, regex_pattern: 'boxed\\{{([^}}]*)\\}}'}}
      - {{function: take_first}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""
    )
    run(
        tmp_path,
        *["lm-eval", "run", "--model", "local-chat-completions", "--include_path", tmp_path, "--tasks", "sums"],
        "--model_args",
        f"model=apus-nano,base_url={server.url}/v1/chat/completions,num_concurrent=4,tokenizer_backend=None",
        *["--apply_chat_template", "--log_samples", "--output_path", tmp_path / "out"],
        *["--gen_kwargs", "temperature=0.6,top_p=0.95,max_gen_toks=2000,seed=None"],
    )
    results = json.loads(next((tmp_path / "out").rglob("results_*.json")).read_text())["results"]["sums"]
    assert results["exact_match,boxed"] == 1
    lines = next((tmp_path / "out").rglob("samples_*.jsonl")).read_text().split("\n")
    answers = [json.loads(line)["resps"][0] for line in lines if line]
    assert all("\\boxed{" in text and "<think>" not in text for texts in answers for text in texts)
    assert [len(texts) for texts in answers] == [2, 2]


def test_evalscope_scores_a_local_task(server, tmp_path):
    folder = tmp_path / "sums"
    folder.mkdir()
    rows = [{"query": question + INSTRUCTION, "response": answer} for question, answer in QUESTIONS]
    (folder / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run(
        tmp_path,
        *["evalscope", "eval", "--model", "apus-nano", "--api-url", f"{server.url}/v1", "--api-key", "unused"],
        *["--eval-type", "openai_api", "--datasets", "general_qa", "--work-dir", tmp_path / "out"],
        "--dataset-args",
        json.dumps({"general_qa": {"local_path": str(folder), "subset_list": ["sums"]}}),
        "--generation-config",
        json.dumps({"temperature": 0, "max_tokens": 2000, "stream": True, "seed": None, "stop": []}),
    )
    reports = list((tmp_path / "out").rglob("reports/**/*.json"))
    assert reports and json.loads(reports[0].read_text())["metrics"]
    answers = "".join(path.read_text() for path in (tmp_path / "out").rglob("predictions/**/*.jsonl"))
    assert "\\\\boxed{85}" in answers and "\\\\boxed{42}" in answers
