using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using TttGen;
using TttGen.Cpu;

namespace TttGen.SpecFuzz.Checking;

/// <summary>The generated scan of each memory, by reflection, in double and float on vectors of every width, against the spec's own scan; its gradient against differences of that.</summary>
internal static unsafe class ScanComparison
{
    public static IEnumerable<Figure> Of(Type model, object spec, SpecCase c)
    {
        var scans = model.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public).Where(t => t.Name.EndsWith("Scan", StringComparison.Ordinal) && t.GetMethod("Run") is not null).ToList();
        var memories = PerHeads(spec, 0).DistinctBy(m => m.GetType()).ToList();
        foreach (var scan in scans)
        {
            var memory = memories.FirstOrDefault(m => scan.Name == Plain(m.GetType().GetGenericArguments()[1]) + "Scan");
            if (memory is null) continue;
            var inner = memory.GetType().GetGenericArguments()[1];
            var feature = inner.GetInterfaces().First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IInnerModel<,>)).GetGenericArguments()[1];
            var size = (int)scan.GetField("MiniBatchTokens")!.GetRawConstantValue()!;
            var miniBatch = AppDomain.CurrentDomain.GetAssemblies().Where(a => AssemblyLoadContext.GetLoadContext(a) == AssemblyLoadContext.GetLoadContext(model.Assembly)).SelectMany(a => a.GetTypes()).FirstOrDefault(t => t.IsValueType && !t.ContainsGenericParameters && typeof(IDim).IsAssignableFrom(t) && (int)t.GetProperty("Size")!.GetValue(null)! == size);
            if (miniBatch is null) continue;
            var backward = model.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public).FirstOrDefault(t => t.Name == scan.Name + "Backward");
            var checker = typeof(ScanComparison).GetMethod(nameof(Check), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(inner, feature, miniBatch);
            var weights = ((System.Collections.IEnumerable)memory.GetType().GetProperty("End")!.GetValue(memory)!).Cast<InnerState>().First().Weights;
            foreach (var figure in (IEnumerable<Figure>)checker.Invoke(null, [scan, backward, weights, scan.Name, c.Words.ContainsKey("kink"), c.IsRandom ? c.Projects.Sum(p => p.Text.Length) % 3 : -1, c.IsRandom && c.Projects.Any(p => Kinked.IsMatch(p.Text)), OptimiserOf(c, model)])!) yield return figure;
        }
    }

    /// <summary>What moves the memories of a case: gradient descent where nothing is said.</summary>
    private static Type? OptimiserOf(SpecCase c, Type model) => !c.Words.TryGetValue("optimiser", out var name) ? null
        : model.Assembly.GetType(name) ?? typeof(PerHead<,>).Assembly.GetType(name) ?? throw new InvalidOperationException($"no optimiser {name}");

    /// <summary>Whether an inner loop diverged when the spec ran last: then float32 overflows where double does not yet.</summary>
    public static bool RunsAway(object spec) => PerHeads(spec, 0)
        .SelectMany(memory => ((IEnumerable<InnerState>)memory.GetType().GetProperty("End")!.GetValue(memory)!).Select(state => state.Weights)
            .Concat((IEnumerable<InnerWeights>)memory.GetType().GetProperty("Moved")!.GetValue(memory)!))
        .SelectMany(weights => weights.Fast).SelectMany(weight => weight.Items).Any(item => !(Math.Abs(item.Value) < 1e3));

    /// <summary>Functions whose slope jumps.</summary>
    private static readonly Regex Kinked = new(@"\b(Min|Max|Abs|Relu|Clamp|Select)\(");

    private static string Plain(Type t) => t.Name.Split('`')[0];

    /// <summary>Every PerHead in a record's tree, blocks of stacks included.</summary>
    private static IEnumerable<object> PerHeads(object? at, int depth)
    {
        if (at is null || depth > 8) yield break;
        var type = at.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(PerHead<,>))
        {
            yield return at;
            yield break;
        }
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Stack<,,>))
        {
            var layers = (int)type.GetGenericArguments()[0].GetProperty("Size")!.GetValue(null)!;
            for (var layer = 0; layer < layers; layer++)
                foreach (var found in PerHeads(type.GetProperty("Item")!.GetValue(at, [layer]), depth + 1)) yield return found;
            yield break;
        }
        if (type.IsPrimitive || type.Namespace == "System") yield break;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.PropertyType.IsByRefLike || property.PropertyType == type || property.PropertyType == typeof(Type)) continue;
            object? value;
            try { value = property.GetValue(at); }
            catch (Exception) { continue; }
            foreach (var found in PerHeads(value, depth + 1)) yield return found;
        }
    }

    private static List<Figure> Check<TModel, F, K>(Type scan, Type? backward, InnerWeights start, string name, bool kink, int width, bool mayKink, Type? optimiser) where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim
    {
        var random = new Random(5);
        double[] Normal(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(size * Initialisation.Normal(random)))];
        var tokens = Math.Max(2 * K.Size + 3, 23);
        var (query, key, value) = (Normal(tokens * F.Size, 0.7), Normal(tokens * F.Size, 0.7), Normal(tokens * F.Size, 0.7));
        double[] rate = [.. Enumerable.Range(0, tokens).Select(_ => (double)(float)(1.5 / F.Size * random.NextDouble()))];
        // the first input is a rate, the others are shares
        var given = optimiser is null ? 0 : optimiser.GetMethod("Step")!.GetParameters().Length - 1;
        double[][] inputs = [rate, .. Enumerable.Range(1, Math.Max(0, given - 1)).Select(_ => Enumerable.Range(0, tokens).Select(_ => (double)(float)(0.8 * random.NextDouble())).ToArray())];
        double[] tok = [.. Enumerable.Range(0, K.Size).Select(i => (double)(float)(1.0 / (i + 1) + 0.2 * random.NextDouble()))];
        var slow = start.All.Where(w => !w.Fast).ToList();
        var fast = start.All.Where(w => w.Fast).ToList();

        (double[] Outputs, double[] End) Oracle() => Phases.Of("  spec of scans", Oracle0);
        (double[] Outputs, double[] End) Oracle0()
        {
            if (optimiser is not null) return ((double[] Outputs, double[] End))typeof(ScanComparison).GetMethod(nameof(Optimised), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(typeof(TModel), typeof(F), typeof(K), optimiser).Invoke(null, [start, query, key, value, inputs])!;
            var state = InnerState.Start(start);
            var primal = new PrimalScan<TModel, F, K>(state, new Vec<K>(tok));
            var outputs = new List<double>();
            for (var t = 0; t < tokens; t++)
                foreach (var item in primal.Step(new(query.AsSpan(t * F.Size, F.Size)), new(key.AsSpan(t * F.Size, F.Size)), new(value.AsSpan(t * F.Size, F.Size)), rate[t]).Items) outputs.Add(item.Value);
            return ([.. outputs], [.. state.Weights.Fast.SelectMany(w => w.Items.Select(i => i.Value)), .. state.GradientSum.SelectMany(s => s)]);
        }

        var (expected, end) = Oracle();
        var figures = new List<Figure>();
        // how far a movement of the operands and the weights moves the oracle: what rounding is worth here
        double Sensitivity(int phase)
        {
            var (query0, key0, value0, inputs0) = (query, key, value, inputs);
            double[] Moved(double[] of, int part) => [.. of.Select((x, i) => x * (1 + 1e-9 * Math.Sin(i * (1 + 0.1 * phase) + part + phase)))];
            (query, key, value) = (Moved(query0, 0), Moved(key0, 1), Moved(value0, 2));
            // an inner loop that doesn't look at the rows may still diverge by itself
            inputs = [.. inputs0.Select((of, i) => Moved(of, 3 + i))];
            rate = inputs[0];
            var weights = start.All.Select(w => w.Items.Select(i => i.Value).ToArray()).ToArray();
            foreach (var (w, numbers, part) in start.All.Zip(weights, Enumerable.Range(10, weights.Length)))
                foreach (var (x, i) in Moved(numbers, part).Select((x, i) => (x, i))) w.Items[i] = x;
            var (moved, movedEnd) = Oracle();
            (query, key, value, inputs) = (query0, key0, value0, inputs0);
            rate = inputs[0];
            foreach (var (w, numbers) in start.All.Zip(weights))
                for (var i = 0; i < numbers.Length; i++) w.Items[i] = numbers[i];
            return Math.Max(ModelComparison.Error(moved, expected), ModelComparison.Error(movedEnd, end)) / 1e-9;
        }
        var sensitivity = Math.Max(1, Sensitivity(0));
        if (!double.IsFinite(sensitivity) || sensitivity > 1e6) return figures;
        double Run<T, V>() where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
        {
            var worst = 0.0;
            foreach (int[] cuts in new int[][] { [], [1, 4, tokens / 2, tokens - 2], [.. Enumerable.Range(1, tokens - 1)] })
            {
                var (outputs, after) = Forward<T, V>(scan, fast, slow, query, key, value, inputs, optimiser is null ? tok : null, cuts, F.Size, K.Size);
                worst = Math.Max(worst, Math.Max(ModelComparison.Error(outputs, expected), ModelComparison.Error(after, end)));
            }
            return worst;
        }
        // all widths of vector, or one: it takes longest to compile them
        var doubles = new Func<double>[] { Run<double, Lanes512d>, Run<double, Lanes256d>, Run<double, Lanes128d> };
        var floats = new Func<double>[] { Run<float, Lanes512>, Run<float, Lanes256>, Run<float, Lanes128> };
        double Worst(Func<double>[] of) => width < 0 ? of.Max(run => run()) : of[width]();
        var (inDouble, inFloat) = (Phases.Of("  scans in double", () => Worst(doubles)), Phases.Of("  scans in float", () => Worst(floats)));
        // one movement may be a lucky one
        if (!(inDouble <= 1e-12 * Math.Max(10, sensitivity)) || !(inFloat <= 2e-5 * Math.Max(1, sensitivity / 10)))
            sensitivity = Math.Max(sensitivity, Enumerable.Range(1, 7).Max(Sensitivity));
        if (!(sensitivity < 1e6)) return figures;
        figures.Add(new($"{name} double", inDouble, 1e-12 * Math.Max(10, sensitivity)));
        figures.Add(new($"{name} float", inFloat, 2e-5 * Math.Max(1, sensitivity / 10)));
        if (backward is null) return figures;

        // L = ⟨seed, outputs⟩ + ⟨seed, end⟩
        var outputSeed = Normal(expected.Length, 1);
        var endSeed = Normal(end.Length, 1);
        var found = Phases.Of("  scans backward", () => Back<double, Lanes256d>(scan, backward, fast, slow, query, key, value, inputs, optimiser is null ? tok : null, outputSeed, endSeed, F.Size, K.Size, 2));
        double Loss()
        {
            var (o, e) = Oracle();
            return o.Zip(outputSeed, (a, b) => a * b).Sum() + e.Zip(endSeed, (a, b) => a * b).Sum();
        }
        var variables = new List<(string, double[], Action<int, double>)>
        {
            ("query", found["query"], (i, by) => query[i] += by), ("key", found["key"], (i, by) => key[i] += by), ("value", found["value"], (i, by) => value[i] += by),
        };
        foreach (var k in Enumerable.Range(0, inputs.Length)) variables.Add(("input " + k, found["input" + k], (i, by) => inputs[k][i] += by));
        if (optimiser is null) variables.Add(("tok", found["tok"], (i, by) => tok[i] += by));
        foreach (var (w, i) in fast.Concat(slow).Select((w, i) => (w, i))) variables.Add((w.Key, found["weight" + i], (j, by) => w.Items[j] = w.Items[j].Value + by));
        var worstName = "";
        var worstError = 0.0;
        double[] coefficients = kink ? [0.5] : [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
        double Difference(Action<double> move, double h) => Differences(move, h, coefficients);
        double Differences(Action<double> move, double h, double[] coefficients)
        {
            double At(double step)
            {
                move(step);
                var l = Loss();
                move(-step);
                return l;
            }
            return Enumerable.Range(1, coefficients.Length).Sum(s => coefficients[s - 1] * (At(s * h) - At(-s * h)) / h);
        }
        double[] Direction(double[] gradient) => [.. Enumerable.Range(0, gradient.Length).Select(_ => Initialisation.Normal(random) / Math.Sqrt(gradient.Length))];

        // of a random spec, everything at once: an error of one variable's gradient, relative to its size, shows with that size; one by one where something is off
        bool AllRight()
        {
            var parts = variables.Select(v =>
            {
                var (_, gradient, add) = v;
                var size = Math.Max(1e-6, Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length));
                return (Gradient: gradient, Add: add, Along: Direction(gradient).Select(a => a * Math.Min(1, 1 / size)).ToArray(), Size: size * Math.Min(1, 1 / size));
            }).ToList();
            var measured = Difference(step => { foreach (var (_, add, along, _) in parts) for (var i = 0; i < along.Length; i++) add(i, step * along[i]); }, kink ? 1e-7 : 1e-3);
            var off = Math.Abs(measured - parts.Sum(p => p.Along.Zip(p.Gradient, (a, b) => a * b).Sum()));
            return off <= (kink ? 1e-5 : 1e-7) * parts.Min(p => p.Size) / 4;
        }
        foreach (var (what, gradient, add) in width >= 0 && AllRight() ? [] : variables)
        {
            double off = 0, size = 0, unsure = 0, offClose = 0;
            for (var direction = 0; direction < 2; direction++)
            {
                var along = Direction(gradient);
                void Move(double step) { for (var i = 0; i < along.Length; i++) add(i, step * along[i]); }
                var measured = Difference(Move, kink ? 1e-7 : 1e-3);
                unsure = Math.Max(unsure, Math.Abs(measured - Difference(Move, kink ? 2e-7 : 5e-4)));
                var derived = along.Zip(gradient, (a, b) => a * b).Sum();
                (off, size) = (off + Math.Pow(measured - derived, 2), size + measured * measured);
                // where max or min has its kink nearer than a wide step, both wide steps see the mean of two slopes
                offClose += !mayKink ? 0 : Math.Pow(Differences(Move, 1e-7, [0.5]) - derived, 2);
            }
            var norm = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
            var error = Math.Max(0, Math.Sqrt(off) - 10 * unsure) / Math.Max(1e-6, Math.Max(Math.Sqrt(size), norm));
            if (mayKink && error > 1e-7 && Math.Sqrt(offClose) <= 1e-5 * Math.Max(1e-6, Math.Max(Math.Sqrt(size), norm))) error = 0;
            if (!double.IsFinite(error)) error = double.PositiveInfinity;
            if (error > worstError) (worstName, worstError) = (what, error);
        }
        figures.Add(new($"{name} gradient, double; {worstName}", worstError, kink ? 1e-5 : 1e-7));
        return figures;
    }

    private static T* Copy<T>(List<nint> owned, IEnumerable<double> numbers, int extra = 0) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] all = [.. numbers];
        var to = (T*)NativeMemory.AlignedAlloc((nuint)(sizeof(T) * (all.Length + extra + 16)), 64);
        owned.Add((nint)to);
        for (var i = 0; i < all.Length; i++) to[i] = T.CreateChecked(all[i]);
        for (var i = all.Length; i < all.Length + extra + 16; i++) to[i] = T.NaN;
        return to;
    }

    private static IEnumerable<double> Padded(IEnumerable<InnerWeight> weights) => weights.SelectMany(w =>
        w.Items.Select(i => i.Value).Concat(new double[(16 - w.Items.Length % 16) % 16]));

    private static double[] Dense<T>(T* from, IReadOnlyList<int> sizes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var all = new List<double>();
        var at = 0;
        foreach (var size in sizes)
        {
            for (var i = 0; i < size; i++) all.Add(double.CreateChecked(from[at + i]));
            at += (size + 15) / 16 * 16;
        }
        return [.. all];
    }

    /// <summary>A state before the first token: θ₀ and sums of zero, or θ₀ twice and other parts of zero.</summary>
    private static IEnumerable<double> Start(List<InnerWeight> fast, int size, bool optimised)
    {
        double[] weights = [.. Padded(fast), .. optimised ? Padded(fast) : []];
        return weights.Concat(new double[size - weights.Length]);
    }

    /// <summary>The spec's own scan under an optimiser: answers, and the state after them.</summary>
    private static (double[] Outputs, double[] End) Optimised<TModel, F, K, TOptimiser>(InnerWeights start, double[] query, double[] key, double[] value, double[][] inputs)
        where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim where TOptimiser : IInnerOptimiser<TOptimiser>
    {
        var scan = new OptimisedScan<TModel, F, K, TOptimiser>(start);
        var outputs = new List<double>();
        for (var t = 0; t < inputs[0].Length; t++)
            foreach (var item in scan.Step(new(query.AsSpan(t * F.Size, F.Size)), new(key.AsSpan(t * F.Size, F.Size)), new(value.AsSpan(t * F.Size, F.Size)), inputs.Select(of => of[t]).ToArray()).Items)
                outputs.Add(item.Value);
        var parts = typeof(TOptimiser).GetConstructors().Where(c => c.GetParameters().Length > 0).OrderByDescending(c => c.GetParameters().Length).First().GetParameters();
        var kept = parts.SelectMany(p => scan.Parts.SelectMany(tensor => tensor.Select(element => ((Scalar)typeof(TOptimiser).GetProperty(p.Name!)!.GetValue(element)!).Value)));
        return ([.. outputs], [.. scan.Start.Fast.SelectMany(w => w.Items.Select(i => i.Value)), .. kept]);
    }

    private static (double[] Outputs, double[] End) Forward<T, V>(
        Type scan, List<InnerWeight> fast, List<InnerWeight> slow, double[] query, double[] key, double[] value, double[][] inputs, double[]? tok, int[] cuts, int f, int k)
        where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
    {
        var owned = new List<nint>();
        try
        {
            T* q = Copy<T>(owned, query), ke = Copy<T>(owned, key), va = Copy<T>(owned, value), output = Copy<T>(owned, [], query.Length);
            var stateSize = (int)scan.GetField("StateSize")!.GetRawConstantValue()!;
            T* state = Copy<T>(owned, Start(fast, stateSize, tok is null));
            nint[] columns = [.. inputs.Select(of => (nint)Copy<T>(owned, of))];
            object[] places = tok is null ? [] : [(nint)Copy<T>(owned, tok)];
            T* scratch = Copy<T>(owned, [], (int)scan.GetField("ScratchSize")!.GetRawConstantValue()!);
            nint[] slows = [.. slow.Select(w => (nint)Copy<T>(owned, w.Items.Select(i => i.Value)))];
            var run = scan.GetMethod("Run")!.MakeGenericMethod(typeof(T), typeof(V));
            int[] starts = [0, .. cuts], ends = [.. cuts, inputs[0].Length];
            for (var c = 0; c < starts.Length; c++)
            {
                var s = starts[c];
                Call(run, [ends[c] - s, s % k, (nint)(ke + s * f), (nint)f, (nint)(va + s * f), (nint)f, (nint)(q + s * f), (nint)f, .. columns.SelectMany(of => new object[] { (nint)((T*)of + s), (nint)1 }), .. places, (nint)state, .. slows.Cast<object>(), (nint)(output + s * f), (nint)f, (nint)scratch], typeof(T));
            }
            var outputs = new double[query.Length];
            for (var i = 0; i < outputs.Length; i++) outputs[i] = double.CreateChecked(output[i]);
            int[] sizes = [.. Enumerable.Repeat(fast, stateSize / Padded(fast).Count()).SelectMany(all => all).Select(w => w.Items.Length)];
            var end = Dense(state, sizes);
            // a closed mini-batch leaves no sum of meaning
            if (tok is not null && inputs[0].Length % k == 0) Array.Clear(end, end.Length / 2, end.Length / 2);
            return (outputs, end);
        }
        finally
        {
            foreach (var o in owned) NativeMemory.AlignedFree((void*)o);
        }
    }

    private static Dictionary<string, double[]> Back<T, V>(
        Type scan, Type backward, List<InnerWeight> fast, List<InnerWeight> slow, double[] query, double[] key, double[] value, double[][] inputs, double[]? tok, double[] outputSeed, double[] endSeed, int f, int k, int checkpointEvery)
        where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
    {
        var owned = new List<nint>();
        try
        {
            var n = inputs[0].Length;
            T* q = Copy<T>(owned, query), ke = Copy<T>(owned, key), va = Copy<T>(owned, value), dOut = Copy<T>(owned, outputSeed);
            T* dq = Copy<T>(owned, [], n * f), dk = Copy<T>(owned, [], n * f), dv = Copy<T>(owned, [], n * f), dTok = Copy<T>(owned, new double[k]);
            nint[] columns = [.. inputs.Select(of => (nint)Copy<T>(owned, of))], dColumns = [.. inputs.Select(_ => (nint)Copy<T>(owned, [], n))];
            object[] places = tok is null ? [] : [(nint)Copy<T>(owned, tok)], dPlaces = tok is null ? [] : [(nint)dTok];
            var stateSize = (int)scan.GetField("StateSize")!.GetRawConstantValue()!;
            T* state = Copy<T>(owned, Start(fast, stateSize, tok is null));
            var seeds = new List<double>();
            var at = 0;
            foreach (var w in Enumerable.Repeat(fast, stateSize / Padded(fast).Count()).SelectMany(all => all))
            {
                seeds.AddRange(endSeed.Skip(at).Take(w.Items.Length));
                seeds.AddRange(new double[(16 - w.Items.Length % 16) % 16]);
                at += w.Items.Length;
            }
            T* dState = Copy<T>(owned, seeds);
            T* scratch = Copy<T>(owned, [], (int)backward.GetField("ScratchSize")!.GetRawConstantValue()!);
            var kept = Copy<T>(owned, [], (int)(long)backward.GetMethod("CheckpointsSize")!.Invoke(null, [n, checkpointEvery])!);
            nint[] slows = [.. slow.Select(w => (nint)Copy<T>(owned, w.Items.Select(i => i.Value)))];
            nint[] dSlows = [.. slow.Select(w => (nint)Copy<T>(owned, new double[w.Items.Length]))];
            var run = backward.GetMethod("Run")!.MakeGenericMethod(typeof(T), typeof(V));
            Call(run, [n, 0, (nint)ke, (nint)f, (nint)va, (nint)f, (nint)q, (nint)f, .. columns.SelectMany(of => new object[] { of, (nint)1 }), .. places, (nint)state, .. slows.Cast<object>(), (nint)dOut, (nint)f, (nint)dk, (nint)f, (nint)dv, (nint)f, (nint)dq, (nint)f, .. dColumns.SelectMany(of => new object[] { of, (nint)1 }), .. dPlaces, (nint)dState, .. dSlows.Cast<object>(), checkpointEvery, (nint)kept, (nint)scratch], typeof(T));
            double[] Read(T* from, int count) => [.. Enumerable.Range(0, count).Select(i => double.CreateChecked(from[i]))];
            var found = new Dictionary<string, double[]> { ["query"] = Read(dq, n * f), ["key"] = Read(dk, n * f), ["value"] = Read(dv, n * f), ["tok"] = Read(dTok, k) };
            for (var c = 0; c < inputs.Length; c++) found["input" + c] = Read((T*)dColumns[c], n);
            var place = 0;
            var index = 0;
            foreach (var w in fast)
            {
                found["weight" + index++] = Read(dState + place, w.Items.Length);
                place += (w.Items.Length + 15) / 16 * 16;
            }
            for (var i = 0; i < slow.Count; i++) found["weight" + index++] = Read((T*)dSlows[i], slow[i].Items.Length);
            return found;
        }
        finally
        {
            foreach (var o in owned) NativeMemory.AlignedFree((void*)o);
        }
    }

    private static void Call(MethodInfo run, object[] arguments, Type element)
    {
        var parameters = run.GetParameters();
        if (parameters.Length != arguments.Length) throw new InvalidOperationException($"{run.DeclaringType!.Name}.Run has {parameters.Length} parameters, {arguments.Length} were given: {string.Join(", ", parameters.Select(p => p.Name))}");
        for (var i = 0; i < arguments.Length; i++)
            if (parameters[i].ParameterType.IsPointer) arguments[i] = Pointer.Box((void*)(nint)arguments[i], parameters[i].ParameterType);
        run.Invoke(null, arguments);
    }
}
