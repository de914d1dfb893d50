using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>Compares a model on a device with what it must give. Each comparison is a line of results; one that can't be made is one that failed.</summary>
/// <param name="known">The model.</param>
/// <param name="device">Where it runs; null: on the CPU, whose calls are then compared with each other.</param>
/// <param name="log">Where results go.</param>
internal abstract class Checker(KnownModel known, Device? device, ResultLog log)
{
    /// <summary>What float32 rounds to, and some room.</summary>
    public const double Bar = 5e-5;

    /// <summary>The model.</summary>
    protected KnownModel Known => known;

    /// <summary>Loads the model where it is to be checked.</summary>
    protected TttModel LoadOnDevice(string folder) => known.Definition.Load(folder, new ModelOptions { Device = device });

    /// <summary>Makes a comparison.</summary>
    protected void Compare(string what, Func<double> error)
    {
        Check check;
        try
        {
            var found = error();
            check = double.IsFinite(found) ? new Check(known.Name, what, found, Bar) : new Check(known.Name, what, null, Bar, "not a number");
        }
        catch (Exception exception) when (exception is TttException or ArgumentException or InvalidOperationException)
        {
            check = new Check(known.Name, what, null, Bar, exception.Message);
        }
        log.Add(check);
    }
}
