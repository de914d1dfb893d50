namespace TttGen.Compiler.Emit.Gpu;

/// <summary>Where a tile of a block lies.</summary>
internal enum Place
{
    /// <summary>On chip, shared by the block's threads.</summary>
    Shared,

    /// <summary>In the device's memory, a part for each block.</summary>
    Workspace,

    /// <summary>In a tensor that the kernel is given.</summary>
    Given,
}

/// <summary>A tile as a block's threads see it.</summary>
/// <param name="Name">The view.</param>
/// <param name="Rows">Rows; 1 for vectors and numbers.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Stride">Elements from row to row.</param>
/// <param name="Place">Where it lies.</param>
internal sealed record BlockTile(string Name, int Rows, int Columns, int Stride, Place Place)
{
    public int Elements => Rows == 1 ? Columns : Rows * Stride;

    /// <summary>Four neighbours of a row are sixteen bytes at a multiple of that, from any column that is a multiple of four.</summary>
    public bool InFours => Columns % 4 == 0 && (Rows == 1 || Stride % 4 == 0);

    /// <summary>
    /// From row to row on chip: an odd number of fours where there are fours, else an odd number of elements. So eight rows' fours, and thirty-two rows' elements, lie in different banks.
    /// </summary>
    /// <param name="columns">Of a row.</param>
    /// <param name="along">A warp reads two neighbours of four rows at four places at once.</param>
    public static int StrideOf(int columns, bool along) => along && columns % 16 == 0 ? columns + 8 : columns % 8 == 0 ? columns + 4 : columns % 4 == 0 ? columns : columns | 1;
}

/// <summary>
/// The memory of one block: tiles whose lives don't meet share a place. What does not fit on chip lies in a workspace of the block in the device's
/// memory: slower, never an error.
/// </summary>
internal sealed class BlockLayout(int limit)
{
    private FirstFit _shared = new(), _workspace = new();

    /// <summary>Elements on chip.</summary>
    public int SharedElements { get; private set; }

    /// <summary>Elements of a block in the device's memory.</summary>
    public int WorkspaceElements { get; private set; }

    /// <summary>What lives through all of the block's work is at its place; what lives within one part of it may lie where another part's does.</summary>
    public BlockLayout Fork() => new(limit) { _shared = _shared.Fork(), _workspace = _workspace.Fork() };

    /// <summary>The most that any of the parts needs.</summary>
    public void Join(BlockLayout part)
    {
        SharedElements = Math.Max(SharedElements, part.SharedElements);
        WorkspaceElements = Math.Max(WorkspaceElements, part.WorkspaceElements);
    }

    /// <summary>A place for so many elements from one step of the block's work to another.</summary>
    public (Place Place, int Offset) Allocate(int elements, int first, int last)
    {
        var size = (elements + 3) / 4 * 4;
        var offset = _shared.Find(size, first, last);
        if (offset + size <= limit)
        {
            _shared.Take(offset, size, first, last);
            SharedElements = Math.Max(SharedElements, _shared.Size);
            return (Place.Shared, offset);
        }
        offset = _workspace.Find(size, first, last);
        _workspace.Take(offset, size, first, last);
        WorkspaceElements = Math.Max(WorkspaceElements, _workspace.Size);
        return (Place.Workspace, offset);
    }
}
