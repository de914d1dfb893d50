using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Runtime.Tests.Inference;

/// <summary>
/// A model by hand that writes tokens into pages as attention does, and answers from all it may read: a class of all tokens, and one of a window. In a page are
/// two times "keys" [2, 64], then "values" [64, 3].
/// </summary>
internal sealed unsafe class PagedModel : CompiledModel
{
    public const int KeyWidth = 2, ValueWidth = 3, Heads = 2, HeadElements = PageClass.Tokens * (KeyWidth + ValueWidth), Elements = Heads * HeadElements, Window = 100, VocabularySize = 8;

    /// <summary>Bytes of a page.</summary>
    public const long PageBytes = Elements * sizeof(float);

    private static readonly PageBlock[] Blocks = [new(0, KeyWidth, TokensLast: true, Heads, HeadElements), new(PageClass.Tokens * KeyWidth, ValueWidth, TokensLast: false, Heads, HeadElements)];

    /// <summary>One of all tokens, one of a window.</summary>
    public static readonly PageClass[] Both = [new(Elements, 0) { Blocks = Blocks }, new(Elements, Window) { Blocks = Blocks }];

    private static readonly new ParameterSlot[] Slots = [new("m", [8, 4], StorageForm.Matrix, 1, 8, 4, double.NaN)];

    private readonly IReadOnlyList<PageClass> _classes;
    private readonly bool _onlyPages;
    private readonly double[] _answers = new double[MaxRows];

    public PagedModel(ModelOptions? options = null, IReadOnlyList<PageClass>? classes = null, bool onlyPages = true, int seed = 1)
        : base(Slots, ModelWeights.Create(Slots, options?.Weights ?? WeightType.Float32, seed), options ?? new ModelOptions { Threads = 1 }, 0, null) =>
        (_classes, _onlyPages) = (classes ?? Both, onlyPages);

    /// <summary>What the pass does before it writes.</summary>
    public Action? BeforePass { get; set; }

    protected override IReadOnlyList<PageClass> PageClasses => _classes;

    protected override bool OnlyPages => _onlyPages;

    public override ModelDefinition Definition => throw new NotSupportedException();

    public override int Vocabulary => VocabularySize;

    protected override IReadOnlyList<(string Key, double Value)> Settings => [];

    protected override int RowAlignment => 1;

    protected override long StateLength => 1;

    protected override string StateSignature => "PagedModel (1 number)";

    public override IReadOnlyList<StateTensor> StateTensors => [];

    protected override void StartState(float* state) => state[0] = 5;

    protected override void Forward()
    {
        BeforePass?.Invoke();
        for (var s = 0; s < SliceCount; s++)
            for (var row = 0; row < Slices[s].Count; row++)
            {
                var (at, token) = (Slices[s].Position + row, TokenIds[Slices[s].First + row]);
                double answer = 0;
                for (var c = 0; c < _classes.Count; c++)
                {
                    var pages = Slices[s].Pages[c];
                    var window = _classes[c].Window;
                    Write(pages, at, token + 0.25f * c);
                    for (var t = window == 0 ? 0 : Math.Max(0, at - window + 1); t <= at; t++) answer += Read(pages, t) * Math.Sin(t + 1);
                }
                _answers[Slices[s].First + row] = answer;
            }
    }

    private static void Write(float** pages, long at, float number)
    {
        var t = at % PageClass.Tokens;
        for (var head = 0; head < Heads; head++)
        {
            var tile = pages[at / PageClass.Tokens] + head * HeadElements;
            for (var k = 0; k < KeyWidth; k++) tile[k * PageClass.Tokens + t] = number + k + head;
            for (var v = 0; v < ValueWidth; v++) tile[PageClass.Tokens * KeyWidth + t * ValueWidth + v] = number - v * head;
        }
    }

    private static double Read(float** pages, long at)
    {
        var t = at % PageClass.Tokens;
        double sum = 0;
        for (var head = 0; head < Heads; head++)
        {
            var tile = pages[at / PageClass.Tokens] + head * HeadElements;
            for (var k = 0; k < KeyWidth; k++) sum += (k + 1) * tile[k * PageClass.Tokens + t];
            for (var v = 0; v < ValueWidth; v++) sum += (v + 3) * tile[PageClass.Tokens * KeyWidth + t * ValueWidth + v];
        }
        return sum;
    }

    protected override void Head()
    {
        for (var r = 0; r < OutputCount; r++)
            for (var v = 0; v < VocabularySize; v++) LogitRows[r * VocabularySize + v] = (float)(_answers[OutputRows[r]] * (v + 1));
    }

    public override void Execute(int kernel, int worker, int workers) => throw new NotSupportedException();

    /// <summary>Tokens of a sequence that has a number.</summary>
    public static int[] Words(int number, int count)
    {
        var random = new Random(number);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(VocabularySize))];
    }

    /// <summary>Reads tokens, answers with the logits of the last.</summary>
    public float[] Reads(SequenceState state, ReadOnlySpan<int> tokens)
    {
        var logits = new float[VocabularySize];
        Prefill(state, tokens, logits);
        return logits;
    }

    /// <summary>What a fresh state answers that reads all these tokens.</summary>
    public float[] Answer(params ReadOnlySpan<int> tokens)
    {
        using var state = CreateState();
        return Reads(state, tokens);
    }
}
