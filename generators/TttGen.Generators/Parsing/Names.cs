namespace TttGen.Generators.Parsing;

/// <summary>Full names of what the parser knows of the runtime library.</summary>
internal static class Names
{
    public const string Namespace = "TttGen";

    public const string DimAttribute = "TttGen.DimAttribute";
    public const string InnerModelAttribute = "TttGen.InnerModelAttribute";
    public const string InnerOptimiserAttribute = "TttGen.InnerOptimiserAttribute";
    public const string RecurrenceAttribute = "TttGen.RecurrenceAttribute";
    public const string LayerAttribute = "TttGen.LayerAttribute";
    public const string ModelAttribute = "TttGen.ModelAttribute";
    public const string SlowAttribute = "TttGen.SlowAttribute";
    public const string SharedAttribute = "TttGen.SharedAttribute";
    public const string KeyAttribute = "TttGen.KeyAttribute";
    public const string ConfigAttribute = "TttGen.ConfigAttribute";
    public const string LoweredAttribute = "TttGen.LoweredAttribute";
    public const string OperationAttribute = "TttGen.OperationAttribute";

    public const string Dimension = "TttGen.IDim";
    public const string Spec = "TttGen.ISpec";
    public const string InnerModel = "TttGen.IInnerModel";
    public const string InnerOptimiser = "TttGen.IInnerOptimiser";
    public const string Recurrence = "TttGen.IRecurrence";

    public const string Scalar = "TttGen.Scalar";
    public const string Vec = "TttGen.Vec";
    public const string Mat = "TttGen.Mat";
    public const string Seq = "TttGen.Seq";
    public const string HeadSeq = "TttGen.HeadSeq";
    public const string Tokens = "TttGen.Tokens";
    public const string Logits = "TttGen.Logits";
    public const string Linear = "TttGen.Linear";
    public const string Embedding = "TttGen.Embedding";
    public const string LmHead = "TttGen.LmHead";
    public const string PerHead = "TttGen.PerHead";
    public const string Stack = "TttGen.Stack";
    public const string Ops = "TttGen.Ops";
    public const string StepInput = "TttGen.StepInput";

    /// <summary>A number that is no tensor: a setting, a size, a constant.</summary>
    public const string Number = "double";

    /// <summary>A whole number: a size, a count of rows.</summary>
    public const string Whole = "int";
}
