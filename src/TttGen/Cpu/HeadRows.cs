using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Rows of heads side by side: sums along each head, and vectors that all heads share.</summary>
public static unsafe class HeadRows
{
    /// <summary>Every element of a row becomes the sum over its head.</summary>
    /// <param name="row">[heads, features].</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="heads">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<V>(float* row, int features, int heads)
        where V : struct, ILanes<V, float>
    {
        for (int head = 0; head < heads; head++, row += features)
        {
            var parts = V.Zero;
            int c = 0;
            for (; c + V.Count <= features; c += V.Count) parts += V.Load(row + c);
            if (c < features) parts += V.LoadPartial(row + c, features - c);
            new Span<float>(row, features).Fill(V.Sum(parts));
        }
    }

    /// <summary>A vector once for each head.</summary>
    /// <param name="from">[features].</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="heads">How many.</param>
    /// <param name="to">[heads, features].</param>
    public static void Repeat(float* from, int features, int heads, float* to)
    {
        for (int head = 0; head < heads; head++) new ReadOnlySpan<float>(from, features).CopyTo(new Span<float>(to + head * features, features));
    }

    /// <summary>Adds each head's part to a vector: the transpose of <see cref="Repeat"/>.</summary>
    /// <param name="from">[heads, features].</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="heads">How many.</param>
    /// <param name="to">[features].</param>
    public static void Fold<V>(float* from, int features, int heads, float* to)
        where V : struct, ILanes<V, float>
    {
        for (int head = 0; head < heads; head++) RowSums.Add<V>(from + head * features, to, features);
    }
}
