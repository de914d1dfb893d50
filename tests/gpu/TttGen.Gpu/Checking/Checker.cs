using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>Compares a model on a device with what it must give. Each comparison is a line of results; one that can't be made is one that failed.</summary>
/// <param name="known">The model.</param>
/// <param name="device">Where it runs; null: on the CPU, whose calls are then compared with each other.</param>
/// <param name="log">Where results go.</param>
/// <param name="weights">How matrices are kept there.</param>
internal abstract class Checker(KnownModel known, Device? device, ResultLog log, WeightType weights = WeightType.Float32)
{
    /// <summary>What float32 rounds to, and some room.</summary>
    public const double Bar = 5e-5;

    // Eight bits in each operand of a product, over up to 24 layers.
    private const double BarOfBFloat16 = 5e-2;

    /// <summary>The model.</summary>
    protected KnownModel Known => known;

    /// <summary>How matrices are to be kept.</summary>
    protected WeightType Weights => weights;

    /// <summary>Loads the model where it is to be checked.</summary>
    protected TttModel LoadOnDevice(string folder) => known.Definition.Load(folder, new ModelOptions { Device = device, Weights = weights });

    /// <summary>Makes a comparison.</summary>
    /// <param name="what">Of what.</param>
    /// <param name="error">Gives the error.</param>
    /// <param name="most">What it may be, where that is not what such numbers round to.</param>
    protected void Compare(string what, Func<double> error, double? most = null)
    {
        Check check;
        var bar = most ?? (weights == WeightType.Float32 ? Bar : BarOfBFloat16);
        var name = weights == WeightType.Float32 ? what : $"{Check.BFloat16}{what}";
        try
        {
            var found = error();
            check = double.IsFinite(found) ? new Check(known.Name, name, found, bar) : new Check(known.Name, name, null, bar, "not a number");
        }
        catch (Exception exception) when (exception is TttException or ArgumentException or InvalidOperationException)
        {
            check = new Check(known.Name, name, null, bar, exception.Message);
        }
        log.Add(check);
    }
}
