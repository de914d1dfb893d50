using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TttGen.Generators.Tests.Emitted;

/// <summary>Generated code to be read: one of each kind, of small models. <see cref="EmittedCodeTests"/> holds on to all of it.</summary>
public sealed class CodeAsItReadsTests
{
    /// <summary>Forward: the model, its weights, its layers' kernels, its scan.</summary>
    [Fact]
    public Task A_model() => Check(Model("TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>"), ["Model", "Weights", "Prefill", "LinearMemoryScan"]);

    /// <summary>The backward pass of a layer, to its rows and to its weights, and that of a whole mini-batch through a memory.</summary>
    [Fact]
    public async Task Its_backward_pass()
    {
        var learns = Model("Around<Width, TttLayer<Width, Heads, HeadDim, MiniBatch, LinearMemory<HeadDim>>>", "[Model(Trainable = true)]");
        await Check(learns, ["LinearMemoryLosses"]);
        await Check(learns, ["Backward"], text => Methods(text, name => !name.Contains("Gradient")), method: nameof(Its_backward_pass) + "_to_rows");
        await Check(learns, ["Backward"], text => Methods(text, name => name.Contains("Gradient")), method: nameof(Its_backward_pass) + "_to_weights");
        await Check(learns, ["LinearMemoryBackward"], text => Methods(text, name => name.StartsWith("LinearMemoryScanBackward.MiniBatchBackward", StringComparison.Ordinal)), method: nameof(Its_backward_pass) + "_through_a_memory");
    }

    /// <summary>The scan of a memory that moves by momentum with decay.</summary>
    [Fact]
    public Task A_memory_under_an_inner_optimiser() => Check(Model("TitansBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>"), ["LinearMemoryScan"]);

    /// <summary>Attention over a state that grows, rotations, and their gradients.</summary>
    [Fact]
    public async Task Attention()
    {
        var llama = Model("LlamaBlock<Width, Width, Width, Heads, Heads, HeadDim, Hidden>", "[Model(Trainable = true)]");
        await Check(llama, ["Training"], text => Methods(text, IsOfAttention), method: nameof(Attention));
        await Check(llama, ["Backward"], text => Methods(text, IsOfAttention), method: nameof(Attention) + "_backward");

        static bool IsOfAttention(string name) => name.Contains("Attend") || name.Contains("Rotate") || name.Contains("Prepare");
    }

    /// <summary>The selective scan of Mamba, and its gradient.</summary>
    [Fact]
    public Task A_recurrence() => Check(Model("MambaBlock<Width, Hidden, HeadDim, Heads, Taps>", "[Model(Trainable = true)]"), ["SelectiveScanRecurrence", "SelectiveScanRecurrenceBackward"]);

    /// <summary>The plan of a model on a device.</summary>
    [Fact]
    public Task A_plan_for_a_device() => Check(OnADevice(), ["Cuda"], driver: Compilations.DriverForKernels());

    /// <summary>Kernels of each kind: rows; products of one row, of few, of many, on tensor cores; a scan and what a block of threads does in it.</summary>
    [Theory]
    [InlineData("Rows", "LinearKernels.LookupEmbedTokens", "LinearKernels.MultiplyLogitsRows")]
    [InlineData("Products", "LinearKernels.MultiplyLogitsOne", "LinearKernels.MultiplyLogitsFew", "LinearKernels.MultiplyLogits", "LinearKernels.MultiplyLogitsBf16")]
    [InlineData("Scan", "LinearKernels.LearnLinearMemory", "LearnLinearMemoryParts.MiniBatch")]
    public Task Kernels(string kind, params string[] names) => Check(OnADevice(), ["Kernels"], text => Methods(text, names.Contains), Compilations.DriverForKernels(), "Kernels_" + kind);

    /// <summary>What each of the compiler's passes made of both backbones: a file a pass.</summary>
    [Theory]
    [InlineData("Linear", "TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>")]
    [InlineData("Mamba", "TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, MlpMemory<HeadDim, Hidden>>")]
    [InlineData("Llama", "LlamaBlock<Width, Width, Width, Heads, Heads, HeadDim, Hidden>")]
    [InlineData("SelectiveScan", "MambaBlock<Width, Hidden, HeadDim, Heads, Taps>")]
    public Task What_the_passes_made(string backbone, string block)
    {
        var text = Verifier.Texts(Compilations.DriverWith("TttGenDump").RunGenerators(Model(block)))["App.Linear.Artefacts.g.cs"];
        return Snapshots.Compare(Here(), $"{nameof(What_the_passes_made)}_of_{backbone}", text.Replace("\n#endif", "").Split("\n==== ").Skip(1).Where(part => part.TrimEnd().Contains('\n')).ToDictionary(part => $"#{part.Split([',', '\n'])[0]}|txt", part => part[(part.IndexOf('\n') + 2)..]));
    }

    private static CSharpCompilation OnADevice() => Model("TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>", references: Compilations.ForKernels);

    private static CSharpCompilation Model(string block, string attribute = "[Model]", IEnumerable<MetadataReference>? references = null) => Compilations.Of($$"""
        using TttGen.InnerModels;
        using TttGen.Layers;

        namespace App;

        [Dim(32)] public readonly partial struct Width : IDim;
        [Dim(2)] public readonly partial struct Heads : IDim;
        [Dim(16)] public readonly partial struct HeadDim : IDim;
        [Dim(16)] public readonly partial struct MiniBatch : IDim;
        [Dim(4)] public readonly partial struct Taps : IDim;
        [Dim(80)] public readonly partial struct Hidden : IDim;
        [Dim(2)] public readonly partial struct Depth : IDim;
        [Dim(256)] public readonly partial struct Vocab : IDim;

        [Layer]
        public readonly partial record struct Around<D, L>(RmsNorm<D> Norm, L Layer) : ILayer<Around<D, L>, D> where D : IDim where L : ILayer<L, D>
        {
            public Seq<D> Apply(Seq<D> x) => x + Layer.Apply(Norm.Apply(x));
        }

        {{attribute}}
        public sealed partial record class Linear([Key("")] CausalLm<Vocab, Width, Depth, {{block}}> Lm);
        """, references ?? []);

    /// <summary>No complaint of the C# compiler, and no difference of what is shown of some files.</summary>
    private static async Task Check(CSharpCompilation compilation, string[] files, Func<string, string>? shown = null, GeneratorDriver? driver = null, [CallerMemberName] string method = "")
    {
        driver ??= Compilations.Driver();
        Assert.Empty(Compilations.Complaints(compilation, driver));
        var texts = Verifier.Texts(driver.RunGenerators(compilation));
        await Snapshots.Compare(Here(), method, files.ToDictionary(file => $"#{file}|cs", file => (shown ?? (text => text))(texts[$"App.Linear.{file}.g.cs"])));
    }

    /// <summary>Methods by their names behind their type's, in the file's order, with what is said of them.</summary>
    private static string Methods(string text, Func<string, bool> isShown) => string.Join("\n\n",
        CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => isShown(Name(m))).Select(m => m.ToFullString().Trim('\n')));

    private static string Name(MethodDeclarationSyntax method) => $"{(method.Parent as TypeDeclarationSyntax)?.Identifier}.{method.Identifier}";

    private static string Here([CallerFilePath] string file = "") => file;
}
