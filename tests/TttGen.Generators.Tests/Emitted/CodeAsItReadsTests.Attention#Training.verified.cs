        protected override void Prepare()
        {
            _turn.Prepare(Positions, Rows);
        }

        // 2. query = rotateHalves(q)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Rotate<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* q = _q; // [rows, 32]
            float* query = _query; // [rows, 32]
            var (first, end) = RowShare.OfRows(Rows, worker, workers);
            _turn.Run<V>(first, end, 2, q, 32, query, 32, false);
        }

        // 3. key = rotateHalves(k)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Rotate2<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* k = _k; // [rows, 32]
            float* key = _key; // [rows, 32]
            var (first, end) = RowShare.OfRows(Rows, worker, workers);
            _turn.Run<V>(first, end, 2, k, 32, key, 32, false);
        }

        // 4. keys and values into the sequences' pages
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AttendAppend<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* key = _key; // [rows, 32]
            float* value = _value; // [rows, 32]
            for (int item = worker; item < SliceCount * 2; item += workers)
            {
                ref BatchSlice slice = ref Slices[item / 2];
                int head = item % 2;
                nint row = slice.First;
                KeyValueTile.Append<float, V>(slice.Count, slice.Position, 16, slice.Pages[0], Layer * 4096L + head * 2048L,
                    key + row * 32 + head * 16, 32, value + row * 32 + head * 16, 32);
            }
        }

        // 5. oProjInput = attend(query, key, value)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Attend<V>(int worker, int workers) where V : struct, ILanes<V, float>
        {
            float* query = _query; // [rows, 32]
            float* oProjInput = _oProjInput; // [rows, 32]
            float* statistics = _statistics; // [rows, 2]
            int item = worker; // a key head and a block of queries
            for (int s = 0; s < SliceCount; s++)
            {
                ref BatchSlice slice = ref Slices[s];
                int items = (slice.Count + 127) / 128 * 2;
                for (; item < items; item += workers)
                {
                    int head = item % 2;
                    int first = item / 2 * 128;
                    nint row = slice.First + first;
                    AttentionForward.Run<float, V>(Math.Min(128, slice.Count - first), slice.Position + first, 16, 1, 0.25, 0, slice.Pages[0], Layer * 4096L + head * 2048L,
                        query + row * 32 + head * 16, 32, oProjInput + row * 32 + head * 16, 32,
                        statistics + row * 2 + head * 1, 2, Scratch(worker));
                }
                item -= items;
            }
        }