using System.Globalization;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>
/// What compiled models share, whatever machine they run on: calls checked, batches cut into passes of packed rows, states advanced. There is no
/// padding: a pass takes rows of any number of sequences.
/// </summary>
public abstract unsafe class BatchedModel : TttModel
{
    private readonly RowPass _pass;
    private readonly int[] _outputRows;
    private readonly int[] _outputSequence;
    private readonly int[] _sliceDone;
    private readonly ModelState[] _sliceStates;
    private readonly int _maxRows;
    private ModelState[] _states = [];
    private int[] _tokens = [];

    /// <param name="maxRows">Rows of one pass.</param>
    private protected BatchedModel(int maxRows)
    {
        _maxRows = maxRows;
        Lifetime = new Lifetime("the model", "this model is in the middle of another call, and serves one at a time; load another for another thread, and don't call it from what a call gives rows to", Free);
        _pass = new RowPass(maxRows, maxRows);
        _outputRows = GC.AllocateArray<int>(maxRows, pinned: true);
        _outputSequence = new int[maxRows];
        _sliceDone = new int[maxRows];
        _sliceStates = new ModelState[maxRows];
        OutputRows = (int*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_outputRows, 0);
    }

    /// <summary>Tokens that a sequence may have, at least 1; null: any number. What <see cref="ModelOptions.MaxContext"/> says; a model on a device is told here.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one.</exception>
    public long? MaxContext
    {
        get;
        set
        {
            if (value is { } tokens) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens, nameof(MaxContext));
            field = value;
        }
    }

    /// <summary>Which call is at work.</summary>
    internal Lifetime Lifetime { get; }

    /// <summary>Rows of this pass.</summary>
    protected int Rows => _pass.Rows;

    /// <summary>Sequences in this pass.</summary>
    protected int SliceCount => _pass.SliceCount;

    /// <summary>[output rows]: rows whose logits are wanted.</summary>
    protected int* OutputRows { get; }

    /// <summary>How many of them.</summary>
    protected int OutputCount { get; private protected set; }

    /// <summary>Mini-batches are cut at multiples of this, where a cut is free.</summary>
    protected abstract int RowAlignment { get; }

    /// <summary>Elements of one state.</summary>
    protected abstract long StateLength { get; }

    /// <summary>What a state of this model is called: name and sizes.</summary>
    protected abstract string StateSignature { get; }

    /// <summary>A checksum of the state that sequences start from: what the inner models have learnt, and so which weights a saved state belongs to; with keys and values, of other weights, too.</summary>
    internal abstract uint StartChecksum { get; }

    /// <summary>Length and signature, for states; models in assemblies that see this one's internals override them as all others do.</summary>
    internal (long Length, string Signature) StateLayout => (StateLength, Cache == CacheType.Float32 ? StateSignature : StateSignature.TrimEnd(')') + StateFile.CacheMark + ")");

    /// <summary>Where inner weights lie within a state.</summary>
    public abstract IReadOnlyList<StateTensor> StateTensors { get; }

    /// <summary>Runs everything up to the head over the rows of this pass.</summary>
    protected abstract void Forward();

    /// <summary>The packed rows of this pass.</summary>
    private protected RowPass Pass => _pass;

    /// <summary>The state of each sequence in the pass.</summary>
    private protected ReadOnlySpan<ModelState> SliceStates => _sliceStates.AsSpan(0, SliceCount);

    /// <summary>The sequence of the call whose logits an output row gives.</summary>
    private protected int OutputSequence(int output) => _outputSequence[output];

    /// <summary>Frees the memory; no call is at work.</summary>
    private protected abstract void Free();

    /// <summary>Whether a state belongs to this machine.</summary>
    private protected abstract bool Owns(ModelState state);

    /// <summary>Runs everything up to the head over the rows of this pass; the states are all known, in order.</summary>
    /// <param name="lastRows">Only logits of sequences' last rows are wanted, those of <see cref="OutputRows"/>.</param>
    private protected virtual void RunPass(bool lastRows) => Forward();

    /// <summary>Where kernels find a state; null where that is not an address.</summary>
    private protected abstract float* AddressOf(ModelState state);

    /// <summary>Runs the head over the last rows of sequences that end in this pass, and puts their logits where they belong: [sequences of the call, vocabulary].</summary>
    private protected abstract void CopyLast(Span<float> logits);

    /// <summary>Runs the head over all rows, and hands the logits over.</summary>
    private protected abstract void ConsumeAll(LogitsConsumer consumer);

    /// <summary>Rows of one sequence that a pass takes at most where so many have some left: all, one sequence after another, unless a machine would rather have many at once.</summary>
    private protected virtual int MostRowsOfOne(int sequences) => int.MaxValue;

    /// <summary>The place of a row of this pass among the tokens of the call.</summary>
    private protected int TokenOf(int row)
    {
        var slice = _pass.SliceOf[row];
        return _sliceStates[slice].FirstToken + _sliceDone[slice] + row - _pass.Slices[slice].First;
    }

    /// <summary>Gives a consumer logits of this pass's rows, of one sequence at a time.</summary>
    /// <param name="first">The first of <see cref="OutputCount"/> rows one after another.</param>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="consumer">Who gets them.</param>
    private protected void HandOver(int first, ReadOnlySpan<float> logits, LogitsConsumer consumer)
    {
        for (var r = 0; r < OutputCount;)
        {
            var slice = _pass.SliceOf[first + r];
            var within = first + r - _pass.Slices[slice].First;
            var rows = Math.Min(OutputCount - r, _pass.Slices[slice].Count - within);
            consumer(_sliceStates[slice].Sequence, _sliceDone[slice] + within, logits.Slice(r * Vocabulary, rows * Vocabulary));
            r += rows;
        }
    }

    /// <summary>Gives a call what it wants of this pass's rows.</summary>
    private protected virtual void Deliver(in WantedRows wanted)
    {
        if (wanted.Consumer is { } consumer) ConsumeAll(consumer);
        else CopyLast(wanted.Logits);
    }

    // ---- calls

    /// <inheritdoc/>
    public override void Prefill(SequenceState state, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        var length = tokens.Length;
        Prefill(new ReadOnlySpan<SequenceState>(in state), tokens, new ReadOnlySpan<int>(in length), logits);
    }

    /// <inheritdoc/>
    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> logits)
    {
        CheckLogits(states.Length, logits.Length);
        CheckLengths(states.Length, lengths.Length);
        RunPasses(states, tokens, lengths, new WantedRows { Logits = logits });
    }

    /// <inheritdoc/>
    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, LogitsConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        CheckLengths(states.Length, lengths.Length);
        RunPasses(states, tokens, lengths, new WantedRows { Consumer = consumer });
    }

    /// <inheritdoc/>
    public override void Decode(SequenceState state, int token, Span<float> logits) =>
        Prefill(state, new ReadOnlySpan<int>(in token), logits);

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        CheckLogits(states.Length, logits.Length);
        if (tokens.Length != states.Length) throw new TttException($"decode: expected one token for each of {states.Length} sequences, found {tokens.Length}");
        RunPasses(states, tokens, default, new WantedRows { Logits = logits });
    }

    private void CheckLogits(int sequences, int found)
    {
        if (found != (long)sequences * Vocabulary)
            throw new TttException($"logits: expected room for {sequences} × {Vocabulary} numbers, found {found}");
    }

    private protected static void CheckLengths(int sequences, int found)
    {
        if (found != sequences) throw new TttException($"prefill: expected {sequences} lengths, one a sequence, found {found}");
    }

    /// <summary>Length of one sequence of a call; decoding passes no lengths.</summary>
    private static int LengthOf(ReadOnlySpan<int> lengths, int sequence) => lengths.IsEmpty ? 1 : lengths[sequence];

    /// <summary>Takes the states' turns and copies what the call is given: whoever it hands rows to may change its own arrays, not what was checked.</summary>
    /// <param name="states">What the caller gave.</param>
    /// <param name="tokens">What they read.</param>
    /// <param name="lengths">How many each.</param>
    /// <param name="taken">States whose turn is to be given back, however this ends.</param>
    private void Begin(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ref int taken)
    {
        if (states.IsEmpty) throw new TttException("prefill: expected at least one sequence, found none");
        if (_states.Length < states.Length) _states = new ModelState[states.Length];
        if (_tokens.Length < tokens.Length) _tokens = new int[tokens.Length];
        long total = 0;
        for (var s = 0; s < states.Length; s++)
        {
            if (states[s] is not ModelState state) throw new TttException($"sequence {s}: expected a state of this model, found one made elsewhere");
            if (state.Signature != StateLayout.Signature) throw new TttException($"sequence {s}: expected a state of {StateLayout.Signature}, found one of {state.Signature}");
            if (!Owns(state)) throw new TttException($"sequence {s}: expected a state of this model's device, found one made elsewhere; save it and restore it into one of this model");
            if (!state.Lifetime.TryTake())
                throw Array.IndexOf(_states, state, 0, s) is var first and >= 0
                    ? new TttException($"sequences {first} and {s} are one state; fork it to continue it in two ways")
                    : state.Lifetime.Busy();
            _states[s] = state;
            taken++;
            var length = LengthOf(lengths, s);
            if (length <= 0) throw new TttException($"sequence {s}: expected at least one token, found none");
            if (state.Position > ModelState.MostTokens - length) throw new TttException($"sequence {s}: expected a sequence of at most {ModelState.MostTokens} tokens");
            if (state.Position > MaxContext - length)
                throw new TttException(string.Create(CultureInfo.InvariantCulture, $"sequence {s}: expected at most {MaxContext} tokens (--max-context), found {state.Position} + {length}; allow more, or start a sequence anew"));
            (state.Sequence, state.FirstToken, state.Count, state.Done) = (s, (int)total, length, 0);
            total += length;
        }
        if (total != tokens.Length) throw new TttException($"prefill: the lengths add up to {total}, found {tokens.Length} tokens");
        tokens.CopyTo(_tokens);
        var vocabulary = Vocabulary;
        for (var t = 0; t < tokens.Length; t++)
            if ((uint)_tokens[t] >= (uint)vocabulary) throw new TttException($"token {t}: expected an id in 0 … {vocabulary - 1}, found {_tokens[t]}");
        for (var s = 0; s < states.Length; s++) _states[s].Reserve(_states[s].Count, _maxRows);
    }

    private protected void RunPasses(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, in WantedRows wanted)
    {
        using var call = Lifetime.Take();
        var taken = 0;
        try
        {
            Begin(states, tokens, lengths, ref taken);
            RunPasses(taken, wanted);
        }
        finally
        {
            foreach (var state in _states.AsSpan(0, taken))
            {
                state.Trim();
                state.Lifetime.GiveBack();
            }
            Array.Clear(_states, 0, taken);
            Array.Clear(_sliceStates, 0, Math.Min(taken, _maxRows));
        }
    }

    private void RunPasses(int sequences, in WantedRows wanted)
    {
        for (int first = 0, left = sequences; left > 0;)
        {
            _pass.Clear();
            OutputCount = 0;
            var most = MostRowsOfOne(left);
            for (var s = first; s < sequences && Rows < _maxRows; s++)
            {
                var state = _states[s];
                var length = state.Count - state.Done;
                if (length == 0) continue;
                var take = Take(length, Math.Min(most, _maxRows - Rows), state.Position);
                if (take == 0) break;
                AddSlice(state, _tokens.AsSpan(state.FirstToken + state.Done, take));
                state.Done += take;
                if (take < length) continue;
                left--;
                if (wanted.Every) continue;
                _outputSequence[OutputCount] = s;
                _outputRows[OutputCount++] = Rows - 1;
            }
            while (first < sequences && _states[first].Done == _states[first].Count) first++;
            RunPass(!wanted.Every);
            // before the consumer, which may throw: states know what they have read
            for (var s = 0; s < SliceCount; s++) _sliceStates[s].Advance(_pass.Slices[s].Count);
            if (wanted.Every || OutputCount > 0) Deliver(wanted);
        }
    }

    /// <summary>Tokens of a sequence for this pass: all that are left, or a cut that the next pass can start a mini-batch at.</summary>
    private int Take(int left, int room, long position)
    {
        if (left <= room) return left;
        var end = (position + room) / RowAlignment * RowAlignment;
        var aligned = (int)(end - position);
        return aligned > 0 ? aligned : Rows > 0 ? 0 : room;
    }

    private void AddSlice(ModelState state, ReadOnlySpan<int> tokens)
    {
        _sliceStates[SliceCount] = state;
        _sliceDone[SliceCount] = state.Done;
        state.Reserve(tokens.Length, tokens.Length);
        _pass.Add(tokens, state.Position, AddressOf(state), AddressOf(state), state.PageTables);
    }

    /// <summary>An inner weight or gradient sum of a state: [layers, heads, count] in order.</summary>
    /// <exception cref="TttException">A state of another model, or no such tensor.</exception>
    public float[] ReadState(SequenceState state, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (state is not ModelState compiled || compiled.Signature != StateLayout.Signature) throw new TttException("expected a state of this model");
        var tensor = StateTensors.FirstOrDefault(t => t.Name == name)
            ?? throw new TttException($"{name}: expected one of {string.Join(", ", StateTensors.Select(t => t.Name))}");
        var numbers = new float[(long)tensor.Layers * tensor.Heads * tensor.Count];
        var to = numbers.AsSpan();
        using var call = compiled.Lifetime.Take();
        var all = compiled.Read();
        for (var layer = 0; layer < tensor.Layers; layer++)
            for (var head = 0; head < tensor.Heads; head++)
            {
                all.Slice((int)(tensor.Offset + layer * tensor.LayerStride + head * tensor.HeadStride), tensor.Count).CopyTo(to);
                to = to[tensor.Count..];
            }
        return numbers;
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public sealed override void Dispose()
    {
        Lifetime.Close();
        GC.SuppressFinalize(this);
    }
}
