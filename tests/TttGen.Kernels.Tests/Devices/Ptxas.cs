using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>NVIDIA's assembler, where it is: on PATH, or the file that TTTGEN_PTXAS names. It is no part of the build; what it says of a kernel is what a GPU gets.</summary>
public static class Ptxas
{
    /// <summary>The file, or null.</summary>
    public static string? File { get; } = Find();

    /// <summary>Why what needs it is skipped, or null.</summary>
    public static string? Missing => File is null ? "ptxas is neither on PATH nor named by TTTGEN_PTXAS" : null;

    /// <summary>What a kernel takes on an architecture, such as sm_80.</summary>
    public static Usage Assemble(string ptx, string architecture) => Assemble(ptx, architecture, _ => { });

    /// <summary>Its instructions, by the disassembler beside the assembler; null where there is none.</summary>
    public static string? Disassemble(string ptx, string architecture)
    {
        string? text = null;
        string disassembler = Path.Combine(Path.GetDirectoryName(File)!, OperatingSystem.IsWindows() ? "cuobjdump.exe" : "cuobjdump");
        if (System.IO.File.Exists(disassembler)) Assemble(ptx, architecture, binary => text = Run(disassembler, "-sass", binary));
        return text;
    }

    private static Usage Assemble(string ptx, string architecture, Action<string> then)
    {
        var folder = Directory.CreateTempSubdirectory("tttgen");
        try
        {
            string source = Path.Combine(folder.FullName, "kernel.ptx"), binary = Path.Combine(folder.FullName, "kernel.cubin");
            System.IO.File.WriteAllText(source, ptx);

            // The last function is the kernel: those before it, the instructions' own, are called by nobody.
            string report = Run(File!, "-v", "-arch=" + architecture, "-o", binary, source);
            then(binary);
            return new(Last("bytes stack frame"), Last("bytes spill stores"), Last("registers"), Last("bytes smem"));

            int Last(string what) => Regex.Matches(report, @"(\d+) " + what).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).LastOrDefault();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "ptxas.exe" : "ptxas";
        if (Environment.GetEnvironmentVariable("TTTGEN_PTXAS") is { Length: > 0 } given) return given;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists);
    }

    private static string Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: {output}");
    }

    /// <summary>What one kernel takes: bytes of stack and of spilled registers, registers a thread, bytes of shared memory.</summary>
    public sealed record Usage(int Stack, int Spills, int Registers, int Shared);
}

/// <summary>A theory that is skipped, and says so, where there is no ptxas.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute() => Skip = Ptxas.Missing;
}
