using System.Reflection;
using TttGen.Kernels.Tests.Devices;
using TttGen.Kernels.Tests.Products;

namespace TttGen.Kernels.Tests;

/// <summary>What every primitive becomes on a GPU, as far as PTX shows it.</summary>
public sealed class PtxTests
{
    public static TheoryData<Type, string> Kernels
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (var type in typeof(PtxTests).Assembly.GetTypes())
                foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.Public))
                    if (method.GetCustomAttribute<KernelAttribute>() is not null) data.Add(type, method.Name);
            return data;
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_kernel_keeps_everything_in_registers_and_approximates_nothing_unless_it_says_so(Type type, string name)
    {
        foreach (string ptx in Variants(type.GetMethod(name)!).Select(Ptx.Of))
        {
            Assert.DoesNotContain(".local", ptx);
            Assert.DoesNotContain("tanh.approx", ptx);
            if (!name.StartsWith("Fast", StringComparison.Ordinal)) Assert.DoesNotContain(".approx", ptx);
        }
    }

    [Theory]
    [InlineData(nameof(ProductKernels.FewFloats), "ld.global.v4.f32")]
    [InlineData(nameof(ProductKernels.FewWeights), "ld.global.v4.b32")]
    public void Weights_of_few_rows_come_in_sixteen_bytes_a_load_four_at_once(string name, string load)
    {
        foreach (string ptx in Variants(typeof(ProductKernels).GetMethod(name)!).Select(Ptx.Of))
        {
            // From the first such load on, four follow before anything is multiplied.
            string beforeMultiplying = ptx[..ptx.IndexOf("mul.f32", ptx.IndexOf(load, StringComparison.Ordinal), StringComparison.Ordinal)];
            Assert.True(beforeMultiplying.Split(load).Length > 4, beforeMultiplying);
        }
    }

    internal static IEnumerable<MethodInfo> Variants(MethodInfo kernel)
    {
        if (!kernel.IsGenericMethodDefinition) return [kernel];
        return from rows in (Type[])[typeof(One), typeof(Eight)]
               from columns in (Type[])[typeof(One), typeof(Two), typeof(Four)]
               select kernel.MakeGenericMethod(rows, columns);
    }
}
