using SharpFuzz;
using TttGen.Runtime.Tests.Checkpoints;

// Readers of files under a fuzzer that follows their branches. README.md says how to run it.
var folder = Directory.CreateTempSubdirectory("tttgen-fuzz").FullName;
var readers = FuzzedReader.All(folder);
switch (args)
{
    case ["seeds", var to]:
        foreach (var reader in readers)
            File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(to, reader.Name)).FullName, "valid"), reader.Valid);
        return 0;

    case [var name] when readers.FirstOrDefault(reader => reader.Name == name) is { } reader:
        Fuzzer.OutOfProcess.Run(stream => Read(reader, stream));
        return 0;

    case [var name, var file] when readers.FirstOrDefault(reader => reader.Name == name) is { } reader:
        using (var input = File.OpenRead(file)) Read(reader, input);
        return 0;

    default:
        Console.Error.WriteLine($"usage: {string.Join('|', readers.Select(reader => reader.Name))} [FILE], or seeds FOLDER");
        return 1;
}

static void Read(FuzzedReader reader, Stream stream)
{
    using var copy = new MemoryStream();
    stream.CopyTo(copy);
    if (reader.Fault(copy.ToArray()) is { } fault) throw new InvalidOperationException(fault);
}
