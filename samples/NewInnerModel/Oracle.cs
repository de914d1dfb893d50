using TttGen;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace NewInnerModel;

/// <summary>The record itself, run as it stands: float64, one token after the other, gradients from a tape. It shares no code with the compiler.</summary>
internal static class Oracle
{
    /// <summary>The spec over the weights that the compiled model has.</summary>
    public static TSpec Of<TSpec>(TttModel model) where TSpec : ISpec<TSpec>
    {
        var directory = Directory.CreateTempSubdirectory("new-inner-model-").FullName;
        try
        {
            model.Save(directory);
            using var checkpoint = Checkpoint.Open(directory);
            return Weights<TSpec>.From(parameter => Read(checkpoint, parameter)).Spec;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>‖found − expected‖ / ‖expected‖</summary>
    public static double RelativeError(ReadOnlySpan<float> found, ReadOnlySpan<double> expected)
    {
        var (difference, size) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference += (found[i] - expected[i]) * (found[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return Math.Sqrt(difference / size);
    }

    private static double[] Read(Checkpoint checkpoint, ParameterInfo parameter)
    {
        var numbers = new float[parameter.Count];
        checkpoint.Read(parameter.Key, 0, numbers);
        return Array.ConvertAll(numbers, x => (double)x);
    }
}
