using System.Diagnostics;
using System.Text;
using Consortium.Testing;

namespace Consortium.Fhir.Tests.Paths;

/// <summary>Random and hostile expressions, with fixed seeds: a result or a <see cref="FhirPathException"/>, in bounded time.</summary>
public sealed class ExpressionFuzzTests
{
    private static readonly string[] s_leaves =
    [
        "1", "-1", "0", "2147483647", "1.50", "'a'", "''", "true", "false", "{}", "@2020", "@2020-02-29", "@2020-02-29T10:00:00.123+08:00", "@T23:59", "1 'mg'", "3 years",
        "1 'Cel'", "5 'nonsense'", "$this", "$index", "$total", "%resource", "%context", "%ucum", "name", "Patient", "Patient.name.given", "value", "id", "extension", "code", "subject", "item", "entry.resource",
        "79228162514264337593543950335", "0.0000000000000000000000000001", "'\\u0000'", "'(a+)+$'", "'2020-01-01'", "name.first()", "descendants()", "birthDate",
    ];

    private static readonly string[] s_calls =
    [
        "empty()", "exists()", "exists(#)", "all(#)", "allTrue()", "anyFalse()", "subsetOf(#)", "supersetOf(#)", "count()", "distinct()", "isDistinct()", "where(#)", "select(#)", "repeat(#)", "repeatAll(#)", "ofType(string)",
        "ofType(Quantity)", "single()", "first()", "last()", "tail()", "skip(#)", "take(#)", "intersect(#)", "exclude(#)", "union(#)", "combine(#)", "iif(#, #, #)", "iif(#, #)", "toBoolean()", "convertsToInteger()", "toInteger()", "toDecimal()",
        "toString()", "toDate()", "toDateTime()", "toTime()", "toQuantity()", "toQuantity(#)", "indexOf(#)", "substring(#)", "substring(#, #)", "startsWith(#)", "contains(#)", "upper()", "replace(#, #)", "matches(#)", "matchesFull(#)", "replaceMatches(#, #)",
        "length()", "toChars()", "split(#)", "join(#)", "encode('hex')", "decode('base64')", "escape('html')", "unescape('json')", "abs()", "ceiling()", "exp()", "ln()", "log(#)", "power(#)", "round(#)", "sqrt()", "truncate()", "children()", "descendants()", "trace('t')",
        "now()", "today()", "not()", "is(string)", "as(Quantity)", "type()", "aggregate(#, #)", "lowBoundary(#)", "highBoundary()", "precision()", "comparable(#)", "extension(#)", "hasValue()", "getValue()", "resolve()", "memberOf(#)", "htmlChecks()",
        "conformsTo(#)", "checkModifiers(#)", "elementDefinition()", "subsumes(#)", "sort(#)", "sort(-#)", "coalesce(#, #)", "defineVariable('x', #)", "yearOf()", "dateOf()", "timezoneOffsetOf()",
    ];

    private static readonly string[] s_operators = ["+", "-", "*", "/", "div", "mod", "&", "=", "!=", "~", "!~", "<", "<=", ">", ">=", "|", "in", "contains", "and", "or", "xor", "implies"];

    private static readonly byte[] s_resource = Encoding.UTF8.GetBytes("""
        {"resourceType":"Patient","id":"p","extension":[{"url":"http://x","valueQuantity":{"value":1.50,"system":"http://unitsofmeasure.org","code":"a"}}],"name":[{"family":"A","given":["B",null],"_given":[null,{"extension":[{"url":"y","valueDate":"2020-13"}]}]}],
        "birthDate":"1974-12","deceasedDateTime":"2020-01-01T00:00:00Z","contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e400,"code":"[broken"}}],"managingOrganization":{"reference":"#o"}}
        """);

    private static string Expression(Random random, int depth)
    {
        if (depth == 0) return s_leaves[random.Next(s_leaves.Length)];
        return random.Next(10) switch
        {
            < 5 => $"{Operand(random, depth)}.{Call(random, depth)}",
            < 8 => $"{Operand(random, depth)} {s_operators[random.Next(s_operators.Length)]} {Operand(random, depth)}",
            8 => $"-{Operand(random, depth)}",
            _ => $"{Operand(random, depth)}[{Expression(random, depth - 1)}]",
        };
    }

    private static string Operand(Random random, int depth) => $"({Expression(random, random.Next(depth))})";

