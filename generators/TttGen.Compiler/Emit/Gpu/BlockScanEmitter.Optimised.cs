using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Under an optimiser: the table of a mini-batch's steps (StepTable says what it is), a thread a row and then a thread a column.</content>
internal sealed partial class BlockScanEmitter
{
    private readonly InnerOptimiser? _optimiser;

    private OptimisedForm Form => new(_memory.Model, _optimiser!);

    private int Parts => _optimiser!.Parts.Count;

    /// <summary>What a state has of a fast weight, in order: the weight that the mini-batch started from, then its gradient sum or the parts of the optimiser.</summary>
    private IEnumerable<string> StateOf(Weight w) => _optimiser is null ? [w.Name, Argument.SumOf(w).Name] : [w.Name, .. _optimiser.Parts.Select((_, q) => Form.Part(w, q).Name)];

    /// <summary>Tiles of the table, one behind another in the order of the parts.</summary>
    private void PersistTable()
    {
        Persist("coefficients", 1, _rows * Parts * (Parts + 1));
        Persist(OptimisedForm.Gains.Name, _rows, _rows);
        Persist("ends", 1, Parts * Parts);
        Shares("keeps", Form.Keeps);
        Shares("endGains", Form.EndGains);

        void Shares(string all, Func<int, Argument> share)
        {
            Persist(all, 1, Parts * _rows);
            for (var q = 0; q < Parts; q++)
            {
                var name = share(q).Name;
                _tiles[name] = _tiles[all] with { Name = name, Columns = _rows, Stride = _rows };
                _views.Add((name, $"ArrayView<float> {name} = {all}.SubView({Numbers.Of(q * _rows)}, {Numbers.Of(_rows)});"));
            }
        }
    }

    /// <summary>Fills the table for n rows from place on. Rows past the end change nothing.</summary>
    private void FillTable(CodeWriter w, int threads)
    {
        var (rows, size) = (Numbers.Of(_rows), Parts * (Parts + 1));
        w.Line("// a thread a row: the coefficients of its step");
        w.Open(_rows == 1 ? "if (thread == 0)" : $"for (int i = thread; i < n; i += {Numbers.Of(threads)})");
        w.Line($"long row = first + t{(_rows == 1 ? "" : " + i")};");
        for (var k = 0; k < _optimiser!.Inputs.Count; k++) w.Line($"float {_optimiser.Inputs[k]} = input{k}Rows[row * input{k}Stride + head];");
        var coefficients = Form.Coefficient();
        var texts = Scalars(w, coefficients);
        for (var k = 0; k < size; k++) w.Line($"coefficients[{(_rows == 1 ? "" : $"i * {Numbers.Of(size)} + ")}{Numbers.Of(k)}] = {texts[k]};");
        w.Close();
        w.Line("Group.Barrier();");
        w.Line();
        w.Line("// a thread a column: what a part, or a row's gradient, has come to after each row");
        w.Open($"for (int column = thread; column < {Numbers.Of(Parts + _rows)}; column += {Numbers.Of(threads)})");
        w.Line($"int from = column - {Numbers.Of(Parts)};");
        for (var q = 0; q < Parts; q++) w.Line($"float now{q} = column == {Numbers.Of(q)} ? 1f : 0f;");
        w.Open($"for (int i = 0; i < {rows}; i++)");
        w.Open("if (i < n)");
        w.Line($"int step = i * {Numbers.Of(size)};");
        for (var q = 0; q < Parts; q++)
        {
            var shares = string.Join(" + ", Enumerable.Range(0, Parts).Select(r => $"coefficients[step + {Numbers.Of(q * (Parts + 1) + r)}] * now{r}"));
            w.Line($"float after{q} = i < from ? 0f : i == from ? coefficients[step + {Numbers.Of(q * (Parts + 1) + Parts)}] : {shares};");
        }
        for (var q = 0; q < Parts; q++) w.Line($"now{q} = after{q};");
        w.Close();
        w.Line($"if (from < 0) keeps[column * {rows} + i] = now0;");
        w.Line($"else gains[i * {Numbers.Of(_tiles[OptimisedForm.Gains.Name].Stride)} + from] = now0;");
        w.Close();
        if (!_optimiser.ClosesByItself) w.Line($"bool closes = place + n == {Numbers.Of(_memory.MiniBatch)};");
        for (var q = 0; q < Parts; q++)
        {
            var closed = string.Join(" + ", Enumerable.Range(0, Parts).Where(r => _optimiser.Close[q, r] != 0).Select(r => $"{Numbers.OfSingle(_optimiser.Close[q, r])} * now{r}").DefaultIfEmpty("0f"));
            w.Line($"float end{q} = {(_optimiser.ClosesByItself ? $"now{q}" : $"closes ? {closed} : now{q}")};");
        }
        w.Open("if (from < 0)");
        for (var q = 0; q < Parts; q++) w.Line($"ends[{Numbers.Of(q * Parts)} + column] = end{q};");
        w.Close();
        w.Open("else");
        for (var q = 0; q < Parts; q++) w.Line($"endGains[{Numbers.Of(q * _rows)} + from] = end{q};");
        w.Close();
        w.Close();
        w.Line("Group.Barrier();");
    }

    /// <summary>The next mini-batch's gradients are taken at the weights that this one ends with.</summary>
    private void CloseMiniBatch(CodeWriter w, Action<Weight, string> move)
    {
        w.Open($"if (place + n == {Numbers.Of(_memory.MiniBatch)})");
        foreach (var f in Fast) move(f, $"{Element(f)} = {Form.Part(f, 0).Name}[e];");
        w.Close();
        w.Line("Group.Barrier();");
    }

    /// <summary>Numbers of no axes, over what is declared before; what is no operand is declared once.</summary>
    private static Expr[] Scalars(CodeWriter w, IReadOnlyList<Node> numbers)
    {
        var known = new Dictionary<Node, Expr>();
        var code = new ScalarCode();
        return [.. numbers.Select(Value)];

        Expr Value(Node n) => known.TryGetValue(n, out var value) ? value : known[n] = Declared(n switch
        {
            Zero => code.Constant(0),
            Literal l => code.Constant(l.Value),
            Input input => Expr.Name(input.Name),
            Sum s => s.Operands.Select(Value).Aggregate((sum, term) => sum + term),
            Einsum e => Expr.Product(e.Factors.Select(f => Value(f.Node)).Prepend(code.Constant(e.Coefficient))),
            Map m => m.Function.Rule().Scalar is { } form ? form(code, [.. m.Operands.Select(Value)]) : code.Call(m.Function, [.. m.Operands.Select(Value)]),
            _ => throw new CompileException("TTT162", $"a {n.GetType().Name} is no number of an optimiser's step"),
        });

        Expr Declared(Expr value)
        {
            if (value.IsPlace) return value;
            var name = "number" + Numbers.Of(known.Count);
            w.Line(Statement.Declare("float", name, value).ToString());
            return Expr.Name(name);
        }
    }

    private sealed class ScalarCode : IScalarCode
    {
        public Expr Constant(double value) => Expr.Name(Numbers.OfSingle(value));

        public Expr Call(Function function, params Expr[] arguments) => Expr.Call($"Fn.{function}", arguments);
    }
}
