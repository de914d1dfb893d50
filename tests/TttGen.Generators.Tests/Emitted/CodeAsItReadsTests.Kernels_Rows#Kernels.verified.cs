    // rows of EmbedTokens
    [Kernel(32)]
    public static void LookupEmbedTokens(ArrayView<int> tokens, ArrayView<float> embedTokens, ArrayView<float> embedded)
    {
        long from = (long)tokens[Grid.IdxX] * 32, to = (long)Grid.IdxX * 32;
        for (int j = Group.IdxX; j < 32; j += 32) embedded[to + j] = embedTokens[from + j];
    }

    // the rows that MultiplyLogits multiplies
    // meanSquare[i] = Σ_k hidden[i,k]² / 32
    // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
    // norm[i,j] = hidden[i,j] normWeight[j] invRms[i]
    [Kernel(32)]
    public static void MultiplyLogitsRows(ArrayView<float> left, ArrayView<int> outputRows, ArrayView<float> hidden, ArrayView<float> normWeight, float rmsNormEps)
    {
        ArrayView<float> memory = SharedMemory.Allocate<float>(32);
        int lane = Group.IdxX;
        int i = outputRows[Grid.IdxX];
        long hiddenAt = (long)i * 32;
        float meanSquareSum = 0f;
        for (int j = lane; j < 32; j += 32)
        {
            float xRow = hidden[hiddenAt + j];
            meanSquareSum = meanSquareSum + xRow * xRow;
        }
        float meanSquare = 0.03125f * TttGen.Kernels.Rows.Sum(memory, 0, lane, 32, meanSquareSum);
        float invRms = 1f / Fn.Sqrt(meanSquare + rmsNormEps);
        for (int j = lane; j < 32; j += 32)
        {
            left[(long)Grid.IdxX * 32 + j] = invRms * hidden[hiddenAt + j] * normWeight[j];
        }
    }