using TttGen.Inference;

namespace TttGen.Training.Tests;

/// <summary>
/// A model by hand that appends tokens to pages and learns a table from what it reads there: a class of all tokens, and one of a window. Its backward pass finds in the
/// pages what the forward pass found, or throws.
/// </summary>
internal sealed unsafe class PagedTrainable : CompiledTrainable
{
    public const int Window = 70, Features = 8, Words = 256;

    public static readonly PageClass[] Classes =
    [
        new(PageClass.Tokens, 0) { Blocks = [new PageBlock(0, 1, TokensLast: true)] },
        new(2 * PageClass.Tokens, Window) { Blocks = [new PageBlock(0, 2, TokensLast: false)] },
    ];

    private static readonly ParameterSlot[] Slots = [new("model.table.weight", [Words, Features], StorageForm.Matrix, 1, Words, Features, double.NaN)];

    private readonly float* _hidden;

    public PagedTrainable(ModelDefinition definition, TrainableOptions options) : base(definition, Slots, 1, options, 0) => _hidden = Allocate((long)MaxTokens * Features);

    /// <summary>What the forward pass does before it works.</summary>
    public Action? BeforeForward { get; set; }

    protected override IReadOnlyList<PageClass> PageClasses => Classes;

    public override int Vocabulary => Words;

    public override IReadOnlyList<(string Key, double Value)> Settings => [];

    public override void Set(string key, double value) => throw new TttException($"{key}: expected no setting");

    protected override int Width => Features;

    protected override long StateLength => 1;

    protected override int HeadSlot => 0;

    protected override float* Hidden => _hidden;

    protected override IReadOnlyList<string> KernelNames => [];

    protected override IReadOnlyList<(string Memory, int Layers, int Heads)> Memories => [];

    protected override void StartState(float* state) => state[0] = 1;

    protected override void Forward()
    {
        BeforeForward?.Invoke();
        for (var s = 0; s < SliceCount; s++)
        {
            for (var row = 0; row < Slices[s].Count; row++) Write(Slices + s, Slices[s].Position + row, TokenIds[Slices[s].First + row]);
            if (Slices[s].End != null) Slices[s].End[0] = Slices[s].State[0] + Slices[s].Count;
        }
        for (var row = 0; row < Rows; row++)
            for (var f = 0; f < Features; f++) _hidden[row * Features + f] = Feature(row, f);
    }

    protected override void Backward()
    {
        for (var row = 0; row < Rows; row++)
            for (var f = 0; f < Features; f++)
                if (_hidden[row * Features + f] != Feature(row, f)) throw new InvalidOperationException("expected the pages of the forward pass");
    }

    public override void Execute(int kernel, int worker, int workers) => throw new NotSupportedException();

    private static void Write(BatchSlice* slice, long at, int token)
    {
        slice->Pages[0][at / PageClass.Tokens][at % PageClass.Tokens] = token;
        slice->Pages[1][at / PageClass.Tokens][at % PageClass.Tokens * 2] = token + 1;
        slice->Pages[1][at / PageClass.Tokens][at % PageClass.Tokens * 2 + 1] = token + 2;
    }

    private float Feature(int row, int feature)
    {
        var slice = Slices + SliceOf[row];
        var (at, sum) = (Positions[row], 0.0);
        for (long t = 0; t <= at; t++) sum += slice->Pages[0][t / PageClass.Tokens][t % PageClass.Tokens] / (1 + at - t);
        for (var t = Math.Max(0, at - Window + 1); t <= at; t++) sum += slice->Pages[1][t / PageClass.Tokens][t % PageClass.Tokens * 2 + 1] * Math.Cos(t);
        return (float)Math.Sin(sum * (feature + 1) / 50);
    }
}
