        /// <summary>Gradients of a whole mini-batch by all that goes into it, from its inner gradient; other forward values are recomputed here.</summary>
        /// <param name="key">[n, HeadDim]</param>
        /// <param name="query">[n, HeadDim]</param>
        /// <param name="lr">[n]</param>
        /// <param name="tok">[n]</param>
        /// <param name="tokLast">[n]</param>
        /// <param name="W1">[HeadDim, HeadDim]</param>
        /// <param name="B1">[HeadDim]</param>
        /// <param name="Scale">[HeadDim]</param>
        /// <param name="dOutput">[n, HeadDim]</param>
        /// <param name="dW1">[HeadDim, HeadDim], in and out</param>
        /// <param name="dB1">[HeadDim], in and out</param>
        /// <param name="dTok">[n], in and out</param>
        /// <param name="dTokLast">[], in and out</param>
        /// <param name="dScale">[HeadDim], in and out</param>
        /// <param name="dShift">[HeadDim], in and out</param>
        /// <param name="centredK">[n, HeadDim]</param>
        /// <param name="varianceK">[n]</param>
        /// <param name="errorK">[n, HeadDim]</param>
        /// <param name="dInvStdK">[n]</param>
        /// <param name="sumDNormalK">[n]</param>
        /// <param name="deltaW1">[n, HeadDim]</param>
        /// <param name="dKey">[n, HeadDim]</param>
        /// <param name="dValue">[n, HeadDim]</param>
        /// <param name="dQuery">[n, HeadDim]</param>
        /// <param name="dLr">[n]</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void MiniBatchBackward<T, V>(int n, T* key, nint keyRow, T* query, nint queryRow, T* lr, T* tok, T* tokLast, T* W1, T* B1, T* Scale, T* dOutput, nint dOutputRow, T* dW1, T* dB1, T* dTok, T* dTokLast, T* dScale, T* dShift, T* centredK, T* varianceK, T* errorK, T* dInvStdK, T* sumDNormalK, T* deltaW1, T* dKey, nint dKeyRow, T* dValue, nint dValueRow, T* dQuery, nint dQueryRow, T* dLr, T* scratch)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            T* product4 = scratch + 528; // [n, HeadDim]
            T* dAttentionW1 = scratch + 256; // [n, n]
            T* attentionW1 = scratch + 784; // [n, n]
            T* term2 = scratch + 1040; // [n, HeadDim]
            T* dAffineW1Q = scratch + 1040; // [n, HeadDim]
            T* dScoresW1 = scratch + 784; // [n, n]
            T* dAffineW1K = scratch + 1552; // [n, HeadDim]
            T* dErrorK = scratch + 1808; // [n, HeadDim]
            T* scoresW1 = scratch; // [n, n]
            T* timesW1Q = scratch + 256; // [n, HeadDim]
            T* product = scratch + 1296; // [n, HeadDim]
            T* product2 = scratch; // [n, HeadDim]
            T* product3 = scratch + 1296; // [n, HeadDim]
            T* term = scratch + 512; // [HeadDim]
            T* keyTransposed = scratch + 256; // [HeadDim, n]
            T* dW1Transposed = scratch + 784; // [HeadDim, HeadDim]
            T* product5Of = scratch + 1296; // [n]
            T* product6Of = scratch + 1312; // [n]
            T* meanQOf = scratch + 1552; // [n]
            T* sumOf = scratch + 1568; // [n]
            T* varianceQOf = scratch + 1584; // [n]
            T* dInvStdQOf = scratch + 1600; // [n]
            T* deltaW1Transposed = scratch + 784; // [HeadDim, n]
            T* dNormalKKept = scratch + 2064; // [n, 16]
            T* product5Of2 = scratch + 2320; // [n]
            T* sumOf2 = scratch + 2336; // [n]
            T* product6Of2 = scratch + 2352; // [n]
            T* product7Of = scratch + 2368; // [n]
            T* sum2Of = scratch + 2384; // [n]
            T* invStdKOf = scratch + 2400; // [n]
            T* scalar2Of = scratch + 2416; // [n]
            T* dDInvStdKOf = scratch + 2432; // [n]
            T* product8Of = scratch + 2448; // [n]
            T* sum3Of = scratch + 2464; // [n]
            T* product9Of = scratch + 2480; // [n]
            T* W1Transposed = scratch + 256; // [HeadDim, HeadDim]

            // scoresW1 = query · keyᵀ
            Tile.MultiplyTransposed<T, V>(n, 16, n, query, queryRow, key, keyRow, scoresW1, 16, keyTransposed);

            // timesW1Q = query · W1
            Tile.Multiply<T, V>(n, 16, 16, query, queryRow, 1, W1, 16, timesW1Q, 16);

            new Span<T>(term, 16).Clear();

            // product4 = − deltaW1 · dW1ᵀ
            Tile.Transpose<T, V>(16, 16, dW1, 16, dW1Transposed, 16);
            new Span<T>(product4, 256).Clear();
            Tile.MultiplyAdd<T, V>(n, 16, 16, deltaW1, 16, 1, dW1Transposed, 16, product4, 16, -T.One);

            MiniBatchBackwardAttentionW1<T, V>(n, dTokLast, scoresW1, attentionW1, tok, term2, key, keyRow, tokLast, dB1, deltaW1, product4, product5Of, product6Of);

            // timesW1Q −= attentionW1 · deltaW1, its lower triangle
            Tile.MultiplyLowerAdd<T, V>(n, n, 16, attentionW1, 16, 1, deltaW1, 16, timesW1Q, 16, -T.One);

            // product = − term2 · dW1
            new Span<T>(product, 256).Clear();
            Tile.MultiplyAdd<T, V>(n, 16, 16, term2, 16, 1, dW1, 16, product, 16, -T.One);

            MiniBatchBackwardDAffineW1Q<T, V>(n, dScale, timesW1Q, B1, Scale, dOutput, dOutputRow, dAffineW1Q, meanQOf, sumOf, varianceQOf, dInvStdQOf);

            // product −= attentionW1ᵀ · dAffineW1Q, its upper triangle
            Tile.MultiplyUpperAdd<T, V>(n, n, 16, attentionW1, 1, 16, dAffineW1Q, 16, product, 16, -T.One);

            // dW1 += queryᵀ · dAffineW1Q
            Tile.MultiplyAdd<T, V>(16, n, 16, query, 1, queryRow, dAffineW1Q, 16, dW1, 16, T.One);

            // dAttentionW1 = − dAffineW1Q · deltaW1ᵀ
            Tile.Transpose<T, V>(n, 16, deltaW1, 16, deltaW1Transposed, 16);
            new Span<T>(dAttentionW1, 256).Clear();
            Tile.MultiplyAdd<T, V>(n, 16, n, dAffineW1Q, 16, 1, deltaW1Transposed, 16, dAttentionW1, 16, -T.One);

            MiniBatchBackwardDScoresW1<T, V>(n, dScale, dShift, term, product, scoresW1, dNormalKKept, dScoresW1, tok, dAttentionW1, tokLast, dB1, centredK, lr, Scale, errorK, varianceK, dErrorK, dValue, dValueRow, dOutput, dOutputRow, dAffineW1K, dInvStdK, sumDNormalK, dAffineW1Q, dLr, dTok, product5Of2, sumOf2, product6Of2, product7Of, sum2Of, invStdKOf, scalar2Of, dDInvStdKOf, product8Of, sum3Of, product9Of);

            // product2 = dScoresW1ᵀ · query, its upper triangle
            Tile.MultiplyUpper<T, V>(n, n, 16, dScoresW1, 1, 16, query, queryRow, product2, 16);

            // product2 += dAffineW1K · W1ᵀ
            Tile.Transpose<T, V>(16, 16, W1, 16, W1Transposed, 16);
            Tile.MultiplyAdd<T, V>(n, 16, 16, dAffineW1K, 16, 1, W1Transposed, 16, product2, 16, T.One);

            // product3 = dScoresW1 · key, its lower triangle
            Tile.MultiplyLower<T, V>(n, n, 16, dScoresW1, 16, 1, key, keyRow, product3, 16);

            // product3 += dAffineW1Q · W1ᵀ
            Tile.MultiplyAdd<T, V>(n, 16, 16, dAffineW1Q, 16, 1, W1Transposed, 16, product3, 16, T.One);

            // dW1 += keyᵀ · dAffineW1K
            Tile.MultiplyAdd<T, V>(16, n, 16, key, 1, keyRow, dAffineW1K, 16, dW1, 16, T.One);

            MiniBatchBackwardDKey<T, V>(n, product2, product3, dKey, dKeyRow, tokLast, product4, dErrorK, dQuery, dQueryRow, dOutput, dOutputRow);

            MiniBatchBackwardDB1<T, V>(n, term, dB1);
        }

        // rate[i,j] = tok[i], for j ≤ i
        // attentionW1[i,j] = rate[i,j] (scoresW1[i,j] + 1)
        // term2[i,j] = key[i,j] tokLast[i]
        // dTokLastPart[i] = Σ_l key[i,l] product4[i,l] − Σ_k dB1[k] deltaW1[i,k]
        // dTokLast += Σ_i dTokLastPart
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MiniBatchBackwardAttentionW1<T, V>(int n, T* dTokLast, T* scoresW1, T* attentionW1, T* tok, T* term2, T* key, nint keyRow, T* tokLast, T* dB1, T* deltaW1, T* product4, T* product5Of, T* product6Of)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            V ones = V.Broadcast(T.One);
            for (int i = 0; i < n; i++)
            {
                T* scoresW1At = scoresW1 + i * 16;
                T* attentionW1At = attentionW1 + i * 16;
                V tokLanes = V.Broadcast(tok[i]);
                for (int j = 0; j < n; j += V.Count)
                {
                    V rate = V.Keep(tokLanes, i + 1 - j);
                    V.StorePartial(rate * (V.LoadPartial(scoresW1At + j, n - j) + ones), attentionW1At + j, n - j);
                }
            }
            for (int i = 0; i < n; i++)
            {
                T* term2At = term2 + i * 16;
                T* keyAt = key + i * keyRow;
                T* deltaW1At = deltaW1 + i * 16;
                T* product4At = product4 + i * 16;
                V tokLastLanes = V.Broadcast(tokLast[i]);
                V product5Sum = V.Zero;
                V product6Sum = V.Zero;
                for (int j = 0; j < 16; j += V.Count)
                {
                    V keyRow2 = V.Load(keyAt + j);
                    V.Store(tokLastLanes * keyRow2, term2At + j);
                    product5Sum = V.MultiplyAdd(V.Load(dB1 + j), V.Load(deltaW1At + j), product5Sum);
                    product6Sum = V.MultiplyAdd(keyRow2, V.Load(product4At + j), product6Sum);
                }
                T product5 = T.CreateTruncating(-1.0) * V.Sum(product5Sum);
                T product6 = V.Sum(product6Sum);
                product5Of[i] = product5;
                product6Of[i] = product6;
            }
            for (int i = 0; i < n; i++)
            {
                T product6 = product6Of[i];
                T product5 = product5Of[i];
                *dTokLast += product5 + product6;
            }
        }

        // dNormalQ[i,j] = Scale[j] dOutput[i,j]
        // affineW1Q[i,j] = timesW1Q[i,j] + B1[j]
        // meanQ[i] = Σ_k affineW1Q[i,k] / 16
        // centredQ[i,j] = affineW1Q[i,j] − meanQ[i]
        // varianceQ[i] = Σ_k centredQ[i,k]² / 16
        // invStdQ[i] = 1/√(varianceQ[i] + 1E-06)
        // dInvStdQ[i] = Σ_k dNormalQ[i,k] centredQ[i,k]
        // dCentredQ[i,j] = dNormalQ[i,j] invStdQ[i] − centredQ[i,j] dInvStdQ[i] invStdQ[i]³ / 16
        // dAffineW1Q[i,j] = dCentredQ[i,j] − invStdQ[i] (Σ_k dNormalQ[i,k]) / 16
        // normalQ[i,j] = centredQ[i,j] invStdQ[i]
        // dScalePart[i,j] = dOutput[i,j] normalQ[i,j]
        // dScale += Σ_i dScalePart
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MiniBatchBackwardDAffineW1Q<T, V>(int n, T* dScale, T* timesW1Q, T* B1, T* Scale, T* dOutput, nint dOutputRow, T* dAffineW1Q, T* meanQOf, T* sumOf, T* varianceQOf, T* dInvStdQOf)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            for (int i = 0; i < n; i++)
            {
                T* timesW1QAt = timesW1Q + i * 16;
                T* dOutputAt = dOutput + i * dOutputRow;
                V meanQSum = V.Zero;
                V sumSum = V.Zero;
                for (int j = 0; j < 16; j += V.Count)
                {
                    V affineW1Q = V.Load(timesW1QAt + j) + V.Load(B1 + j);
                    meanQSum += affineW1Q;
                    V dNormalQ = V.Load(Scale + j) * V.Load(dOutputAt + j);
                    sumSum += dNormalQ;
                }
                T meanQ = T.CreateTruncating(0.0625) * V.Sum(meanQSum);
                T sum = V.Sum(sumSum);
                meanQOf[i] = meanQ;
                sumOf[i] = sum;
            }
            for (int i = 0; i < n; i++)
            {
                T* timesW1QAt = timesW1Q + i * 16;
                T* dOutputAt = dOutput + i * dOutputRow;
                T meanQ = meanQOf[i];
                V meanQLanes = V.Broadcast(meanQ);
                V varianceQSum = V.Zero;
                V dInvStdQSum = V.Zero;
                for (int j = 0; j < 16; j += V.Count)
                {
                    V affineW1Q = V.Load(timesW1QAt + j) + V.Load(B1 + j);
                    V centredQ = affineW1Q - meanQLanes;
                    varianceQSum = V.MultiplyAdd(centredQ, centredQ, varianceQSum);
                    V dNormalQ = V.Load(Scale + j) * V.Load(dOutputAt + j);
                    dInvStdQSum = V.MultiplyAdd(dNormalQ, centredQ, dInvStdQSum);
                }
                T varianceQ = T.CreateTruncating(0.0625) * V.Sum(varianceQSum);
                T dInvStdQ = V.Sum(dInvStdQSum);
                varianceQOf[i] = varianceQ;
                dInvStdQOf[i] = dInvStdQ;
            }
            V cMinus0_0625 = V.Broadcast(T.CreateTruncating(-0.0625));
            for (int i = 0; i < n; i++)
            {
                T* timesW1QAt = timesW1Q + i * 16;
                T* dAffineW1QAt = dAffineW1Q + i * 16;
                T* dOutputAt = dOutput + i * dOutputRow;
                T dInvStdQ = dInvStdQOf[i];
                T varianceQ = varianceQOf[i];
                T sum = sumOf[i];
                T meanQ = meanQOf[i];
                T invStdQ = T.One / T.Sqrt(T.CreateTruncating(1E-06) + varianceQ);
                V invStdQLanes = V.Broadcast(invStdQ);
                V meanQLanes = V.Broadcast(meanQ);
                V factor = V.Broadcast(dInvStdQ * (invStdQ * invStdQ * invStdQ));
                V factor2 = V.Broadcast(T.CreateTruncating(-0.0625) * (sum * invStdQ));
                for (int j = 0; j < 16; j += V.Count)
                {
                    V dOutputRow2 = V.Load(dOutputAt + j);
                    V dNormalQ = V.Load(Scale + j) * dOutputRow2;
                    V affineW1Q = V.Load(timesW1QAt + j) + V.Load(B1 + j);
                    V centredQ = affineW1Q - meanQLanes;
                    V dCentredQ = V.MultiplyAdd(cMinus0_0625, factor * centredQ, invStdQLanes * dNormalQ);
                    V.Store(dCentredQ + factor2, dAffineW1QAt + j);
                    V normalQ = invStdQLanes * centredQ;
                    V.Store(V.MultiplyAdd(dOutputRow2, normalQ, V.Load(dScale + j)), dScale + j);
                }
            }
        }

        // rate[i,j] = tok[i], for j ≤ i
        // dScoresW1[i,j] = rate[i,j] dAttentionW1[i,j]
        // invStdK[i] = 1/√(varianceK[i] + 1E-06)
        // dDeltaW1[i,j] = product[i,j] − tokLast[i] dB1[j]
        // sum[i] = −Σ_k dDeltaW1[i,k] / 16
        // dSumDNormalK[i] = invStdK[i] sum[i]
        // term[i] = invStdK[i]³
        // product[i] = −Σ_k centredK[i,k] dDeltaW1[i,k] / 16
        // dDInvStdK[i] = term[i] product[i]
        // dDNormalK[i,j] = dSumDNormalK[i] + centredK[i,j] dDInvStdK[i] + invStdK[i] dDeltaW1[i,j]
        // dErrorK[i,j] = lr[i] Scale[j] dDNormalK[i,j]
        // term2[i] = dInvStdK[i] term[i]
        // dNormalK[i,j] = lr[i] Scale[j] errorK[i,j]
        // dNormalK2[i,j] = Scale[j] dErrorK[i,j]
        // dInvStdK2[i] = sumDNormalK[i] sum[i] + Σ_k dDeltaW1[i,k] dNormalK[i,k] + Σ_l centredK[i,l] dNormalK2[i,l] + 3 dInvStdK[i] invStdK[i]² product[i]
        // dCentredK[i,j] = dDInvStdK[i] dNormalK[i,j] + invStdK[i] dNormalK2[i,j] − dDeltaW1[i,j] term2[i] / 16 − centredK[i,j] term[i] dInvStdK2[i] / 16
        // dAffineW1K[i,j] = dCentredK[i,j] − (sumDNormalK[i] dDInvStdK[i] + invStdK[i] (Σ_l dNormalK2[i,l]) − term2[i] (Σ_k dDeltaW1[i,k]) / 16) / 16
        // dValue[i,j] = −dErrorK[i,j]
        // dLr[i] = Σ_k dDNormalK[i,k] Scale[k] errorK[i,k]
        // dRate[i,j] = dAttentionW1[i,j] (scoresW1[i,j] + 1)
        // dTok[i] = dTok[i] + Σ_k [k ≤ i] dRate[i,k]
        // dScalePart[i,j] = dDNormalK[i,j] lr[i] errorK[i,j]
        // normalK[i,j] = centredK[i,j] invStdK[i]
        // dScalePart2[i,j] = dErrorK[i,j] normalK[i,j]
        // dShiftPart[i,j] = dOutput[i,j] + dErrorK[i,j]
        // termPart[i,j] = dAffineW1Q[i,j] + dAffineW1K[i,j]
        // dScale += Σ_i dScalePart
        // dScale += Σ_i dScalePart2
        // dShift += Σ_i dShiftPart
        // term += Σ_i termPart
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MiniBatchBackwardDScoresW1<T, V>(int n, T* dScale, T* dShift, T* term, T* product, T* scoresW1, T* dNormalKKept, T* dScoresW1, T* tok, T* dAttentionW1, T* tokLast, T* dB1, T* centredK, T* lr, T* Scale, T* errorK, T* varianceK, T* dErrorK, T* dValue, nint dValueRow, T* dOutput, nint dOutputRow, T* dAffineW1K, T* dInvStdK, T* sumDNormalK, T* dAffineW1Q, T* dLr, T* dTok, T* product5Of2, T* sumOf2, T* product6Of2, T* product7Of, T* sum2Of, T* invStdKOf, T* scalar2Of, T* dDInvStdKOf, T* product8Of, T* sum3Of, T* product9Of)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            V ones = V.Broadcast(T.One);
            for (int i = 0; i < n; i++)
            {
                T* scoresW1At = scoresW1 + i * 16;
                T* dScoresW1At = dScoresW1 + i * 16;
                T* dAttentionW1At = dAttentionW1 + i * 16;
                V tokLanes = V.Broadcast(tok[i]);
                V product5Sum = V.Zero;
                for (int j = 0; j < n; j += V.Count)
                {
                    V rate = V.Keep(tokLanes, i + 1 - j);
                    V dAttentionW1Row = V.LoadPartial(dAttentionW1At + j, n - j);
                    V.StorePartial(rate * dAttentionW1Row, dScoresW1At + j, n - j);
                    V trilRow = V.Keep(ones, i + 1 - j);
                    V dRate = (V.LoadPartial(scoresW1At + j, n - j) + ones) * dAttentionW1Row;
                    product5Sum += V.Keep(trilRow * dRate, n - j);
                }
                T product5 = V.Sum(product5Sum);
                product5Of2[i] = product5;
            }
            for (int i = 0; i < n; i++)
            {
                T* productAt = product + i * 16;
                T* centredKAt = centredK + i * 16;
                T* errorKAt = errorK + i * 16;
                V tokLastLanes = V.Broadcast(tokLast[i]);
                V sumSum = V.Zero;
                V product6Sum = V.Zero;
                V lrLanes = V.Broadcast(lr[i]);
                V product7Sum = V.Zero;
                V sum2Sum = V.Zero;
                for (int j = 0; j < 16; j += V.Count)
                {
                    V dDeltaW1 = V.Load(productAt + j) - tokLastLanes * V.Load(dB1 + j);
                    sumSum += dDeltaW1;
                    product6Sum = V.MultiplyAdd(V.Load(centredKAt + j), dDeltaW1, product6Sum);
                    V dNormalK = lrLanes * V.Load(Scale + j) * V.Load(errorKAt + j);
                    product7Sum = V.MultiplyAdd(dDeltaW1, dNormalK, product7Sum);
                    sum2Sum += dDeltaW1;
                }
                T sum = T.CreateTruncating(-0.0625) * V.Sum(sumSum);
                T product6 = T.CreateTruncating(-0.0625) * V.Sum(product6Sum);
                T product7 = V.Sum(product7Sum);
                T sum2 = V.Sum(sum2Sum);
                sumOf2[i] = sum;
                product6Of2[i] = product6;
                product7Of[i] = product7;
                sum2Of[i] = sum2;
            }
            for (int i = 0; i < n; i++)
            {
                T* productAt = product + i * 16;
                T* centredKAt = centredK + i * 16;
                T* dErrorKAt = dErrorK + i * 16;
                T* dValueAt = dValue + i * dValueRow;
                T* errorKAt = errorK + i * 16;
                T* dOutputAt = dOutput + i * dOutputRow;
                T product6 = product6Of2[i];
                T sum = sumOf2[i];
                T scalar = T.CreateTruncating(1E-06);
                T invStdK = T.One / T.Sqrt(scalar + varianceK[i]);
                T dSumDNormalK = invStdK * sum;
                V dSumDNormalKLanes = V.Broadcast(dSumDNormalK);
                T scalar2 = invStdK * invStdK * invStdK;
                T dDInvStdK = scalar2 * product6;
                V dDInvStdKLanes = V.Broadcast(dDInvStdK);
                V tokLastLanes = V.Broadcast(tokLast[i]);
                V invStdKLanes = V.Broadcast(invStdK);
                V lrLanes = V.Broadcast(lr[i]);
                V product8Sum = V.Zero;
                V sum3Sum = V.Zero;
                V product9Sum = V.Zero;
                for (int j = 0; j < 16; j += V.Count)
                {
                    V scaleRow = V.Load(Scale + j);
                    V centredKRow = V.Load(centredKAt + j);
                    V dDeltaW1 = V.Load(productAt + j) - tokLastLanes * V.Load(dB1 + j);
                    V dDNormalK = V.MultiplyAdd(invStdKLanes, dDeltaW1, V.MultiplyAdd(dDInvStdKLanes, centredKRow, dSumDNormalKLanes));
                    V dErrorK2 = lrLanes * scaleRow * dDNormalK;
                    V dNormalK = scaleRow * dErrorK2;
                    V.Store(dNormalK, dNormalKKept + i * 16 + j);
                    V.Store(dErrorK2, dErrorKAt + j);
                    product8Sum = V.MultiplyAdd(centredKRow, dNormalK, product8Sum);
                    sum3Sum += dNormalK;
                    V.Store(-dErrorK2, dValueAt + j);
                    V errorKRow = V.Load(errorKAt + j);
                    product9Sum = V.MultiplyAdd(dDNormalK, scaleRow * errorKRow, product9Sum);
                    V.Store(V.MultiplyAdd(dDNormalK, lrLanes * errorKRow, V.Load(dScale + j)), dScale + j);
                    V normalK = invStdKLanes * centredKRow;
                    V.Store(V.MultiplyAdd(dErrorK2, normalK, V.Load(dScale + j)), dScale + j);
                    V.Store(V.Load(dShift + j) + V.Load(dOutputAt + j) + dErrorK2, dShift + j);
                }
                T product8 = V.Sum(product8Sum);
                T sum3 = V.Sum(sum3Sum);
                T product9 = V.Sum(product9Sum);
                invStdKOf[i] = invStdK;
                scalar2Of[i] = scalar2;
                dDInvStdKOf[i] = dDInvStdK;
                product8Of[i] = product8;
                sum3Of[i] = sum3;
                product9Of[i] = product9;
            }
            V cMinus0_0625 = V.Broadcast(T.CreateTruncating(-0.0625));
            for (int i = 0; i < n; i++)
            {
                T* productAt = product + i * 16;
                T* dAffineW1KAt = dAffineW1K + i * 16;
                T* errorKAt = errorK + i * 16;
                T* centredKAt = centredK + i * 16;
                T* dAffineW1QAt = dAffineW1Q + i * 16;
                T sum3 = sum3Of[i];
                T product8 = product8Of[i];
                T dDInvStdK = dDInvStdKOf[i];
                T scalar2 = scalar2Of[i];
                T invStdK = invStdKOf[i];
                T sum2 = sum2Of[i];
                T product7 = product7Of[i];
                T product6 = product6Of2[i];
                T sum = sumOf2[i];
                V tokLastLanes = V.Broadcast(tokLast[i]);
                T scalar3 = dInvStdK[i] * scalar2;
                V factor = V.Broadcast(T.CreateTruncating(-0.0625) * scalar3);
                V lrLanes = V.Broadcast(lr[i]);
                V dDInvStdKLanes = V.Broadcast(dDInvStdK);
                V invStdKLanes = V.Broadcast(invStdK);
                T dInvStdK2 = sumDNormalK[i] * sum + product7 + product8 + T.CreateTruncating(3.0) * (dInvStdK[i] * invStdK * invStdK * product6);
                V factor2 = V.Broadcast(scalar2 * dInvStdK2);
                T scalar4 = T.CreateTruncating(-0.0625) * (scalar3 * sum2) + sumDNormalK[i] * dDInvStdK + invStdK * sum3;
                V factor3 = V.Broadcast(T.CreateTruncating(-0.0625) * scalar4);
                for (int j = 0; j < 16; j += V.Count)
                {
                    V dDeltaW1 = V.Load(productAt + j) - tokLastLanes * V.Load(dB1 + j);
                    V dNormalK = lrLanes * V.Load(Scale + j) * V.Load(errorKAt + j);
                    V dNormalK2 = V.Load(dNormalKKept + i * 16 + j);
                    V dCentredK = V.MultiplyAdd(cMinus0_0625, factor2 * V.Load(centredKAt + j), V.MultiplyAdd(invStdKLanes, dNormalK2, V.MultiplyAdd(dDInvStdKLanes, dNormalK, factor * dDeltaW1)));
                    V dAffineW1K2 = dCentredK + factor3;
                    V.Store(dAffineW1K2, dAffineW1KAt + j);
                    V dAffineW1QRow = V.Load(dAffineW1QAt + j);
                    V.Store(V.Load(term + j) + dAffineW1QRow + dAffineW1K2, term + j);
                }
            }
            for (int i = 0; i < n; i++)
            {
                T product9 = product9Of[i];
                T product5 = product5Of2[i];
                dLr[i] = product9;
                dTok[i] = dTok[i] + product5;
            }
        }

        // dKey[i,j] = product2[i,j] + tokLast[i] product4[i,j] + dErrorK[i,j]
        // dQuery[i,j] = product3[i,j] + dOutput[i,j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MiniBatchBackwardDKey<T, V>(int n, T* product2, T* product3, T* dKey, nint dKeyRow, T* tokLast, T* product4, T* dErrorK, T* dQuery, nint dQueryRow, T* dOutput, nint dOutputRow)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            for (int i = 0; i < n; i++)
            {
                T* product2At = product2 + i * 16;
                T* product3At = product3 + i * 16;
                T* dKeyAt = dKey + i * dKeyRow;
                T* product4At = product4 + i * 16;
                T* dErrorKAt = dErrorK + i * 16;
                T* dQueryAt = dQuery + i * dQueryRow;
                T* dOutputAt = dOutput + i * dOutputRow;
                V tokLastLanes = V.Broadcast(tokLast[i]);
                for (int j = 0; j < 16; j += V.Count)
                {
                    V dErrorKRow = V.Load(dErrorKAt + j);
                    V.Store(V.MultiplyAdd(tokLastLanes, V.Load(product4At + j), V.Load(product2At + j) + dErrorKRow), dKeyAt + j);
                    V.Store(V.Load(product3At + j) + V.Load(dOutputAt + j), dQueryAt + j);
                }
            }
        }

        // dB1[j] = term[j] + dB1[j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MiniBatchBackwardDB1<T, V>(int n, T* term, T* dB1)
            where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            for (int j = 0; j < 16; j += V.Count)
            {
                V.Store(V.Load(term + j) + V.Load(dB1 + j), dB1 + j);
            }
        }