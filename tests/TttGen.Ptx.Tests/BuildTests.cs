using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace TttGen.Ptx.Tests;

/// <summary>A program with <c>TttGenCuda</c>, built as its user builds it.</summary>
public sealed class BuildTests(BuildTests.Program program) : IClassFixture<BuildTests.Program>
{
    [Fact]
    public void The_assembly_holds_a_manifest_and_the_code_of_every_kernel_in_it()
    {
        Assert.Contains("TttGen.Cuda/App.Tiny/manifest.json", program.Resources());
        var names = Regex.Matches(File.ReadAllText(Path.Combine(program.Ptx, "App.Tiny", "manifest.json")), "\"file\": \"([^\"]+)\"").Select(match => $"TttGen.Cuda/App.Tiny/{match.Groups[1].Value}").ToList();
        Assert.Contains("TttGen.Cuda/App.Tiny/LearnLinearMemory.ptx", names);
        Assert.Equal(names.Append("TttGen.Cuda/App.Tiny/manifest.json").Order(StringComparer.Ordinal), program.Resources().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_of_what_kernels_are_made_with_is_in_the_program()
    {
        Assert.DoesNotContain(Directory.GetFiles(program.Output), file => Path.GetFileName(file) is "ILGPU.dll" or "TttGen.Kernels.dll" or "TttGen.Ptx.dll");
        var dependencies = File.ReadAllText(Path.Combine(program.Output, "App.deps.json"));
        Assert.DoesNotContain("ILGPU", dependencies);
        Assert.DoesNotContain("TttGen.Kernels", dependencies);
        Assert.DoesNotContain("TttGen.Ptx", dependencies);
    }

    [Fact]
    public void Kernels_are_made_again_only_if_something_changed_a_fault_in_one_fails_the_build_and_clean_removes_all()
    {
        var before = program.Times();
        program.Build(expected: 0);
        Assert.Equal(before, program.Times());

        // Another text of the program, the same kernels: both passes again, no other file.
        program.Write("Program.cs", "System.Console.WriteLine(\"changed\");");
        program.Build(expected: 0);
        Assert.NotEqual(before.Stamp, program.Times().Stamp);
        Assert.Equal(before.Manifest, program.Times().Manifest);

        // Another folder for what is made on the way, as that of a publish for a machine is: the same kernels, none of them compiled again.
        var cached = program.Cached();
        Assert.NotEmpty(cached);
        program.Build(expected: 0, "-p:Another=true");
        Assert.Equal(cached, program.Cached());

        program.Write("Bad.cs", """
            #if TTTGEN_KERNELS
            namespace App;

            public static class BadKernels
            {
                [TttGen.Kernels.Kernel(32, Spec = "App.Tiny")]
                public static void Local(ILGPU.ArrayView<int> x)
                {
                    var mine = ILGPU.LocalMemory.Allocate<int>(16);
                    for (int i = 0; i < 16; i++) mine[i] = x[i];
                    x[ILGPU.Group.IdxX] = mine[x[ILGPU.Group.IdxX] & 15];
                }
            }
            #endif
            """);
        Assert.Matches(@"Tiny\.cs\(\d+,\d+\): error TTT204: App\.Bad\.Local \(App\.Tiny\): expected all values of a thread in registers, found \.local memory; ", program.Build(expected: 1));

        // A failure is not taken for a result the next time.
        Assert.Contains("error TTT204", program.Build(expected: 1));
        program.Delete("Bad.cs");
        program.Build(expected: 0);
        program.Clean();
        Assert.False(Directory.Exists(Path.GetDirectoryName(program.Ptx)));
        Assert.Empty(program.Cached());
        program.Build(expected: 0);
    }

    /// <summary>Its folder, and the program as it is first built.</summary>
    public sealed class Program : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tttgen-build");

        public Program()
        {
            var repository = Metadata("Repository");
            Write("Directory.Build.props", $"""<Project><Import Project="{repository}samples/Directory.Build.props" /></Project>""");
            Write("Directory.Build.targets", $"""<Project><Import Project="{repository}samples/Directory.Build.targets" /></Project>""");
            File.Copy(Path.Combine(repository, "Directory.Packages.props"), Path.Combine(_folder.FullName, "Directory.Packages.props"));
            Write("App.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TttGenCuda>true</TttGenCuda>
                    <IntermediateOutputPath Condition="'$(Another)' == 'true'">obj/another/</IntermediateOutputPath>
                  </PropertyGroup>
                </Project>
                """);
            Write("Program.cs", "System.Console.WriteLine(\"first\");");
            Write("Tiny.cs", """
                using TttGen;
                using TttGen.InnerModels;
                using TttGen.Layers;

                namespace App;

                [Dim(32)] public readonly partial struct Vocab : IDim;
                [Dim(16)] public readonly partial struct Width : IDim;
                [Dim(2)] public readonly partial struct Depth : IDim;
                [Dim(2)] public readonly partial struct Heads : IDim;
                [Dim(8)] public readonly partial struct HeadDim : IDim;
                [Dim(24)] public readonly partial struct Hidden : IDim;
                [Dim(4)] public readonly partial struct MiniBatch : IDim;

                /// <summary>A model.</summary>
                [Model]
                public sealed partial record class Tiny(
                    Embedding<Vocab, Width> EmbedTokens,
                    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
                    RmsNorm<Width> Norm)
                {
                    /// <summary>Logits.</summary>
                    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
                }
                """);
            Run(expected: 0, "restore");
            Build(expected: 0);
        }

        public string Output => Path.Combine(_folder.FullName, "bin", Metadata("Configuration"), "net10.0");

        public string Ptx => Path.Combine(_folder.FullName, "obj", Metadata("Configuration"), "net10.0", "kernels", "ptx");

        public void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder.FullName, file), text);

        public void Delete(string file) => File.Delete(Path.Combine(_folder.FullName, file));

        // What it refers to is built, and may be in use by other tests.
        public string Build(int expected, params string[] properties) =>
            Run(expected, ["build", "--no-restore", "-c", Metadata("Configuration"), "-p:BuildProjectReferences=false", "-p:TttGenPtxas=none", .. properties]);

        public void Clean() => Run(expected: 0, "clean", "-c", Metadata("Configuration"), "-p:BuildProjectReferences=false");

        public (DateTime Assembly, DateTime Kernels, DateTime Stamp, DateTime Manifest) Times() => (
            File.GetLastWriteTimeUtc(Path.Combine(Output, "App.dll")), File.GetLastWriteTimeUtc(Path.Combine(Ptx, "..", "App.dll")),
            File.GetLastWriteTimeUtc(Path.Combine(Ptx, "..", "ptx.stamp")), File.GetLastWriteTimeUtc(Path.Combine(Ptx, "App.Tiny", "manifest.json")));

        /// <summary>What the tool remembers.</summary>
        public IReadOnlyList<string> Cached()
        {
            var folder = Path.Combine(_folder.FullName, "obj", "ptx-cache");
            return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
        }

        public IReadOnlyList<string> Resources()
        {
            using var image = new PEReader(File.OpenRead(Path.Combine(Output, "App.dll")));
            var metadata = image.GetMetadataReader();
            return [.. metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))];
        }

        public string Run(int expected, params string[] arguments)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", arguments)
            {
                WorkingDirectory = _folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };

            // Those of the SDK that runs the tests are not for the one that builds.
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
            start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            Assert.True(process.ExitCode == expected, output);
            return output;
        }

        public void Dispose() => _folder.Delete(recursive: true);

        private static string Metadata(string key) => typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
    }
}
