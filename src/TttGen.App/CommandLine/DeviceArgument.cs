using System.CommandLine;
using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Inference;

namespace TttGen.App.CommandLine;

/// <summary>The option that says where a model runs.</summary>
internal sealed class DeviceArgument(ModelDefinition definition, AppConsole console)
{
    private const string Automatic = "auto";
    private const string Cpu = "cpu";

    /// <summary>The option.</summary>
    public Option<string> Option { get; } = Create("Where to run: cpu, cuda (the first CUDA device that will do), cuda:N, or auto: cuda where it can be, or else cpu");

    /// <summary>The same for a verb that runs on the CPU alone: anything else is refused.</summary>
    public static Option<string> CpuOnly(string verb)
    {
        var option = Create($"Where to run: {verb} runs on the CPU only");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var device }] && device.StartsWith("cuda", StringComparison.Ordinal))
                result.AddError($"--device {device}: {verb} runs on the CPU only; leave --device out");
        });
        return option;
    }

    /// <summary>Opens the device.</summary>
    /// <param name="arguments">What was given.</param>
    /// <param name="weights">What the model is to compute with there: kernels for GPUs read f32 and bf16.</param>
    public ChosenDevice Open(ParseResult arguments, WeightType weights)
    {
        const string WhyNot = "int8 weights are computed with on the CPU alone";
        var name = arguments.GetValue(Option)!;
        if (weights == WeightType.Int8 && name != Cpu)
        {
            return name == Automatic
                ? new ChosenDevice(null, $"CPU: {WhyNot}", console)
                : throw new TttException($"--device {name}: {WhyNot}; leave --device out, or choose --weights f32 or bf16");
        }
        try
        {
            return new ChosenDevice(DeviceSelector.Open(name, definition, out var line), line, name == Automatic ? console : null);
        }
        catch (TttException exception)
        {
            throw new TttException($"--device {exception.Message}", exception);
        }
    }

    private static Option<string> Create(string description) => new("--device")
    {
        Description = description,
        HelpName = "device",
        DefaultValueFactory = static _ => Automatic,
        CustomParser = static result =>
        {
            var device = result.Tokens[0].Value;
            if (!DeviceSelector.IsName(device))
                result.AddError($"--device: expected cpu, cuda, cuda:N or auto, found '{device}'");
            return device;
        },
    };
}
