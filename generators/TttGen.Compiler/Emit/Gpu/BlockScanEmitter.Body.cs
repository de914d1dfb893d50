using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>The kernel's body: the loop over mini-batches.</content>
internal sealed partial class BlockScanEmitter
{
    private void Body(CodeWriter w, string name, int threads, List<Weight> onChip, BlockLayout block, Action<CodeWriter, int> tokenRates)
    {
        var (heads, batch, width) = (Numbers.Of(_memory.Heads), Numbers.Of(_memory.MiniBatch), Numbers.Of(_feature));
        w.Line("int thread = Group.IdxX;");
        w.Line($"int slice = {BlockKernelEmitter.Quotient("Grid.IdxX", _memory.Heads)}, head = {BlockKernelEmitter.Remainder("Grid.IdxX", _memory.Heads)};");
        w.Line("int first = slices[2 * slice], count = slices[2 * slice + 1];");
        w.Line($"int place = (int)(positions[first] % {batch});");
        w.Line($"long at = stateOffsets[slice] + layerOffset + head * {Numbers.Of(_memory.Carry.HeadSize)}L;");
        w.Line($"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(block.SharedElements)});");
        w.Line(block.WorkspaceElements == 0 ? "ArrayView<float> workspace = memory;" : $"ArrayView<float> workspace = workspaces.SubView((long)Grid.IdxX * {Numbers.Of(block.WorkspaceElements)}, {Numbers.Of(block.WorkspaceElements)});");
        foreach (var (_, line) in _views) w.Line(line);
        w.Line();
        w.Line("#if TTTGEN_POISON // fresh memory holds anything: tests make that NaN");
        w.Line($"for (int e = thread; e < {Numbers.Of(block.SharedElements)}; e += {Numbers.Of(threads)}) memory[e] = float.NaN;");
        if (block.WorkspaceElements > 0) w.Line($"for (int e = thread; e < {Numbers.Of(block.WorkspaceElements)}; e += {Numbers.Of(threads)}) workspace[e] = float.NaN;");
        w.Line("Group.Barrier();");
        w.Line("#endif");
        tokenRates(w, threads);
        foreach (var f in onChip) Move(f, $"{Element(f)} = states[at + {Numbers.Of(OffsetOf(f.Name))} + e];");
        foreach (var s in _slowOnChip) Move(s, $"{s.Name}[e] = {s.Name}All[{Head(s)}e];");
        w.Line("Group.Barrier();");
        w.Line();
        if (_optimiser is null) w.Line($"float tokLast = tokenRates[{Numbers.Of(_memory.MiniBatch - 1)}];");
        w.Open("for (int t = 0; t < count;)");
        w.Line(_rows == 1 ? "const int n = 1;" : $"int n = Math.Min({batch} - place, count - t);");
        if (_rows > 1) w.Line("// rows past the end are the last one again, and learn nothing");
        var inFours = _feature % 4 == 0;
        var (units, unit) = (inFours ? _feature / 4 : _feature, inFours ? 4 : 1);
        w.Open($"for (int e = thread; e < {Numbers.Of(_rows * units)}; e += {Numbers.Of(threads)})");
        w.Line($"int i = {BlockKernelEmitter.Quotient("e", units)}, j = {BlockKernelEmitter.Remainder("e", units)};");
        w.Line($"long row = first + t + {(_rows == 1 ? "i" : "Math.Min(i, n - 1)")};");
        foreach (var tile in RowTiles)
        {
            var at = $"i * {Numbers.Of(_tiles[tile].Stride / unit)} + j";
            w.Line(inFours
                ? $"Float4.Put({tile}, {at}, Float4.At({tile}Rows, ((row * {tile}Stride + head * {width}) >> 2) + j));"
                : $"{tile}[{at}] = {ThreadDialect.Read(StorageOf(tile), Expr.Name($"{tile}Rows[row * {tile}Stride + head * {width} + j]"))};");
        }
        w.Close();
        if (_optimiser is not null) FillTable(w, threads);
        else if (_rows == 1)
        {
            w.Open("if (thread == 0)");
            w.Line("lr[0] = rateRows[(long)(first + t) * rateStride + head];");
            w.Line("tok[0] = tokenRates[place];");
            w.Close();
        }
        else
        {
            w.Open($"for (int i = thread; i < {Numbers.Of(_rows)}; i += {Numbers.Of(threads)})");
            w.Line("lr[i] = i < n ? rateRows[(long)(first + t + Math.Min(i, n - 1)) * rateStride + head] : 0f;");
            w.Line($"tok[i] = tokenRates[Math.Min(place + i, {Numbers.Of(_memory.MiniBatch - 1)})];");
            w.Close();
        }
        if (_optimiser is null) w.Line("Group.Barrier();");
        var close = _close is null ? "" : $"if (place + n == {batch}) {Call(name, _close)}";
        if (_optimiser is not null)
        {
            w.Line(Call(name, _step));
            CloseMiniBatch(w, Move);
        }
        else if (_whole is not null)
        {
            w.Line($"if (n == {batch}) {Call(name, _whole)}");
            if (_memory.MiniBatch > 1)
            {
                w.Open("else");
                w.Line(Call(name, _step));
                w.Line(close);
                w.Close();
            }
        }
        else
        {
            w.Line(Call(name, _step));
            w.Line(close);
        }
        w.Open($"for (int e = thread; e < {(_rows == 1 ? Numbers.Of(units) : "n * " + Numbers.Of(units))}; e += {Numbers.Of(threads)})");
        w.Line($"int i = {BlockKernelEmitter.Quotient("e", units)}, j = {BlockKernelEmitter.Remainder("e", units)};");
        var answer = $"output{(inFours ? ", " : "[")}i * {Numbers.Of(_tiles[Argument.Output.Name].Stride / unit)} + j{(inFours ? "" : "]")}";
        w.Line(inFours
            ? $"Float4.Put(answerRows, (((long)(first + t + i) * answerStride + head * {width}) >> 2) + j, Float4.At({answer}));"
            : ThreadDialect.Write(StorageOf("answer"), Expr.Name($"answerRows[(long)(first + t + i) * answerStride + head * {width} + j]"), Expr.Name(answer)).ToString());
        w.Close();
        w.Line("Group.Barrier();");
        w.Line($"place = (place + n) % {batch};");
        w.Line("t += n;");
        w.Close();
        foreach (var f in onChip) Move(f, $"states[at + {Numbers.Of(OffsetOf(f.Name))} + e] = {Element(f)};");

        void Move(Weight f, string statement) => w.Line($"for (int e = thread; e < {Numbers.Of(Elements(f))}; e += {Numbers.Of(threads)}) {statement}");
    }

