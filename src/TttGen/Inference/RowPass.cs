using System.Runtime.InteropServices;

namespace TttGen.Inference;

/// <summary>The packed rows that kernels work on at once: parts of any number of sequences, without padding.</summary>
internal sealed unsafe class RowPass
{
    private readonly BatchSlice[] _slices;
    private readonly int[] _tokens;
    private readonly long[] _positions;
    private readonly int[] _sliceOf;

    /// <param name="maxRows">Rows that a pass may have.</param>
    /// <param name="maxSlices">Sequences that it may have.</param>
    public RowPass(int maxRows, int maxSlices)
    {
        _slices = GC.AllocateArray<BatchSlice>(maxSlices, pinned: true);
        _tokens = GC.AllocateArray<int>(maxRows, pinned: true);
        _positions = GC.AllocateArray<long>(maxRows, pinned: true);
        _sliceOf = GC.AllocateArray<int>(maxRows, pinned: true);
        Slices = (BatchSlice*)Marshal.UnsafeAddrOfPinnedArrayElement(_slices, 0);
        TokenIds = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_tokens, 0);
        Positions = (long*)Marshal.UnsafeAddrOfPinnedArrayElement(_positions, 0);
        SliceOf = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_sliceOf, 0);
    }

    /// <summary>Rows of this pass.</summary>
    public int Rows { get; private set; }

    /// <summary>Sequences in it.</summary>
    public int SliceCount { get; private set; }

    /// <summary>The sequences' parts, in order of their rows.</summary>
    public BatchSlice* Slices { get; }

    /// <summary>[rows]: token ids.</summary>
    public int* TokenIds { get; }

    /// <summary>[rows]: place of each row in its sequence.</summary>
    public long* Positions { get; }

    /// <summary>[rows]: which slice a row belongs to.</summary>
    public int* SliceOf { get; }

    /// <summary>An empty pass.</summary>
    public void Clear() => Rows = SliceCount = 0;

    /// <summary>Adds a sequence's next tokens.</summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="position">Tokens before them.</param>
    /// <param name="state">The sequence's state.</param>
    /// <param name="end">Where its state afterwards goes: the same, or null where it is not wanted.</param>
    /// <param name="pages">Its pages, these tokens' among them; null where there are none.</param>
    public void Add(ReadOnlySpan<int> tokens, long position, float* state, float* end, float*** pages)
    {
        Slices[SliceCount] = new BatchSlice { First = Rows, Count = tokens.Length, Position = position, State = state, End = end, Pages = pages };
        for (var t = 0; t < tokens.Length; t++)
        {
            TokenIds[Rows + t] = tokens[t];
            Positions[Rows + t] = position + t;
            SliceOf[Rows + t] = SliceCount;
        }
        Rows += tokens.Length;
        SliceCount++;
    }

    /// <summary>Puts the rows of the past before each sequence's own: [slices · halo + rows, columns].</summary>
    public void EnterHalo(float* rows, int columns, int halo, long stateOffset)
    {
        for (var s = 0; s < SliceCount; s++) Copy(Slices[s].State + stateOffset, Before(rows, columns, halo, s), halo * columns);
    }

    /// <summary>Keeps the last rows of each sequence for the next call.</summary>
    public void LeaveHalo(float* rows, int columns, int halo, long stateOffset)
    {
        for (var s = 0; s < SliceCount; s++)
            if (Slices[s].End != null) Copy(Before(rows, columns, halo, s) + (long)Slices[s].Count * columns, Slices[s].End + stateOffset, halo * columns);
    }

    /// <summary>Zeros past the end of each sequence, for rows that are read ahead.</summary>
    public void ClearHalo(float* rows, int columns, int halo)
    {
        for (var s = 0; s <= SliceCount; s++)
            new Span<float>(s < SliceCount ? Before(rows, columns, halo, s) : rows + ((long)Rows + (long)s * halo) * columns, halo * columns).Clear();
    }

    private float* Before(float* rows, int columns, int halo, int slice) => rows + ((long)Slices[slice].First + (long)slice * halo) * columns;

    private static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
}
