using System.Reflection;
using System.Reflection.Emit;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>
/// Puts a <see cref="ThreadOrder"/> in charge of an accelerator of ILGPU's. Its own sequential mode knows one order, and wakes every thread of a
/// group whenever one's turn comes. The class that decides is internal there, so one derived from it is emitted here.
/// </summary>
internal static class OrderedProcessor
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Type Base = typeof(CPUAccelerator).Assembly.GetType("ILGPU.Runtime.CPU.CPUMultiprocessor", throwOnError: true)!;
    private static readonly Lazy<Type> Derived = new(Emit);

    /// <summary>Before the accelerator's first launch.</summary>
    public static void Install(CPUAccelerator accelerator, ThreadOrder order)
    {
        var processors = (Array)typeof(CPUAccelerator).GetField("multiprocessors", Any)!.GetValue(accelerator)!;
        for (int i = 0; i < processors.Length; i++)
        {
            ((IDisposable)processors.GetValue(i)!).Dispose();
            object processor = Activator.CreateInstance(Derived.Value, accelerator, i)!;
            Derived.Value.GetField("Order")!.SetValue(processor, order);
            processors.SetValue(processor, i);
        }
    }

    private static Type Emit()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("TttGen.OrderedProcessor"), AssemblyBuilderAccess.Run);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute).GetConstructors().Single(), ["ILGPU"]));
        var type = assembly.DefineDynamicModule("Main").DefineType("OrderedProcessor", TypeAttributes.Public | TypeAttributes.Sealed, Base);
        var order = type.DefineField("Order", typeof(ThreadOrder), FieldAttributes.Public);

        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(CPUAccelerator), typeof(int)]).GetILGenerator();
        constructor.Emit(OpCodes.Ldarg_0);
        constructor.Emit(OpCodes.Ldarg_1);
        constructor.Emit(OpCodes.Ldarg_2);
        constructor.Emit(OpCodes.Call, Base.GetConstructor(Any, [typeof(CPUAccelerator), typeof(int)])!);
        constructor.Emit(OpCodes.Ret);

        Override("BeginLaunch", nameof(ThreadOrder.Begin));
        Override("BeginThreadProcessing", nameof(ThreadOrder.BeginGroup));
        Override("EndThreadProcessing", nameof(ThreadOrder.EndGroup));
        Override("FinishThreadProcessing", nameof(ThreadOrder.Finish));
        Override("GroupBarrier", nameof(ThreadOrder.Barrier));
        Override("WarpBarrier", nameof(ThreadOrder.Barrier));
        return type.CreateType();

        void Override(string name, string target)
        {
            var overridden = Base.GetMethod(name, Any)!;
            Type[] parameters = [.. overridden.GetParameters().Select(p => p.ParameterType)];
            var method = type.DefineMethod(name, overridden.Attributes & ~(MethodAttributes.Abstract | MethodAttributes.NewSlot), overridden.ReturnType, parameters);
            var code = method.GetILGenerator();
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, order);
            if (parameters.Length > 0) code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Call, typeof(ThreadOrder).GetMethod(target)!);
            code.Emit(OpCodes.Ret);
        }
    }
}
