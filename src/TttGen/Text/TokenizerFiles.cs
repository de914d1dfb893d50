using TttGen.Checkpoints;

namespace TttGen.Text;

/// <summary>Finds a tokenizer's file and tells its kind.</summary>
internal static class TokenizerFiles
{
    private const string SentencePieceName = "tokenizer.model", HuggingFaceName = "tokenizer.json";
    private const long LongestFile = 256 << 20;

    internal static Tokenizer Load(string directoryOrFile)
    {
        string name = OneLine.Path(directoryOrFile);
        if (File.Exists(directoryOrFile)) return LoadFile(directoryOrFile, name);
        if (!Directory.Exists(directoryOrFile)) throw new TttException($"{name}: expected a tokenizer file or a checkpoint directory, found nothing");

        foreach (string file in (ReadOnlySpan<string>)[SentencePieceName, HuggingFaceName])
        {
            string path = Path.Combine(directoryOrFile, file);
            if (File.Exists(path)) return LoadFile(path, OneLine.Path(path));
        }

        string config = Path.Combine(directoryOrFile, CheckpointConfig.FileName);
        if (File.Exists(config) && CheckpointConfig.Load(config).Int("vocab_size", -1) == Tokenizer.Bytes.VocabularySize) return Tokenizer.Bytes;
        throw new TttException($"{name}: expected {SentencePieceName} or {HuggingFaceName}, found neither; copy the one that the model was trained with there");
    }

    private static Tokenizer LoadFile(string path, string name)
    {
        byte[] content;
        try
        {
            using FileStream stream = InputFile.Open(path);
            if (stream.Length > LongestFile) throw new TttException($"{name}: has {stream.Length} bytes, expected a tokenizer of at most {LongestFile}");
            content = new byte[stream.Length];
            stream.ReadExactly(content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{name}: can't be read: {OneLine.Of(error.Message)}", error);
        }

        ReadOnlySpan<byte> start = content.AsSpan().TrimStart("\uFEFF \t\r\n"u8);
        if (!start.IsEmpty && start[0] == '{') return TokenizerJson.Load(content, Path.GetDirectoryName(Path.GetFullPath(path))!, name);
        return SentencePieceFile.TryRead(content, name) is { } model
            ? new SentencePieceTokenizer(model)
            : throw new TttException($"{name}: expected a SentencePiece model or a Hugging Face tokenizer.json, found neither; this is not a tokenizer, or it is damaged");
    }
}
