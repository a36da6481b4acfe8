"""recipes.py LLAMA_QUANTIZE

Writes recipes.json: which types llama.cpp's llama-quantize gives the tensors of small models, for every mixture.

A model has its config.json, the row length of each matrix by its name, and for each mixture the names of the tensors
of every type; those of the most frequent type are left out, which is the first one. Names of layers' tensors begin
with the layer's number.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy as np

MIXTURES = [
    "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k_s", "q3_k_m", "q3_k_l", "q4_k_s", "q4_k_m", "q5_k_s",
    "q5_k_m", "q6_k", "iq4_nl", "iq4_xs",
]
DENSE = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
LATENT = {
    "attn_q_a": "self_attn.q_a_proj", "attn_q_b": "self_attn.q_b_proj",
    "attn_kv_a_mqa": "self_attn.kv_a_proj_with_mqa", "attn_k_b": "self_attn.k_b_proj",
    "attn_v_b": "self_attn.v_b_proj", "attn_output": "self_attn.o_proj",
}
WHOLE = {**LATENT, "attn_kv_b": "self_attn.kv_b_proj"}
EXPERTS = {
    "ffn_gate_inp": "mlp.gate", "ffn_gate_exps": "mlp.experts.3.gate_proj", "ffn_up_exps": "mlp.experts.3.up_proj",
    "ffn_down_exps": "mlp.experts.3.down_proj", "ffn_gate_shexp": "mlp.shared_experts.gate_proj",
    "ffn_up_shexp": "mlp.shared_experts.up_proj", "ffn_down_shexp": "mlp.shared_experts.down_proj",
}
MLP = {name: theirs for name, theirs in DENSE.items() if name.startswith("ffn")}


def dense(architecture, hidden, layers, heads, groups, inner, tied=False, some=None):
    name = {"qwen2": "Qwen2ForCausalLM", "llama": "LlamaForCausalLM"}[architecture]
    lengths = {"attn_output": hidden, "ffn_down": inner}
    tensors = {} if some else {"token_embd.weight": ("model.embed_tokens.weight", hidden)}
    if not tied:
        tensors["output.weight"] = ("lm_head.weight", hidden)
    for layer in range(layers):
        for ours, theirs in DENSE.items():
            if some is None or ours in some:
                tensors[f"blk.{layer}.{ours}.weight"] = (f"{layer}.{theirs}.weight", lengths.get(ours, hidden))
    config = {
        "architectures": [name], "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": groups, "intermediate_size": inner, "vocab_size": 64, "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0, "max_position_embeddings": 4096, "tie_word_embeddings": tied, "hidden_act": "silu",
        "bos_token_id": 0, "eos_token_id": 1,
    }
    return architecture, config, tensors


def deepseek(layers, experts, hidden, inner, whole=False):
    rank, query_rank, nope, value, heads = 256, 96, 128, 128, 4
    lengths = {
        "attn_q_b": query_rank, "attn_k_b": nope, "attn_v_b": rank, "attn_kv_b": rank, "attn_output": heads * value,
        "ffn_down": 512, "ffn_down_exps": inner, "ffn_down_shexp": inner,
    }
    tensors = {
        "token_embd.weight": ("model.embed_tokens.weight", hidden), "output.weight": ("lm_head.weight", hidden),
    }
    for layer in range(layers):
        parts = {**(WHOLE if whole else LATENT), **(MLP if layer == 0 else EXPERTS)}
        if whole:
            del parts["attn_k_b"], parts["attn_v_b"]
        for ours, theirs in parts.items():
            tensors[f"blk.{layer}.{ours}.weight"] = (f"{layer}.{theirs}.weight", lengths.get(ours, hidden))
    config = {
        "architectures": ["DeepseekV3ForCausalLM"], "hidden_size": hidden, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": heads, "intermediate_size": 512, "vocab_size": 64,
        "moe_intermediate_size": inner, "n_routed_experts": experts, "n_shared_experts": 1, "num_experts_per_tok": 2,
        "n_group": 1, "topk_group": 1, "topk_method": "noaux_tc", "scoring_func": "sigmoid", "norm_topk_prob": True,
        "routed_scaling_factor": 2.5, "first_k_dense_replace": 1, "q_lora_rank": query_rank, "kv_lora_rank": rank,
        "qk_nope_head_dim": nope, "qk_rope_head_dim": 32, "v_head_dim": value, "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0, "max_position_embeddings": 4096, "tie_word_embeddings": False, "hidden_act": "silu",
        "bos_token_id": 0, "eos_token_id": 1,
    }
    return "deepseek2", config, tensors


MODELS = {
    "qwen2": dense("qwen2", 256, 18, 8, 2, 512),
    "qwen2, tied": dense("qwen2", 256, 9, 4, 2, 512, tied=True),
    "qwen2, 80 layers": dense("qwen2", 256, 80, 8, 8, 512, some=["attn_v"]),
    "llama": dense("llama", 512, 16, 4, 2, 256),
    "llama, odd rows": dense("llama", 96, 16, 4, 1, 160),
    "llama, odd rows, tied": dense("llama", 96, 2, 4, 1, 48, tied=True),
    "llama, 80 layers": dense("llama", 256, 80, 8, 1, 512, some=["attn_v", "ffn_down"]),
    "llama, 80 layers, one head each": dense("llama", 256, 80, 8, 8, 512, some=["attn_v"]),
    "deepseek2": deepseek(9, 16, 256, 64),
    "deepseek2, whole": deepseek(17, 16, 256, 256, whole=True),
    "deepseek2, 8 experts": deepseek(3, 8, 512, 256),
    "deepseek2, 8 experts, whole": deepseek(3, 8, 512, 256, whole=True),
}


def write(path, architecture, config, tensors):
    w = gguf.GGUFWriter(path, architecture)
    latent = architecture == "deepseek2"
    whole = any("attn_kv_b" in name for name in tensors)
    w.add_context_length(config["max_position_embeddings"])
    w.add_embedding_length(config["hidden_size"])
    w.add_block_count(config["num_hidden_layers"])
    w.add_feed_forward_length(config["intermediate_size"])
    w.add_head_count(config["num_attention_heads"])
    w.add_head_count_kv(1 if latent and not whole else config["num_key_value_heads"])
    w.add_layer_norm_rms_eps(config["rms_norm_eps"])
    w.add_rope_freq_base(config["rope_theta"])
    w.add_vocab_size(config["vocab_size"])
    if latent:
        w.add_q_lora_rank(config["q_lora_rank"])
        w.add_kv_lora_rank(config["kv_lora_rank"])
        w.add_expert_count(config["n_routed_experts"])
        w.add_expert_used_count(config["num_experts_per_tok"])
        w.add_expert_feed_forward_length(config["moe_intermediate_size"])
        w.add_expert_shared_count(config["n_shared_experts"])
        w.add_leading_dense_block_count(config["first_k_dense_replace"])
        w.add_expert_weights_scale(2.5)
        w.add_rope_dimension_count(config["qk_rope_head_dim"])
        w.add_key_length(160)
        w.add_value_length(128)
    for name, (_, length) in tensors.items():
        stacked = "_exps" in name or "_k_b" in name or "_v_b" in name
        w.add_tensor(name, np.ones((2, 2, length) if stacked else (2, length), np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def chosen(quantize, source, mixture, tensors):
    with tempfile.NamedTemporaryFile(suffix=".gguf") as out:
        subprocess.run([quantize, source, out.name, mixture.upper(), "1"], check=True, capture_output=True)
        types = {}
        for tensor in gguf.GGUFReader(out.name).tensors:
            types.setdefault(tensor.tensor_type.name, []).append(tensors[tensor.name][0])
    groups = sorted(types.items(), key=lambda group: -len(group[1]))
    return {name: names if i else [] for i, (name, names) in enumerate(groups)}


def main(quantize):
    models = {}
    for name, (architecture, config, tensors) in MODELS.items():
        with tempfile.NamedTemporaryFile(suffix=".gguf") as source:
            write(source.name, architecture, config, tensors)
            types = {mixture: chosen(quantize, source.name, mixture, tensors) for mixture in MIXTURES}
        models[name] = {"config": config, "rows": dict(tensors.values()), "types": types}
    text = json.dumps(models, separators=(",", ":")).replace('},"', '},\n"')
    pathlib.Path(__file__).with_name("recipes.json").write_text(text + "\n")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
