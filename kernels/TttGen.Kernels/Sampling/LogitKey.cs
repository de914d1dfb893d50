using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// A logit and its token in one number, greater for a greater logit and, of equal logits, for the lower id: the logit's bits, as a number that grows with it, above
/// the id's complement. The host reads it with TttGen.Inference.Sampling.LogitKey.
/// </summary>
public static class LogitKey
{
    /// <summary>No token's key; below every number's.</summary>
    public const long None = long.MinValue;

    /// <summary>The key of a token. A NaN has one, too, of no meaning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Of(float logit, int id)
    {
        // −0 is 0: its bits would be less.
        int ordered = Ordered((int)Interop.FloatAsInt(logit == 0f ? 0f : logit));
        return ((long)ordered << 32) | ((long)~id & 0xFFFFFFFFL);
    }

    /// <summary>The logit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Logit(long key) => Interop.IntAsFloat((uint)Ordered((int)(key >> 32)));

    /// <summary>The token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Id(long key) => ~(int)key;

    // Negative numbers' bits grow the other way. Its own inverse.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Ordered(int bits) => bits ^ ((bits >> 31) & 0x7FFFFFFF);
}
