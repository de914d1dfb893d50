using ILGPU;

namespace TttGen.Kernels.Tests.Sampling;

/// <summary>As generated for vocabularies of 33, 257, 5000 and 32000.</summary>
public static class SamplingKernels
{
    [Kernel(256)]
    public static void ScoreRows33(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores) =>
        RowScores.Score(logits, targets, scores, 33, SharedMemory.Allocate<long>(256), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void ScoreRows257(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores) =>
        RowScores.Score(logits, targets, scores, 257, SharedMemory.Allocate<long>(256), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void ScoreRows5000(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores) =>
        RowScores.Score(logits, targets, scores, 5000, SharedMemory.Allocate<long>(256), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void ScoreRows32000(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores) =>
        RowScores.Score(logits, targets, scores, 32000, SharedMemory.Allocate<long>(256), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void RankLogits33(ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked) =>
        RankedLogits.Rank(logits, inverseTemperatures, ranked, 33, 64, SharedMemory.Allocate<long>(64), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void RankLogits257(ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked) =>
        RankedLogits.Rank(logits, inverseTemperatures, ranked, 257, 512, SharedMemory.Allocate<long>(512), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void RankLogits5000(ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked) =>
        RankedLogits.Rank(logits, inverseTemperatures, ranked, 5000, 2048, SharedMemory.Allocate<long>(2048), SharedMemory.Allocate<float>(256));

    [Kernel(256)]
    public static void RankLogits32000(ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked) =>
        RankedLogits.Rank(logits, inverseTemperatures, ranked, 32000, 2048, SharedMemory.Allocate<long>(2048), SharedMemory.Allocate<float>(256));
}
