namespace TttGen.Inference.Sampling;

/// <summary>
/// A logit and its token in one number, as a device's kernels rank them: greater for a greater logit and, of equal logits, for the lower id. The logit's bits, as a number
/// that grows with it, above the id's complement.
/// </summary>
internal static class LogitKey
{
    /// <summary>No token's key; below every number's.</summary>
    internal const long None = long.MinValue;

    /// <summary>The key of a token.</summary>
    internal static long Of(float logit, int id) =>
        ((long)Ordered(BitConverter.SingleToInt32Bits(logit == 0 ? 0 : logit)) << 32) | (uint)~id;

    /// <summary>The logit; 0 where it was −0.</summary>
    internal static float Logit(long key) => BitConverter.Int32BitsToSingle(Ordered((int)(key >> 32)));

    /// <summary>The token.</summary>
    internal static int Id(long key) => ~(int)key;

    /// <summary>Whether there is such a token, and its logit is not −∞.</summary>
    internal static bool IsPossible(long key) => key > Of(float.NegativeInfinity, 0);

    // Negative numbers' bits grow the other way. Its own inverse.
    private static int Ordered(int bits) => bits ^ ((bits >> 31) & 0x7FFFFFFF);
}
