using TttGen.Checkpoints;

namespace TttGen;

/// <summary>All tensors of a spec, in the order of its records, without any numbers.</summary>
public static class ParameterList
{
    /// <summary>Keys, shapes and kinds of everything that the spec asks for.</summary>
    /// <exception cref="TttException">Two parameters have one key.</exception>
    public static IReadOnlyList<Parameter> Of<TSpec>() where TSpec : ISpec<TSpec> => Of<TSpec>(out _);

    /// <summary>The same, and the defaults that its parts give settings that other parts read.</summary>
    internal static IReadOnlyList<Parameter> Of<TSpec>(out IReadOnlyDictionary<string, double> defaults) where TSpec : ISpec<TSpec>
    {
        var lister = new Lister("", null, typeof(TSpec).IsDefined(typeof(InnerModelAttribute), false), [], []);
        lister.Bind<TSpec>("", null, lister.IsInner);
        defaults = lister.Defaults;
        var twice = lister.Found.GroupBy(parameter => parameter.Info.Key).FirstOrDefault(group => group.Count() > 1);
        return twice == null
            ? lister.Found
            : throw new TttException($"{twice.Key}: expected one parameter of this key in {typeof(TSpec).Name}, found {twice.Count()}; give one of them another [Key]");
    }

    /// <summary>The checkpoint's shape of a parameter: heads first, where it is one per head; then the extra axis.</summary>
    internal static int[] ShapeOf(int? heads, int unitAxis, params ReadOnlySpan<int> own)
    {
        var shape = new List<int>();
        if (heads is { } count) shape.Add(count);
        shape.AddRange(own);
        if (unitAxis >= 0) shape.Insert(unitAxis, 1);
        return [.. shape];
    }

    private sealed class Lister(string prefix, int? heads, bool isInner, List<Parameter> found, Dictionary<string, double> defaults) : IParameterBinder
    {
        public List<Parameter> Found => found;

        public IReadOnlyDictionary<string, double> Defaults => defaults;

        public bool IsInner => isInner;

        public TSpec Bind<TSpec>(string key, int? ofHeads, bool inner) where TSpec : ISpec<TSpec>
        {
            foreach (var (setting, value) in TSpec.Defaults) defaults.TryAdd(setting, value);
            return TSpec.Bind(new Lister(KeyPath.Join(prefix, key), ofHeads, inner, found, defaults));
        }

        public Vec<N> Vec<N>(string key, int unitAxis, bool slow, bool shared) where N : IDim
        {
            Add(key, ShapeOf(shared ? null : heads, unitAxis, N.Size), ParameterKind.Vector, heads != null && !slow);
            return default;
        }

        public Mat<N, M> Mat<N, M>(string key, int unitAxis, bool slow, bool shared) where N : IDim where M : IDim
        {
            Add(key, ShapeOf(shared ? null : heads, unitAxis, N.Size, M.Size), isInner ? ParameterKind.Matrix : ParameterKind.Taps, heads != null && !slow);
            return default;
        }

        public Linear<D, N> Linear<D, N>(string key, int unitAxis) where D : IDim where N : IDim
        {
            Add(key, ShapeOf(null, unitAxis, N.Size, D.Size), ParameterKind.Matrix, false);
            return default;
        }

        public Embedding<V, D> Embedding<V, D>(string key) where V : IDim where D : IDim
        {
            Add(key, [V.Size, D.Size], ParameterKind.Matrix, false);
            return default;
        }

        public LmHead<D, V> LmHead<D, V>() where D : IDim where V : IDim
        {
            found.Add(new(new(KeyPath.LmHead, [V.Size, D.Size]), ParameterKind.Matrix, false));
            return default;
        }

        public double Setting(string key, double fallback) => fallback;

        public PerHead<H, M> PerHead<H, M>(string key) where H : IDim where M : ISpec<M>
        {
            Bind<M>(key, H.Size, true);
            return new PerHead<H, M>([]);
        }

        public Stack<N, TBlock, D> Stack<N, TBlock, D>(string key) where N : IDim where TBlock : ILayer<TBlock, D> where D : IDim
        {
            for (var i = 0; i < N.Size; i++) Spec<TBlock>($"{key}.{i}");
            return default;
        }

        public TSpec Spec<TSpec>(string key) where TSpec : ISpec<TSpec> => Bind<TSpec>(key, heads, isInner);

        private void Add(string key, int[] shape, ParameterKind kind, bool fast) => found.Add(new(new(KeyPath.Join(prefix, key), shape), kind, fast));
    }
}
