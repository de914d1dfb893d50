using System.Runtime.InteropServices;

namespace TttGen.Checkpoints;

/// <summary>
/// A safetensors file. Not mapped into memory: a file that is cut while it is read would end the process; so it is an error like others.
/// Reads from several threads are allowed.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly FileStream _file;

    private SafetensorsFile(string path, FileStream file, Dictionary<string, TensorEntry> tensors) => (Path, _file, Tensors) = (path, file, tensors);

    /// <summary>As given.</summary>
    public string Path { get; }

    /// <summary>The tensors by key, checked to lie within the file.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">It can't be read, or its header is not a true account of it.</exception>
    public static SafetensorsFile Open(string path)
    {
        string name = OneLine.Path(path);
        try
        {
            FileStream stream = InputFile.Open(path);
            try
            {
                return new SafetensorsFile(path, stream, ReadHeader(stream, name));
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"{name}: expected a safetensors file, found none", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException($"{name}: can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Elements <paramref name="firstElement"/> and on, as float.</summary>
    /// <exception cref="CheckpointException">No such tensor, or its type is not F32, F16 or BF16.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the tensor.</exception>
    public void Read(string key, long firstElement, Span<float> to)
    {
        TensorEntry tensor = Find(key, firstElement, to.Length);
        if (!tensor.Type.IsWeight)
            throw new CheckpointException($"{OneLine.Path(Path)}: {OneLine.Of(key)}: expected F32, F16 or BF16, found {tensor.Type.HeaderName}; convert the checkpoint to one of these");
        if (tensor.Type == DType.F32)
        {
            Copy(tensor, firstElement, to);
            return;
        }

        ushort[] narrow = new ushort[Math.Min(to.Length, 1 << 16)];
        for (int done = 0; done < to.Length;)
        {
            Span<ushort> part = narrow.AsSpan(0, Math.Min(narrow.Length, to.Length - done));
            Copy(tensor, firstElement + done, part);
            if (tensor.Type == DType.BF16) TensorConversion.WidenBFloat16(part, to[done..]);
            else TensorConversion.WidenHalf(part, to[done..]);
            done += part.Length;
        }
    }

    /// <summary>Elements <paramref name="firstElement"/> and on of an I64 tensor.</summary>
    /// <exception cref="CheckpointException">No such tensor, or its type is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the tensor.</exception>
    public void ReadInt64(string key, long firstElement, Span<long> to)
    {
        TensorEntry tensor = Find(key, firstElement, to.Length);
        if (tensor.Type != DType.I64) throw new CheckpointException($"{OneLine.Path(Path)}: {OneLine.Of(key)}: expected I64, found {tensor.Type.HeaderName}");
        Copy(tensor, firstElement, to);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static Dictionary<string, TensorEntry> ReadHeader(FileStream stream, string name)
    {
        long bytes = stream.Length;
        if (bytes < SafetensorsHeader.PrefixBytes)
            throw new CheckpointException($"{name}: has {bytes} bytes, expected at least {SafetensorsHeader.PrefixBytes}; this is not a safetensors file, or it is truncated");
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        stream.ReadExactly(prefix);
        byte[] json = new byte[SafetensorsHeader.JsonBytes(prefix, bytes, name)];
        stream.ReadExactly(json);
        return SafetensorsHeader.Parse(json, bytes - SafetensorsHeader.PrefixBytes - json.Length, name);
    }

    private TensorEntry Find(string key, long first, int count)
    {
        if (!Tensors.TryGetValue(key, out TensorEntry? tensor))
            throw new CheckpointException($"{OneLine.Path(Path)}: expected a tensor {OneLine.Of(key)}, found none of that name among {Tensors.Count}");
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, tensor.Count - count);
        return tensor;
    }

    private void Copy<T>(TensorEntry tensor, long first, Span<T> to) where T : unmanaged
    {
        Span<byte> left = MemoryMarshal.AsBytes(to);
        try
        {
            for (long at = tensor.Offset + first * tensor.Type.Bytes; !left.IsEmpty;)
            {
                int read = RandomAccess.Read(_file.SafeFileHandle, left, at);
                if (read == 0)
                    throw new CheckpointException($"{OneLine.Path(Path)}: {OneLine.Of(tensor.Key)}: the file ends within it; it was cut while it was read");
                left = left[read..];
                at += read;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{OneLine.Path(Path)}: {OneLine.Of(tensor.Key)} can't be read: {OneLine.Of(error.Message)}", error);
        }
    }
}
