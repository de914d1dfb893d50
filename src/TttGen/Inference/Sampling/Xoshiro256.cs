using System.Numerics;

namespace TttGen.Inference.Sampling;

/// <summary>
/// The generator xoshiro256** (Blackman and Vigna), seeded through splitmix64: our own, so that a seed means the same whatever the runtime's version.
/// </summary>
internal struct Xoshiro256
{
    private ulong _a, _b, _c, _d;

    internal Xoshiro256(ulong seed) => (_a, _b, _c, _d) = (SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed));

    /// <summary>64 random bits.</summary>
    internal ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>At least 0, less than 1, in steps of 2^−53.</summary>
    internal double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    internal static ulong SplitMix(ref ulong state)
    {
        ulong x = state += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
