namespace TttGen;

/// <summary>Rows times a matrix stored [output, input].</summary>
internal static class RowProduct
{
    public static double[] Of(ReadOnlySpan<double> rows, ReadOnlySpan<double> weight, int input, int output)
    {
        var count = rows.Length / input;
        var result = new double[count * output];
        for (var t = 0; t < count; t++)
            for (var o = 0; o < output; o++)
            {
                var sum = 0.0;
                for (var i = 0; i < input; i++) sum += rows[t * input + i] * weight[o * input + i];
                result[t * output + o] = sum;
            }
        return result;
    }
}
