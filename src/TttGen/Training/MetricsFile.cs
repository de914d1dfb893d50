using System.Text.Json;
using TttGen.Checkpoints;

namespace TttGen.Training;

/// <summary>How a training went, a JSON object a line, each step once: what was written after the checkpoint that a training goes on from is cut off.</summary>
internal sealed class MetricsFile : IDisposable
{
    // Longer ones are not ours.
    private const int LongestLine = 1 << 20;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly MemoryStream _line = new();

    private MetricsFile(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Opens a file to append to, with the lines of the first <paramref name="steps"/> steps.</summary>
    /// <exception cref="TttException">It can't be written.</exception>
    public static MetricsFile Open(string path, long steps)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            file.SetLength(LengthOf(file, steps));
            file.Position = file.Length;
            return new MetricsFile(path, file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, error);
        }
    }

    /// <summary>Appends what a step did, and what the inner loops did where that is known.</summary>
    public void Write(StepReport report)
    {
        Line(report.Step, json =>
        {
            json.WriteNumber("tokens", report.Tokens);
            json.WriteNumber("loss", report.Loss);
            json.WriteNumber("grad_norm", report.GradientNorm);
            json.WriteNumber("learning_rate", report.LearningRate);
            if (report.InnerRate is { } rate)
                json.WriteNumber("inner_rate", rate);
            json.WriteNumber("tokens_per_second", report.TokensPerSecond);
            json.WriteNumber("seconds", report.Seconds);
        });
        if (report.Inner is { Count: > 0 } inner)
            Line(report.Step, json => WriteInner(json, inner));
    }

    /// <summary>Appends how well held-out text is predicted.</summary>
    public void Write(HeldOutReport report) => Line(report.Step, json =>
    {
        json.WriteStartObject("held_out");
        foreach (var (text, nats) in report.NatsPerByte)
            json.WriteNumber(text, nats);
        json.WriteEndObject();
    });

    /// <summary>Makes sure that what was written is on the disk before a checkpoint says so.</summary>
    public void Flush()
    {
        try
        {
            _file.Flush(flushToDisk: true);
        }
        catch (IOException error)
        {
            throw NotWritten(_path, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _line.Dispose();
    }

    private static void WriteInner(Utf8JsonWriter json, IReadOnlyList<InnerLoss> losses)
    {
        json.WriteStartArray("inner");
        foreach (var loss in losses)
        {
            json.WriteStartObject();
            json.WriteNumber("layer", loss.Layer);
            json.WriteString("memory", loss.Memory);
            json.WriteNumber("initial", loss.Initial);
            json.WriteNumber("before", loss.Before);
            json.WriteNumber("after", loss.After);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // Whole lines only, in one write: a reader sees none in part.
    private void Line(long step, Action<Utf8JsonWriter> members)
    {
        _line.SetLength(0);
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", step);
            members(json);
            json.WriteEndObject();
        }
        _line.WriteByte((byte)'\n');
        try
        {
            _file.Write(_line.GetBuffer(), 0, (int)_line.Length);
            _file.Flush();
        }
        catch (IOException error)
        {
            throw NotWritten(_path, error);
        }
    }

    private static TttException NotWritten(string path, Exception error) =>
        new($"{OneLine.Path(path)}: can't be written, the last checkpoint is as it was: {OneLine.Of(error.Message)}", error);

    /// <summary>Bytes of the lines up to a step; a line that the end of a process cut short ends the search, too. A piece at a time, for such a file may be of any length.</summary>
    internal static long LengthOf(Stream file, long steps)
    {
        var buffer = new byte[Math.Min(LongestLine, file.Length)];
        var (kept, held) = (0L, 0);
        while (file.Read(buffer, held, buffer.Length - held) is var read and > 0)
        {
            held += read;
            var at = 0;
            while (buffer.AsSpan(at, held - at).IndexOf((byte)'\n') is var length and >= 0)
            {
                if (StepOf(buffer.AsMemory(at, length)) is not { } step || step > steps)
                    return kept + at;
                at += length + 1;
            }
            kept += at;
            buffer.AsSpan(at, held - at).CopyTo(buffer);
            held -= at;
        }
        return kept;
    }

    private static long? StepOf(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
