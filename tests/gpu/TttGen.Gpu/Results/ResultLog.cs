namespace TttGen.Gpu.Results;

/// <summary>Where results go as soon as they are there: a run that is cut off keeps them.</summary>
/// <param name="path">A file that lines are added to; null: none.</param>
internal sealed class ResultLog(string? path)
{
    /// <summary>All of this run.</summary>
    public List<Result> Results { get; } = [];

    /// <summary>Who is told of each.</summary>
    public Action<Result>? Listener { get; init; }

    /// <summary>Adds one.</summary>
    public void Add(Result result)
    {
        Results.Add(result);
        if (path is not null)
            File.AppendAllText(path, result.ToJson() + "\n");
        Listener?.Invoke(result);
    }
}
