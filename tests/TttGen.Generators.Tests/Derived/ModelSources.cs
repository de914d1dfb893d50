using System.Runtime.CompilerServices;
using TttGen.Compiler;

namespace TttGen.Generators.Tests.Derived;

/// <summary>Models of files of source, as the compiler is given them.</summary>
internal static class ModelSources
{
    /// <summary>By name.</summary>
    /// <param name="files">Relative to the folder of tests.</param>
    /// <param name="here">This file.</param>
    public static Dictionary<string, ModelSource> Of(IEnumerable<string> files, [CallerFilePath] string here = "")
    {
        var found = new Dictionary<string, ModelSource>();
        var tests = Path.Combine(Path.GetDirectoryName(here)!, "../..");
        var written = files.Aggregate(Compilations.Of(""), (compilation, file) => Compilations.With(compilation, File.ReadAllText(Path.Combine(tests, file)), file));
        var generated = Compilations.Generated(written, Compilations.Driver(new DimensionGenerator(), new SpecGenerator()));
        Compilations.Driver(new ModelGenerator(source =>
        {
            found[source.Name] = source;
            return new([], []);
        })).RunGenerators(generated);
        return found;
    }
}
