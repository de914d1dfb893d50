namespace TttGen.Training.Data;

/// <summary>Makes the batches of a step: what they hold depends on seed and step alone.</summary>
internal sealed class BatchReader(TrainingData data, TrainingSettings settings, IReadOnlyList<CarryLane> lanes)
{
    private readonly PlaceSampler _places = new(data, settings.Parts * settings.Context, settings.Seed);

    /// <summary>One batch. Where states are carried, each batch of each step is read once, in order.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="call">0 … <see cref="TrainingSettings.Accumulate"/> − 1.</param>
    public TrainingBatch Read(long step, int call)
    {
        var (rows, context) = (settings.Batch, settings.Context);
        var (tokens, targets) = (new int[rows * context], new int[rows * context]);
        var sequences = new List<TrainingSequence>();
        var window = new int[context + 1];
        for (var row = 0; row < rows; row++)
        {
            var lane = call * rows + row;

            // Rows are at different parts of their sequences, so that a step has some of each.
            var (sequence, part) = Math.DivRem(step + lane % settings.Parts, settings.Parts);
            var first = _places.First((ulong)(sequence * settings.Accumulate * rows + lane)) + part * context;
            data.File.Read(first, window);
            window.AsSpan(0, context).CopyTo(tokens.AsSpan(row * context));
            window.AsSpan(1).CopyTo(targets.AsSpan(row * context));
            Cut(first, part == 0, targets.AsSpan(row * context, context), lanes.Count == 0 ? null : lanes[lane], sequences);
        }
        return new TrainingBatch(tokens, targets, sequences);
    }

    /// <summary>One sequence of its own: nothing is carried on.</summary>
    public TrainingBatch Sample(long step)
    {
        var window = new int[settings.Context + 1];
        data.File.Read(_places.First((ulong)step), window);
        return new TrainingBatch(window.AsMemory(0, settings.Context), window.AsMemory(1), [new TrainingSequence(settings.Context)]);
    }

    // Appends a window's sequences; where it is cut, a document's last token has no target.
    private void Cut(long first, bool fresh, Span<int> targets, CarryLane? lane, List<TrainingSequence> sequences)
    {
        var begin = 0;
        if (settings.Packed || lane is not null)
        {
            var documents = data.File.Documents;
            var next = documents.BinarySearch(first);
            fresh |= next >= 0;
            for (next = next >= 0 ? next + 1 : ~next; next < documents.Length && documents[next] <= first + targets.Length; next++)
            {
                var end = (int)(documents[next] - first);
                targets[end - 1] = -1;
                if (end == targets.Length)
                    break;

                // Only the last part goes on in the next step; the one that another follows needs the state before it, but none after.
                sequences.Add(new TrainingSequence(end - begin, begin == 0 && !fresh ? lane?.Current : null));
                (begin, fresh) = (end, true);
            }
        }
        sequences.Add(new TrainingSequence(targets.Length - begin, fresh ? lane?.StartAfresh() : lane?.Current));
    }
}
