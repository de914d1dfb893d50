        // 16. packs the operands of dLayerQProj += normᵀ · dQ, dLayerKProj += normᵀ · dK, dLayerVProj += normᵀ · dValue, dLayerLearnableTttLr += normᵀ · rows3; norm is recomputed
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void PackGradientLayerQProjLayerKProjLayerVProjLayerLearnableTttLr<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dQ = _dQ; // [rows, 32]
            float* dK = _dK; // [rows, 32]
            float* dValue = _dValue; // [rows, 32]
            float* rows3 = _rows3; // [rows, 2]
            int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);
            var (first, end) = RowShare.OfRows(count, worker, workers);
            for (int r = first; r < end; r += 32)
            {
                int rows = Math.Min(32, end - r);
                GradientLayerQProjLayerKProjLayerVProjLayerLearnableTttLrRows<V>(worker, PackedFirst + r, rows, Scratch(worker)); // [rows, 32], 48 apart
                GradientProduct.Pack<V>(Scratch(worker), 48, r, rows, 32, _packedRows);
            }
            GradientProduct.Pack<V>(dQ + (nint)(PackedFirst + first) * 32, 32, first, end - first, 32, _packedGradients);
            GradientProduct.Pack<V>(dK + (nint)(PackedFirst + first) * 32, 32, first, end - first, 32, _packedGradients + 32 * (nint)GradientProduct.RowsAtOnce);
            GradientProduct.Pack<V>(dValue + (nint)(PackedFirst + first) * 32, 32, first, end - first, 32, _packedGradients + 64 * (nint)GradientProduct.RowsAtOnce);
            GradientProduct.Pack<V>(rows3 + (nint)(PackedFirst + first) * 2, 2, first, end - first, 2, _packedGradients + 96 * (nint)GradientProduct.RowsAtOnce);
        }

        // meanSquare[i] = Σ_k x[i,k]² / 32
        // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
        // norm[i,j] = x[i,j] normWeight2[j] invRms[i]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientLayerQProjLayerKProjLayerVProjLayerLearnableTttLrRows<V>(int worker, int first, int rows, float* block) where V : struct, ILanes<V, float>
        {
            float* x = _x; // [rows, 32]
            float* normWeight2 = _normWeight2 + Layer * 32L; // [32]
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* to = block + r * 48;
                float* xAt = x + (nint)i * 32;
                V meanSquareSum = V.Zero;
                for (int j = 0; j < 32; j += V.Count)
                {
                    V xRow = V.Load(xAt + j);
                    meanSquareSum = V.MultiplyAdd(xRow, xRow, meanSquareSum);
                }
                float meanSquare = 0.03125f * V.Sum(meanSquareSum);
                float invRms = 1f / float.Sqrt(meanSquare + (float)_rmsNormEps);
                V invRmsLanes = V.Broadcast(invRms);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V.Store(invRmsLanes * V.Load(xAt + j) * V.Load(normWeight2 + j), to + j);
                }
            }
        }

        // 17. dLayerQProj += normᵀ · dQ, dLayerKProj += normᵀ · dK, dLayerVProj += normᵀ · dValue, dLayerLearnableTttLr += normᵀ · rows3; norm is recomputed
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientLayerQProjLayerKProjLayerVProjLayerLearnableTttLr<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* layerQProjGradient = _layerQProjGradient + Layer * 1024L; // [32, 32]
            float* layerKProjGradient = _layerKProjGradient + Layer * 1024L; // [32, 32]
            float* layerVProjGradient = _layerVProjGradient + Layer * 1024L; // [32, 32]
            float* layerLearnableTttLrGradient = _layerLearnableTttLrGradient + Layer * 64L; // [2, 1, 32]
            int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);
            int first = (int)(4L * worker / workers), end = (int)(4L * (worker + 1) / workers);
            GradientProduct.Accumulate<V>(_packedGradients, 32, Math.Clamp(first, 0, 1), Math.Clamp(end, 0, 1), _packedRows, 32, count, layerQProjGradient);
            GradientProduct.Accumulate<V>(_packedGradients + 32 * (nint)GradientProduct.RowsAtOnce, 32, Math.Clamp(first - 1, 0, 1), Math.Clamp(end - 1, 0, 1), _packedRows, 32, count, layerKProjGradient);
            GradientProduct.Accumulate<V>(_packedGradients + 64 * (nint)GradientProduct.RowsAtOnce, 32, Math.Clamp(first - 2, 0, 1), Math.Clamp(end - 2, 0, 1), _packedRows, 32, count, layerVProjGradient);
            GradientProduct.Accumulate<V>(_packedGradients + 96 * (nint)GradientProduct.RowsAtOnce, 2, Math.Clamp(first - 3, 0, 1), Math.Clamp(end - 3, 0, 1), _packedRows, 32, count, layerLearnableTttLrGradient);
        }

        // 18. packs the operands of dLayerOProj += postNormᵀ · dResult2; postNorm is recomputed
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void PackGradientLayerOProj<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dResult2 = _dResult2; // [rows, 32]
            int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);
            var (first, end) = RowShare.OfRows(count, worker, workers);
            for (int r = first; r < end; r += 32)
            {
                int rows = Math.Min(32, end - r);
                GradientLayerOProjRows<V>(worker, PackedFirst + r, rows, Scratch(worker)); // [rows, 32], 48 apart
                GradientProduct.Pack<V>(Scratch(worker), 48, r, rows, 32, _packedRows);
            }
            GradientProduct.Pack<V>(dResult2 + (nint)(PackedFirst + first) * 32, 32, first, end - first, 32, _packedGradients);
        }

        // mean[i] = Σ_k answer[i,k] / 32
        // centred[i,j] = answer[i,j] − mean[i]
        // variance[i] = Σ_k centred[i,k]² / 32
        // invStd[i] = 1/√(variance[i] + 1E-06)
        // normal[i,j] = centred[i,j] invStd[i]
        // postNorm[i,j] = layerPostNormWeight[j] normal[i,j] + layerPostNormBias[j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientLayerOProjRows<V>(int worker, int first, int rows, float* block) where V : struct, ILanes<V, float>
        {
            float* answer = _answer; // [rows, 32]
            float* layerPostNormWeight = _layerPostNormWeight + Layer * 32L; // [32]
            float* layerPostNormBias = _layerPostNormBias + Layer * 32L; // [32]
            for (int r = 0; r < rows; r++)
            {
                int i = first + r;
                float* to = block + r * 48;
                float* answerAt = answer + (nint)i * 32;
                V meanSum = V.Zero;
                for (int j = 0; j < 32; j += V.Count)
                {
                    V answerRow = V.Load(answerAt + j);
                    meanSum += answerRow;
                }
                float mean = 0.03125f * V.Sum(meanSum);
                V meanLanes = V.Broadcast(mean);
                V varianceSum = V.Zero;
                for (int j = 0; j < 32; j += V.Count)
                {
                    V answerRow = V.Load(answerAt + j);
                    V centred = answerRow - meanLanes;
                    varianceSum = V.MultiplyAdd(centred, centred, varianceSum);
                }
                float variance = 0.03125f * V.Sum(varianceSum);
                float invStd = 1f / float.Sqrt(variance + 1E-06f);
                V invStdLanes = V.Broadcast(invStd);
                for (int j = 0; j < 32; j += V.Count)
                {
                    V answerRow = V.Load(answerAt + j);
                    V centred = answerRow - meanLanes;
                    V normal = invStdLanes * centred;
                    V.Store(V.MultiplyAdd(V.Load(layerPostNormWeight + j), normal, V.Load(layerPostNormBias + j)), to + j);
                }
            }
        }

        // 19. dLayerOProj += postNormᵀ · dResult2; postNorm is recomputed
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientLayerOProj<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* layerOProjGradient = _layerOProjGradient + Layer * 1024L; // [32, 32]
            int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);
            int first = (int)(1L * worker / workers), end = (int)(1L * (worker + 1) / workers);
            GradientProduct.Accumulate<V>(_packedGradients, 32, Math.Clamp(first, 0, 1), Math.Clamp(end, 0, 1), _packedRows, 32, count, layerOProjGradient);
        }

        // 20. gradients of NormWeight2, LayerLearnableTttLrBias, LayerLearnableTokenIdx, LayerPostNormWeight, LayerPostNormBias
        // meanSquare[i] = Σ_k x[i,k]² / 32
        // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
        // normWeight2Gradient[j] = Σ_k dNorm[k,j] x[k,j] invRms[k]
        // sigmoid[i,j] = σ(learnableTttLrRow[i,j] + layerLearnableTttLrBias[j])
        // layerLearnableTttLrBiasGradient[j] = Σ_k tttBaseLr dRate[k,j] sigmoid[k,j] (1 − sigmoid[k,j]) / 16
        // term[j] = 1/(j + 1) + layerLearnableTokenIdx[j]
        // relu[j] = max(term[j], 0)
        // dTokenRate[j] = ∂LinearMemory.Learn/∂TokenRate · dAnswer[j]
        // layerLearnableTokenIdxGradient[j] = dTokenRate[j] [term[j] > 0]
        // mean[i] = Σ_k answer[i,k] / 32
        // centred[i,j] = answer[i,j] − mean[i]
        // variance[i] = Σ_k centred[i,k]² / 32
        // invStd[i] = 1/√(variance[i] + 1E-06)
        // normal[i,j] = centred[i,j] invStd[i]
        // layerPostNormWeightGradient[j] = Σ_k normal[k,j] dPostNorm[k,j]
        // layerPostNormBiasGradient[j] = Σ_k dPostNorm[k,j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientVectors<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* normWeight2Gradient = _normWeight2Gradient + Layer * 32L; // [32]
            float* layerLearnableTttLrBiasGradient = _layerLearnableTttLrBiasGradient + Layer * 16L; // [2, 1]
            float* layerLearnableTokenIdxGradient = _layerLearnableTokenIdxGradient + Layer * 16L; // [16]
            float* layerLearnableTokenIdx = _layerLearnableTokenIdx + Layer * 16L; // [16]
            float* layerPostNormWeightGradient = _layerPostNormWeightGradient + Layer * 32L; // [32]
            float* layerPostNormBiasGradient = _layerPostNormBiasGradient + Layer * 32L; // [32]
            if (worker > 0) return;
            float* dNormWeight2 = RowSums.Added<V>(_dNormWeight2, 32, RowShare.SumBlocks(Rows)); // [32]
            float* dLayerLearnableTttLrBias = RowSums.Added<V>(_dLayerLearnableTttLrBias, 16, RowShare.SumBlocks(Rows)); // [2]
            float* dLayerPostNormWeight = RowSums.Added<V>(_dLayerPostNormWeight, 32, RowShare.SumBlocks(Rows)); // [32]
            float* dLayerPostNormBias = RowSums.Added<V>(_dLayerPostNormBias, 32, RowShare.SumBlocks(Rows)); // [32]
            float* dLinearMemoryTokenRate = RowSums.Added<V>(_linearMemoryTokenRates, 16, 2); // [16]
            for (int j = 0; j < 32; j += V.Count)
            {
                V.Store(V.Load(normWeight2Gradient + j) + V.Load(dNormWeight2 + j), normWeight2Gradient + j);
            }
            for (int j = 0; j < 2; j += V.Count)
            {
                V.StorePartial(V.LoadPartial(layerLearnableTttLrBiasGradient + j, 2 - j) + V.LoadPartial(dLayerLearnableTttLrBias + j, 2 - j), layerLearnableTttLrBiasGradient + j, 2 - j);
            }
            for (int j = 0; j < 16; j += V.Count)
            {
                V dTokenRateRow = V.Load(dLinearMemoryTokenRate + j);
                V.Store(V.MultiplyAdd(dTokenRateRow, V.Step(V.Load(_harmonic + j) + V.Load(layerLearnableTokenIdx + j)), V.Load(layerLearnableTokenIdxGradient + j)), layerLearnableTokenIdxGradient + j);
            }
            for (int j = 0; j < 32; j += V.Count)
            {
                V.Store(V.Load(layerPostNormWeightGradient + j) + V.Load(dLayerPostNormWeight + j), layerPostNormWeightGradient + j);
            }
            for (int j = 0; j < 32; j += V.Count)
            {
                V.Store(V.Load(layerPostNormBiasGradient + j) + V.Load(dLayerPostNormBias + j), layerPostNormBiasGradient + j);
            }
        }

        // 22. gradients of NormWeight
        // meanSquare[i] = Σ_k hidden[i,k]² / 32
        // invRms[i] = 1/√(meanSquare[i] + rmsNormEps)
        // normWeightGradient[j] = Σ_k dNorm2[k,j] hidden[k,j] invRms[k]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void GradientVectors2<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* normWeightGradient = _normWeightGradient; // [32]
            if (worker > 0) return;
            float* dNormWeight = RowSums.Added<V>(_dNormWeight, 32, RowShare.SumBlocks(Rows)); // [32]
            for (int j = 0; j < 32; j += V.Count)
            {
                V.Store(V.Load(normWeightGradient + j) + V.Load(dNormWeight + j), normWeightGradient + j);
            }
        }