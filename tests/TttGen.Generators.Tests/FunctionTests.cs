using System.Reflection;
using TttGen.Compiler.Ir;
using TttGen.Cpu;
using TttGen.Kernels;

namespace TttGen.Generators.Tests;

/// <summary>A function has one name: in the compiler, in registers, on a device. Emitted code calls it by that name.</summary>
public sealed class FunctionTests
{
    /// <summary>A division, and a value apart: emitted as such.</summary>
    private static readonly Function[] Operators = [Function.Recip, Function.Copy];

    public static TheoryData<Function> All => [.. Enum.GetValues<Function>()];

    public static TheoryData<Function> Called => [.. Enum.GetValues<Function>().Except(Operators)];

    [Theory, MemberData(nameof(All))]
    public void A_function_has_a_row_in_the_table(Function function) => Assert.NotEmpty(function.Rule().Slopes);

    [Theory, MemberData(nameof(Called))]
    public void Registers_have_a_method_of_a_functions_name(Function function) => Assert.Single(
        typeof(ILanes<,>).GetMethods(BindingFlags.Static | BindingFlags.Public),
        m => m.Name == function.ToString() && m.GetParameters().Length == function.Arguments() && m.GetParameters().All(p => p.ParameterType.Name == "TSelf"));

    [Theory, MemberData(nameof(Called))]
    public void A_device_has_a_method_of_a_functions_name_for_one_number_and_for_four(Function function) => Assert.All(
        new[] { typeof(float), typeof(Float4) },
        type => Assert.Equal(type, typeof(Fn).GetMethod(function.ToString(), [.. Enumerable.Repeat(type, function.Arguments())])?.ReturnType));
}
