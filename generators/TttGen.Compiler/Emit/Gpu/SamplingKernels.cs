using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>Kernels of what is made of logits where they are: scores of given tokens, and what a sampler draws from. The runtime launches them, the same way for every model.</summary>
internal static class SamplingKernels
{
    /// <summary>Tokens a segment at most, as the runtime launches them.</summary>
    private const int SegmentTokens = 2048;

    /// <summary>Tokens kept of a segment, and those dealt out together: as the primitive says.</summary>
    private const int Kept = 64, Together = 8;

    /// <summary>The kernels of a vocabulary.</summary>
    public static void Write(CodeWriter w, int vocabulary)
    {
        var tokens = Numbers.Of(vocabulary);
        w.Line();
        w.Line("// of each row: Σ exp(logit − max), max, a target's logit, and the token of the greatest");
        w.Line("[Kernel(256)]");
        w.Open("public static void ScoreRows(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores)");
        w.Line("ArrayView<long> keys = SharedMemory.Allocate<long>(256);");
        w.Line("ArrayView<float> scratch = SharedMemory.Allocate<float>(256);");
        w.Line($"RowScores.Score(logits, targets, scores, {tokens}, keys, scratch);");
        w.Close().Line();
        var length = Numbers.Of(Length(vocabulary));
        w.Line("// of each row's segments: Σ exp((logit − max) / temperature), and the greatest logits in order, with their tokens");
        w.Line("[Kernel(256)]");
        w.Open("public static void RankLogits(ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked)");
        w.Line($"ArrayView<long> keys = SharedMemory.Allocate<long>({length});");
        w.Line("ArrayView<float> scratch = SharedMemory.Allocate<float>(256);");
        w.Line($"RankedLogits.Rank(logits, inverseTemperatures, ranked, {tokens}, {length}, keys, scratch);");
        w.Close();
    }

    /// <summary>Room for the longest segment's tokens, a power of two.</summary>
    private static int Length(int vocabulary)
    {
        var segments = (vocabulary + SegmentTokens - 1) / SegmentTokens;
        var longest = ((vocabulary + Together - 1) / Together + segments - 1) / segments * Together;
        var length = Kept;
        while (length < longest) length *= 2;
        return length;
    }
}
