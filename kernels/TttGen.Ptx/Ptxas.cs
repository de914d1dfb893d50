using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TttGen.Ptx;

/// <summary>What a kernel takes on an architecture: registers a thread, bytes of spilled registers and of stack a thread.</summary>
internal sealed record Usage(int Registers, int Spills, int Stack);

/// <summary>The assembler that was named can't be used.</summary>
internal sealed class PtxasException(string message) : Exception(message);

/// <summary>NVIDIA's assembler, where it is: nothing is made by it, it says what a GPU will make of a kernel.</summary>
internal sealed class Ptxas
{
    // The first that reads PTX 7.8.
    private static readonly Version Oldest = new(11, 8);

    private readonly string _file, _version;

    private Ptxas(string file, string version) => (_file, _version) = (file, version);

    /// <summary>What tells it from another.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{_version} {new FileInfo(_file).Length} {File.GetLastWriteTimeUtc(_file):O} {_file}");

    /// <summary>The one that is named, or the first on PATH, in CUDA_HOME, CUDA_PATH; null where there is none.</summary>
    /// <param name="named">A file, <c>none</c>, or empty.</param>
    /// <param name="remark">Which was found, where none is named, or why it is not used; or empty.</param>
    /// <exception cref="PtxasException">The one that is named can't be used.</exception>
    public static Ptxas? Find(string named, out string remark)
    {
        remark = "";
        if (named == "none") return null;
        var file = named.Length > 0 ? named : Candidates().FirstOrDefault(File.Exists);
        if (file is null) return null;
        if (Unusable(file, out var version) is not { } reason)
        {
            // what is found by itself is told: a build should not depend on a machine's PATH without a word
            if (named.Length == 0) remark = $"{file}, of CUDA {version}, says how many registers kernels take; to choose another, or none, set TttGenPtxas";
            return new Ptxas(file, version);
        }
        if (named.Length > 0) throw new PtxasException($"TttGenPtxas: expected NVIDIA's ptxas of CUDA {Oldest} or later, {reason}; correct the property, or set it to none");
        remark = $"{file}: expected ptxas of CUDA {Oldest} or later, {reason}; registers of kernels stay unknown";
        return null;
    }

    /// <summary>What a kernel takes.</summary>
    /// <param name="ptx">Its code.</param>
    /// <param name="architecture">Such as sm_80.</param>
    /// <param name="usage">What it takes.</param>
    /// <param name="refusal">What is wrong with the code, else empty.</param>
    public bool TryAssemble(string ptx, string architecture, out Usage usage, out string refusal)
    {
        var folder = Directory.CreateTempSubdirectory("tttgen-ptx");
        try
        {
            var source = Path.Combine(folder.FullName, "kernel.ptx");
            File.WriteAllText(source, ptx);
            var (exit, report) = Run(_file, "-v", "-arch=" + architecture, "-o", Path.Combine(folder.FullName, "kernel.cubin"), source);
            refusal = exit == 0 ? "" : report.Replace(source, "kernel.ptx", StringComparison.Ordinal).Trim();

            // The kernel is its code's last function.
            usage = new(Last("registers"), Last("bytes spill stores") + Last("bytes spill loads"), Last("bytes stack frame"));
            return exit == 0;

            int Last(string what) => Regex.Matches(report, $@"(\d+) {what}").Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).LastOrDefault();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Candidates()
    {
        var name = OperatingSystem.IsWindows() ? "ptxas.exe" : "ptxas";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0);
        foreach (var toolkit in (string[])["CUDA_HOME", "CUDA_PATH"])
            if (Environment.GetEnvironmentVariable(toolkit) is { Length: > 0 } home) folders = folders.Append(Path.Combine(home, "bin"));
        return folders.Select(folder => Path.Combine(folder, name));
    }

    private static string? Unusable(string file, out string version)
    {
        version = "";
        try
        {
            var (exit, text) = Run(file, "--version");
            var release = Regex.Match(text, @"release (\d+\.\d+)");
            if (exit != 0 || !release.Success) return $"found {file}, which does not say its version";
            version = release.Groups[1].Value;
            return Version.Parse(version) < Oldest ? $"found that of CUDA {version}" : null;
        }
        catch (Win32Exception)
        {
            return $"found nothing that runs at {file}";
        }
    }

    private static (int Exit, string Text) Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
