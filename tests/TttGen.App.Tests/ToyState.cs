using TttGen.Inference;

namespace TttGen.App.Tests;

/// <summary>The last two tokens and the position.</summary>
internal sealed class ToyState : SequenceState
{
    private long _position;

    public int Last { get; private set; }

    public int Previous { get; private set; }

    public override long Position => _position;

    public override long Bytes => 16;

    public void Read(int token) => (Previous, Last, _position) = (Last, token, _position + 1);

    public override void Reset() => (Previous, Last, _position) = (0, 0, 0);

    public override SequenceState Fork() => (ToyState)MemberwiseClone();

    public override void Save(string path) => File.WriteAllText(path, $"{Previous} {Last} {_position}");

    public override void Restore(string path)
    {
        if (!File.Exists(path))
            throw new TttException($"{path}: expected a state, found nothing there");
        var fields = File.ReadAllText(path).Split(' ');
        (Previous, Last, _position) = (int.Parse(fields[0]), int.Parse(fields[1]), long.Parse(fields[2]));
    }

    public override void Dispose() { }
}
