using System.Globalization;
using System.Text.RegularExpressions;
using TttGen.Kernels.Tests.TensorCores;

namespace TttGen.Ptx.Tests;

/// <summary>What is made of ILGPU's text.</summary>
public sealed class PtxTextTests
{
    [Fact]
    public void The_entry_has_the_names_of_model_and_kernel_and_just_the_threads_that_it_is_written_for()
    {
        var text = Compiled.Ptx(typeof(GoodKernels), nameof(GoodKernels.Scale)).Text;
        Assert.Contains(".visible .entry Good_Scale(", text);
        Assert.Contains(".reqntid 128, 1, 1\n.minnctapersm 2\n", text);
        Assert.DoesNotContain(".maxntid", text);
        Assert.DoesNotContain(".minnctapersm", Compiled.Ptx(typeof(GoodKernels), nameof(GoodKernels.Reverse)).Text);
    }

    [Fact]
    public void No_branch_is_marked_as_uniform()
    {
        Assert.Contains(".uni", Compiled.Raw(Compiled.Kernel(typeof(GoodKernels), nameof(GoodKernels.Scale))));
        Assert.DoesNotContain(".uni", Compiled.Ptx(typeof(GoodKernels), nameof(GoodKernels.Scale)).Text);
    }

    [Fact]
    public void Functions_that_nobody_calls_are_left_out()
    {
        Assert.Contains(".func", Compiled.Raw(Compiled.Kernel(typeof(MmaKernels), nameof(MmaKernels.TensorWarp))));
        var text = Compiled.Ptx(typeof(MmaKernels), nameof(MmaKernels.TensorWarp)).Text;
        Assert.DoesNotContain(".func", text);
        Assert.Contains("mma.sync", text);
    }

    [Fact]
    public void Shared_memory_that_a_kernel_may_declare_stays_declared()
    {
        var ptx = Compiled.Ptx(typeof(GoodKernels), nameof(GoodKernels.Reverse));
        Assert.Equal((256, 0), (ptx.SharedStatic, ptx.SharedDynamic));
        Assert.Matches(@"\.shared \.align 16 \.b8 \w+\[256\];", ptx.Text);
    }

    [Fact]
    public void More_shared_memory_is_for_the_launch_to_add_every_array_at_its_offset()
    {
        var ptx = Compiled.Ptx(typeof(GoodKernels), nameof(GoodKernels.Large));
        var offsets = Regex.Matches(ptx.Text, @"dynamicShared\+(\d+)").Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct();

        // The second array follows the first, 33 or 65536 bytes, on a multiple of sixteen.
        var offset = Assert.Single(offsets);
        Assert.True((offset, ptx.SharedDynamic) is (48, 48 + 65536) or (65536, 65536 + 33), $"{offset}, {ptx.SharedDynamic}");
        Assert.Equal(0, ptx.SharedStatic);
        Assert.Contains(".extern .shared .align 16 .b8 dynamicShared[];", ptx.Text);
    }

    [Fact]
    public void A_kernel_is_the_same_text_whatever_was_compiled_before_it_or_is_at_the_same_time()
    {
        (Type Type, string Name)[] kernels = [(typeof(GoodKernels), nameof(GoodKernels.Scale)), (typeof(GoodKernels), nameof(GoodKernels.Large)), (typeof(MmaKernels), nameof(MmaKernels.TensorWarp))];
        var alone = kernels.Select(kernel => Compiled.Ptx(kernel.Type, kernel.Name)).ToList();
        var together = kernels.Reverse().AsParallel().AsOrdered().Select(kernel => Compiled.Ptx(kernel.Type, kernel.Name)).AsEnumerable().Reverse();
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Text_of_another_form_is_refused() =>
        Assert.Throws<FormatException>(() => PtxText.Of(".version 9.9\n.address_size 64\n", Compiled.Kernel(typeof(GoodKernels), nameof(GoodKernels.Scale))));
}
