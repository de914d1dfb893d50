using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TttGen.Generators.Tests.Emitted;

/// <summary>Everything that the generators write for models compiles with every warning an error, and no letter of it changes unseen. <see cref="CodeAsItReadsTests"/> has texts.</summary>
public sealed class EmittedCodeTests
{
    [Fact]
    public void Presets() => Check(Compilations.Of("""
        using TttGen.InnerModels;
        using TttGen.Layers;
        using static TttGen.Presets.Size125M;

        namespace App;

        [Model]
        public sealed partial record class LinearTransformer(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }

        [Model]
        public sealed partial record class MlpTransformer(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }

        [Model]
        public sealed partial record class LinearMamba(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, LinearMemory<HeadDim>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }

        [Model]
        public sealed partial record class MlpMamba(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }
        """));

    /// <summary>The paper's Transformer in its smallest and its largest size.</summary>
    [Fact]
    public void Presets_of_Llama() => Check(Compilations.Of("""
        using TttGen.Layers;
        using P125 = TttGen.Presets.Size125M;
        using P1B = TttGen.Presets.Size1B;

        namespace App;

        [Model]
        public sealed partial record class Llama125M(
            [Key("")] CausalLm<P125.Vocab, P125.Width, P125.Depth, LlamaBlock<P125.Width, P125.Width, P125.Width, P125.Heads, P125.Heads, P125.HeadDim, P125.Hidden>> Lm);

        [Model]
        public sealed partial record class Llama1B(
            [Key("")] CausalLm<P1B.Vocab, P1B.Width, P1B.Depth, LlamaBlock<P1B.Width, P1B.Width, P1B.Width, P1B.Heads, P1B.Heads, P1B.HeadDim, P1B.Hidden>> Lm);
        """));

    /// <summary>The inner models that the numerics tests compare with the oracle, each in a small model.</summary>
    [Fact]
    public void Inner_models_of_a_user() => Check(Compilations.With(
        Compilations.Of($$"""
            using TttGen.Layers;
            using TttGen.Numerics.Tests;

            namespace App;

            [Dim(12)] public readonly partial struct Width : IDim;
            [Dim(2)] public readonly partial struct Heads : IDim;
            [Dim(2)] public readonly partial struct Depth : IDim;

            {{ModelOver("SwiGlu", "SwiGluMemory<Six, Ten>")}}
            {{ModelOver("ThreeLayer", "ThreeLayerMemory<Six, Ten>")}}
            {{ModelOver("LowRank", "LowRankMemory<Six, Three>")}}
            {{ModelOver("Delta", "DeltaMemory<Six>")}}
            {{ModelOver("Scaled", "ScaledMemory<Six>")}}
            {{ModelOver("Tied", "TiedMemory<Six, Ten>")}}
            {{ModelOver("Squashed", "SquashedMemory<Six>")}}
            """),
        InnerModels(), "InnerModels.cs"));

    /// <summary>Attention over everything and over windows, groups of heads, and a memory in the same block.</summary>
    [Fact]
    public void Models_that_attend() => Check(Compilations.With(
        Compilations.Of("""
            namespace TttGen.Numerics.Tests;

            [Dim(1)] public readonly partial struct One : IDim;
            [Dim(2)] public readonly partial struct Two : IDim;
            [Dim(3)] public readonly partial struct Three : IDim;
            [Dim(5)] public readonly partial struct Five : IDim;
            [Dim(6)] public readonly partial struct Six : IDim;
            [Dim(10)] public readonly partial struct Ten : IDim;
            [Dim(12)] public readonly partial struct Twelve : IDim;
            [Dim(22)] public readonly partial struct TwentyTwo : IDim;
            [Dim(30)] public readonly partial struct Thirty : IDim;
            [Dim(31)] public readonly partial struct ThirtyOne : IDim;
            [Dim(96)] public readonly partial struct NinetySix : IDim;
            """),
        Source("TttGen.Numerics.Tests/AttentionModels.cs"), "AttentionModels.cs"));

    /// <summary>Llama's descendants: norms of heads, biases, windows, caps and sinks.</summary>
    [Fact]
    public void Descendants_of_Llama() => Check(Compilations.With(
        Compilations.Of("""
            namespace TttGen.Numerics.Tests;

            [Dim(1)] public readonly partial struct One : IDim;
            [Dim(2)] public readonly partial struct Two : IDim;
            [Dim(3)] public readonly partial struct Three : IDim;
            [Dim(6)] public readonly partial struct Six : IDim;
            [Dim(10)] public readonly partial struct Ten : IDim;
            [Dim(20)] public readonly partial struct Twenty : IDim;
            [Dim(22)] public readonly partial struct TwentyTwo : IDim;
            [Dim(30)] public readonly partial struct Thirty : IDim;
            [Dim(31)] public readonly partial struct ThirtyOne : IDim;
            [Dim(40)] public readonly partial struct TwoHeadsOfTwenty : IDim;
            [Dim(96)] public readonly partial struct NinetySix : IDim;
            [Dim(120)] public readonly partial struct SixHeadsOfTwenty : IDim;
            """),
        Source("TttGen.Numerics.Tests/LlamaFamily.cs"), "LlamaFamily.cs"));

