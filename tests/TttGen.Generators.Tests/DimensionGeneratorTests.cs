namespace TttGen.Generators.Tests;

public sealed class DimensionGeneratorTests
{
    [Fact]
    public Task A_dimension_gets_its_size() => Verifier.Verify(Compilations.Run("""
        namespace App;

        [Dim(768)] public readonly partial struct Width : IDim;
        """));

    [Fact]
    public Task A_dimension_may_stand_inside_other_types() => Verifier.Verify(Compilations.Run("""
        namespace App.Sizes
        {
            public static partial class Presets
            {
                internal partial interface ISmall
                {
                    [Dim(Presets.Size)] public readonly partial struct @class : IDim;
                }

                private const int Size = 4 * 8;
            }
        }
        """));

    [Fact]
    public Task A_dimension_may_stand_in_the_global_namespace() => Verifier.Verify(Compilations.Run("[Dim(1)] partial struct One : IDim;"));

    [Fact]
    public void What_is_generated_for_dimensions_compiles_without_warnings()
    {
        const string source = """
            /// <summary>Sizes.</summary>
            public static partial class Sizes
            {
                /// <summary>Elements of a row.</summary>
                [Dim(768)] public readonly partial struct Width : IDim;
            }

            /// <summary>Reads it.</summary>
            public static class Reader
            {
                /// <summary>The size.</summary>
                public static int Size => Sizes.Width.Size;
            }
            """;
        Assert.Empty(Compilations.Complaints(Compilations.Documented(source)));
    }
}