    private static string Call(Random random, int depth)
    {
        string call = s_calls[random.Next(s_calls.Length)];
        while (call.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at) call = string.Concat(call.AsSpan(0, at), Expression(random, random.Next(depth)), call.AsSpan(at + 1));
        return call;
    }

    private static void Survives(string expression, FhirDocument document, bool strict)
    {
        try
        {
            foreach (FhirPathValue value in FhirPath.Compile(expression, strict).Evaluate(document)) Assert.NotEmpty(value.TypeName);
        }
        catch (FhirPathException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Evaluate_RandomExpressions_NeverThrowsAnythingElse(int seed)
    {
        Random random = new(seed);
        FhirDocument document = FhirDocument.Parse(s_resource);
        for (int round = 0; round < 6000; round++) Survives(Expression(random, random.Next(1, 5)), document, strict: round % 2 == 0);
    }

    [Fact]
    public void Compile_RandomTokens_NeverThrowsAnythingElse()
    {
        Random random = new(11);
        string[] pieces = [.. s_leaves, .. s_operators, .. s_calls, "(", ")", "[", "]", "{", "}", ".", ",", "`", "'", "\"", "//", "/*", "@", "%", "$", "\\", "is", "as", "é", " "];
        FhirDocument document = FhirDocument.Parse(s_resource);
        for (int round = 0; round < 10_000; round++)
        {
            Survives(string.Join(random.Next(2) == 0 ? " " : string.Empty, Enumerable.Range(0, random.Next(1, 10)).Select(_ => pieces[random.Next(pieces.Length)])), document, strict: false);
        }
    }

    [CorpusFact]
    public void Evaluate_RandomExpressionsOnOfficialExamples_NeverThrowsAnythingElse()
    {
        Random random = new(21);
        string[] files = [.. Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json").Order(StringComparer.Ordinal).Where(f => new FileInfo(f).Length < 20_000)];
        for (int round = 0; round < 150; round++)
        {
            FhirDocument document = FhirDocument.Parse(File.ReadAllBytes(files[random.Next(files.Length)]));
            for (int i = 0; i < 20; i++) Survives(Expression(random, random.Next(1, 4)), document, strict: i % 2 == 0);
        }
    }

    [Theory]
    [InlineData("(1|2|3|4|5|6|7|8|9).repeat($this | $this * 2 + 1).count()")]
    [InlineData("repeatAll($this).count()")]
    [InlineData("descendants().descendants().descendants().descendants().descendants().count()")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.replaceMatches('^(([a-z])+.)+[A-Z]([a-z])+$', '')")]
    [InlineData("(1|2|3|4|5|6|7|8|9|10).select((1|2|3|4|5|6|7|8|9|10).select((1|2|3|4|5|6|7|8|9|10).select((1|2|3|4|5|6|7|8|9|10).select((1|2|3|4|5|6|7|8|9|10).select((1|2|3|4|5|6|7|8|9|10).select(1|2|3)))))).count()")]
    [InlineData("'aaaaaaaaaa'.replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').replace('', 'bbbbbbbbbb').length()")]
    [InlineData("(1|2|3|4|5|6|7|8|9).aggregate(iif($total.empty(), 'aaaaaaaaaa', $total.replace('a', 'aaaaaaaaaaaaaaaaaaaa'))).length()")]
    public void Evaluate_HostileExpression_EndsSoon(string expression)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long before = GC.GetTotalAllocatedBytes();
        Survives(expression, FhirDocument.Parse(s_resource), strict: false);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 20_000_000_000);
    }

    [Fact]
    public void Evaluate_DeepestAllowedExpression_KeepsWithinASmallStack()
    {
        // 600 parts one within the other: chains, brackets and arguments mixed.
        string[] expressions =
        [
            string.Join(" or ", Enumerable.Repeat("active = false", 550)),
            "name" + string.Concat(Enumerable.Repeat(".first()", 550)),
            string.Concat(Enumerable.Repeat("select(", 190)) + "$this" + string.Concat(Enumerable.Repeat(").first().first()", 190)),
            string.Concat(Enumerable.Repeat("where(", 190)) + "true" + string.Concat(Enumerable.Repeat(").exists()", 190)),
        ];
        FhirDocument document = FhirDocument.Parse(s_resource);
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                foreach (string expression in expressions) Survives(expression, document, strict: true);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, maxStackSize: 1024 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
