namespace TttGen.App.Tests;

/// <summary>Tests of the app in a folder of their own, with a checkpoint of bytes beside the program.</summary>
public abstract class AppTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tttgen-app-").FullName;

    protected AppTests()
    {
        Directory.CreateDirectory(PathOf("model"));
        Write("model/config.json", """{ "vocab_size": 256 }""");
    }

    internal AppSetting Setting => new(_folder);

    internal AppRun Run(params string[] arguments) => AppRun.Of(Setting, arguments);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected void RemoveModel() => Directory.Delete(PathOf("model"), recursive: true);

    protected string PathOf(string name) => Path.Combine(_folder, name);

    protected string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    protected string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));
}
