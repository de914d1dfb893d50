using TttGen.Checkpoints;
using TttGen.Cuda;
using TttGen.Inference;

namespace TttGen.App.Tests;

/// <summary>A model of two layers that needs no files: <see cref="ToyModel"/>.</summary>
internal sealed class ToyDefinition : ModelDefinition
{
    /// <summary>Options of every load and creation, in order.</summary>
    public List<(string? Directory, ModelOptions Options)> Opened { get; } = [];

    /// <summary>Token ids are below this.</summary>
    public int Vocabulary { get; init; } = 256;

    /// <summary>What is done to open a model on a device.</summary>
    public Action<Device>? OnDevice { get; init; }

    public override bool HasCuda => OnDevice is not null;

    /// <summary>Called with the number of the decoded token, from 1.</summary>
    public Action<int> OnDecode { get; init; } = static _ => { };

    public override string Name => "Toy2M";

    public override IReadOnlyList<ConfigEntry> Config { get; } = [new("hidden_size", "4"), new("use_gate", "true"), new("ttt_layer_type", "\"linear\"")];

    public override IReadOnlyList<ParameterInfo> Parameters { get; } =
    [
        new("model.embed_tokens.weight", [256, 4]),
        new("model.layers.0.norm.weight", [4]),
        new("model.layers.0.mlp.up_proj.weight", [8, 4]),
        new("model.layers.1.norm.weight", [4]),
        new("model.layers.1.mlp.up_proj.weight", [8, 4]),
    ];

    public override (long Body, long Head) FlopsPerToken => (1_000_000, 500_000);

    public override long StateBytes => 16;

    public override long StateBytesPerToken => BytesPerToken;

    /// <summary>By which states are said to grow.</summary>
    public long BytesPerToken { get; init; }

    public override IReadOnlyList<string> Kernels { get; } = ["norm_qkv_rope", "ttt_linear_prefill [H, F, F]"];

    public override TttModel Load(string directory, ModelOptions options) => Open(directory, options);

    public override TttModel Create(int seed, ModelOptions options) => Open(null, options);

    private ToyModel Open(string? directory, ModelOptions options)
    {
        Opened.Add((directory, options));
        if (options.Device is { } device)
            OnDevice!(device);
        return new ToyModel(this, options);
    }
}
