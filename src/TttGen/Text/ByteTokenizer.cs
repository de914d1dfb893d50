using System.Text;

namespace TttGen.Text;

/// <summary>A token a byte.</summary>
internal sealed class ByteTokenizer : Tokenizer
{
    private static readonly byte[] Every = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];

    public override int VocabularySize => 256;

    public override int[] EncodeBytes(ReadOnlySpan<byte> utf8)
    {
        int[] ids = new int[utf8.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = utf8[i];
        return ids;
    }

    private protected override int[] EncodeText(string text) => EncodeBytes(Encoding.UTF8.GetBytes(text));

    private protected override ReadOnlySpan<byte> TokenBytes(int id) => Every.AsSpan(id, 1);
}