    /// <summary>An element of a fast weight, wherever it lies.</summary>
    private string Element(Weight f)
    {
        var tile = _tiles[f.Name];
        return tile.Rows == 1 || tile.Stride == tile.Columns ? $"{f.Name}[e]" : $"{f.Name}[({BlockKernelEmitter.Quotient("e", tile.Columns)}) * {Numbers.Of(tile.Stride)} + ({BlockKernelEmitter.Remainder("e", tile.Columns)})]";
    }

    private Storage StorageOf(string view) => _storesBf16(view) ? Storage.BFloat16 : Storage.Float;

    /// <summary>A number that a kernel takes by value.</summary>
    private string Number(Argument argument) => argument.Kind switch
    {
        ArgumentKind.LastTokenRate => argument.Name,
        ArgumentKind.Ends => $"ends[{Numbers.Of(argument.Index * Parts + argument.Source)}]",
        _ => argument.Name + "[0]",
    };

    private string Call(string name, TileKernel kernel)
    {
        var arguments = BlockKernelEmitter.Parameters(kernel).Select(p => p is { Shape.Length: 0, Kind: BufferKind.Input } ? Number(p.Argument!) : p.Name);
        return $"{name}.{kernel.Program.Name}(thread, memory, workspace, partials, {string.Join(", ", arguments)});";
    }
}
