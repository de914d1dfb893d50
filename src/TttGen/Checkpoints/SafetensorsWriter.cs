using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TttGen.Checkpoints;

/// <summary>Writes the weights' file: the header first, for every size is known, then the tensors one after another in pieces of whole rows.</summary>
internal static class SafetensorsWriter
{
    private const int PieceElements = 1 << 16;

    internal static void Write(Stream to, IReadOnlyList<ParameterInfo> parameters, TensorSource source, DType type)
    {
        byte[] header = Header(parameters, type);
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        to.Write(prefix);
        to.Write(header);

        float[] piece = [];
        ushort[] narrow = [];
        foreach (ParameterInfo parameter in parameters)
        {
            int row = parameter.Shape.Count == 0 ? 1 : parameter.Shape[^1];
            int elements = row == 0 ? 0 : Math.Max(1, PieceElements / row) * row;
            if (piece.Length < elements) piece = new float[elements];
            if (type != DType.F32 && narrow.Length < elements) narrow = new ushort[elements];
            long count = parameter.Count;
            for (long first = 0; first < count; first += elements)
            {
                Span<float> values = piece.AsSpan(0, (int)Math.Min(elements, count - first));
                source(parameter, first, values);
                to.Write(type == DType.F32 ? MemoryMarshal.AsBytes(values) : MemoryMarshal.AsBytes(Narrow(parameter, first, values, narrow, type)));
            }
        }
    }

    private static Span<ushort> Narrow(ParameterInfo parameter, long first, Span<float> values, ushort[] buffer, DType type)
    {
        Span<ushort> narrow = buffer.AsSpan(0, values.Length);
        if (type == DType.BF16)
        {
            TensorConversion.NarrowBFloat16(values, narrow);
            return narrow;
        }

        int tooLarge = TensorConversion.NarrowHalf(values, narrow);
        return tooLarge < 0
            ? narrow
            : throw new CheckpointException($"{parameter.Key}: element {first + tooLarge} is {values[tooLarge]:R}, more than F16 holds (65504): write BF16 or F32");
    }

    private static byte[] Header(IReadOnlyList<ParameterInfo> parameters, DType type)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            // Hugging Face's loader asks for it.
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            long offset = 0;
            foreach (ParameterInfo parameter in parameters)
            {
                writer.WriteStartObject(parameter.Key);
                writer.WriteString("dtype", type.HeaderName);
                writer.WriteStartArray("shape");
                foreach (int size in parameter.Shape) writer.WriteNumberValue(size);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += parameter.Count * type.Bytes);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // Readers that map the file want the data aligned; the format pads its header with spaces.
        while (json.Length % 8 != 0) json.WriteByte((byte)' ');
        return json.ToArray();
    }
}
