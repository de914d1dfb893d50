using System.Buffers.Binary;
using System.Text;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>Safetensors files put together by hand, byte by byte, so that what the reader is held against is not our own writer.</summary>
internal static class SafetensorsBytes
{
    public static byte[] WithHeader(string json, byte[] data) => WithHeader(Encoding.UTF8.GetBytes(json), data);

    public static byte[] WithHeader(byte[] json, byte[] data)
    {
        byte[] file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file, 8 + json.Length);
        return file;
    }

    public static byte[] Of(params (string Key, string Type, long[] Shape, byte[] Data)[] tensors)
    {
        var entries = new List<string>();
        int offset = 0;
        foreach (var (key, type, shape, data) in tensors)
        {
            entries.Add($"\"{key}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{offset},{offset + data.Length}]}}");
            offset += data.Length;
        }

        return WithHeader("{" + string.Join(",", entries) + "}", [.. tensors.SelectMany(t => t.Data)]);
    }

    public static byte[] F32(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] F16(params Half[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] BF16(params float[] values) => [.. values.SelectMany(x => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(x) >> 16)))];

    public static byte[] I64(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
