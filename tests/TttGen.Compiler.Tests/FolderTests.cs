using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace TttGen.Compiler.Tests;

/// <summary>The compiler's folders are its passes: each knows those before it, and none after.</summary>
public class FolderTests
{
    private static readonly string[] InOrder = ["Ir", "Spelling", "Language", "Derivation", "Scheduling", "Emit"];

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

    [Fact]
    public void The_order_holds_every_folder() => Assert.Equal(
        InOrder.Order(), Directory.GetDirectories(Sources).Select(d => Path.GetFileName(d)!).Except(["bin", "obj"]).Order());

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
