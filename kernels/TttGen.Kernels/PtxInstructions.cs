using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Types;

namespace TttGen.Kernels;

using Compound = RegisterAllocator<PTXRegisterKind>.CompoundRegister;
using Hardware = RegisterAllocator<PTXRegisterKind>.HardwareRegister;
using Primitive = RegisterAllocator<PTXRegisterKind>.PrimitiveRegister;

/// <summary>Writes the instructions that stand for the methods of <see cref="Instructions"/>.</summary>
internal static class PtxInstructions
{
    public static void LoadMatrices(PTXBackend backend, PTXCodeGenerator code, Value value) => Load(code, value, "ldmatrix.sync.aligned.m8n8.x4.shared.b16");

    public static void LoadMatricesTransposed(PTXBackend backend, PTXCodeGenerator code, Value value) =>
        Load(code, value, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16");

    public static void Multiply(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        var sums = Parts(code, value[0]);
        var a = Parts(code, value[1]);
        Primitive[] b = [code.LoadPrimitive(value[2]), code.LoadPrimitive(value[3])];
        var result = Results(code, value);
        using var command = code.BeginCommand("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");
        command.AppendVectorArgument(result);
        command.AppendVectorArgument(a);
        command.AppendVectorArgument(b);
        command.AppendVectorArgument(sums);
    }

    public static void CopyAsync(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        var to = SharedAddress(code, value[0]);
        var from = GlobalAddress(code, value[1]);
        var bytes = code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);
        using (var command = code.BeginCommand("shl.b32"))
        {
            command.AppendArgument(bytes);
            command.AppendArgument(code.LoadPrimitive(value[2]));
            command.AppendConstant(1);
        }

        using (var command = code.BeginCommand("cp.async.cg.shared.global"))
        {
            command.AppendArgumentValue(to);
            command.AppendArgumentValue(from);
            command.AppendConstant(16);
            command.AppendArgument(bytes);
        }

        code.FreeRegister(bytes);
        code.FreeRegister(to);
        code.FreeRegister(from);
    }

    public static void Commit(PTXBackend backend, PTXCodeGenerator code, Value value) => Bare(code, "cp.async.commit_group");

    public static void WaitAll(PTXBackend backend, PTXCodeGenerator code, Value value) => Bare(code, "cp.async.wait_group 0");

    public static void WaitAllButOne(PTXBackend backend, PTXCodeGenerator code, Value value) => Bare(code, "cp.async.wait_group 1");

    public static void LoadFour(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        var address = GlobalAddress(code, value[0]);
        var result = Results(code, value);
        using (var command = code.BeginCommand("ld.global.v4.f32"))
        {
            command.AppendVectorArgument(result);
            command.AppendArgumentValue(address);
        }

        code.FreeRegister(address);
    }

    public static void Pack(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        var low = code.LoadPrimitive(value[0]);
        var high = code.LoadPrimitive(value[1]);
        var result = code.AllocateHardware(value);

        // The instruction takes the upper half first.
        using var command = code.BeginCommand("cvt.rn.bf16x2.f32");
        command.AppendArgument(result);
        command.AppendArgument(high);
        command.AppendArgument(low);
    }

    public static void ShuffleXor(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        var operand = code.LoadPrimitive(value[0]);
        var mask = code.LoadPrimitive(value[1]);
        var result = code.AllocateHardware(value);
        using var command = code.BeginCommand("shfl.sync.bfly.b32");
        command.AppendArgument(result);
        command.AppendArgument(operand);
        command.AppendArgument(mask);
        command.AppendConstant(31);
        command.AppendConstant(0xFFFFFFFF);
    }

    public static void PowerOfTwo(PTXBackend backend, PTXCodeGenerator code, Value value) => Unary(code, value, "ex2.approx.ftz.f32");

    public static void Reciprocal(PTXBackend backend, PTXCodeGenerator code, Value value) => Unary(code, value, "rcp.approx.ftz.f32");

    private static void Load(PTXCodeGenerator code, Value value, string instruction)
    {
        var address = SharedAddress(code, value[0]);
        var result = Results(code, value);
        using (var command = code.BeginCommand(instruction))
        {
            command.AppendVectorArgument(result);
            command.AppendArgumentValue(address);
        }

        code.FreeRegister(address);
    }

    private static void Bare(PTXCodeGenerator code, string instruction)
    {
        using var command = code.BeginCommand(instruction);
    }

    private static void Unary(PTXCodeGenerator code, Value value, string instruction)
    {
        var operand = code.LoadPrimitive(value[0]);
        var result = code.AllocateHardware(value);
        using var command = code.BeginCommand(instruction);
        command.AppendArgument(result);
        command.AppendArgument(operand);
    }

    /// <summary>The address within shared memory, in 32 bits.</summary>
    private static Hardware SharedAddress(PTXCodeGenerator code, Value pointer)
    {
        var space = Converted(code, pointer, MemoryAddressSpace.Shared, "cvta.to.shared.u64");
        var address = code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);
        using (var command = code.BeginCommand("cvt.u32.u64"))
        {
            command.AppendArgument(address);
            command.AppendArgument(space);
        }

        code.FreeRegister(space);
        return address;
    }

    private static Hardware GlobalAddress(PTXCodeGenerator code, Value pointer) => Converted(code, pointer, MemoryAddressSpace.Global, "cvta.to.global.u64");

    private static Hardware Converted(PTXCodeGenerator code, Value pointer, MemoryAddressSpace space, string instruction)
    {
        var address = code.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64);
        using var command = code.BeginCommand(((AddressSpaceType)pointer.Type).AddressSpace == space ? "mov.u64" : instruction);
        command.AppendArgument(address);
        command.AppendArgument(code.LoadHardware(pointer));
        return address;
    }

    private static Primitive[] Parts(PTXCodeGenerator code, Value value) => [.. code.LoadAs<Compound>(value).Children.Cast<Primitive>()];

    private static Primitive[] Results(PTXCodeGenerator code, Value value) => [.. ((Compound)code.Allocate(value)).Children.Cast<Primitive>()];
}
