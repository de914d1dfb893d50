using TttGen.Checkpoints;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>Through files, for that is how conversions are used; every one of the 65536 codes, against the runtime's own arithmetic.</summary>
public sealed class TensorConversionTests : IDisposable
{
    private static readonly ushort[] EveryCode = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_half_widens_exactly() =>
        AssertSame([.. EveryCode.Select(code => (float)BitConverter.UInt16BitsToHalf(code))], Widened("F16"));

    [Fact]
    public void Every_bfloat16_widens_exactly() =>
        AssertSame([.. EveryCode.Select(code => BitConverter.UInt32BitsToSingle((uint)code << 16))], Widened("BF16"));

    [Fact]
    public void Every_bfloat16_is_written_as_itself()
    {
        float[] values = Widened("BF16");
        AssertSame(values, Rewritten(values, DType.BF16));
    }

    [Fact]
    public void Every_half_is_written_as_itself()
    {
        float[] values = Widened("F16");
        AssertSame(values, Rewritten(values, DType.F16));
    }

    [Fact]
    public void Narrowing_goes_to_the_nearest_and_between_two_to_the_even_one()
    {
        // 1 + 2^-8 lies halfway between two bf16 numbers, 1 + 3·2^-8 between the next two; the largest float rounds up to infinity.
        float[] values = [1 + 1 / 256f, 1 + 3 / 256f, 1 + 1.001f / 256, -1 - 1 / 256f, 1 + 0.999f / 256, 1e-40f, float.MaxValue];
        AssertSame([1, 1 + 4 / 256f, 1 + 2 / 256f, -1, 1, BitConverter.UInt32BitsToSingle(1u << 16), float.PositiveInfinity], Rewritten(values, DType.BF16));
        AssertSame([.. values[..5].Select(x => (float)(Half)x)], Rewritten(values[..5], DType.F16));
    }

    [Fact]
    public void A_value_too_large_for_half_is_refused_by_name()
    {
        float[] values = new float[100_000];
        values[70_001] = -65536;
        var error = Assert.Throws<CheckpointException>(() => Rewritten(values, DType.F16));
        Assert.Equal("w: element 70001 is -65536, more than F16 holds (65504): write BF16 or F32", error.Message);
    }

    private static void AssertSame(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            if (!float.IsNaN(expected[i]) || !float.IsNaN(found[i])) Assert.Equal(BitConverter.SingleToUInt32Bits(expected[i]), BitConverter.SingleToUInt32Bits(found[i]));
    }

    private float[] Widened(string type)
    {
        byte[] data = [.. EveryCode.SelectMany(BitConverter.GetBytes)];
        using SafetensorsFile file = SafetensorsFile.Open(_directory.With("codes", Of(("w", type, [65536], data)))["codes"]);
        float[] values = new float[65536];
        file.Read("w", 0, values);
        return values;
    }

    private float[] Rewritten(float[] values, DType type)
    {
        CheckpointWriter.Write(_directory.Root, [], [new ParameterInfo("w", [values.Length, 1])], (_, first, to) => values.AsSpan((int)first, to.Length).CopyTo(to), type);
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
        float[] read = new float[values.Length];
        checkpoint.Read("w", 0, read);
        return read;
    }
}
