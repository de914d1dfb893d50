namespace TttGen.Compiler;

/// <summary>The compiler's one entry point: from what a model says to the C# that runs it.</summary>
public static class ModelCompiler
{
    /// <summary>Compiles a model.</summary>
    /// <exception cref="CompileException">The model can't be compiled; the message says why and the way out.</exception>
    public static CompiledModel Compile(ModelSource source) => Emit.ModelEmitter.Emit(source);
}