    /// <summary>Recurrences of every kind of input, of one place a channel and of several, and Mamba.</summary>
    [Fact]
    public void Models_with_recurrences() => Check(Compilations.With(
        Compilations.Of("""
            namespace TttGen.Numerics.Tests;

            [Dim(1)] public readonly partial struct One : IDim;
            [Dim(2)] public readonly partial struct Two : IDim;
            [Dim(3)] public readonly partial struct Three : IDim;
            [Dim(5)] public readonly partial struct Five : IDim;
            [Dim(12)] public readonly partial struct Twelve : IDim;
            [Dim(16)] public readonly partial struct Sixteen : IDim;
            [Dim(30)] public readonly partial struct Thirty : IDim;
            [Dim(31)] public readonly partial struct ThirtyOne : IDim;
            [Dim(96)] public readonly partial struct NinetySix : IDim;
            """),
        Source("TttGen.Numerics.Tests/RecurrenceModels.cs"), "RecurrenceModels.cs"));

    /// <summary>The backward pass, and what else a model has that learns.</summary>
    [Fact]
    public void Models_that_learn() => Check(Trainable());

    /// <summary>The backward pass through inner models of a user: token by token where the dual form does not cover them, and with a matrix used twice.</summary>
    [Fact]
    public void Inner_models_of_a_user_that_learn() => Check(
        Compilations.With(
            Compilations.Of($$"""
                using TttGen.Layers;
                using TttGen.Numerics.Tests;

                namespace App;

                [Dim(12)] public readonly partial struct Width : IDim;
                [Dim(2)] public readonly partial struct Heads : IDim;
                [Dim(2)] public readonly partial struct Depth : IDim;

                {{ModelOver("Tied", "TiedMemory<Six, Ten>", "[Model(Trainable = true)]")}}
                {{ModelOver("Squashed", "SquashedMemory<Six>", "[Model(Trainable = true)]")}}
                """),
            InnerModels(), "InnerModels.cs"));

    /// <summary>Memories under momentum with decay: rows at once, and token by token; with what they need to learn, and on a device.</summary>
    [Fact]
    public void Models_under_an_inner_optimiser() => Check(
        Compilations.With(
            Compilations.Of($$"""
                using TttGen.Layers;
                using TttGen.Numerics.Tests;
                using TttGen.InnerModels;

                namespace App;

                [Dim(12)] public readonly partial struct Width : IDim;
                [Dim(2)] public readonly partial struct Heads : IDim;
                [Dim(2)] public readonly partial struct Depth : IDim;

                {{ModelOver("Titans", "LinearMemory<Six>", "[Model(Trainable = true)]", "TitansBlock")}}
                {{ModelOver("TitansSquashed", "SquashedMemory<Six>", "[Model(Trainable = true)]", "TitansBlock")}}
                """, Compilations.ForKernels),
            InnerModels(), "InnerModels.cs"),
        Compilations.DriverForKernels());

    /// <summary>What a device adds.</summary>
    [Fact]
    public void Models_for_a_device() => Check(
        Trainable(Compilations.ForKernels), Compilations.DriverForKernels());

    [Fact]
    public void A_model_may_be_a_struct_inside_other_types() => Assert.Empty(Compilations.Complaints(Compilations.Of("""
        using TttGen.InnerModels;
        using TttGen.Layers;
        using static TttGen.Presets.Size125M;

        namespace App
        {
            public static partial class Outer
            {
                internal partial interface IInner
                {
                    [Model]
                    internal readonly partial record struct Small(
                        Embedding<Vocab, Width> EmbedTokens,
                        Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
                        LmHead<Width, Vocab> Head)
                    {
                        public Logits<Vocab> Apply(Tokens tokens) => Head.Logits(Layers.Apply(EmbedTokens.Lookup(tokens)));
                    }
                }
            }
        }
        """)));

    private static CSharpCompilation Trainable(params IEnumerable<MetadataReference> references) => Compilations.Of("""
        using TttGen.InnerModels;
        using TttGen.Layers;

        namespace App;

        [Dim(32)] public readonly partial struct Width : IDim;
        [Dim(2)] public readonly partial struct Heads : IDim;
        [Dim(16)] public readonly partial struct HeadDim : IDim;
        [Dim(64)] public readonly partial struct InnerHidden : IDim;
        [Dim(16)] public readonly partial struct MiniBatch : IDim;
        [Dim(4)] public readonly partial struct Taps : IDim;
        [Dim(80)] public readonly partial struct Hidden : IDim;
        [Dim(2)] public readonly partial struct Depth : IDim;
        [Dim(256)] public readonly partial struct Vocab : IDim;

        [Model(Trainable = true)]
        public sealed partial record class Linear(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }

        [Model(Trainable = true)]
        public sealed partial record class Mlp(
            Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }
        """, references);

    private static string ModelOver(string name, string memory, string attribute = "[Model]", string block = "TransformerBlock") => $$"""
        {{attribute}}
        public sealed partial record class {{name}}(
            Embedding<Sixteen, Width> EmbedTokens,
            Stack<Depth, {{block}}<Width, Heads, Six, Five, Sixteen, {{memory}}>, Width> Layers,
            RmsNorm<Width> Norm)
        {
            public Logits<Sixteen> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }
        """;

    private static string InnerModels() => Source("TttGen.TestModels/InnerModels.cs");

    private static string Source(string file, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../..", file));

    /// <summary>No complaint of the C# compiler about any file, and no file that is another than it was.</summary>
    private static void Check(CSharpCompilation compilation, GeneratorDriver? driver = null, [CallerFilePath] string testFile = "", [CallerMemberName] string method = "")
    {
        driver ??= Compilations.Driver();
        Assert.Empty(Compilations.Complaints(compilation, driver));
        SnapshotHashes.Compare(testFile, method, Verifier.Texts(driver.RunGenerators(compilation)));
    }
}
