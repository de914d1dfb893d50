#!/usr/bin/env python3
"""TTT-Linear and TTT-MLP in eager PyTorch: what the compiled models are timed beside.

    peer.py check GOLDEN [--device cpu]     goldens of tests/TttGen.Numerics.Tests/golden: logits and states, f32
    peer.py time CASES [--out FILE]         times the cases that `TttGen.Gpu cases` prints, a JSON line each
    peer.py ceilings [--out FILE]           bytes a second of a copy, operations a second of large products

Whole sequences are read by the dual form, a mini-batch at a time; single tokens by the primal form. Everything is batched over sequences and heads.
With bf16, matrices of the projections and the head are bf16 and so are their inputs; what is learnt while reading stays f32.
Only PyTorch is needed (1.13 or later).
"""
import argparse
import json
import math
import os
import statistics
import struct
import sys
import time

import torch
import torch.nn.functional as F

BAR = 5e-5
SETTINGS = {"use_gate": False, "share_qk": False, "pre_conv": False, "tie_word_embeddings": True, "rope_theta": 10000.0, "rms_norm_eps": 1e-6, "conv_kernel": 4,
            "ttt_base_lr": 1.0, "mini_batch_size": 16, "vocab_size": 32000}
SIZES = {"125m": dict(hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12),
         "1b": dict(hidden_size=2048, intermediate_size=5504, num_hidden_layers=24, num_attention_heads=32)}
# Tokens of all sequences that are read in one call: more would only take more memory.
CALL_TOKENS = 65536


