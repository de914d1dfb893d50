namespace TttGen.Generators.Tests;

/// <summary>Sources that several tests share.</summary>
internal static class Samples
{
    /// <summary>A layer and an inner model, as a package would bring them.</summary>
    public const string Library = """
        namespace Package
        {
            public static partial class Sizes
            {
                [Dim(5)] public readonly partial struct Inner : IDim;
            }

            [InnerModel]
            public readonly partial record struct DeltaMemory<F>(Mat<F, F> W) : IInnerModel<DeltaMemory<F>, F> where F : IDim
            {
                public Vec<F> Predict(Vec<F> x) => x * W;
                public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5 * SquaredNorm(Predict(key) - value);
            }

            [Layer]
            public readonly partial record struct Norm<D>(Vec<D> Weight, [Config("rms_norm_eps", 1e-6)] double Epsilon) where D : IDim
            {
                public Seq<D> Apply(Seq<D> x) => x.RmsNorm(Weight, Epsilon);
            }

            [Layer]
            public readonly partial record struct Narrow<D>(Norm<D> Norm, Linear<D, Sizes.Inner> Down, Linear<Sizes.Inner, D> Up) : ILayer<Narrow<D>, D> where D : IDim
            {
                public Seq<D> Apply(Seq<D> x) => x + Norm.Apply(x) * Down * Up;
            }
        }
        """;

    /// <summary>A model over the library's parts.</summary>
    public const string Model = """
        namespace App
        {
            [Dim(32)] public readonly partial struct Vocab : IDim;
            [Dim(8)] public readonly partial struct Width : IDim;
            [Dim(3)] public readonly partial struct Depth : IDim;
            [Dim(7)] public readonly partial struct Unused : IDim;

            [Model]
            public sealed partial record class Tiny(
                Embedding<Vocab, Width> EmbedTokens, Stack<Depth, Package.Narrow<Width>, Width> Layers, Package.Norm<Width> Norm)
            {
                public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
            }
        }
        """;
}
