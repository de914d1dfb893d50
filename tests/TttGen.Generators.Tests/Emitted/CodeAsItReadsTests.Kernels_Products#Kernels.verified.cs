    // meanSquare[i] = Σ_k hidden[i,k]² / 32
    // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
    // norm[i,j] = hidden[i,j] normWeight[j] invRms[i]
    // logits = norm · embedTokens
    [Kernel(256)]
    public static void MultiplyLogitsOne(int rows, ArrayView<int> outputRows, ArrayView<float> hidden, ArrayView<float> normWeight, float rmsNormEps, ArrayView<float> embedTokens, ArrayView<float> logits)
    {
        ArrayView<float> memory = SharedMemory.Allocate<float>(552);
        ArrayView<float> left = memory.SubView(264, 32);
        {
            int lane = Group.IdxX;
            int i = outputRows[0];
            long hiddenAt = (long)i * 32;
            float meanSquareSum = 0f;
            for (int j = lane; j < 32; j += 256)
            {
                float xRow = hidden[hiddenAt + j];
                meanSquareSum = meanSquareSum + xRow * xRow;
            }
            float meanSquare = 0.03125f * TttGen.Kernels.Rows.Sum(memory.SubView(296, 256), 0, lane, 256, meanSquareSum);
            float invRms = 1f / Fn.Sqrt(meanSquare + rmsNormEps);
            for (int j = lane; j < 32; j += 256)
            {
                left[j] = invRms * hidden[hiddenAt + j] * normWeight[j];
            }
        }
        Group.Barrier();
        int firstColumn = Grid.IdxX * 8;
        ArrayView<float> tile = memory.SubView(0, 264);
        FewRows<global::TttGen.Kernels.One, global::TttGen.Kernels.One>.Multiply(left, 32, rows, embedTokens, 32, 256, 32, firstColumn, tile);
        int end = Math.Min(firstColumn + 8, 256);
        for (int r = Group.IdxX / 8; r < Math.Min(1, rows); r += 32)
        {
            int i = r;
            for (int j = firstColumn + Group.IdxX % 8; j < end; j += 8)
            {
                logits[(long)i * 256 + j] = tile[r * 8 + j - firstColumn];
            }
        }
    }

    // logits = norm · embedTokens
    [Kernel(256)]
    public static void MultiplyLogitsFew(int rows, ArrayView<float> left, ArrayView<float> embedTokens, ArrayView<float> logits)
    {
        ArrayView<float> memory = SharedMemory.Allocate<float>(2112);
        int firstColumn = Grid.IdxX * 8;
        ArrayView<float> tile = memory;
        FewRows<global::TttGen.Kernels.Eight, global::TttGen.Kernels.One>.Multiply(left, 32, rows, embedTokens, 32, 256, 32, firstColumn, tile);
        int end = Math.Min(firstColumn + 8, 256);
        for (int r = Group.IdxX / 8; r < Math.Min(8, rows); r += 32)
        {
            int i = r;
            for (int j = firstColumn + Group.IdxX % 8; j < end; j += 8)
            {
                logits[(long)i * 256 + j] = tile[r * 8 + j - firstColumn];
            }
        }
    }

    // logits = norm · embedTokens
    [Kernel(256)]
    public static void MultiplyLogits(int rows, ArrayView<float> left, ArrayView<float> embedTokens, ArrayView<float> logits)
    {
        int firstRow = Grid.IdxY * Product64.Rows, firstColumn = Grid.IdxX * Product64.Columns;
        ArrayView<float> memory = SharedMemory.Allocate<float>(4352);
        var product = Product64.Multiply(left, 32, rows, embedTokens, 32, 256, 32, firstRow, firstColumn, memory);
        ArrayView<float> tile = memory;
        for (int part = 0; part < Product64.Parts; part++)
        {
            Product64.Leave(product, part, tile);
            int end = Math.Min(firstColumn + 64, 256);
            for (int r = Group.IdxX / 64; r < Math.Min(Product64.PartRows, rows - (firstRow + part * Product64.PartRows)); r += 4)
            {
                int i = firstRow + part * Product64.PartRows + r;
                for (int j = firstColumn + Group.IdxX % 64; j < end; j += 64)
                {
                    logits[(long)i * 256 + j] = tile[r * Product64.Pitch + j - firstColumn];
                }
            }
        }
    }

    // logits = norm · embedTokens
    [Kernel(256, TensorCores = true, KeepsLoops = true)]
    public static void MultiplyLogitsBf16(int rows, ArrayView<ushort> left, ArrayView<ushort> embedTokens, ArrayView<float> logits)
    {
        int firstRow = Grid.IdxY * Bf16Product64.Rows, firstColumn = Grid.IdxX * Bf16Product64.Columns;
        ArrayView<float> memory = SharedMemory.Allocate<float>(6144);
        var product = Bf16Product64.Multiply(left, 32, rows, embedTokens, 32, 256, 32, firstRow, firstColumn, memory);
        ArrayView<float> tile = memory;
        for (int part = 0; part < Bf16Product64.Parts; part++)
        {
            Bf16Product64.Leave(product, part, tile);
            int end = Math.Min(firstColumn + 64, 256);
            for (int r = Group.IdxX / 64; r < Math.Min(Bf16Product64.PartRows, rows - (firstRow + part * Bf16Product64.PartRows)); r += 4)
            {
                int i = firstRow + part * Bf16Product64.PartRows + r;
                for (int j = firstColumn + Group.IdxX % 64; j < end; j += 64)
                {
                    logits[(long)i * 256 + j] = tile[r * Bf16Product64.Pitch + j - firstColumn];
                }
            }
        }
    }