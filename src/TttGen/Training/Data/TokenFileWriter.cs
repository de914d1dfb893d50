using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>Writes a token file front to back; its head comes last, once everything is known.</summary>
internal sealed class TokenFileWriter
{
    private readonly FileStream _to;
    private readonly int _width;
    private readonly List<long> _documents = [];
    private Crc32C _checksum = Crc32C.Empty;

    public TokenFileWriter(FileStream to, int vocabulary)
    {
        (_to, _width) = (to, vocabulary <= 1 << 8 ? 1 : vocabulary <= 1 << 16 ? 2 : 4);
        _to.Write(new byte[TokenFileHead.Bytes]);
    }

    /// <summary>Tokens written.</summary>
    public long Tokens { get; private set; }

    /// <summary>Documents begun.</summary>
    public int Documents => _documents.Count;

    /// <summary>The next token begins a document.</summary>
    public void BeginDocument() => _documents.Add(Tokens);

    public void Write(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[tokens.Length * _width];
        for (var i = 0; i < tokens.Length; i++)
        {
            var to = bytes.AsSpan(i * _width);
            if (_width == 1) to[0] = (byte)tokens[i];
            else if (_width == 2) BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)tokens[i]);
            else BinaryPrimitives.WriteInt32LittleEndian(to, tokens[i]);
        }
        WriteBytes(bytes);
        Tokens += tokens.Length;
    }

    /// <summary>Writes what follows the tokens, and the head.</summary>
    public void Complete(ReadOnlySpan<byte> description)
    {
        WriteBytes(new byte[-(_width * Tokens) & 7]);
        WriteBytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_documents)));
        WriteBytes(description);
        var head = new byte[TokenFileHead.Bytes];
        var unsealed = new TokenFileHead(_width, Tokens, _documents.Count, description.Length, 0);
        (unsealed with { Checksum = unsealed.Seal(_checksum) }).Write(head);
        _to.Position = 0;
        _to.Write(head);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        _to.Write(bytes);
        _checksum.Add(bytes);
    }
}
