using Microsoft.CodeAnalysis;

namespace TttGen.Generators.Diagnostics;

/// <summary>
/// Everything that the front end can say, each with what to write instead. The compiler's own findings (TTT049 and above) come with their
/// texts from there.
/// </summary>
internal static class Descriptors
{
    // Declarations.
    public static readonly DiagnosticDescriptor NotPartial = Error("TTT001", "The type must be partial",
        "'{0}' must be partial: the generator writes its other part");

    public static readonly DiagnosticDescriptor NotARecord = Error("TTT002", "A spec is a record",
        "'{0}' must be a record whose weights stand in parentheses after its name: write 'readonly partial record struct {0}(…)'");

    public static readonly DiagnosticDescriptor DimensionWithoutInterface = Error("TTT003", "A dimension implements IDim",
        "'{0}' has [Dim] but not ': IDim'; a generator does not see its own output, so write ': IDim' here");

    public static readonly DiagnosticDescriptor DimensionSize = Error("TTT004", "A dimension has at least one element",
        "[Dim({1})] on '{0}': the size must be at least 1");

    public static readonly DiagnosticDescriptor GenericDimension = Error("TTT005", "A dimension is not generic",
        "'{0}' must have no type parameters, and neither may the types around it: its name stands for one size");

    public static readonly DiagnosticDescriptor InnerModelWithoutInterface = Error("TTT006", "An inner model implements IInnerModel",
        "'{0}' has [InnerModel] but does not implement IInnerModel: write ': {1}' here, the second argument being the size of its keys");

    public static readonly DiagnosticDescriptor MethodMissing = Error("TTT007", "A spec has its methods",
        "'{0}' has no method '{1}', which {2} needs");

    public static readonly DiagnosticDescriptor SeveralKinds = Error("TTT008", "A spec is of one kind",
        "'{0}' has more than one of [InnerModel], [InnerOptimiser], [Recurrence], [Layer] and [Model]: keep one");

    public static readonly DiagnosticDescriptor GenericModel = Error("TTT009", "A model is not generic",
        "[Model] '{0}' must have no type parameters, and neither may the types around it: give its parts the dimensions that they have");

    public static readonly DiagnosticDescriptor UnknownParameterType = Error("TTT010", "A spec's parameters are weights, specs and settings",
        "'{0}' of type '{1}' can't be a parameter of {2}: it may be {3}");

    public static readonly DiagnosticDescriptor NotADimension = Error("TTT011", "A dimension has a size that is known",
        "'{0}' has no [Dim], so its size isn't known to the compiler: declare '[Dim(…)] readonly partial struct {0} : IDim' or use a type parameter");

    public static readonly DiagnosticDescriptor MisplacedWeightAttribute = Error("TTT012", "Slow and Shared are for weights of inner models",
        "[{0}] on '{1}' has no meaning: it is for Vec and Mat parameters of an [InnerModel]; remove it");

    public static readonly DiagnosticDescriptor SettingWithoutConfig = Error("TTT013", "A setting has a key and a default",
        "The setting '{0}' must say where its value comes from: write '[Config(\"{1}\", 1.0)] double {0}' with its default, or make it a const of the record");

    public static readonly DiagnosticDescriptor MisplacedConfig = Error("TTT014", "Config is used in one of its three forms",
        "[Config] on '{0}': {1}");

    public static readonly DiagnosticDescriptor HiddenState = Error("TTT015", "A spec has no state beside its parameters",
        "'{0}' would be state beside the record's parameters: make it a parameter, a const or a private method");

    public static readonly DiagnosticDescriptor DuplicateKey = Error("TTT016", "Checkpoint keys are different",
        "'{0}' has the checkpoint key '{1}', as '{2}' has: give one of them another with [Key(\"…\")]");

    public static readonly DiagnosticDescriptor MethodSignature = Error("TTT017", "A method of a spec takes and gives values",
        "'{0}' is {1}: a method of a spec has one form, takes values and returns one");

    public static readonly DiagnosticDescriptor GeneratedMember = Error("TTT018", "A parameter is not called as a generated member",
        "'{0}' is what a member is called that the generator gives this record: give the parameter another name, with [Key(\"{1}\")] where a checkpoint has this one");

    public static readonly DiagnosticDescriptor InnerOptimiserWithoutInterface = Error("TTT019", "An inner optimiser implements IInnerOptimiser",
        "'{0}' has [InnerOptimiser] but does not implement IInnerOptimiser: write ': {1}' here");

    // Bodies.
    public static readonly DiagnosticDescriptor Loop = Error("TTT020", "No loops",
        "A loop is not part of the language: write whole-vector operations (they run over all elements), or Stack<Depth, Block, Width> for repeated layers");

