using TttGen.Compiler.Derivation;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler;

/// <summary>The compiler's one entry point: from what a model says to the C# that runs it.</summary>
public static class ModelCompiler
{
    /// <summary>Compiles a model.</summary>
    /// <exception cref="CompileException">The model can't be compiled; the message says why and the way out.</exception>
    public static CompiledModel Compile(ModelSource source)
    {
        var linked = Linker.Link(source);
        var derived = DerivedModel.Of(linked, learns: source.IsTrainable);
        var scheduled = ScheduledModel.Of(derived);
        return ModelEmitter.Emit(source, scheduled);
    }
}
