using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace TttGen.Checkpoints;

/// <summary>
/// Reads the header of a safetensors file: eight bytes of length, then a JSON object <c>key → { dtype, shape, data_offsets }</c>.
/// Nothing it says is believed unchecked: the tensors must tile the rest of the file exactly, without overlap or hole.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Bytes before the JSON.</summary>
    internal const int PrefixBytes = 8;

    /// <summary>The format's own limit.</summary>
    internal const long LongestJson = 100_000_000;

    private const string Metadata = "__metadata__";

    /// <summary>The JSON's length, or an error if it can't be within the file.</summary>
    internal static int JsonBytes(ReadOnlySpan<byte> prefix, long fileBytes, string file)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestJson)
            throw new CheckpointException($"{file}: the header claims {length} bytes, expected at most {LongestJson}; this is not a safetensors file, or it is damaged");
        if ((long)length > fileBytes - PrefixBytes)
            throw new CheckpointException($"{file}: the header claims {length} bytes, but only {fileBytes - PrefixBytes} follow; the file is truncated: copy it again");
        return (int)length;
    }

    /// <summary>The tensors, in the order of the header; <paramref name="dataBytes"/> is what follows the header in the file.</summary>
    internal static Dictionary<string, TensorEntry> Parse(ReadOnlySpan<byte> json, long dataBytes, string file)
    {
        if (!Utf8.IsValid(json)) throw new CheckpointException($"{file}: the header is not UTF-8; this is not a safetensors file, or it is damaged");
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            Expect(ref reader, JsonTokenType.StartObject, file, "an object of tensors");
            bool metadata = false;
            while (Next(ref reader, file) != JsonTokenType.EndObject)
            {
                string key = reader.GetString()!;
                if (key == Metadata && !metadata)
                {
                    metadata = true;
                    ReadMetadata(ref reader, file);
                }
                else if (key == Metadata || !tensors.TryAdd(key, ReadTensor(ref reader, key, dataBytes, json.Length, file)))
                {
                    throw new CheckpointException($"{file}: {OneLine.Of(key)}: found twice in the header, expected once; the file is damaged");
                }
            }

            reader.Read();
        }
        catch (JsonException error)
        {
            throw new CheckpointException(
                $"{file}: the header is not JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine}); this is not a safetensors file, or it is damaged", error);
        }
        catch (InvalidOperationException error)
        {
            // Utf8JsonReader says so of escapes such as "\ud800", which no text can hold.
            throw new CheckpointException($"{file}: the header has a name that is not Unicode text; the file is damaged", error);
        }

        CheckTiling(tensors.Values, PrefixBytes + json.Length, dataBytes, file);
        return tensors;
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, string file)
    {
        Expect(ref reader, JsonTokenType.StartObject, file, $"{Metadata} to be an object");
        while (Next(ref reader, file) != JsonTokenType.EndObject)
            Expect(ref reader, JsonTokenType.String, file, $"{Metadata} to hold strings");
    }

    private static TensorEntry ReadTensor(ref Utf8JsonReader reader, string key, long dataBytes, int jsonBytes, string file)
    {
        string name = $"{file}: {OneLine.Of(key)}";
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        while (Next(ref reader, name) != JsonTokenType.EndObject)
        {
            string field = reader.GetString()!;
            bool again = field switch { "dtype" => type is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            if (again) throw new CheckpointException($"{name}: {field} found twice, expected once; the file is damaged");
            switch (field)
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, name, "dtype to be a string");
                    type = reader.GetString()!;
                    break;
                case "shape": shape = ReadNumbers(ref reader, name, field); break;
                case "data_offsets": offsets = ReadNumbers(ref reader, name, field); break;
                default: reader.Read(); reader.Skip(); break;
            }
        }

        if (type is null || shape is null || offsets is null)
            throw new CheckpointException($"{name}: {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing from the header; the file is damaged");
        return Checked(name, key, type, shape, offsets, PrefixBytes + jsonBytes, dataBytes);
    }

    private static TensorEntry Checked(string name, string key, string typeName, List<long> shape, List<long> offsets, long dataStart, long dataBytes)
    {
        if (!DTypes.TryParse(typeName, out DType type))
            throw new CheckpointException($"{name}: unknown dtype {OneLine.Of(typeName)}, expected one of {DTypes.Names}");
        if (offsets.Count != 2 || offsets[0] > offsets[1])
            throw new CheckpointException($"{name}: data_offsets {Shown(offsets)}, expected [begin, end] with begin ≤ end; the file is damaged");
        if (offsets[1] > dataBytes)
            throw new CheckpointException($"{name}: ends at byte {offsets[1]} of the data, but the file has {dataBytes}; the file is truncated: copy it again");

        UInt128 bytes = shape.Contains(0) ? 0 : (UInt128)type.Bytes;
        foreach (long size in shape)
        {
            bytes *= (UInt128)size;
            if (bytes > long.MaxValue) throw new CheckpointException($"{name}: shape {Shown(shape)} has more elements than any file; the file is damaged");
        }

        if (bytes != (UInt128)(offsets[1] - offsets[0]))
            throw new CheckpointException($"{name}: {typeName} {Shown(shape)} takes {bytes} bytes, but data_offsets {Shown(offsets)} give {offsets[1] - offsets[0]}; the file is damaged");
        return new TensorEntry(key, type, shape, (long)bytes / type.Bytes, dataStart + offsets[0]);
    }

    private static void CheckTiling(IEnumerable<TensorEntry> tensors, long dataStart, long dataBytes, string file)
    {
        long end = dataStart;
        string previous = "the header";
        foreach (TensorEntry tensor in tensors.OrderBy(static t => t.Offset).ThenBy(static t => t.Bytes))
        {
            if (tensor.Offset < end)
                throw new CheckpointException($"{file}: {OneLine.Of(tensor.Key)} overlaps {OneLine.Of(previous)} by {end - tensor.Offset} bytes; the file is damaged");
            if (tensor.Offset > end)
                throw new CheckpointException($"{file}: {tensor.Offset - end} bytes between {OneLine.Of(previous)} and {OneLine.Of(tensor.Key)} belong to no tensor; the file is damaged");
            end = tensor.Offset + tensor.Bytes;
            previous = tensor.Key;
        }

        if (end != dataStart + dataBytes)
            throw new CheckpointException($"{file}: {dataStart + dataBytes - end} bytes after {OneLine.Of(previous)} belong to no tensor; the file is damaged");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        Expect(ref reader, JsonTokenType.StartArray, name, $"{field} to be an array");
        var numbers = new List<long>();
        while (Next(ref reader, name) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new CheckpointException($"{name}: {field} holds something other than whole numbers of 0 and more (number {numbers.Count + 1}); the file is damaged");
            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>A hostile shape may have a million dimensions: the first eight tell enough.</summary>
    private static string Shown(List<long> numbers) =>
        numbers.Count <= 8 ? TensorEntry.Text(numbers) : TensorEntry.Text(numbers.Take(8).Select(static n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)).Append("…"));

    private static JsonTokenType Next(ref Utf8JsonReader reader, string name) =>
        reader.Read() ? reader.TokenType : throw new CheckpointException($"{name}: the header ends too early; the file is damaged");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string name, string what)
    {
        if (Next(ref reader, name) != expected)
            throw new CheckpointException($"{name}: expected {what}, found {reader.TokenType}; this is not a safetensors file, or it is damaged");
    }
}
