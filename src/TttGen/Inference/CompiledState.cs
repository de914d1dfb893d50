using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TttGen.Checkpoints;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled code reads and writes it: one block of f32.</summary>
internal sealed unsafe class CompiledState : SequenceState
{
    private static ReadOnlySpan<byte> Magic => "TttGenState1"u8;

    private readonly NativeBuffer _numbers;
    private long _position;

    internal CompiledState(CompiledModel model)
    {
        Model = model;
        _numbers = new NativeBuffer(model.StateLength);
        Reset();
    }

    internal CompiledModel Model { get; }

    internal float* Pointer => _numbers.Pointer;

    internal Span<float> Numbers => new(_numbers.Pointer, checked((int)_numbers.Length));

    public override long Position => _position;

    public override long Bytes => _numbers.Length * sizeof(float);

    internal void Advance(int tokens) => _position += tokens;

    public override void Reset()
    {
        Numbers.Clear();
        Model.StartState(Pointer);
        _position = 0;
    }

    public override SequenceState Fork()
    {
        var copy = new CompiledState(Model) { _position = _position };
        Numbers.CopyTo(copy.Numbers);
        return copy;
    }

    public override void Save(string path)
    {
        try
        {
            using var files = new AtomicFiles();
            var to = files.Create(path);
            var signature = Encoding.UTF8.GetBytes(Model.StateSignature);
            Span<byte> numbers = stackalloc byte[20];
            to.Write(Magic);
            BinaryPrimitives.WriteInt32LittleEndian(numbers, signature.Length);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[4..], _position);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[12..], _numbers.Length);
            to.Write(numbers);
            to.Write(signature);
            to.Write(MemoryMarshal.AsBytes(Numbers));
            files.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{path}: the state can't be written: {error.Message}", error);
        }
    }

    public override void Restore(string path)
    {
        try
        {
            using var from = File.OpenRead(path);
            var head = new byte[Magic.Length + 20];
            if (from.ReadAtLeast(head, head.Length, false) < head.Length || !head.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                throw new TttException($"{path}: expected a state file, as --state-out writes it, found something else");
            var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(Magic.Length));
            var position = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(Magic.Length + 4));
            var count = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(Magic.Length + 12));
            if (length is < 0 or > 4096 || position < 0 || count < 0)
                throw new TttException($"{path}: the state file is damaged");
            var signature = new byte[length];
            if (from.ReadAtLeast(signature, length, false) < length) throw Truncated(path);
            var written = Encoding.UTF8.GetString(signature);
            if (written != Model.StateSignature || count != _numbers.Length)
                throw new TttException($"{path}: expected a state of {Model.StateSignature}, found one of {written}; restore it with the model that saved it");
            if (from.Length != head.Length + length + count * sizeof(float)) throw Truncated(path);
            // read apart: a file that ends early leaves this state as it was
            var numbers = new float[count];
            from.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            numbers.CopyTo(Numbers);
            _position = position;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{path}: the state can't be read: {error.Message}", error);
        }

        static TttException Truncated(string path) => new($"{path}: the state file is truncated");
    }

    public override void Dispose() => _numbers.Dispose();
}
