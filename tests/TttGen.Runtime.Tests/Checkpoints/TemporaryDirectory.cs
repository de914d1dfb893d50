namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>A directory of a test's own, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("tttgen-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public TemporaryDirectory With(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return this;
    }

    public TemporaryDirectory With(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