    public static readonly DiagnosticDescriptor Condition = Error("TTT021", "No conditions",
        "{0} is not part of the language: what is computed may not depend on values. Use a smooth function (Sigmoid, Relu, …) or write two specs");

    public static readonly DiagnosticDescriptor Function = Error("TTT022", "No functions as values",
        "{0} is not part of the language: write a private method of the record and call it");

    public static readonly DiagnosticDescriptor Exception = Error("TTT023", "No exceptions and no resources",
        "{0} is not part of the language: a spec only computes; write its statements plainly");

    public static readonly DiagnosticDescriptor UnknownCall = Error("TTT024", "Only methods of the language are called",
        "'{0}' is not part of the language: a spec may call {1}");

    public static readonly DiagnosticDescriptor Assignment = Error("TTT025", "Only locals are assigned",
        "'{0}' can't be assigned: weights change by the compiler's own update only. Assign a local instead: 'var next = …;'");

    public static readonly DiagnosticDescriptor Statement = Error("TTT026", "Statements are locals, assignments and a return",
        "{0} is not part of the language: a method has locals ('var y = …;'), assignments ('y += …;') and one return at its end");

    public static readonly DiagnosticDescriptor Expression = Error("TTT027", "Expressions are arithmetic and calls",
        "{0} is not part of the language: write +, −, *, calls of Ops and of specs, constants");

    public static readonly DiagnosticDescriptor UnknownMember = Error("TTT028", "Only parameters and constants are read",
        "'{0}' can't be read in a spec: use the record's own parameters, a const, or a method of the spec that holds it");

    public static readonly DiagnosticDescriptor Recursion = Error("TTT029", "No recursion",
        "'{0}' calls itself: a spec's methods are expanded where they are called; write Stack<Depth, Block, Width> for repeated layers");

    public static readonly DiagnosticDescriptor IntegerDivision = Error("TTT030", "No integer division",
        "'{0}' divides whole numbers and would drop the remainder: make one of them a double, for example '1.0 / F.Size'");

    public static readonly DiagnosticDescriptor SizeOfConcrete = Error("TTT031", "Size is read from type parameters",
        "'{0}' is generated, so it isn't there yet when specs are compiled: take the dimension as a type parameter of the record, or use a const of the same value");

    public static readonly DiagnosticDescriptor LocalWithoutValue = Error("TTT032", "A local has its value from the start",
        "'{0}' has no value where it is declared: write 'var {0} = …;'");

    // Models: what other assemblies must have.
    public static readonly DiagnosticDescriptor NotLowered = Error("TTT040", "A referenced spec carries its text",
        "'{0}' of '{1}' carries no compiled text: build that project with TttGen's generators (it must import them as analyzers) and without errors");

    public static readonly DiagnosticDescriptor OtherVersion = Error("TTT041", "A referenced spec is of this version",
        "'{0}' of '{1}' was compiled by another version of TttGen: {2}");

    public static readonly DiagnosticDescriptor UnknownType = Error("TTT042", "A spec's types are found",
        "'{0}', which '{1}' names, is neither a spec nor a dimension that this compilation can see: reference its assembly");

    public static readonly DiagnosticDescriptor RecursiveSpec = Error("TTT043", "A spec does not contain itself",
        "'{0}' contains itself ({1}): it would have no end; repeat layers with Stack<Depth, Block, Width>");

    public static readonly DiagnosticDescriptor UnsafeCode = Error("TTT044", "A model's project allows unsafe code",
        "[Model] '{0}' is compiled to code over vector registers and plain memory: set <AllowUnsafeBlocks>true</AllowUnsafeBlocks> in this project");

    public static readonly DiagnosticDescriptor RecurrenceWithoutInterface = Error("TTT045", "A recurrence implements IRecurrence",
        "'{0}' has [Recurrence] but does not implement IRecurrence: write ': {1}' here");

    /// <summary>All that the analyzer may report.</summary>
    public static readonly IReadOnlyList<DiagnosticDescriptor> OfTheParser =
    [
        NotPartial, NotARecord, DimensionWithoutInterface, DimensionSize, GenericDimension, InnerModelWithoutInterface, MethodMissing, SeveralKinds,
        GenericModel, UnknownParameterType, NotADimension, MisplacedWeightAttribute, SettingWithoutConfig, MisplacedConfig, HiddenState, DuplicateKey,
        MethodSignature, GeneratedMember, InnerOptimiserWithoutInterface, RecurrenceWithoutInterface, Loop, Condition, Function, Exception, UnknownCall, Assignment, Statement, Expression, UnknownMember, Recursion,
        IntegerDivision, SizeOfConcrete, LocalWithoutValue, NotLowered, OtherVersion, UnknownType, RecursiveSpec,
        UnsafeCode,
    ];

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "TttGen", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
