using TttGen.Checkpoints;

namespace TttGen.Training;

/// <summary>Where a training keeps its files.</summary>
/// <param name="Path">The folder.</param>
public sealed record TrainingFolder(string Path)
{
    /// <summary>The model in the Hugging Face layout, ready for use.</summary>
    public string Model => System.IO.Path.Combine(Path, "model");

    /// <summary>What a training is continued from.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint");

    /// <summary>How the training went: a JSON object a line.</summary>
    public string Metrics => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>The texts as tokens.</summary>
    public string Tokens => System.IO.Path.Combine(Path, "tokens");

    /// <summary>Makes the folder where it is not there.</summary>
    /// <exception cref="TttException">It can't be made.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(Path)}: the folder can't be made: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Keeps other trainings out until it is disposed, or until the process ends, however it does.</summary>
    /// <exception cref="TttException">Another training is at work there.</exception>
    public IDisposable Take()
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(Path)}: another training is at work there, or the folder can't be written: {OneLine.Of(error.Message)}", error);
        }
    }
}
