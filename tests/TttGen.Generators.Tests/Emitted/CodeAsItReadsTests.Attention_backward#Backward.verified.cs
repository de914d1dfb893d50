        // 16. dQuery, dKey, dValue: the gradient of attend, from dOProjInput
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AttendBackward<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* query = _query; // [rows, 32]
            float* oProjInput = _oProjInput; // [rows, 32]
            float* statistics = _statistics; // [rows, 2]
            float* dOProjInput = _dOProjInput; // [rows, 32]
            float* dQuery = _dQuery; // [rows, 32]
            float* dKey = _dKey; // [rows, 32]
            float* dValue = _dValue; // [rows, 32]
            for (int item = worker; item < SliceCount * 2; item += workers)
            {
                ref BatchSlice slice = ref Slices[item / 2];
                int head = item % 2;
                nint row = slice.First;
                AttentionBackward.Run<float, V>(slice.Count, slice.Position, 16, 1, 0.25, 0, slice.Pages[0], Layer * 4096L + head * 2048L,
                    query + row * 32 + head * 16, 32, oProjInput + row * 32 + head * 16, 32, statistics + row * 2 + head * 1, 2,
                    dOProjInput + row * 32 + head * 16, 32, dQuery + row * 32 + head * 16, 32,
                    dKey + row * 32 + head * 16, 32, dValue + row * 32 + head * 16, 32, Scratch(worker));
            }
        }

        // 18. dK = rotateHalvesBack(dKey)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RotateBack<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dKey = _dKey; // [rows, 32]
            float* dK = _dK; // [rows, 32]
            var (first, end) = RowShare.OfRows(Rows, worker, workers);
            _turn.Run<V>(first, end, 2, dKey, 32, dK, 32, true);
        }

        // 20. dQ = rotateHalvesBack(dQuery)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RotateBack2<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* dQuery = _dQuery; // [rows, 32]
            float* dQ = _dQ; // [rows, 32]
            var (first, end) = RowShare.OfRows(Rows, worker, workers);
            _turn.Run<V>(first, end, 2, dQuery, 32, dQ, 32, true);
        }