def read_safetensors(path):
    """Every tensor of a file: eight bytes of header length, a JSON header, the numbers."""
    types = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = bytearray(file.read())
    tensors = {}
    for key, entry in header.items():
        if key != "__metadata__":
            first, end = entry["data_offsets"]
            tensors[key] = torch.frombuffer(body[first:end], dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def draw(config, device):
    """Fresh weights, as a checkpoint has them: matrices from N(0, 0.02), scales at one, other vectors at zero."""
    d, hidden, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    f = d // heads
    normal = lambda *shape: 0.02 * torch.randn(*shape, device=device)
    ones, zeros = (lambda *shape: torch.ones(*shape, device=device)), (lambda *shape: torch.zeros(*shape, device=device))
    tensors = {"model.embed_tokens.weight": normal(config["vocab_size"], d), "model.norm.weight": ones(d)}
    for i in range(config["num_hidden_layers"]):
        layer = {"seq_norm.weight": ones(d), "ffn_norm.weight": ones(d), "mlp.gate_proj.weight": normal(hidden, d), "mlp.up_proj.weight": normal(hidden, d),
                 "mlp.down_proj.weight": normal(d, hidden)}
        ttt = {f"{name}_proj.weight": normal(d, d) for name in "qkvo"}
        ttt.update({"learnable_token_idx": zeros(config["mini_batch_size"]), "learnable_ttt_lr_weight": normal(heads, 1, d), "learnable_ttt_lr_bias": zeros(heads, 1),
                    "ttt_norm_weight": ones(heads, f), "ttt_norm_bias": zeros(heads, f), "post_norm.weight": ones(d), "post_norm.bias": zeros(d)})
        widths = [f, f] if config["ttt_layer_type"] == "linear" else [f, 4 * f, f]
        for j in range(len(widths) - 1):
            ttt.update({f"W{j + 1}": normal(heads, widths[j], widths[j + 1]), f"b{j + 1}": zeros(heads, 1, widths[j + 1])})
        layer.update({"seq_modeling_block." + key: tensor for key, tensor in ttt.items()})
        tensors.update({f"model.layers.{i}.{key}": tensor for key, tensor in layer.items()})
    return tensors


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight


def gelu(x):
    return F.gelu(x, approximate="tanh")


def gelu_slope(x):
    c = math.sqrt(2 / math.pi)
    t = torch.tanh(c * (x + 0.044715 * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)


class Memory:
    """The inner model of one layer: f(x) = x W1 + b1, or gelu(x W1 + b1) W2 + b2. Its state: weights at the mini-batch's start, and gradients gathered since."""

    def __init__(self, layer, batch):
        self.layer = layer
        self.depth = 1 if layer.config["ttt_layer_type"] == "linear" else 2
        fresh = lambda name: layer.weights["seq_modeling_block." + name].unsqueeze(0).repeat(batch, 1, 1, 1)
        self.w = [fresh(f"W{i + 1}") for i in range(self.depth)]
        self.b = [fresh(f"b{i + 1}") for i in range(self.depth)]
        self.dw = [torch.zeros_like(w) for w in self.w]
        self.db = [torch.zeros_like(b) for b in self.b]

    def loss_gradient(self, z, target):
        """Of one half of |LN(z) - target|², by z."""
        scale, shift = self.layer.norm
        centred = z - z.mean(-1, keepdim=True)
        inverse = torch.rsqrt(centred.square().mean(-1, keepdim=True) + 1e-6)
        normal = centred * inverse
        d = (normal * scale + shift - target) * scale
        return (d - d.mean(-1, keepdim=True) - normal * (d * normal).mean(-1, keepdim=True)) * inverse

    def output(self, q, z):
        scale, shift = self.layer.norm
        return q + F.layer_norm(z, z.shape[-1:], eps=1e-6) * scale + shift

    def gradients(self, k, v):
        """Inputs and loss gradients of each weight's use on the k-rows."""
        inputs, before = [k], []
        for i in range(self.depth):
            before.append(inputs[i] @ self.w[i] + self.b[i])
            if i + 1 < self.depth:
                inputs.append(gelu(before[i]))
        deltas = [self.loss_gradient(before[-1], v - k)]
        for i in range(self.depth - 1, 0, -1):
            deltas.insert(0, (deltas[0] @ self.w[i].transpose(-1, -2)) * gelu_slope(before[i - 1]))
        return inputs, deltas

    def read(self, q, k, v, lr, tok, start):
        """n tokens [B, H, n, F] of one mini-batch, from its place `start` on; lr [B, H, n], tok [K]."""
        n = q.shape[2]
        inputs, deltas = self.gradients(k, v)
        t = tok[start:start + n].unsqueeze(-1)
        weighted = [lr.unsqueeze(-1) * delta for delta in deltas]
        x = q
        for i in range(self.depth):
            if n == 1:
                # primal: the token's own gradient joins the sum, and the sum moves the weight
                self.dw[i] += inputs[i].transpose(-1, -2) @ weighted[i]
                self.db[i] += weighted[i]
                z = x @ self.w[i] + self.b[i] - t * (x @ self.dw[i] + self.db[i])
            else:
                z = x @ self.w[i] + self.b[i] - t * (torch.tril(x @ inputs[i].transpose(-1, -2) + 1) @ weighted[i])
                if start > 0:
                    z = z - t * (x @ self.dw[i] + self.db[i])
            x = gelu(z) if i + 1 < self.depth else z
        if n > 1:
            whole = start == 0 and start + n == len(tok)
            for i in range(self.depth):
                dw, db = inputs[i].transpose(-1, -2) @ weighted[i], weighted[i].sum(-2, keepdim=True)
                if whole:
                    self.w[i], self.b[i] = self.w[i] - tok[-1] * dw, self.b[i] - tok[-1] * db
                else:
                    self.dw[i], self.db[i] = self.dw[i] + dw, self.db[i] + db
        else:
            whole = False
        if start + n == len(tok) and not whole:
            for i in range(self.depth):
                self.w[i], self.b[i] = self.w[i] - tok[-1] * self.dw[i], self.b[i] - tok[-1] * self.db[i]
                self.dw[i], self.db[i] = torch.zeros_like(self.dw[i]), torch.zeros_like(self.db[i])
        return self.output(q, x)


class Layer:
    def __init__(self, config, tensors, index, to):
        self.config = config
        prefix = f"model.layers.{index}."
        self.weights = {key[len(prefix):]: to(key, tensor) for key, tensor in tensors.items() if key.startswith(prefix)}
        ttt = lambda name: self.weights["seq_modeling_block." + name]
        self.norm = (ttt("ttt_norm_weight").unsqueeze(-2), ttt("ttt_norm_bias").unsqueeze(-2))
        size = config["mini_batch_size"]
        self.tok = (1 / torch.arange(1, size + 1, device=ttt("W1").device) + ttt("learnable_token_idx")).clamp_min(0)

    def product(self, x, name):
        w = self.weights[name + ".weight"]
        return (x.to(w.dtype) @ w.t()).float()

    def convolution(self, x, name, rows):
        """Causal, depthwise; `rows` holds the rows before x, and then those before what comes next."""
        w, b = self.weights[name + ".weight"], self.weights[name + ".bias"]
        taps = w.shape[-1]
        x = torch.cat([rows[name] if name in rows else x.new_zeros(x.shape[0], taps - 1, x.shape[2]), x], 1)
        rows[name] = x[:, x.shape[1] - taps + 1:]
        return F.conv1d(x.transpose(1, 2), w, b, groups=w.shape[0]).transpose(1, 2)

    def rotate(self, x, position):
        """Pairs (2i, 2i + 1), by the place in the mini-batch."""
        f, n = x.shape[-1], x.shape[2]
        places = torch.arange(position, position + n, device=x.device) % self.config["mini_batch_size"]
        angles = places.unsqueeze(-1) * self.config["rope_theta"] ** (-torch.arange(0, f, 2, device=x.device) / f)
        cos, sin = angles.cos().repeat_interleave(2, -1), angles.sin().repeat_interleave(2, -1)
        turned = torch.stack([-x[..., 1::2], x[..., 0::2]], -1).flatten(-2)
        return x * cos + turned * sin

    def ttt(self, x, state, position):
        batch, n, d = x.shape
        heads = self.config["num_attention_heads"]
        split = lambda rows: rows.reshape(batch, n, heads, d // heads).transpose(1, 2)
        ttt = "seq_modeling_block."
        q = self.product(x, ttt + "q_proj")
        if self.config["share_qk"]:
            q, k = self.convolution(q, ttt + "conv_q", state.rows), self.convolution(q, ttt + "conv_k", state.rows)
        else:
            k = self.product(x, ttt + "k_proj")
        q, k, v = self.rotate(split(q), position), self.rotate(split(k), position), split(self.product(x, ttt + "v_proj"))
        lr = x @ self.weights[ttt + "learnable_ttt_lr_weight"].squeeze(1).t() + self.weights[ttt + "learnable_ttt_lr_bias"].squeeze(-1)
        lr = self.config["ttt_base_lr"] * torch.sigmoid(lr).transpose(1, 2) / (d // heads)
        out, size = torch.empty_like(q), self.config["mini_batch_size"]
        first = 0
        while first < n:
            start = (position + first) % size
            end = min(n, first + size - start)
            part = slice(first, end)
            out[:, :, part] = state.memory.read(q[:, :, part], k[:, :, part], v[:, :, part], lr[:, :, part], self.tok, start)
            first = end
        rows = F.layer_norm(out.transpose(1, 2).reshape(batch, n, d), (d,), self.weights[ttt + "post_norm.weight"], self.weights[ttt + "post_norm.bias"], 1e-6)
        if self.config["use_gate"]:
            rows = rows * gelu(self.product(x, ttt + "g_proj"))
        return self.product(rows, ttt + "o_proj")

    def apply(self, x, state, position):
        epsilon = self.config["rms_norm_eps"]
        if self.config["pre_conv"]:
            x = x + self.convolution(rms_norm(x, self.weights["conv.norm.weight"], epsilon), "conv.conv", state.rows)
        x = x + self.ttt(rms_norm(x, self.weights["seq_norm.weight"], epsilon), state, position)
        y = rms_norm(x, self.weights["ffn_norm.weight"], epsilon)
        return x + self.product(F.silu(self.product(y, "mlp.gate_proj")) * self.product(y, "mlp.up_proj"), "mlp.down_proj")


class LayerState:
    def __init__(self, layer, batch):
        self.memory = Memory(layer, batch)
        self.rows = {}


class State:
    """Sequences that are all at one place."""

    def __init__(self, model, batch):
        self.position = 0
        self.layers = [LayerState(layer, batch) for layer in model.layers]


class Model:
    def __init__(self, config, tensors, device, kind="f32"):
        self.config = {**SETTINGS, **config}
        matrix = torch.bfloat16 if kind == "bf16" else torch.float32
        product = lambda key: key.endswith("_proj.weight") or key in ("model.embed_tokens.weight", "lm_head.weight")
        to = lambda key, tensor: tensor.to(device=device, dtype=matrix if product(key) else torch.float32)
        self.layers = [Layer(self.config, tensors, i, to) for i in range(self.config["num_hidden_layers"])]
        self.embedding, self.norm = (to(key, tensors[key]) for key in ("model.embed_tokens.weight", "model.norm.weight"))
        self.head = self.embedding if self.config["tie_word_embeddings"] else to("lm_head.weight", tensors["lm_head.weight"])

    @torch.no_grad()
    def read(self, state, ids, all_logits=False):
        """ids [B, T]; logits [B, T or 1, V] of all tokens, or of the last."""
        part = max(1, CALL_TOKENS // ids.shape[0] // 16 * 16)
        logits = []
        for first in range(0, ids.shape[1], part):
            some = ids[:, first:first + part]
            x = F.embedding(some, self.embedding).float()
            for layer, layer_state in zip(self.layers, state.layers):
                x = layer.apply(x, layer_state, state.position)
            state.position += some.shape[1]
            if all_logits or first + part >= ids.shape[1]:
                x = rms_norm(x if all_logits else x[:, -1:], self.norm, self.config["rms_norm_eps"])
                logits.append((x.to(self.head.dtype) @ self.head.t()).float())
        return torch.cat(logits, 1)


def relative_error(found, expected):
    found, expected = found.double().cpu(), expected.double()
    return ((found - expected).norm() / expected.norm().clamp_min(1e-300)).item()


def check(folder, device):
    """Each golden case: read at once, token by token, and as the reference did, whose states are known."""
    worst = 0.0
    for name in sorted(os.listdir(folder)):
        directory = os.path.join(folder, name)
        if not os.path.exists(os.path.join(directory, "case.safetensors")):
            continue
        with open(os.path.join(directory, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        if config.get("model_type") != "ttt":
            continue
        case = read_safetensors(os.path.join(directory, "case.safetensors"))
        model = Model(config, read_safetensors(os.path.join(directory, "model.safetensors")), device)
        ids = case["input_ids"].to(device)
        errors = {"at once": relative_error(model.read(State(model, len(ids)), ids, True), case["logits"])}
        state = State(model, len(ids))
        errors["token by token"] = relative_error(torch.cat([model.read(state, ids[:, t:t + 1]) for t in range(ids.shape[1])], 1), case["logits"])
        state = State(model, len(ids))
        errors["in three parts"] = relative_error(torch.cat([model.read(state, part, True) for part in (ids[:, :5], ids[:, 5:19], ids[:, 19:])], 1), case["logits"])
        if "state.W1" in case:
            state = State(model, len(ids))
            model.read(state, ids[:, :32])
            for t in range(32, ids.shape[1]):
                model.read(state, ids[:, t:t + 1])
            for i, layer in enumerate(state.layers):
                memory = layer.memory
                for j in range(memory.depth):
                    for key, found in ((f"W{j + 1}", memory.w[j]), (f"b{j + 1}", memory.b[j]), (f"W{j + 1}_grad", memory.dw[j]), (f"b{j + 1}_grad", memory.db[j])):
                        expected = case["state." + key][i]
                        if expected.norm() > 0:
                            errors["states"] = max(errors.get("states", 0.0), relative_error(found.reshape(expected.shape), expected))
        print(f"{name:45} " + "  ".join(f"{what} {error:.1e}" for what, error in errors.items()))
        worst = max([worst] + [error if error == error else math.inf for error in errors.values()])
    print(f"worst {worst:.1e}, bar {BAR:.0e}")
    return 0 if 0 < worst <= BAR else 1


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def seconds_of(work, device, limit, most=20):
    """Seconds of each run after one to warm up: three at least, as many as the limit allows, but one alone where that is longer."""
    wait(device)
    begin = time.perf_counter()
    work()
    wait(device)
    first = time.perf_counter() - begin
    seconds = []
    while len(seconds) < most and (len(seconds) < (3 if first < limit else 1) or sum(seconds) < limit):
        start = time.perf_counter()
        work()
        wait(device)
        seconds.append(time.perf_counter() - start)
    return seconds


def time_case(model, device, work, tokens, batch, limit):
    vocabulary, size = model.config["vocab_size"], model.config["mini_batch_size"]
    if work == "prefill":
        ids = torch.randint(vocabulary, (batch, tokens), device=device)
        return seconds_of(lambda: model.read(State(model, batch), ids).cpu(), device, limit)
    # a whole mini-batch, so that the update of the weights has its share; logits go to the host, as the compiled model's do
    state, ids = State(model, batch), torch.randint(vocabulary, (batch, size), device=device)

    def steps():
        for t in range(size):
            model.read(state, ids[:, t:t + 1]).cpu()
    return [seconds / size for seconds in seconds_of(steps, device, limit)]


class Lines:
    """JSON lines to a file, and to standard output."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8") if path else None

    def write(self, **values):
        line = json.dumps({key: value for key, value in values.items() if value is not None})
        print(line, flush=True)
        if self.file:
            print(line, file=self.file, flush=True)


def time_cases(path, device, lines, limit, budget):
    """The file has a case a line: model, weights, work, tokens, batch."""
    began = time.perf_counter()
    with open(path, encoding="utf-8") as file:
        cases = [line.split() for line in file if line.strip()]
    model, loaded = None, None
    for name, kind, work, tokens, batch in cases:
        if time.perf_counter() - began > budget:
            print(f"out of time before {name} {kind} {work} {tokens} {batch}", file=sys.stderr)
            return
        tokens, batch = int(tokens), int(batch)
        measured = dict(kind="time", who="PyTorch", model=name, weights=kind, work=work, tokens=tokens, batch=batch)
        try:
            if loaded != (name, kind):
                model, loaded = None, (name, kind)
                memory, size = name.split("-")
                config = {**SETTINGS, **SIZES[size], "ttt_layer_type": memory, "ttt_base_lr": 1.0 if memory == "linear" else 0.1}
                model = Model(config, draw(config, device), device, kind)
            seconds = time_case(model, device, work, tokens, batch, limit)
            lines.write(**measured, seconds=statistics.median(seconds), least=min(seconds), most=max(seconds), repeats=len(seconds))
        except RuntimeError as error:
            if "out of memory" not in str(error) and "can't allocate memory" not in str(error):
                raise
            lines.write(**measured, repeats=0, why="out of memory")
        if device.type == "cuda":
            torch.cuda.empty_cache()


def ceilings(device, lines, limit):
    size, bytes_each = (8192, 1 << 30) if device.type == "cuda" else (1024, 1 << 26)
    x = torch.randint(0, 255, (bytes_each,), dtype=torch.uint8, device=device)
    y = torch.empty_like(x)
    lines.write(kind="ceiling", who="PyTorch", what="copy", value=2 * bytes_each / statistics.median(seconds_of(lambda: y.copy_(x), device, limit)))
    for what, kind in (("product_f32", torch.float32), ("product_bf16", torch.bfloat16)):
        a, b = (torch.randn(size, size, device=device).to(kind) for _ in range(2))
        lines.write(kind="ceiling", who="PyTorch", what=what, value=2 * size ** 3 / statistics.median(seconds_of(lambda: a @ b.t(), device, limit)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("check", "time", "ceilings"))
    parser.add_argument("path", nargs="?")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out")
    parser.add_argument("--case-seconds", type=float, default=3.0)
    parser.add_argument("--budget", type=float, default=1e9, help="seconds after which no further case is begun")
    given = parser.parse_args()
    if (given.path is None) != (given.verb == "ceilings"):
        parser.error("check takes the folder of goldens, time the file of cases, ceilings nothing")
    device, lines = torch.device(given.device), Lines(given.out)
    torch.manual_seed(1)
    # plain f32 where f32 is said
    torch.set_float32_matmul_precision("highest")
    if given.verb == "check":
        return check(given.path, device)
    if given.verb == "time":
        time_cases(given.path, device, lines, given.case_seconds, given.budget)
    else:
        ceilings(device, lines, min(given.case_seconds, 1.0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
