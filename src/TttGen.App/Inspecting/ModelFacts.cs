using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Inference;

namespace TttGen.App.Inspecting;

/// <summary>What <c>inspect</c> tells.</summary>
/// <param name="Definition">What was compiled.</param>
/// <param name="LoadedWeights">Bytes of a loaded checkpoint's weights; null without one.</param>
/// <param name="Cache">How keys and values are kept.</param>
/// <param name="Device">Where the model runs.</param>
/// <param name="DeviceKernels">What a CUDA device has loaded to run it.</param>
internal sealed record ModelFacts(ModelDefinition Definition, long? LoadedWeights, CacheType Cache, string Device, IReadOnlyList<CudaKernel> DeviceKernels)
{
    /// <summary>Weights and biases in all.</summary>
    public long Parameters => Definition.Parameters.Sum(static parameter => parameter.Count);

    /// <summary>Bytes that a state grows by for each token read.</summary>
    public long StateBytesPerToken => Definition.StateBytesPerToken / (Cache == CacheType.BFloat16 ? 2 : 1);

    /// <summary>Parameters by name and shape.</summary>
    public IReadOnlyList<ParameterGroup> Groups => ParameterGroup.Of(Definition.Parameters);

    /// <summary>Memory that the weights take, in bytes, when a matrix element takes so many; everything else stays f32.</summary>
    public long WeightBytes(int bytesPerElement) =>
        Definition.Parameters.Sum(parameter => parameter.Count * (IsMatrix(parameter) ? bytesPerElement : sizeof(float)));

    // Matrices by which rows are multiplied; inner weights and convolutions have other ranks, vectors one.
    private static bool IsMatrix(ParameterInfo parameter) => parameter.Shape.Count == 2 && parameter.TensorKey.EndsWith(".weight", StringComparison.Ordinal);
}
