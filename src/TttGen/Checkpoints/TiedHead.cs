using System.Runtime.InteropServices;

namespace TttGen.Checkpoints;

/// <summary>Some programs write a tied embedding twice, as embedding and as head. A head that is a copy, element for element, is no disagreement.</summary>
internal static class TiedHead
{
    private const string Head = "lm_head.weight";
    private static readonly string[] Embeddings = ["model.embed_tokens.weight", "backbone.embeddings.weight"];

    /// <summary>The tensors without the head, where the model has none of its own and the checkpoint's is a copy of the embedding.</summary>
    internal static IReadOnlyDictionary<string, TensorEntry> WithoutCopy(Checkpoint checkpoint, IReadOnlyList<ParameterInfo> expected)
    {
        var tensors = checkpoint.Tensors;
        return tensors.TryGetValue(Head, out TensorEntry? head) && Embeddings.FirstOrDefault(tensors.ContainsKey) is { } key && tensors[key] is var embedding
            && expected.All(static parameter => parameter.Key != Head) && head.Type.IsWeight && head.Type == embedding.Type && head.Shape.SequenceEqual(embedding.Shape)
            && IsSame(checkpoint, key, head.Count)
            ? tensors.Where(static pair => pair.Key != Head).ToDictionary(StringComparer.Ordinal)
            : tensors;
    }

    private static bool IsSame(Checkpoint checkpoint, string embedding, long count)
    {
        // Pieces of a megabyte: each change of tensor maps anew.
        float[] a = new float[1 << 18], b = new float[1 << 18];
        for (long first = 0; first < count; first += a.Length)
        {
            int length = (int)Math.Min(a.Length, count - first);
            checkpoint.Read(embedding, first, a.AsSpan(0, length));
            checkpoint.Read(Head, first, b.AsSpan(0, length));
            if (!MemoryMarshal.AsBytes(a.AsSpan(0, length)).SequenceEqual(MemoryMarshal.AsBytes(b.AsSpan(0, length)))) return false;
        }

        return true;
    }
}
