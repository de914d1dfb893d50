    // answer = LinearMemory.Learn(query, key, value, rate)
    [Kernel(32, Spec = "TttGen.InnerModels.LinearMemory")]
    public static void LearnLinearMemory(ArrayView<float> seqModelingBlockLearnableTokenIdx, ArrayView<int> slices, ArrayView<long> positions, ArrayView<long> stateOffsets, ArrayView<float> states, long layerOffset, ArrayView<float> keyRows, ArrayView<float> valueRows, ArrayView<float> queryRows, ArrayView<float> rateRows, ArrayView<float> answerRows, ArrayView<float> ScaleAll, ArrayView<float> ShiftAll)
    {
        const int keyStride = 32;
        const int valueStride = 32;
        const int queryStride = 32;
        const int rateStride = 2;
        const int answerStride = 32;
        int thread = Group.IdxX;
        int slice = Grid.IdxX >> 1, head = Grid.IdxX & 1;
        int first = slices[2 * slice], count = slices[2 * slice + 1];
        int place = (int)(positions[first] % 16);
        long at = stateOffsets[slice] + layerOffset + head * 544L;
        ArrayView<float> memory = SharedMemory.Allocate<float>(3648);
        ArrayView<float> workspace = memory;
        ArrayView<float> partials = memory.SubView(0, 32); // [32]
        ArrayView<float> key = memory.SubView(32, 320); // [16, 16], rows 20 apart
        ArrayView<float> value = memory.SubView(352, 320); // [16, 16], rows 20 apart
        ArrayView<float> query = memory.SubView(672, 320); // [16, 16], rows 20 apart
        ArrayView<float> output = value; // which nothing reads any more
        ArrayView<float> lr = memory.SubView(992, 16); // [16]
        ArrayView<float> tok = memory.SubView(1008, 16); // [16]
        ArrayView<float> tokenRates = memory.SubView(1024, 16); // [16]
        ArrayView<float> Scale = memory.SubView(1040, 16); // [16]
        ArrayView<float> Shift = memory.SubView(1056, 16); // [16]
        ArrayView<float> W1Sum = states.SubView(at + 272, 256); // [HeadDim, HeadDim]
        ArrayView<float> B1Sum = states.SubView(at + 528, 16); // [HeadDim]
        ArrayView<float> W1 = memory.SubView(1072, 320); // [16, 16], rows 20 apart
        ArrayView<float> B1 = memory.SubView(1392, 16); // [16]

        #if TTTGEN_POISON // fresh memory holds anything: tests make that NaN
        for (int e = thread; e < 3648; e += 32) memory[e] = float.NaN;
        Group.Barrier();
        #endif
        // tokenRates[j] = max(1/(j + 1) + seqModelingBlockLearnableTokenIdx[j], 0)
        for (int j = thread; j < 16; j += 32)
        {
            tokenRates[j] = Fn.Max(1f / (j + 1) + seqModelingBlockLearnableTokenIdx[j], 0f);
        }
        for (int e = thread; e < 16; e += 32) B1[e] = states[at + 256 + e];
        for (int e = thread; e < 256; e += 32) W1[(e >> 4) * 20 + (e & 15)] = states[at + 0 + e];
        for (int e = thread; e < 16; e += 32) Scale[e] = ScaleAll[head * 16 + e];
        for (int e = thread; e < 16; e += 32) Shift[e] = ShiftAll[head * 16 + e];
        Group.Barrier();

        float tokLast = tokenRates[15];
        for (int t = 0; t < count;)
        {
            int n = Math.Min(16 - place, count - t);
            // rows past the end are the last one again, and learn nothing
            for (int e = thread; e < 64; e += 32)
            {
                int i = e >> 2, j = e & 3;
                long row = first + t + Math.Min(i, n - 1);
                Float4.Put(key, i * 5 + j, Float4.At(keyRows, ((row * keyStride + head * 16) >> 2) + j));
                Float4.Put(value, i * 5 + j, Float4.At(valueRows, ((row * valueStride + head * 16) >> 2) + j));
                Float4.Put(query, i * 5 + j, Float4.At(queryRows, ((row * queryStride + head * 16) >> 2) + j));
            }
            for (int i = thread; i < 16; i += 32)
            {
                lr[i] = i < n ? rateRows[(long)(first + t + Math.Min(i, n - 1)) * rateStride + head] : 0f;
                tok[i] = tokenRates[Math.Min(place + i, 15)];
            }
            Group.Barrier();
            if (n == 16) LearnLinearMemoryParts.MiniBatch(thread, memory, workspace, partials, key, value, query, lr, tok, tokLast, W1, B1, Scale, Shift, output);
            else
            {
                LearnLinearMemoryParts.Step(thread, memory, workspace, partials, key, value, query, lr, tok, W1, B1, Scale, Shift, W1Sum, B1Sum, output);
                if (place + n == 16) LearnLinearMemoryParts.Close(thread, memory, workspace, partials, tokLast, W1Sum, W1, B1Sum, B1);
            }
            for (int e = thread; e < n * 4; e += 32)
            {
                int i = e >> 2, j = e & 3;
                Float4.Put(answerRows, (((long)(first + t + i) * answerStride + head * 16) >> 2) + j, Float4.At(output, i * 5 + j));
            }
            Group.Barrier();
            place = (place + n) % 16;
            t += n;
        }
        for (int e = thread; e < 16; e += 32) states[at + 256 + e] = B1[e];
        for (int e = thread; e < 256; e += 32) states[at + 0 + e] = W1[(e >> 4) * 20 + (e & 15)];
    }

        /// <summary>Rows of one mini-batch from its start: outputs, and the weights that the next one starts from.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void MiniBatch(int thread, ArrayView<float> memory, ArrayView<float> workspace, ArrayView<float> partials, ArrayView<float> key, ArrayView<float> value, ArrayView<float> query, ArrayView<float> lr, ArrayView<float> tok, float tokLast, ArrayView<float> W1, ArrayView<float> B1, ArrayView<float> Scale, ArrayView<float> Shift, ArrayView<float> output)
        {
            ArrayView<float> attentionW1 = memory.SubView(1408, 320); // [16, 16], rows 20 apart
            ArrayView<float> deltaW1 = memory.SubView(1728, 320); // [16, 16], rows 20 apart
            ArrayView<float> timesW1K = memory.SubView(2048, 320); // [16, 16], rows 20 apart
            ArrayView<float> scoresW1 = memory.SubView(2368, 320); // [16, 16], rows 20 apart
            ArrayView<float> timesW1Q = memory.SubView(2688, 320); // [16, 16], rows 20 apart
            ArrayView<float> dNormalKKept = memory.SubView(3008, 320); // [16, 16], rows 20 apart

            // timesW1K = key · W1
            // timesW1Q = query · W1
            {
                int tx = thread & 3, ty = thread >> 2;
                int r0 = ty;
                int r1 = ty + 8;
                int c0 = tx;
                Float4 s00 = default;
                Float4 s10 = default;
                Float4 t00 = default;
                Float4 t10 = default;
                for (int k = 0; k < 4; k++)
                {
                    Float4 a0 = Float4.At(key, r0 * 5 + k);
                    Float4 a1 = Float4.At(key, r1 * 5 + k);
                    Float4 d0 = Float4.At(query, r0 * 5 + k);
                    Float4 d1 = Float4.At(query, r1 * 5 + k);
                    Float4 bx0 = Float4.At(W1, (4 * k + 0) * 5 + c0);
                    s00 = s00.Add(a0.X, bx0);
                    s10 = s10.Add(a1.X, bx0);
                    t00 = t00.Add(d0.X, bx0);
                    t10 = t10.Add(d1.X, bx0);
                    Float4 by0 = Float4.At(W1, (4 * k + 1) * 5 + c0);
                    s00 = s00.Add(a0.Y, by0);
                    s10 = s10.Add(a1.Y, by0);
                    t00 = t00.Add(d0.Y, by0);
                    t10 = t10.Add(d1.Y, by0);
                    Float4 bz0 = Float4.At(W1, (4 * k + 2) * 5 + c0);
                    s00 = s00.Add(a0.Z, bz0);
                    s10 = s10.Add(a1.Z, bz0);
                    t00 = t00.Add(d0.Z, bz0);
                    t10 = t10.Add(d1.Z, bz0);
                    Float4 bw0 = Float4.At(W1, (4 * k + 3) * 5 + c0);
                    s00 = s00.Add(a0.W, bw0);
                    s10 = s10.Add(a1.W, bw0);
                    t00 = t00.Add(d0.W, bw0);
                    t10 = t10.Add(d1.W, bw0);
                }
                Float4.Put(timesW1K, r0 * 5 + c0, s00);
                Float4.Put(timesW1K, r1 * 5 + c0, s10);
                Float4.Put(timesW1Q, r0 * 5 + c0, t00);
                Float4.Put(timesW1Q, r1 * 5 + c0, t10);
            }
            Group.Barrier();

            // scoresW1 = query · keyᵀ
            {
                int tx = thread & 3, ty = thread >> 2;
                int r0 = ty;
                int r1 = ty + 8;
                int c0 = tx;
                int c1 = tx + 4;
                int c2 = tx + 8;
                int c3 = tx + 12;
                float s00 = 0f, s01 = 0f, s02 = 0f, s03 = 0f;
                float s10 = 0f, s11 = 0f, s12 = 0f, s13 = 0f;
                for (int k = 0; k < 4; k++)
                {
                    Float4 a0 = Float4.At(query, r0 * 5 + k);
                    Float4 a1 = Float4.At(query, r1 * 5 + k);
                    Float4 b0 = Float4.At(key, c0 * 5 + k);
                    Float4 b1 = Float4.At(key, c1 * 5 + k);
                    Float4 b2 = Float4.At(key, c2 * 5 + k);
                    Float4 b3 = Float4.At(key, c3 * 5 + k);
                    s00 = a0.Dot(b0, s00); s01 = a0.Dot(b1, s01); s02 = a0.Dot(b2, s02); s03 = a0.Dot(b3, s03);
                    s10 = a1.Dot(b0, s10); s11 = a1.Dot(b1, s11); s12 = a1.Dot(b2, s12); s13 = a1.Dot(b3, s13);
                }
                scoresW1[r0 * 20 + c0] = s00;
                scoresW1[r0 * 20 + c1] = s01;
                scoresW1[r0 * 20 + c2] = s02;
                scoresW1[r0 * 20 + c3] = s03;
                scoresW1[r1 * 20 + c0] = s10;
                scoresW1[r1 * 20 + c1] = s11;
                scoresW1[r1 * 20 + c2] = s12;
                scoresW1[r1 * 20 + c3] = s13;
            }
            Group.Barrier();

            // affineW1K[i,j] = timesW1K[i,j] + B1[j]
            // meanK[i] = Σ_k affineW1K[i,k] / 16
            // centredK[i,j] = affineW1K[i,j] − meanK[i]
            // varianceK[i] = Σ_k centredK[i,k]² / 16
            // invStdK[i] = 1/√(varianceK[i] + 1E-06)
            // normalK[i,j] = centredK[i,j] invStdK[i]
            // errorK[i,j] = key[i,j] + Shift[j] + Scale[j] normalK[i,j] − value[i,j]
            // dNormalK[i,j] = lr[i] Scale[j] errorK[i,j]
            // dInvStdK[i] = Σ_k centredK[i,k] dNormalK[i,k]
            // dCentredK[i,j] = invStdK[i] dNormalK[i,j] − centredK[i,j] dInvStdK[i] invStdK[i]³ / 16
            // sumDNormalK[i] = Σ_k dNormalK[i,k]
            // deltaW1[i,j] = dCentredK[i,j] − invStdK[i] sumDNormalK[i] / 16
            // rate[i,j] = tok[i], for j ≤ i
            // attentionW1[i,j] = rate[i,j] (scoresW1[i,j] + 1)
            {
                int row = thread >> 1;
                int lane = thread & 1;
                int i = row;
                Float4 meanKSum = default(Float4);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 affineW1K = Float4.At(timesW1K, i * 5 + j) + Float4.At(B1, j);
                    meanKSum += affineW1K;
                }
                float meanK = 0.0625f * Rows.Sum(partials, row, lane, 2, meanKSum.Sum());
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 rate = Float4.UpTo(tok[i], 4 * j, i);
                    Float4.Put(attentionW1, i * 5 + j, rate * (Float4.At(scoresW1, i * 5 + j) + 1f));
                }
                Float4 varianceKSum = default(Float4);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 affineW1K = Float4.At(timesW1K, i * 5 + j) + Float4.At(B1, j);
                    Float4 centredK = affineW1K - meanK;
                    varianceKSum = varianceKSum + centredK * centredK;
                }
                float varianceK = 0.0625f * Rows.Sum(partials, row, lane, 2, varianceKSum.Sum());
                float invStdK = 1f / Fn.Sqrt(1E-06f + varianceK);
                Float4 dInvStdKSum = default(Float4);
                Float4 sumDNormalKSum = default(Float4);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 scaleRow = Float4.At(Scale, j);
                    Float4 affineW1K = Float4.At(timesW1K, i * 5 + j) + Float4.At(B1, j);
                    Float4 centredK = affineW1K - meanK;
                    Float4 normalK = invStdK * centredK;
                    Float4 errorK = Float4.At(key, i * 5 + j) + Float4.At(Shift, j) + scaleRow * normalK - Float4.At(value, i * 5 + j);
                    Float4 dNormalK = lr[i] * scaleRow * errorK;
                    Float4.Put(dNormalKKept, i * 5 + j, dNormalK);
                    dInvStdKSum = dInvStdKSum + centredK * dNormalK;
                    sumDNormalKSum += dNormalK;
                }
                float dInvStdK = Rows.Sum(partials, row, lane, 2, dInvStdKSum.Sum());
                float sumDNormalK = Rows.Sum(partials, row, lane, 2, sumDNormalKSum.Sum());
                Float4 factor = dInvStdK * (invStdK * invStdK * invStdK);
                Float4 factor2 = -0.0625f * (invStdK * sumDNormalK);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 dNormalK = Float4.At(dNormalKKept, i * 5 + j);
                    Float4 affineW1K = Float4.At(timesW1K, i * 5 + j) + Float4.At(B1, j);
                    Float4 centredK = affineW1K - meanK;
                    Float4 dCentredK = invStdK * dNormalK + -0.0625f * (factor * centredK);
                    Float4.Put(deltaW1, i * 5 + j, dCentredK + factor2);
                }
            }
            Group.Barrier();

            // timesW1Q −= attentionW1 · deltaW1, its lower triangle
            {
                int tx = thread & 3, ty = thread >> 2;
                int r0 = ty;
                int r1 = ty + 8;
                int c0 = tx;
                Float4 s00 = default;
                Float4 s10 = default;
                for (int k = 0; k < 4; k++)
                {
                    Float4 a0 = Float4.At(attentionW1, r0 * 5 + k);
                    Float4 a1 = Float4.At(attentionW1, r1 * 5 + k);
                    Float4 bx0 = Float4.At(deltaW1, (4 * k + 0) * 5 + c0);
                    s00 = s00.Add(a0.X, bx0);
                    s10 = s10.Add(a1.X, bx0);
                    Float4 by0 = Float4.At(deltaW1, (4 * k + 1) * 5 + c0);
                    s00 = s00.Add(a0.Y, by0);
                    s10 = s10.Add(a1.Y, by0);
                    Float4 bz0 = Float4.At(deltaW1, (4 * k + 2) * 5 + c0);
                    s00 = s00.Add(a0.Z, bz0);
                    s10 = s10.Add(a1.Z, bz0);
                    Float4 bw0 = Float4.At(deltaW1, (4 * k + 3) * 5 + c0);
                    s00 = s00.Add(a0.W, bw0);
                    s10 = s10.Add(a1.W, bw0);
                }
                Float4.Put(timesW1Q, r0 * 5 + c0, Float4.At(timesW1Q, r0 * 5 + c0).Add(-1f, s00));
                Float4.Put(timesW1Q, r1 * 5 + c0, Float4.At(timesW1Q, r1 * 5 + c0).Add(-1f, s10));
            }
            Group.Barrier();

            // W1 −= tokLast · keyᵀ · deltaW1
            {
                int tx = thread & 3, ty = thread >> 2;
                int r0 = Math.Min(ty, 3);
                int c0 = tx;
                Float4 s00 = default;
                Float4 s10 = default;
                Float4 s20 = default;
                Float4 s30 = default;
                for (int k = 0; k < 16; k++)
                {
                    Float4 a0 = Float4.At(key, k * 5 + r0);
                    Float4 b0 = Float4.At(deltaW1, k * 5 + c0);
                    s00 = s00.Add(a0.X, b0);
                    s10 = s10.Add(a0.Y, b0);
                    s20 = s20.Add(a0.Z, b0);
                    s30 = s30.Add(a0.W, b0);
                }
                if (ty < 4) Float4.Put(W1, (4 * r0 + 0) * 5 + c0, Float4.At(W1, (4 * r0 + 0) * 5 + c0).Add(-tokLast, s00));
                if (ty < 4) Float4.Put(W1, (4 * r0 + 1) * 5 + c0, Float4.At(W1, (4 * r0 + 1) * 5 + c0).Add(-tokLast, s10));
                if (ty < 4) Float4.Put(W1, (4 * r0 + 2) * 5 + c0, Float4.At(W1, (4 * r0 + 2) * 5 + c0).Add(-tokLast, s20));
                if (ty < 4) Float4.Put(W1, (4 * r0 + 3) * 5 + c0, Float4.At(W1, (4 * r0 + 3) * 5 + c0).Add(-tokLast, s30));
            }
            Group.Barrier();

            // affineW1Q[i,j] = timesW1Q[i,j] + B1[j]
            // meanQ[i] = Σ_k affineW1Q[i,k] / 16
            // centredQ[i,j] = affineW1Q[i,j] − meanQ[i]
            // varianceQ[i] = Σ_k centredQ[i,k]² / 16
            // invStdQ[i] = 1/√(varianceQ[i] + 1E-06)
            // normalQ[i,j] = centredQ[i,j] invStdQ[i]
            // output[i,j] = query[i,j] + Shift[j] + Scale[j] normalQ[i,j]
            {
                int row = thread >> 1;
                int lane = thread & 1;
                int i = row;
                Float4 meanQSum = default(Float4);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 affineW1Q = Float4.At(timesW1Q, i * 5 + j) + Float4.At(B1, j);
                    meanQSum += affineW1Q;
                }
                float meanQ = 0.0625f * Rows.Sum(partials, row, lane, 2, meanQSum.Sum());
                Float4 varianceQSum = default(Float4);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 affineW1Q = Float4.At(timesW1Q, i * 5 + j) + Float4.At(B1, j);
                    Float4 centredQ = affineW1Q - meanQ;
                    varianceQSum = varianceQSum + centredQ * centredQ;
                }
                float varianceQ = 0.0625f * Rows.Sum(partials, row, lane, 2, varianceQSum.Sum());
                float scalar = 1E-06f;
                float invStdQ = 1f / Fn.Sqrt(scalar + varianceQ);
                for (int j = lane, j0 = 0; j0 < 4; j0 += 2, j += 2)
                {
                    Float4 affineW1Q = Float4.At(timesW1Q, i * 5 + j) + Float4.At(B1, j);
                    Float4 centredQ = affineW1Q - meanQ;
                    Float4 normalQ = invStdQ * centredQ;
                    Float4.Put(output, i * 5 + j, Float4.At(query, i * 5 + j) + Float4.At(Shift, j) + Float4.At(Scale, j) * normalQ);
                }
            }
            Group.Barrier();

            // B1 −= tokLast · sum of the rows of deltaW1
            {
                int tx = thread & 3, ty = thread >> 2;
                if (ty < 1)
                {
                    int c0 = tx;
                    Float4 s00 = default;
                    for (int k = 0; k < 16; k++)
                    {
                        Float4 b0 = Float4.At(deltaW1, k * 5 + c0);
                        s00 += b0;
                    }
                    Float4.Put(B1, c0, Float4.At(B1, c0).Add(-tokLast, s00));
                }
            }
            Group.Barrier();
        }