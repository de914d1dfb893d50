using System.Globalization;
using System.Text;
using TttGen.App.CommandLine;
using TttGen.Inference;

namespace TttGen.App.Evaluating;

/// <summary>Results of <c>eval</c>, for people and for programs.</summary>
internal sealed class EvalReport(TttModel model, IReadOnlyList<EvalResult> results, bool byPosition)
{
    private const double NatsPerBit = 0.69314718055994531;

    /// <summary>A line each text and context.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"{result.Text}@{result.Context}: {result.NatsPerByte:F6} nats/byte, {result.NatsPerByte / NatsPerBit:F6} bits/byte, ");
            if (result.Bytes != result.Tokens)
                text.Append(CultureInfo.InvariantCulture, $"{result.NatsPerToken:F6} nats/token, {result.NatsPerToken / NatsPerBit:F6} bits/token, ");
            text.Append(CultureInfo.InvariantCulture, $"perplexity {result.Perplexity:F4}, {result.Windows} windows").Append('\n');
            if (!byPosition)
                continue;
            foreach (var bucket in result.Buckets())
                text.Append(CultureInfo.InvariantCulture, $"  {bucket.From}-{bucket.To - 1}: {bucket.NatsPerToken:F6} nats/token").Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The same with everything, as JSON.</summary>
    public string Json() => JsonReport.Object(json =>
    {
        json.WriteString("model", model.Definition.Name);
        json.WriteString("weights", model.Weights.Name());
        json.WriteObjects("results", results, result =>
        {
            json.WriteString("text", result.Text);
            json.WriteNumber("context", result.Context);
            json.WriteNumber("windows", result.Windows);
            json.WriteNumber("tokens", result.Tokens);
            json.WriteNumber("bytes", result.Bytes);
            json.WriteReal("nats_per_token", result.NatsPerToken);
            json.WriteReal("bits_per_token", result.NatsPerToken / NatsPerBit);
            json.WriteReal("nats_per_byte", result.NatsPerByte);
            json.WriteReal("bits_per_byte", result.NatsPerByte / NatsPerBit);
            json.WriteReal("perplexity", result.Perplexity);
            if (byPosition)
            {
                json.WriteObjects("by_position", result.Buckets(), bucket =>
                {
                    json.WriteNumber("from", bucket.From);
                    json.WriteNumber("to", bucket.To);
                    json.WriteReal("nats_per_token", bucket.NatsPerToken);
                });
            }
        });
    });
}
