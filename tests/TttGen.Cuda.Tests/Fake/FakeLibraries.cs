using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TttGen.Cuda.Tests.Fake;

/// <summary>The C files beside this one, compiled once a run into libraries that stand in for NVIDIA's.</summary>
internal static class FakeLibraries
{
    /// <summary>A library that no machine has.</summary>
    public const string NoFile = "libtttgen-no-such-library.so";

    private static readonly string[] Names = ["fake_cuda", "fake_cublas"];
    private static readonly Lazy<(string Folder, string? Missing)> Compiled = new(Compile);

    /// <summary>Why there are none; null where there are.</summary>
    public static string? Missing => Compiled.Value.Missing;

    /// <summary>A library's file.</summary>
    public static string File(string name) => Compiled.Value.Missing is { } missing ? throw new InvalidOperationException(missing) : Path.Combine(Compiled.Value.Folder, $"{name}.so");

    private static (string, string?) Compile()
    {
        if (OperatingSystem.IsWindows())
            return ("", "The fake libraries are C for gcc or clang; Windows has neither by itself.");
        var folder = Directory.CreateTempSubdirectory("tttgen-cuda-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string[] compilers = ["cc", "gcc", "clang"];
        foreach (var compiler in compilers)
        {
            try
            {
                foreach (var name in Names)
                    Compile(compiler, Path.Combine(AppContext.BaseDirectory, "Fake", $"{name}.c"), Path.Combine(folder, $"{name}.so"));
                return (folder, null);
            }
            catch (Win32Exception)
            {
                // Not there: the next one.
            }
        }
        return ("", $"The fake libraries are C, and there is no compiler: neither {string.Join(" nor ", compilers)}.");
    }

    // A compiler that is there and can't compile a fake shows a defect of the fake, which is no reason to skip.
    private static void Compile(string compiler, string source, string library)
    {
        string[] arguments = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-o", library, source];
        using var process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{compiler} {source}: {said}");
    }
}
