using TttGen.Recurrences;
using static TttGen.Ops;

namespace TttGen.Layers;

/// <summary>
/// The mixer of Mamba (arXiv 2312.00752, section 3.4): rows are widened, see some tokens of the past by a convolution, go through the selective scan and are gated.
/// Parameters are called as Hugging Face's <c>MambaForCausalLM</c> has them.
/// </summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="E">Channels of the scan: 2 D in the paper.</typeparam>
/// <typeparam name="N">Places of a channel: 16 in the paper.</typeparam>
/// <typeparam name="R">The rank of the rates: D / 16 in the paper.</typeparam>
/// <typeparam name="Taps">How many tokens the convolution sees.</typeparam>
/// <param name="InProj">The first half of <c>in_proj</c>: what is scanned.</param>
/// <param name="GateProj">The second half: what gates.</param>
/// <param name="ConvWeight">[E, 1, taps] in a checkpoint; the last tap is the token's own.</param>
/// <param name="ConvBias">[E].</param>
/// <param name="RateProj">The first piece of <c>x_proj</c>: rates, of a low rank.</param>
/// <param name="WriteProj">The second: B, what is written with.</param>
/// <param name="ReadProj">The third: C, what is read with.</param>
/// <param name="DtProj">From the low rank to a rate a channel.</param>
/// <param name="DtBias">[E].</param>
/// <param name="DecayLog">[E, N]: the logarithm of −A.</param>
/// <param name="Skip">[E]: the share of the channel's own value in its answer.</param>
/// <param name="OutProj">Back to a row.</param>
[Layer, Config("model_type", "mamba"), Config("hidden_act", "silu"), Config("use_bias", false), Config("use_conv_bias", true)]
public readonly partial record struct MambaMixer<[Config("hidden_size")] D, [Config("intermediate_size")] E, [Config("state_size")] N, [Config("time_step_rank")] R, [Config("conv_kernel")] Taps>(
    [Key("in_proj.weight", Piece = 0)] Linear<D, E> InProj, [Key("in_proj.weight", Piece = 1)] Linear<D, E> GateProj,
    [Key("conv1d.weight", UnitAxis = 1)] Mat<E, Taps> ConvWeight, [Key("conv1d.bias")] Vec<E> ConvBias,
    [Key("x_proj.weight", Piece = 0)] Linear<E, R> RateProj, [Key("x_proj.weight", Piece = 1)] Linear<E, N> WriteProj, [Key("x_proj.weight", Piece = 2)] Linear<E, N> ReadProj,
    Linear<R, E> DtProj, [Key("dt_proj.bias")] Vec<E> DtBias, [Key("A_log")] Mat<E, N> DecayLog, [Key("D")] Vec<E> Skip, Linear<E, D> OutProj)
    : ILayer<MambaMixer<D, E, N, R, Taps>, D> where D : IDim where E : IDim where N : IDim where R : IDim where Taps : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var value = Silu((x * InProj).CausalConvolution(ConvWeight, ConvBias));
        var rate = Softplus(value * RateProj * DtProj + DtBias);
        var answer = value.Scan<SelectiveScan, N>(rate, DecayLog, value * WriteProj, value * ReadProj);
        return (answer + value * Skip) * Silu(x * GateProj) * OutProj;
    }
}
