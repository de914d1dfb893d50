namespace TttGen.App.Inspecting;

/// <summary>The facts for programs.</summary>
internal static class InspectJson
{
    /// <summary>One object.</summary>
    public static string Write(ModelFacts facts) => JsonReport.Object(json =>
    {
        var definition = facts.Definition;
        json.WriteString("model", definition.Name);
        json.WriteNumber("parameters", facts.Parameters);
        json.WriteStartObject("weight_bytes");
        json.WriteNumber("f32", facts.WeightBytes(4));
        json.WriteNumber("bf16", facts.WeightBytes(2));
        json.WriteNumber("int8", facts.WeightBytes(1));
        json.WriteEndObject();
        if (facts.LoadedWeights is { } loaded) json.WriteNumber("loaded_weight_bytes", loaded);
        json.WriteNumber("state_bytes", definition.StateBytes);
        if (facts.StateBytesPerToken > 0) json.WriteNumber("state_bytes_per_token", facts.StateBytesPerToken);
        json.WriteStartObject("flops_per_token");
        json.WriteNumber("body", definition.FlopsPerToken.Body);
        json.WriteNumber("head", definition.FlopsPerToken.Head);
        json.WriteEndObject();
        json.WriteString("instruction_set", InstructionSet.Describe());
        json.WriteString("device", facts.Device);
        json.WriteStartObject("config");
        foreach (var entry in definition.Config)
        {
            json.WritePropertyName(entry.Key);
            json.WriteRawValue(entry.Json);
        }
        json.WriteEndObject();
        json.WriteObjects("tensors", definition.Parameters, parameter =>
        {
            json.WriteString("key", parameter.Key);
            json.WriteStartArray("shape");
            foreach (var size in parameter.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
        });
        json.WriteStartArray("kernels");
        foreach (var kernel in definition.Kernels)
            json.WriteStringValue(kernel);
        json.WriteEndArray();
        if (facts.DeviceKernels.Count > 0)
        {
            json.WriteObjects("device_kernels", facts.DeviceKernels, kernel =>
            {
                json.WriteString("name", kernel.Name);
                json.WriteNumber("threads", kernel.Threads);
                json.WriteNumber("registers", kernel.Registers);
                json.WriteNumber("local_bytes", kernel.LocalBytes);
                json.WriteNumber("shared_bytes", kernel.SharedBytes);
            });
        }
    });
}
