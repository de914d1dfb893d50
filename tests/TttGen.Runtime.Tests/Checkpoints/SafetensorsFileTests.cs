using TttGen.Checkpoints;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Tensors_of_every_float_type_are_read_as_float()
    {
        using SafetensorsFile file = Open(Of(
            ("a", "F32", [2, 2], F32(1, -2.5f, float.MaxValue, 1e-45f)),
            ("b", "BF16", [3], BF16(1, -2.5f, 3e38f)),
            ("c", "F16", [1, 3], F16((Half)1, (Half)(-2.5f), Half.Epsilon))));

        Assert.Equal([1, -2.5f, float.MaxValue, 1e-45f], Read(file, "a"));
        Assert.Equal([1, -2.5f, BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(3e38f) & 0xffff0000)], Read(file, "b"));
        Assert.Equal([1, -2.5f, (float)Half.Epsilon], Read(file, "c"));
        Assert.Equal([2L, 2], file.Tensors["a"].Shape);
        Assert.Equal(DType.BF16, file.Tensors["b"].Type);
    }

    [Fact]
    public void Any_range_of_a_tensor_can_be_read_and_none_beyond_it()
    {
        float[] values = [.. Enumerable.Range(0, 10_000).Select(i => i * 0.5f)];
        using SafetensorsFile file = Open(Of(("half", "F16", [10_000], F16([.. values.Select(x => (Half)x)])), ("float", "F32", [100, 100], F32(values))));

        float[] part = new float[4099];
        file.Read("float", 5000, part);
        Assert.Equal(values[5000..9099], part);
        file.Read("half", 3, part);
        Assert.Equal([.. values[3..4102].Select(x => (float)(Half)x)], part);
        file.Read("float", 10_000, []);

        foreach (string key in new[] { "half", "float" })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(key, 5902, part));
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(key, -1, part));
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(key, long.MaxValue, part));
        }
    }

    [Fact]
    public void Integers_are_read_as_integers_only()
    {
        using SafetensorsFile file = Open(Of(("ids", "I64", [3], I64(1, -2, long.MaxValue)), ("w", "F32", [1], F32(1))));

        long[] ids = new long[3];
        file.ReadInt64("ids", 0, ids);
        Assert.Equal([1, -2, long.MaxValue], ids);
        Assert.Contains("expected F32, F16 or BF16, found I64", Assert.Throws<CheckpointException>(() => file.Read("ids", 0, new float[1])).Message);
        Assert.Contains("expected I64, found F32", Assert.Throws<CheckpointException>(() => file.ReadInt64("w", 0, new long[1])).Message);
    }

    [Fact]
    public void Empty_tensors_scalars_and_metadata_are_read()
    {
        byte[] header = """
            {"__metadata__":{"format":"pt"},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},
             "one":{"data_offsets":[0,4],"future_field":{"x":[1]},"shape":[],"dtype":"F32"},"nothing":{"dtype":"F16","shape":[0],"data_offsets":[4,4]}}   
            """u8.ToArray();
        using SafetensorsFile file = Open(WithHeader(header, F32(42)));

        Assert.Equal([42], Read(file, "one"));
        Assert.Empty(Read(file, "none"));
        Assert.Empty(Read(file, "nothing"));
        Assert.Equal(3, file.Tensors.Count);
    }

    [Fact]
    public void An_unknown_key_is_named() =>
        Assert.Contains("expected a tensor model.nowhere", Assert.Throws<CheckpointException>(() =>
        {
            using SafetensorsFile file = Open(Of(("a", "F32", [1], F32(1))));
            file.Read("model.nowhere", 0, []);
        }).Message);

    [Fact]
    public void Several_threads_may_read()
    {
        float[] a = [.. Enumerable.Range(0, 5000).Select(i => (float)i)], b = [.. a.Select(x => -x)];
        using SafetensorsFile file = Open(Of(("a", "F32", [5000], F32(a)), ("b", "BF16", [5000], BF16(b)), ("c", "F32", [5000], F32(b))));
        float[] roundedB = Read(file, "b");
        Parallel.For(0, 400, i =>
        {
            string key = "abc"[(i % 3)..][..1];
            Assert.Equal(key == "a" ? a : key == "b" ? roundedB : b, Read(file, key));
        });
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_open_is_an_error()
    {
        if (!OperatingSystem.IsLinux()) return;
        using SafetensorsFile file = Open(Of(("a", "F32", [1 << 18], F32(new float[1 << 18]))));
        // By another process, which asks for no lock.
        using (var cut = System.Diagnostics.Process.Start("truncate", ["-s", "5000", file.Path])) cut.WaitForExit();

        Assert.Contains("cut while it was read", Assert.Throws<CheckpointException>(() => Read(file, "a")).Message);
    }

    [Fact]
    public void A_file_may_be_replaced_while_it_is_open()
    {
        using SafetensorsFile file = Open(Of(("a", "F32", [2], F32(1, 2))));
        File.WriteAllBytes(_directory["new"], Of(("a", "F32", [1], F32(9))));
        File.Move(_directory["new"], _directory["case.safetensors"], overwrite: true);

        Assert.Equal([1, 2], Read(file, "a"));
    }

    private SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(_directory.With("case.safetensors", bytes)["case.safetensors"]);

    private static float[] Read(SafetensorsFile file, string key)
    {
        float[] values = new float[file.Tensors[key].Count];
        file.Read(key, 0, values);
        return values;
    }
}
