namespace TttGen.Checkpoints;

/// <summary>The element types as files name them, and their sizes.</summary>
internal static class DTypes
{
    private static readonly (DType Type, string Name, string TorchName, int Bytes)[] Table =
    [
        (DType.F32, "F32", "float32", 4), (DType.F16, "F16", "float16", 2), (DType.BF16, "BF16", "bfloat16", 2), (DType.F64, "F64", "float64", 8),
        (DType.F8E5M2, "F8_E5M2", "float8_e5m2", 1), (DType.F8E4M3, "F8_E4M3", "float8_e4m3fn", 1),
        (DType.I64, "I64", "int64", 8), (DType.I32, "I32", "int32", 4), (DType.I16, "I16", "int16", 2), (DType.I8, "I8", "int8", 1),
        (DType.U64, "U64", "uint64", 8), (DType.U32, "U32", "uint32", 4), (DType.U16, "U16", "uint16", 2), (DType.U8, "U8", "uint8", 1),
        (DType.Bool, "BOOL", "bool", 1),
    ];

    /// <summary>Every name a header may use, for an error to list.</summary>
    internal static string Names => string.Join(", ", Table.Select(static row => row.Name));

    internal static bool TryParse(string name, out DType type)
    {
        foreach (var row in Table)
        {
            if (row.Name != name) continue;
            type = row.Type;
            return true;
        }

        type = default;
        return false;
    }

    extension(DType type)
    {
        /// <summary>Bytes of one element.</summary>
        internal int Bytes => Table[(int)type].Bytes;

        /// <summary>As safetensors headers say it.</summary>
        internal string HeaderName => Table[(int)type].Name;

        /// <summary>As config.json's <c>torch_dtype</c> says it.</summary>
        internal string TorchName => Table[(int)type].TorchName;

        /// <summary>Whether weights of this type are read and written.</summary>
        internal bool IsWeight => type is DType.F32 or DType.F16 or DType.BF16;
    }
}
