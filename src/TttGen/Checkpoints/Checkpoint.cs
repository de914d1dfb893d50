namespace TttGen.Checkpoints;

/// <summary>
/// A checkpoint directory in the Hugging Face layout: config.json and model.safetensors, or model.safetensors.index.json with its shards.
/// Nothing is converted before it is read, and then straight into the caller's memory.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>The weights' file where they are in one.</summary>
    public const string WeightsFile = "model.safetensors";

    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly IReadOnlyList<SafetensorsFile> _files;
    private TensorPieces _pieces = TensorPieces.None;

    private Checkpoint(string directory, CheckpointConfig config, IReadOnlyList<SafetensorsFile> files, Dictionary<string, SafetensorsFile> fileOf)
    {
        (Directory, Config, _files, _fileOf) = (directory, config, files, fileOf);
        Tensors = fileOf.ToDictionary(static pair => pair.Key, static pair => pair.Value.Tensors[pair.Key], StringComparer.Ordinal);
        Bytes = Tensors.Values.Sum(static tensor => tensor.Bytes);
    }

    /// <summary>As given.</summary>
    public string Directory { get; }

    /// <summary>What config.json says.</summary>
    public CheckpointConfig Config { get; }

    /// <summary>All tensors by key.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>Bytes of all tensors as stored.</summary>
    public long Bytes { get; }

    /// <summary>Opens a directory and checks every file's header.</summary>
    /// <exception cref="CheckpointException">Something is missing, damaged or not what it claims to be.</exception>
    public static Checkpoint Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string name = OneLine.Path(directory);
        if (!System.IO.Directory.Exists(directory))
            throw new CheckpointException($"{name}: expected a checkpoint directory, found {(File.Exists(directory) ? "a file: give the directory it is in" : "nothing")}");
        CheckpointConfig config = CheckpointConfig.Load(Path.Combine(directory, CheckpointConfig.FileName));

        string single = Path.Combine(directory, WeightsFile), index = Path.Combine(directory, ShardIndex.FileName);
        if (File.Exists(single)) return OpenSingle(directory, config, single);
        if (File.Exists(index)) return OpenShards(directory, config, index);
        string others = File.Exists(Path.Combine(directory, "pytorch_model.bin")) ? "pytorch_model.bin only: convert it to safetensors" : "neither";
        throw new CheckpointException($"{name}: expected {WeightsFile} or {ShardIndex.FileName}, found {others}");
    }

    /// <summary>
    /// Makes sure that the tensors are exactly those expected, in shape and in a type that can be read as float; otherwise says the first disagreement,
    /// how many there are, and which preset the tensors look like.
    /// </summary>
    /// <param name="expected">Every tensor that the model has.</param>
    /// <param name="modelName">For the error.</param>
    /// <param name="hint">A way out that the caller knows; null: the preset that the tensors look like.</param>
    /// <exception cref="CheckpointException">A tensor is missing, extra, misshapen or mistyped.</exception>
    public void Check(IReadOnlyList<ParameterInfo> expected, string modelName, string? hint = null)
    {
        _pieces = TensorPieces.Of(expected);
        expected = _pieces.Whole;
        List<string> problems = TensorComparison.Problems(expected, TiedHead.WithoutCopy(this, expected));
        if (problems.Count == 0) return;
        string more = problems.Count > 1 ? $" (and {problems.Count - 1} more)" : "";
        throw new CheckpointException($"{OneLine.Path(Directory)} does not fit model {modelName}: {problems[0]}{more}; {hint ?? Likeness.Of(Tensors).Advice}");
    }

    /// <summary>Elements <paramref name="firstElement"/> and on of a tensor, as float; or of a parameter that <see cref="Check"/> was told of as a piece of one.</summary>
    /// <exception cref="CheckpointException">No such tensor, or its type is not F32, F16 or BF16.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the tensor.</exception>
    public void Read(string key, long firstElement, Span<float> to)
    {
        (string tensor, long first) = _pieces.Place(key);
        FileOf(tensor).Read(tensor, first + firstElement, to);
    }

    /// <summary>As <see cref="Read"/>, of weights: which are numbers.</summary>
    /// <exception cref="CheckpointException">As there, or one is NaN or infinite.</exception>
    internal void ReadWeights(string key, long firstElement, Span<float> to)
    {
        Read(key, firstElement, to);
        if (to.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is var place and >= 0)
            throw new CheckpointException($"{OneLine.Path(Directory)}: {OneLine.Of(key)}: expected numbers, found {(float.IsNaN(to[place]) ? "NaN" : "an infinite one")} at element {firstElement + place}; the training that made it has failed, or it is damaged");
    }

    /// <summary>Elements <paramref name="firstElement"/> and on of an I64 tensor.</summary>
    /// <exception cref="CheckpointException">No such tensor, or its type is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the tensor.</exception>
    public void ReadInt64(string key, long firstElement, Span<long> to) => FileOf(key).ReadInt64(key, firstElement, to);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files) file.Dispose();
    }

    private SafetensorsFile FileOf(string key) => _fileOf.TryGetValue(key, out SafetensorsFile? file)
        ? file
        : throw new CheckpointException($"{OneLine.Path(Directory)}: expected a tensor {OneLine.Of(key)}, found none of that name among {Tensors.Count}");

    private static Checkpoint OpenSingle(string directory, CheckpointConfig config, string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        return new Checkpoint(directory, config, [file], file.Tensors.Keys.ToDictionary(static key => key, _ => file, StringComparer.Ordinal));
    }

    private static Checkpoint OpenShards(string directory, CheckpointConfig config, string indexPath)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            ShardIndex index = ShardIndex.Load(indexPath);
            var fileOf = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
            foreach (string shard in index.Files)
            {
                SafetensorsFile file = SafetensorsFile.Open(Path.Combine(directory, shard));
                files.Add(file);
                foreach (string key in file.Tensors.Keys)
                {
                    index.RequireIn(key, shard);
                    fileOf.Add(key, file);
                }
            }

            index.RequireAll(fileOf.Keys);
            return new Checkpoint(directory, config, files, fileOf);
        }
        catch
        {
            foreach (SafetensorsFile file in files) file.Dispose();
            throw;
        }
    }
}
