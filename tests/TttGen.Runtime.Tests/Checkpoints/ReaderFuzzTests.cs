using System.Globalization;
using Xunit.Abstractions;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>
/// Readers on mutated files, by count: each input is read or refused in one line. TTTGEN_FUZZ_COUNT says how many a reader, TTTGEN_FUZZ_SEED where they begin;
/// a failure names the seed of its input. Inputs that follow the reader's branches: tests/TttGen.ReaderFuzz.
/// </summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("safetensors")]
    [InlineData("config")]
    [InlineData("training-checkpoint")]
    [InlineData("token-file")]
    [InlineData("token-description")]
    [InlineData("tokenizer")]
    [InlineData("sentencepiece")]
    [InlineData("state")]
    [InlineData("metrics")]
    [InlineData("shard-index")]
    [InlineData("checkpoint")]
    [InlineData("sharded-checkpoint")]
    public void A_mutated_file_is_read_or_refused_in_one_line(string name)
    {
        var reader = FuzzedReader.All(_directory.Root).Single(reader => reader.Name == name);
        var (count, first) = (Number("TTTGEN_FUZZ_COUNT", 100_000) / (IsSlow ? 1 : reader.Share), Number("TTTGEN_FUZZ_SEED", 1));
        output.WriteLine($"seeds {first} … {first + count - 1}");
        reader.Read(reader.Valid);
        for (var seed = first; seed < first + count; seed++)
        {
            var input = Mutation.Of(reader.Valid, seed);
            if (reader.Fault(input) is { } fault) Assert.Fail($"seed {seed}: {Convert.ToBase64String(input)}: {fault}");
        }
    }

    [Fact]
    public void Every_reader_is_mutated()
    {
        var named = typeof(ReaderFuzzTests).GetMethod(nameof(A_mutated_file_is_read_or_refused_in_one_line))!.GetCustomAttributesData()
            .Where(static a => a.AttributeType == typeof(InlineDataAttribute)).Select(static a => ((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).Single().Value);
        Assert.Equal(FuzzedReader.All(_directory.Root).Select(static reader => reader.Name), named);
    }

    private static bool IsSlow => Environment.GetEnvironmentVariable("TTTGEN_SLOW_TESTS") == "1";

    private static int Number(string variable, int standard) => Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;
}
