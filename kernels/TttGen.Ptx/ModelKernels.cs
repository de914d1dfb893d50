using System.Reflection;
using TttGen.Kernels;

namespace TttGen.Ptx;

/// <summary>A method that is a kernel.</summary>
/// <param name="Model">Its model's full name: that of the class, without "Kernels".</param>
/// <param name="Method">The method.</param>
/// <param name="Attribute">What it says of itself.</param>
internal sealed record ModelKernel(string Model, MethodInfo Method, KernelAttribute Attribute)
{
    /// <summary>As plans name it.</summary>
    public string Name => Method.Name;

    /// <summary>A guess at how long it takes: those for tensor cores are compiled twice.</summary>
    public int Size => (Method.GetMethodBody()?.GetILAsByteArray()?.Length ?? 0) * (Attribute.TensorCores ? 2 : 1);

    /// <summary>As the code names it, and the driver finds it.</summary>
    public string Entry => $"{Model[(Model.LastIndexOfAny(['.', '+']) + 1)..]}_{Name}";
}

/// <summary>The kernels of an assembly.</summary>
internal static class ModelKernels
{
    private const string Suffix = "Kernels";

    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<ModelKernel> In(Assembly assembly) =>
        [.. Types(assembly).SelectMany(Of).OrderBy(kernel => kernel.Model, StringComparer.Ordinal).ThenBy(kernel => kernel.Name, StringComparer.Ordinal)];

    /// <summary>Those of one class.</summary>
    public static IEnumerable<ModelKernel> Of(Type type)
    {
        var name = type.FullName!;
        var model = name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
        return from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
               let attribute = method.GetCustomAttribute<KernelAttribute>()
               where attribute is not null
               select new ModelKernel(model, method, attribute);
    }

    // A class of kernels depends on nothing that could be missing; other types of the program may.
    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException some)
        {
            return some.Types.OfType<Type>();
        }
    }
}
