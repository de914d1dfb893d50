using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace TttGen.Compiler.Tests;

/// <summary>The compiler's folders are its passes: each knows those before it, and none after.</summary>
public class FolderTests
{
    private static readonly string[] InOrder = ["Spelling", "Ir", "Language", "Derivation", "Scheduling", "Emit"];

    private static readonly Regex Comment = new("//.*"), Named = new($@"(?:using TttGen\.Compiler\.|(?<![\w.])(?:TttGen\.Compiler\.)?)({string.Join("|", InOrder)})[.;][\sA-Z]");

    private static string Sources => Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "generators", "TttGen.Compiler");

    public static TheoryData<string> Folders => [.. InOrder];

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_names_no_later_one(string folder)
    {
        var own = Array.IndexOf(InOrder, folder);
        var files = Directory.GetFiles(Path.Combine(Sources, folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
            foreach (Match found in Named.Matches(Comment.Replace(File.ReadAllText(file), "")))
                Assert.True(Array.IndexOf(InOrder, found.Groups[1].Value) <= own, $"{Path.GetFileName(file)}: {found.Value.Trim()}");
    }

    [Theory]
    [InlineData("Cpu", "Gpu")]
    [InlineData("Gpu", "Cpu")]
    public void A_backend_borrows_nothing_from_another(string backend, string other)
    {
        var files = Directory.GetFiles(Path.Combine(Sources, "Emit", backend), "*.cs");
        Assert.NotEmpty(files);
        foreach (var file in files) Assert.DoesNotMatch($@"(?<!TttGen\.)\b{other}\.|Emit\.{other}\b", Comment.Replace(File.ReadAllText(file), ""));
    }

    /// <summary>What is common to all backends knows none of them, but for what puts a model's files together.</summary>
    [Fact]
    public void Only_the_model_emitter_knows_backends() => Assert.Equal(["ModelEmitter.cs"],
        Directory.GetFiles(Path.Combine(Sources, "Emit"), "*.cs").Where(f => Regex.IsMatch(Comment.Replace(File.ReadAllText(f), ""), @"Emit\.[CG]pu\b|(?<!TttGen\.)\b[CG]pu\.")).Select(f => Path.GetFileName(f)));

    [Fact]
    public void The_order_holds_every_folder() => Assert.Equal(
        InOrder.Order(), Directory.GetDirectories(Sources).Select(d => Path.GetFileName(d)!).Except(["bin", "obj"]).Order());

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
