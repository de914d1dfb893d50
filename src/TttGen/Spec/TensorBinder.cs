using TttGen.Checkpoints;

namespace TttGen;

/// <summary>Constructs specs over tensors as a checkpoint has them: the whole of each, looked up by key.</summary>
/// <param name="tensors">The numbers of a tensor.</param>
/// <param name="setting">A number of config.json, from its key and default.</param>
public sealed class TensorBinder(Func<ParameterInfo, double[]> tensors, Func<string, double, double> setting) : IParameterBinder
{
    private readonly string _prefix = "";

    private TensorBinder(TensorBinder outer, string prefix) : this(outer.Tensors, outer.Settings) => _prefix = prefix;

    private Func<ParameterInfo, double[]> Tensors { get; } = tensors;

    private Func<string, double, double> Settings { get; } = setting;

    /// <inheritdoc/>
    public Vec<TSize> Vec<TSize>(string key, int unitAxis = -1, bool slow = false, bool shared = false) where TSize : IDim =>
        new(Read(key, ParameterList.ShapeOf(null, unitAxis, TSize.Size)));

    /// <inheritdoc/>
    public Mat<TRows, TColumns> Mat<TRows, TColumns>(string key, int unitAxis = -1, bool slow = false, bool shared = false) where TRows : IDim where TColumns : IDim =>
        new(Read(key, ParameterList.ShapeOf(null, unitAxis, TRows.Size, TColumns.Size)));

    /// <inheritdoc/>
    public Linear<TInput, TOutput> Linear<TInput, TOutput>(string key, int unitAxis = -1) where TInput : IDim where TOutput : IDim =>
        new(Read(key, ParameterList.ShapeOf(null, unitAxis, TOutput.Size, TInput.Size)));

    /// <inheritdoc/>
    public Embedding<TVocabulary, TWidth> Embedding<TVocabulary, TWidth>(string key) where TVocabulary : IDim where TWidth : IDim =>
        new(Read(key, [TVocabulary.Size, TWidth.Size]));

    /// <inheritdoc/>
    public LmHead<TWidth, TVocabulary> LmHead<TWidth, TVocabulary>() where TWidth : IDim where TVocabulary : IDim =>
        new(Tensors(new(KeyPath.LmHead, [TVocabulary.Size, TWidth.Size])));

    /// <inheritdoc/>
    public double Setting(string key, double fallback) => Settings(key, fallback);

    /// <inheritdoc/>
    public PerHead<THeads, TModel> PerHead<THeads, TModel>(string key) where THeads : IDim where TModel : ISpec<TModel>
    {
        var heads = new InnerWeights[THeads.Size];
        for (var head = 0; head < heads.Length; head++)
        {
            var gathered = new List<InnerWeight>();
            TModel.Bind(new HeadBinder(this, gathered, KeyPath.Join(_prefix, key), "", head, heads.Length));
            heads[head] = new InnerWeights(gathered, Settings);
        }
        return new(heads);
    }

    /// <inheritdoc/>
    public Stack<TDepth, TBlock, TWidth> Stack<TDepth, TBlock, TWidth>(string key) where TDepth : IDim where TBlock : ILayer<TBlock, TWidth> where TWidth : IDim =>
        new([.. Enumerable.Range(0, TDepth.Size).Select(i => Spec<TBlock>($"{key}.{i}"))]);

    /// <inheritdoc/>
    public TSpec Spec<TSpec>(string key) where TSpec : ISpec<TSpec> => TSpec.Bind(new TensorBinder(this, KeyPath.Join(_prefix, key)));

    private double[] Read(string key, int[] shape) => Tensors(new(KeyPath.Join(_prefix, key), shape));

    /// <summary>Gathers one head's part of the stacked tensors.</summary>
    private sealed class HeadBinder(TensorBinder tensors, List<InnerWeight> gathered, string prefix, string path, int head, int heads) : InnerModelBinder
    {
        protected override Scalar[] Items(string key, int[] own, bool slow, bool shared, int unitAxis)
        {
            var local = KeyPath.Join(path, key);
            var stacked = tensors.Tensors(new(KeyPath.Join(prefix, local), ParameterList.ShapeOf(shared ? null : heads, unitAxis, own)));
            var items = Scalar.Constants(shared ? stacked : stacked.AsSpan(head * (stacked.Length / heads), stacked.Length / heads));
            gathered.Add(new(local, !slow, items));
            return items;
        }

        public override double Setting(string key, double fallback) => tensors.Settings(key, fallback);

        public override TSpec Spec<TSpec>(string key) => TSpec.Bind(new HeadBinder(tensors, gathered, prefix, KeyPath.Join(path, key), head, heads));
    }
}
