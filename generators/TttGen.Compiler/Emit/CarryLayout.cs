using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>Where a carry lies in one sequence's state.</summary>
/// <param name="Carry">What lies there.</param>
/// <param name="Offset">The first layer's first element.</param>
/// <param name="Layers">How many layers have one; they lie one behind another.</param>
internal sealed record CarrySlot(Carry Carry, long Offset, int Layers)
{
    /// <summary>The first element of the layer at work, in the code of a plan.</summary>
    /// <param name="suffix">What marks an offset that stands alone as 64 bits wide; empty where it needs no mark.</param>
    public string OfLayer(string suffix) => Layers > 1 ? $"{Numbers.Of(Offset)} + Layer * {Numbers.Of(Carry.Size)}L" : Numbers.Of(Offset) + suffix;
}

/// <summary>Where the parts of a carry that are there for each token lie in a page.</summary>
/// <param name="Class">Which kind of page: one for all that is kept of the same tokens.</param>
/// <param name="Offset">The first layer's first element.</param>
/// <param name="Layers">How many layers have one; they lie one behind another.</param>
internal sealed record PageSlot(int Class, long Offset, int Layers);

/// <summary>A kind of page: what a sequence keeps of so many tokens, of all layers.</summary>
/// <param name="Window">Tokens of which it is kept; 0: all.</param>
/// <param name="Elements">Its size.</param>
/// <param name="Slots">What lies in it.</param>
internal sealed record PageKind(int Window, long Elements, IReadOnlyList<(Carry Carry, PageSlot Slot)> Slots);

/// <summary>
/// The carries of a model, one behind another in a sequence's state: segment by segment, those of its operations, then rows of the past. What is there for each token lies in pages.
/// </summary>
internal sealed class CarryLayout
{
    private readonly Dictionary<Carry, CarrySlot> _slots = [];
    private readonly Dictionary<Carry, PageSlot> _paged = [];
    private readonly List<PageKind> _pages = [];
    private readonly Dictionary<RowTensor, CarrySlot> _halos = [];

    public CarryLayout(IEnumerable<(LinkedSegment Segment, RowSchedule Schedule)> segments)
    {
        foreach (var (segment, schedule) in segments)
        {
            foreach (var carry in schedule.Kernels.OfType<SequenceKernel>().Select(k => k.Primitive.Carry).OfType<Carry>())
            {
                _slots[carry] = Placed(carry, segment.Repeat);
                if (carry.Extent.IsPaged) _paged[carry] = InPages(carry, segment.Repeat);
            }
            foreach (var t in schedule.Tensors.Where(t => t.Halo > 0)) _halos[t] = Placed(new Carry(t.Name, 1, [new CarryPart(t.Name, (long)t.Halo * t.Columns)]), segment.Repeat);
        }
    }

    /// <summary>Elements of one sequence's state, at least one.</summary>
    public long Length => Math.Max(1, _length);

    /// <summary>Elements that carries take.</summary>
    public long Used => _length;

    /// <summary>Where a carry lies.</summary>
    public CarrySlot Of(Carry carry) => _slots[carry];

    /// <summary>The kinds of pages.</summary>
    public IReadOnlyList<PageKind> Pages => _pages;

    /// <summary>Where the parts of a carry that are there for each token lie.</summary>
    public PageSlot Paged(Carry carry) => _paged[carry];

    /// <summary>Where a tensor's rows of the past lie.</summary>
    public CarrySlot Of(RowTensor tensor) => _halos[tensor];

    private long _length;

    private PageSlot InPages(Carry carry, int layers)
    {
        var at = _pages.FindIndex(p => p.Window == carry.Extent.Window);
        if (at < 0)
        {
            at = _pages.Count;
            _pages.Add(new PageKind(carry.Extent.Window, 0, []));
        }
        var slot = new PageSlot(at, _pages[at].Elements, layers);
        _pages[at] = _pages[at] with { Elements = slot.Offset + carry.PagedSize * layers, Slots = [.. _pages[at].Slots, (carry, slot)] };
        return slot;
    }

    private CarrySlot Placed(Carry carry, int layers)
    {
        var slot = new CarrySlot(carry, _length, layers);
        _length += carry.Size * layers;
        return slot;
    }
}
