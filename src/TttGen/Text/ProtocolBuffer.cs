using System.Buffers.Binary;

namespace TttGen.Text;

/// <summary>Walks the fields of one protocol buffers message. Every step says whether the bytes allow it; none reads past their end.</summary>
internal ref struct ProtocolBuffer(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field's number.</summary>
    internal int Field { get; private set; }

    /// <summary>The value of a field of bytes, text or a message; empty for a number.</summary>
    internal ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a number; 0 for bytes.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Whether the field is bytes, text or a message.</summary>
    internal bool IsBytes { get; private set; }

    /// <summary>Whether something stood where no field can be.</summary>
    internal bool Broken { get; private set; }

    /// <summary>Goes to the next field; false at the end, and where the message is broken.</summary>
    internal bool Next()
    {
        if (_rest.IsEmpty || Broken) return false;
        Bytes = [];
        Number = 0;
        IsBytes = false;
        bool whole = TryVarint(out ulong tag) && tag >> 3 is > 0 and <= int.MaxValue && TryValue((int)(tag & 7));
        Field = (int)(tag >> 3);
        Broken = !whole;
        return whole;
    }

    private bool TryValue(int wireType)
    {
        switch (wireType)
        {
            case 0:
                if (!TryVarint(out ulong number)) return false;
                Number = number;
                return true;
            case 1:
                if (_rest.Length < 8) return false;
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                return true;
            case 2:
                if (!TryVarint(out ulong length) || length > (ulong)_rest.Length) return false;
                Bytes = _rest[..(int)length];
                IsBytes = true;
                _rest = _rest[(int)length..];
                return true;
            case 5:
                if (_rest.Length < 4) return false;
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[4..];
                return true;
            default: return false;
        }
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
