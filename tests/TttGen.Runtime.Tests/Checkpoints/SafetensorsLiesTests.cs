using System.Buffers.Binary;
using System.Text;
using TttGen.Checkpoints;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>Every way in which a header can lie that we know of, and what is said of it. All files have 8 bytes of data.</summary>
public sealed class SafetensorsLiesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "a: ends at byte 12 of the data, but the file has 8; the file is truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4611686018427387904,4611686018427387912]}}""", "ends at byte 4611686018427387912 of the data, but the file has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", "but the file has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]}}""", "data_offsets holds something other than whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "data_offsets holds something other than whole numbers of 0 and more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "data_offsets [8, 0], expected [begin, end] with begin ≤ end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "data_offsets [0, 8, 8], expected [begin, end]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[]}}""", "data_offsets [], expected [begin, end]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,"8"]}}""", "data_offsets holds something other than whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}}""", "data_offsets holds something other than whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "a: F32 [3] takes 12 bytes, but data_offsets [0, 8] give 8")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "a: F16 [2] takes 4 bytes, but data_offsets [0, 8] give 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "shape holds something other than whole numbers of 0 and more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "shape holds something other than whole numbers of 0 and more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905,2],"data_offsets":[0,8]}}""", "has more elements than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", "has more elements than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,8]}}""", "takes 0 bytes, but data_offsets [0, 8] give 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "expected shape to be an array, found Number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "shape holds something other than whole numbers")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", "unknown dtype F99, expected one of F32, F16, BF16")]
    [InlineData("""{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", "expected dtype to be a string, found Number")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "a: dtype is missing")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "a: shape is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "a: data_offsets is missing")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "a: dtype found twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "a: shape found twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "a: found twice in the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "a: found twice in the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "b overlaps a by 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "overlaps a by 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes after a belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "4 bytes between the header and a belong to no tensor")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "2 bytes between a and b belong to no tensor")]
    [InlineData("""{}""", "8 bytes after the header belong to no tensor")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected __metadata__ to hold strings, found Number")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected __metadata__ to be an object, found StartArray")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__: found twice")]
    [InlineData("""{"a":[]}""", "expected an object with dtype, shape and data_offsets, found StartArray")]
    [InlineData("""[]""", "expected an object of tensors, found StartArray")]
    [InlineData("", "the header is not JSON")]
    [InlineData("{", "the header is not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", "the header is not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" + "\0", "the header is not JSON")]
    [InlineData("""{"a":{"x":[[[[[[[[1]]]]]]]]}}""", "the header is not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "a name that is not Unicode text")]
    [InlineData("""{"a\nb\u2028c":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "a\\u000Ab\\u2028c: F32 [3] takes 12 bytes")]
    public void A_header_is_a_true_account_of_the_file_or_refused(string header, string? error) => Check(WithHeader(header, new byte[8]), error);

    [Fact]
    public void A_name_that_is_not_UTF8_is_refused()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""");
        header[2] = 0xC3;
        Check(WithHeader(header, new byte[8]), "the header is not UTF-8");
    }

    [Fact]
    public void A_file_too_short_for_its_header_is_refused()
    {
        byte[] whole = Of(("a", "F32", [2], F32(1, 2)));
        Check([], "has 0 bytes, expected at least 8");
        Check(whole[..7], "has 7 bytes, expected at least 8");
        Check(whole[..8], "bytes, but only 0 follow");
        Check(whole[..20], "bytes, but only 12 follow");
        Check(whole[..^1], "a: ends at byte 8 of the data, but the file has 7");
        Check([.. whole, 0], "1 bytes after a belong to no tensor");
    }

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(1UL << 40)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_huge_header_is_refused_before_any_memory_is_taken(ulong length)
    {
        byte[] file = Of(("a", "F32", [2], F32(1, 2)));
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Check(file, $"the header claims {length} bytes, expected at most 100000000");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_shape_of_a_million_axes_is_handled_and_not_printed_whole()
    {
        string ones = string.Join(",", Enumerable.Repeat("1", 1_000_000));
        Check(WithHeader($$$"""{"a":{"dtype":"F64","shape":[{{{ones}}}],"data_offsets":[0,8]}}""", new byte[8]), null);
        Check(WithHeader($$$"""{"a":{"dtype":"F32","shape":[{{{ones}}}],"data_offsets":[0,8]}}""", new byte[8]), "F32 [1, 1, 1, 1, 1, 1, 1, 1, …] takes 4 bytes");
    }

    [Fact]
    public void A_directory_in_place_of_a_file_is_refused() =>
        Assert.Contains("can't be read", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_directory.Root)).Message);

    private void Check(byte[] file, string? error)
    {
        string path = _directory.With("lies.safetensors", file)["lies.safetensors"];
        if (error is null)
        {
            SafetensorsFile.Open(path).Dispose();
            return;
        }

        var thrown = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        Assert.Contains(error, thrown.Message);
        Assert.DoesNotContain('\n', thrown.Message);
        Assert.StartsWith(path, thrown.Message);
        Assert.InRange(thrown.Message.Length, 0, path.Length + 500);
    }
}
