        // 6. dEmbedTokens += dResult, by token
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ScatterEmbedTokens<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dResult = _dResult; // [rows, 32]
            float* embedTokensGradient = _embedTokensGradient; // [256, 32]
            RowSums.Scatter<V>(TokenIds, Rows, dResult, 32, 32, embedTokensGradient, worker, workers);
        }

        // 7. dPostNorm, dNormal = dResult2 · LayerOProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDPostNormDNormal<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dResult2 = _dResult2; // [rows, 32]
            PackedMatrix layerOProjTransposed = _layerOProjTransposed[Layer]; // [32, 32]
            RowShare share = RowShare.Fixed(Rows, 1, 32, worker, workers);
            float* block = Scratch(worker);
            float* tile = block; // [share.BlockRows, 32]
            for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)
            {
                int rows = Math.Min(share.BlockRows, share.EndRow - first);
                for (int p = share.FirstPanel; p < Math.Min(share.EndPanel, 1); p++)
                {
                    Product.Panel<V>(layerOProjTransposed, p, dResult2 + (nint)first * 32, 32, rows, tile);
                    MultiplyDPostNormDNormalStore<V>(worker, p, first, rows, tile);
                }
            }
        }

        // dPostNorm = dResult2 · layerOProjᵀ
        // dNormal[i,j] = layerPostNormWeight[j] dPostNorm[i,j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDPostNormDNormalStore<V>(int worker, int p, int first, int rows, float* tile) where V : struct, ILanes<V, float>
        {
            float* dPostNorm = _dPostNorm; // [rows, 32]
            float* dNormal = _dNormal; // [rows, 32]
            float* layerPostNormWeight = _layerPostNormWeight + Layer * 32L; // [32]
            int c0 = p * 32;
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* dPostNormAt = dPostNorm + (nint)i * 32 + c0;
                Prefetching.Row(dPostNormAt + 256);
                float* dNormalAt = dNormal + (nint)i * 32 + c0;
                Prefetching.Row(dNormalAt + 256);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V dPostNorm2 = V.Load(tile + r * 32 + j);
                    V.Store(dPostNorm2, dPostNormAt + j);
                    V.Store(V.Load(layerPostNormWeight + c0 + j) * dPostNorm2, dNormalAt + j);
                }
            }
        }

        // 8. dAnswer, dLayerPostNormWeight, dLayerPostNormBias row by row
        // mean[i] = Σ_k answer[i,k] / 32
        // centred[i,j] = answer[i,j] − mean[i]
        // variance[i] = Σ_k centred[i,k]² / 32
        // invStd[i] = 1/√(variance[i] + 1E-06)
        // dInvStd[i] = Σ_k centred[i,k] dNormal[i,k]
        // dCentred[i,j] = invStd[i] dNormal[i,j] − centred[i,j] dInvStd[i] invStd[i]³ / 32
        // dAnswer[i,j] = dCentred[i,j] − invStd[i] (Σ_k dNormal[i,k]) / 32
        // normal[i,j] = centred[i,j] invStd[i]
        // dLayerPostNormWeight[j] = Σ_k normal[k,j] dPostNorm[k,j]
        // dLayerPostNormBias[j] = Σ_k dPostNorm[k,j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RowsDAnswer<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* answer = _answer; // [rows, 32]
            float* dNormal = _dNormal; // [rows, 32]
            float* dPostNorm = _dPostNorm; // [rows, 32]
            float* dAnswer = _dAnswer; // [rows, 32]
            // a sum for each block of rows, so that it does not depend on who makes it
            var (firstBlock, endBlock) = RowShare.OfSums(Rows, worker, workers);
            V cMinus0_03125 = V.Broadcast(-0.03125f);
            for (int b = firstBlock; b < endBlock; b++)
            {
                float* dLayerPostNormWeight = _dLayerPostNormWeight + (nint)b * 32; // [32]
                new Span<float>(dLayerPostNormWeight, 32).Clear();
                float* dLayerPostNormBias = _dLayerPostNormBias + (nint)b * 32; // [32]
                new Span<float>(dLayerPostNormBias, 32).Clear();
                int end = Math.Min(Rows, (b + 1) * RowShare.SumRows);
                for (int i = b * RowShare.SumRows; i < end; i++)
                {
                    float* answerAt = answer + (nint)i * 32;
                    float* dNormalAt = dNormal + (nint)i * 32;
                    float* dPostNormAt = dPostNorm + (nint)i * 32;
                    float* dAnswerAt = dAnswer + (nint)i * 32;
                    V meanSum = V.Zero;
                    V sumSum = V.Zero;
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V answerRow = V.Load(answerAt + j);
                        meanSum += answerRow;
                        V dNormalRow = V.Load(dNormalAt + j);
                        sumSum += dNormalRow;
                        V dPostNormRow = V.Load(dPostNormAt + j);
                        V.Store(V.Load(dLayerPostNormBias + j) + dPostNormRow, dLayerPostNormBias + j);
                    }
                    float mean = 0.03125f * V.Sum(meanSum);
                    float sum = V.Sum(sumSum);
                    V meanLanes = V.Broadcast(mean);
                    V varianceSum = V.Zero;
                    V dInvStdSum = V.Zero;
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V answerRow = V.Load(answerAt + j);
                        V centred = answerRow - meanLanes;
                        varianceSum = V.MultiplyAdd(centred, centred, varianceSum);
                        V dNormalRow = V.Load(dNormalAt + j);
                        dInvStdSum = V.MultiplyAdd(centred, dNormalRow, dInvStdSum);
                    }
                    float variance = 0.03125f * V.Sum(varianceSum);
                    float dInvStd = V.Sum(dInvStdSum);
                    float invStd = 1f / float.Sqrt(variance + 1E-06f);
                    V invStdLanes = V.Broadcast(invStd);
                    V factor = V.Broadcast(dInvStd * (invStd * invStd * invStd));
                    V factor2 = V.Broadcast(-0.03125f * (invStd * sum));
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V dNormalRow = V.Load(dNormalAt + j);
                        V answerRow = V.Load(answerAt + j);
                        V centred = answerRow - meanLanes;
                        V dCentred = V.MultiplyAdd(cMinus0_03125, factor * centred, invStdLanes * dNormalRow);
                        V.Store(dCentred + factor2, dAnswerAt + j);
                        V normal = invStdLanes * centred;
                        V dPostNormRow = V.Load(dPostNormAt + j);
                        V.Store(V.MultiplyAdd(normal, dPostNormRow, V.Load(dLayerPostNormWeight + j)), dLayerPostNormWeight + j);
                    }
                }
            }
        }

        // 9. dQuery, dKey, dValue, dRate, dTokenRate: the gradient of LinearMemory.Learn, from dAnswer
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void LearnLinearMemoryBackward<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* layerLearnableTokenIdx = _layerLearnableTokenIdx + Layer * 16L; // [16]
            float* layerW1Gradient = _layerW1Gradient + Layer * 512L; // [2, 16, 16]
            float* layerB1Gradient = _layerB1Gradient + Layer * 32L; // [2, 1, 16]
            float* layerScaleGradient = _layerScaleGradient + Layer * 32L; // [2, 16]
            float* layerShiftGradient = _layerShiftGradient + Layer * 32L; // [2, 16]
            float* layerScale = _layerScale + Layer * 32L; // [2, 16]
            float* layerShift = _layerShift + Layer * 32L; // [2, 16]
            float* key = _key; // [rows, 32]
            float* value = _value; // [rows, 32]
            float* query = _query; // [rows, 32]
            float* rate = _rate; // [rows, 2]
            float* dAnswer = _dAnswer; // [rows, 32]
            float* dKey = _dKey; // [rows, 32]
            float* dValue = _dValue; // [rows, 32]
            float* dQuery = _dQuery; // [rows, 32]
            float* dRate = _dRate; // [rows, 2]
            float* tok = Scratch(worker); // [16]: tok[j] = max(1/(j + 1) + layerLearnableTokenIdx[j], 0)
            for (int j = 0; j < 16; j += V.Count)
            {
                V.Store(V.Max(V.Load(_harmonic + j) + V.Load(layerLearnableTokenIdx + j), V.Zero), tok + j);
            }
            float* dState = Scratch(worker) + 16; // [544]
            for (int head = worker; head < 2; head += workers)
            {
                float* dTok = _linearMemoryTokenRates + head * 16; // [16]
                new Span<float>(dTok, 16).Clear();
                float* dW1 = layerW1Gradient + head * 256;
                float* dB1 = layerB1Gradient + head * 16;
                float* dScale = layerScaleGradient + head * 16;
                float* dShift = layerShiftGradient + head * 16;
                for (int s = 0; s < SliceCount; s++)
                {
                    ref BatchSlice slice = ref Slices[s];
                    nint row = slice.First;
                    new Span<float>(dState, 544).Clear();
                    LinearMemoryScanBackward.Run<float, V>(slice.Count, (int)(slice.Position % 16), key + row * 32 + head * 16, 32, value + row * 32 + head * 16, 32, query + row * 32 + head * 16, 32,
                        rate + row * 2 + head, 2, tok, slice.State + Layer * 1088L + head * 544L, layerScale + head * 16, layerShift + head * 16,
                        dAnswer + row * 32 + head * 16, 32, dKey + row * 32 + head * 16, 32, dValue + row * 32 + head * 16, 32, dQuery + row * 32 + head * 16, 32,
                        dRate + row * 2 + head, 2, dTok, dState, dScale, dShift, CheckpointEvery, Checkpoints(worker), Scratch(worker) + 560);
                    // no gradient flows into what was carried here
                    if (slice.Position > 0) continue;
                    RowSums.Add<V>(dState, dW1, 256);
                    RowSums.Add<V>(dState + 256, dB1, 16);
                }
            }
        }

        // 10. dLearnableTttLrInput = (fused rows) · LayerLearnableTttLrᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDLearnableTttLrInput<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            PackedMatrix layerLearnableTttLrTransposed = _layerLearnableTttLrTransposed[Layer]; // [2, 32]
            RowShare share = RowShare.Fixed(Rows, 1, 2, worker, workers);
            float* block = Scratch(worker); // [share.BlockRows, 2], rows 18 apart
            float* tile = block + share.BlockRows * 18; // [share.BlockRows, 32]
            for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)
            {
                int rows = Math.Min(share.BlockRows, share.EndRow - first);
                MultiplyDLearnableTttLrInputRows<V>(worker, first, rows, block);
                for (int p = share.FirstPanel; p < Math.Min(share.EndPanel, 1); p++)
                {
                    Product.Panel<V>(layerLearnableTttLrTransposed, p, block, 18, rows, tile);
                    for (int e = 0; e < rows * 32; e++) tile[e] *= 0.0625f;
                    MultiplyDLearnableTttLrInputStore<V>(worker, p, first, rows, tile);
                }
            }
        }

        // sigmoid[i,j] = σ(learnableTttLrRow[i,j] + layerLearnableTttLrBias[j])
        // rows[i,j] = tttBaseLr dRate[i,j] sigmoid[i,j] (1 − sigmoid[i,j])
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDLearnableTttLrInputRows<V>(int worker, int first, int rows, float* block) where V : struct, ILanes<V, float>
        {
            float* dRate = _dRate; // [rows, 2]
            float* learnableTttLrRow = _learnableTttLrRow; // [rows, 2]
            float* layerLearnableTttLrBias = _layerLearnableTttLrBias + Layer * 16L; // [2, 1]
            V ones = V.Broadcast(1f);
            V factor = V.Broadcast((float)_tttBaseLr);
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* to = block + r * 18;
                float* dRateAt = dRate + (nint)i * 2;
                float* learnableTttLrRowAt = learnableTttLrRow + (nint)i * 2;
                for (int j = 0; j < 2; j += V.Count)
                {
                    V dRateRow = V.LoadPartial(dRateAt + j, 2 - j);
                    V learnableTttLrRowRow = V.LoadPartial(learnableTttLrRowAt + j, 2 - j);
                    V sigmoid = V.Sigmoid(learnableTttLrRowRow + V.LoadPartial(layerLearnableTttLrBias + j, 2 - j));
                    V.StorePartial(factor * dRateRow * (sigmoid * (ones - sigmoid)), to + j, 2 - j);
                }
            }
        }

        // dLearnableTttLrInput = 0.0625 rows · layerLearnableTttLrᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDLearnableTttLrInputStore<V>(int worker, int p, int first, int rows, float* tile) where V : struct, ILanes<V, float>
        {
            float* dLearnableTttLrInput = _dLearnableTttLrInput; // [rows, 32]
            int c0 = p * 32;
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* dLearnableTttLrInputAt = dLearnableTttLrInput + (nint)i * 32 + c0;
                Prefetching.Row(dLearnableTttLrInputAt + 256);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V.Store(V.Load(tile + r * 32 + j), dLearnableTttLrInputAt + j);
                }
            }
        }

        // 11. dVProjInput = dValue · LayerVProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDVProjInput<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dValue = _dValue; // [rows, 32]
            PackedMatrix layerVProjTransposed = _layerVProjTransposed[Layer]; // [32, 32]
            RowShare share = RowShare.Fixed(Rows, 1, 32, worker, workers);
            float* block = Scratch(worker);
            float* tile = block; // [share.BlockRows, 32]
            for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)
            {
                int rows = Math.Min(share.BlockRows, share.EndRow - first);
                for (int p = share.FirstPanel; p < Math.Min(share.EndPanel, 1); p++)
                {
                    Product.Panel<V>(layerVProjTransposed, p, dValue + (nint)first * 32, 32, rows, tile);
                    MultiplyDVProjInputStore<V>(worker, p, first, rows, tile);
                }
            }
        }

        // dVProjInput = dValue · layerVProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDVProjInputStore<V>(int worker, int p, int first, int rows, float* tile) where V : struct, ILanes<V, float>
        {
            float* dVProjInput = _dVProjInput; // [rows, 32]
            int c0 = p * 32;
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* dVProjInputAt = dVProjInput + (nint)i * 32 + c0;
                Prefetching.Row(dVProjInputAt + 256);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V.Store(V.Load(tile + r * 32 + j), dVProjInputAt + j);
                }
            }
        }

        // 12. dK, dQ, rows3, dLayerLearnableTttLrBias row by row
        // dK[i,j] = rotateBack(dKey[i,j]; θ = ropeTheta, position mod 16)
        // dQ[i,j] = rotateBack(dQuery[i,j]; θ = ropeTheta, position mod 16)
        // sigmoid[i,j] = σ(learnableTttLrRow[i,j] + layerLearnableTttLrBias[j])
        // term[i,j] = tttBaseLr dRate[i,j] sigmoid[i,j] (1 − sigmoid[i,j])
        // rows3[i,j] = term[i,j] / 16
        // dLayerLearnableTttLrBias[j] = Σ_k term[k,j] / 16
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RowsDKDQRows3<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dK = _dK; // [rows, 32]
            float* dKey = _dKey; // [rows, 32]
            float* rotaryCosines = _rotary.Cosines;
            float* rotarySines = _rotary.Sines;
            float* dQ = _dQ; // [rows, 32]
            float* dQuery = _dQuery; // [rows, 32]
            float* rows3 = _rows3; // [rows, 2]
            float* dRate = _dRate; // [rows, 2]
            float* learnableTttLrRow = _learnableTttLrRow; // [rows, 2]
            float* layerLearnableTttLrBias = _layerLearnableTttLrBias + Layer * 16L; // [2, 1]
            // a sum for each block of rows, so that it does not depend on who makes it
            var (firstBlock, endBlock) = RowShare.OfSums(Rows, worker, workers);
            V ones = V.Broadcast(1f);
            V factor = V.Broadcast((float)_tttBaseLr);
            V c0_0625 = V.Broadcast(0.0625f);
            for (int b = firstBlock; b < endBlock; b++)
            {
                float* dLayerLearnableTttLrBias = _dLayerLearnableTttLrBias + (nint)b * 16; // [2]
                new Span<float>(dLayerLearnableTttLrBias, 2).Clear();
                int end = Math.Min(Rows, (b + 1) * RowShare.SumRows);
                for (int i = b * RowShare.SumRows; i < end; i++)
                {
                    float* dKAt = dK + (nint)i * 32;
                    float* dKeyAt = dKey + (nint)i * 32;
                    float* cosineAt = rotaryCosines + (nint)((ulong)Positions[i] % 16) * 32;
                    float* sineAt = rotarySines + (nint)((ulong)Positions[i] % 16) * 32;
                    float* dQAt = dQ + (nint)i * 32;
                    float* dQueryAt = dQuery + (nint)i * 32;
                    float* rows3At = rows3 + (nint)i * 2;
                    float* dRateAt = dRate + (nint)i * 2;
                    float* learnableTttLrRowAt = learnableTttLrRow + (nint)i * 2;
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V dKeyRow = V.Load(dKeyAt + j);
                        V.Store(dKeyRow * V.Load(cosineAt + j) - V.SwapPairs(dKeyRow) * V.Load(sineAt + j), dKAt + j);
                        V dQueryRow = V.Load(dQueryAt + j);
                        V.Store(dQueryRow * V.Load(cosineAt + j) - V.SwapPairs(dQueryRow) * V.Load(sineAt + j), dQAt + j);
                    }
                    for (int j = 0; j < 2; j += V.Count)
                    {
                        V dRateRow = V.LoadPartial(dRateAt + j, 2 - j);
                        V learnableTttLrRowRow = V.LoadPartial(learnableTttLrRowAt + j, 2 - j);
                        V sigmoid = V.Sigmoid(learnableTttLrRowRow + V.LoadPartial(layerLearnableTttLrBias + j, 2 - j));
                        V term = c0_0625 * (factor * dRateRow * (sigmoid * (ones - sigmoid)));
                        V.StorePartial(term, rows3At + j, 2 - j);
                        V.StorePartial(V.LoadPartial(dLayerLearnableTttLrBias + j, 2 - j) + term, dLayerLearnableTttLrBias + j, 2 - j);
                    }
                }
            }
        }

        // 13. dKProjInput = dK · LayerKProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDKProjInput<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dK = _dK; // [rows, 32]
            PackedMatrix layerKProjTransposed = _layerKProjTransposed[Layer]; // [32, 32]
            RowShare share = RowShare.Fixed(Rows, 1, 32, worker, workers);
            float* block = Scratch(worker);
            float* tile = block; // [share.BlockRows, 32]
            for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)
            {
                int rows = Math.Min(share.BlockRows, share.EndRow - first);
                for (int p = share.FirstPanel; p < Math.Min(share.EndPanel, 1); p++)
                {
                    Product.Panel<V>(layerKProjTransposed, p, dK + (nint)first * 32, 32, rows, tile);
                    MultiplyDKProjInputStore<V>(worker, p, first, rows, tile);
                }
            }
        }

        // dKProjInput = dK · layerKProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDKProjInputStore<V>(int worker, int p, int first, int rows, float* tile) where V : struct, ILanes<V, float>
        {
            float* dKProjInput = _dKProjInput; // [rows, 32]
            int c0 = p * 32;
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* dKProjInputAt = dKProjInput + (nint)i * 32 + c0;
                Prefetching.Row(dKProjInputAt + 256);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V.Store(V.Load(tile + r * 32 + j), dKProjInputAt + j);
                }
            }
        }

        // 14. dNorm = dQ · LayerQProjᵀ
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDNorm<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dQ = _dQ; // [rows, 32]
            PackedMatrix layerQProjTransposed = _layerQProjTransposed[Layer]; // [32, 32]
            RowShare share = RowShare.Fixed(Rows, 1, 32, worker, workers);
            float* block = Scratch(worker);
            float* tile = block; // [share.BlockRows, 32]
            for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)
            {
                int rows = Math.Min(share.BlockRows, share.EndRow - first);
                for (int p = share.FirstPanel; p < Math.Min(share.EndPanel, 1); p++)
                {
                    Product.Panel<V>(layerQProjTransposed, p, dQ + (nint)first * 32, 32, rows, tile);
                    MultiplyDNormStore<V>(worker, p, first, rows, tile);
                }
            }
        }

        // dQProjInput = dQ · layerQProjᵀ
        // dNorm[i,j] = dLearnableTttLrInput[i,j] + dVProjInput[i,j] + dKProjInput[i,j] + dQProjInput[i,j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MultiplyDNormStore<V>(int worker, int p, int first, int rows, float* tile) where V : struct, ILanes<V, float>
        {
            float* dNorm = _dNorm; // [rows, 32]
            float* dLearnableTttLrInput = _dLearnableTttLrInput; // [rows, 32]
            float* dVProjInput = _dVProjInput; // [rows, 32]
            float* dKProjInput = _dKProjInput; // [rows, 32]
            int c0 = p * 32;
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* dNormAt = dNorm + (nint)i * 32 + c0;
                Prefetching.Row(dNormAt + 256);
                float* dLearnableTttLrInputAt = dLearnableTttLrInput + (nint)i * 32 + c0;
                Prefetching.Row(dLearnableTttLrInputAt + 256);
                float* dVProjInputAt = dVProjInput + (nint)i * 32 + c0;
                Prefetching.Row(dVProjInputAt + 256);
                float* dKProjInputAt = dKProjInput + (nint)i * 32 + c0;
                Prefetching.Row(dKProjInputAt + 256);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V dLearnableTttLrInputRow = V.Load(dLearnableTttLrInputAt + j);
                    V dVProjInputRow = V.Load(dVProjInputAt + j);
                    V dKProjInputRow = V.Load(dKProjInputAt + j);
                    V dQProjInput = V.Load(tile + r * 32 + j);
                    V.Store(dLearnableTttLrInputRow + dVProjInputRow + dKProjInputRow + dQProjInput, dNormAt + j);
                }
            }
        }

        // 15. dX, dNormWeight2 row by row
        // meanSquare[i] = Σ_k x[i,k]² / 32
        // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
        // dInvRms[i] = Σ_k dNorm[i,k] x[i,k] normWeight2[k]
        // dX[i,j] = dResult2[i,j] + normWeight2[j] invRms[i] dNorm[i,j] − x[i,j] dInvRms[i] invRms[i]³ / 32
        // dNormWeight2[j] = Σ_k dNorm[k,j] x[k,j] invRms[k]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RowsDX<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* x = _x; // [rows, 32]
            float* dNorm = _dNorm; // [rows, 32]
            float* normWeight2 = _normWeight2 + Layer * 32L; // [32]
            float* dX = _dX; // [rows, 32]
            float* dResult2 = _dResult2; // [rows, 32]
            // a sum for each block of rows, so that it does not depend on who makes it
            var (firstBlock, endBlock) = RowShare.OfSums(Rows, worker, workers);
            V cMinus0_03125 = V.Broadcast(-0.03125f);
            for (int b = firstBlock; b < endBlock; b++)
            {
                float* dNormWeight2 = _dNormWeight2 + (nint)b * 32; // [32]
                new Span<float>(dNormWeight2, 32).Clear();
                int end = Math.Min(Rows, (b + 1) * RowShare.SumRows);
                for (int i = b * RowShare.SumRows; i < end; i++)
                {
                    float* xAt = x + (nint)i * 32;
                    float* dNormAt = dNorm + (nint)i * 32;
                    float* dXAt = dX + (nint)i * 32;
                    float* dResult2At = dResult2 + (nint)i * 32;
                    V meanSquareSum = V.Zero;
                    V dInvRmsSum = V.Zero;
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V xRow = V.Load(xAt + j);
                        meanSquareSum = V.MultiplyAdd(xRow, xRow, meanSquareSum);
                        V dNormRow = V.Load(dNormAt + j);
                        dInvRmsSum = V.MultiplyAdd(dNormRow, xRow * V.Load(normWeight2 + j), dInvRmsSum);
                    }
                    float meanSquare = 0.03125f * V.Sum(meanSquareSum);
                    float dInvRms = V.Sum(dInvRmsSum);
                    float invRms = 1f / float.Sqrt(meanSquare + (float)_rmsNormEps);
                    V invRmsLanes = V.Broadcast(invRms);
                    V factor = V.Broadcast(dInvRms * (invRms * invRms * invRms));
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V dNormRow = V.Load(dNormAt + j);
                        V xRow = V.Load(xAt + j);
                        V dX3 = V.MultiplyAdd(cMinus0_03125, factor * xRow, V.MultiplyAdd(invRmsLanes * V.Load(normWeight2 + j), dNormRow, V.Load(dResult2At + j)));
                        V.Store(dX3, dXAt + j);
                        V.Store(V.MultiplyAdd(dNormRow, invRmsLanes * xRow, V.Load(dNormWeight2 + j)), dNormWeight2 + j);
                    }
                }
            }
        }

        // 21. dX2, dNormWeight row by row
        // meanSquare[i] = Σ_k hidden[i,k]² / 32
        // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
        // dInvRms[i] = Σ_k dNorm2[i,k] hidden[i,k] normWeight[k]
        // dX2[i,j] = normWeight[j] invRms[i] dNorm2[i,j] − hidden[i,j] dInvRms[i] invRms[i]³ / 32
        // dNormWeight[j] = Σ_k dNorm2[k,j] hidden[k,j] invRms[k]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RowsDX2<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* hidden = _hidden; // [rows, 32]
            float* dNorm2 = _dNorm2; // [rows, 32]
            float* normWeight = _normWeight; // [32]
            float* dX2 = _dX2; // [rows, 32]
            // a sum for each block of rows, so that it does not depend on who makes it
            var (firstBlock, endBlock) = RowShare.OfSums(Rows, worker, workers);
            V cMinus0_03125 = V.Broadcast(-0.03125f);
            for (int b = firstBlock; b < endBlock; b++)
            {
                float* dNormWeight = _dNormWeight + (nint)b * 32; // [32]
                new Span<float>(dNormWeight, 32).Clear();
                int end = Math.Min(Rows, (b + 1) * RowShare.SumRows);
                for (int i = b * RowShare.SumRows; i < end; i++)
                {
                    float* hiddenAt = hidden + (nint)i * 32;
                    float* dNorm2At = dNorm2 + (nint)i * 32;
                    float* dX2At = dX2 + (nint)i * 32;
                    V meanSquareSum = V.Zero;
                    V dInvRmsSum = V.Zero;
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V xRow = V.Load(hiddenAt + j);
                        meanSquareSum = V.MultiplyAdd(xRow, xRow, meanSquareSum);
                        dInvRmsSum = V.MultiplyAdd(V.Load(dNorm2At + j), xRow * V.Load(normWeight + j), dInvRmsSum);
                    }
                    float meanSquare = 0.03125f * V.Sum(meanSquareSum);
                    float dInvRms = V.Sum(dInvRmsSum);
                    float invRms = 1f / float.Sqrt(meanSquare + (float)_rmsNormEps);
                    V invRmsLanes = V.Broadcast(invRms);
                    V factor = V.Broadcast(dInvRms * (invRms * invRms * invRms));
                    for (int j = 0; j < 32; j += V.Count)
                    {
                        V dResultRow = V.Load(dNorm2At + j);
                        V xRow = V.Load(hiddenAt + j);
                        V.Store(V.MultiplyAdd(cMinus0_03125, factor * xRow, invRmsLanes * V.Load(normWeight + j) * dResultRow), dX2At + j);
                        V.Store(V.MultiplyAdd(dResultRow, invRmsLanes * xRow, V.Load(dNormWeight + j)), dNormWeight + j);
                    }
                }
            }
        }