namespace TttGen.Compiler.Ir;

/// <summary>A number that is known when a model is loaded: of config.json, or its default.</summary>
public sealed class Setting(int id, string name) : Input(id, [], name);
