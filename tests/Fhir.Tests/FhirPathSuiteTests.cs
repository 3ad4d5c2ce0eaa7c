using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>
/// The official FHIRPath suite. <c>Expected/fhirpath-suite-failures.txt</c> lists what does not pass yet; a test on the list
/// that passes fails here too, so the list only gets shorter.
/// </summary>
public sealed class FhirPathSuiteTests
{
    private bool _alwaysStrict;
    private readonly Dictionary<string, FhirDocument> _inputs = new(StringComparer.Ordinal);

    [CorpusFact]
    public void Evaluate_OfficialSuite_FailsOnlyWhereListed()
    {
        XDocument suite = XDocument.Load(Corpora.Path("fhir/fhirpath-tests/tests-fhir-r4.xml"));
        SortedDictionary<string, string> failures = new(StringComparer.Ordinal);
        int total = 0;
        foreach (XElement test in suite.Descendants("test"))
        {
            total++;
            string name = $"{test.Parent!.Attribute("name")?.Value}/{test.Attribute("name")?.Value}";
            if (Run(test) is not { } failure) continue;
            for (int again = 2; !failures.TryAdd(name, failure); again++) name += again;
        }

        HashSet<string> listed = [.. Expected.Rows("fhirpath-suite-failures.txt", columns: 2).Select(r => r[0])];
        string[] unexpected = [.. failures.Where(f => !listed.Contains(f.Key)).Select(f => $"{f.Key} | {f.Value}")];
        string[] passing = [.. listed.Where(l => !failures.ContainsKey(l))];
        Assert.Equal(935, total);
        Assert.True(unexpected.Length == 0, $"{total - failures.Count} of {total} pass. Not on the list:\n" + string.Join("\n", unexpected));
        Assert.True(passing.Length == 0, "These pass now; take them off the list:\n" + string.Join("\n", passing));
    }

    /// <summary>The strict mode refuses nothing that the suite takes for right.</summary>
    [CorpusFact]
    public void EvaluateStrictly_OfficialSuite_FailsOnlyWhereListed()
    {
        _alwaysStrict = true;
        Evaluate_OfficialSuite_FailsOnlyWhereListed();
    }

    private string? Run(XElement test)
    {
        XElement expression = test.Element("expression")!;
        string? invalid = expression.Attribute("invalid")?.Value;
        IReadOnlyList<FhirPathValue> values;
        try
        {
            // What is wrong by its types alone needs the strict mode.
            bool strict = test.Attribute("mode")?.Value == "strict" || invalid == "semantic";
            CompiledPath path = FhirPath.Compile(expression.Value, strict || _alwaysStrict);
            values = path.Evaluate(Input(test.Attribute("inputfile")?.Value));
        }
        catch (FhirPathException refused)
        {
            return invalid is null ? refused.Message : null;
        }

        if (invalid is not null) return $"should be refused ({invalid})";
        (string? Type, string Value)[] wanted = [.. test.Elements("output").Select(o => (o.Attribute("type")?.Value, o.Value))];
        if (test.Attribute("predicate")?.Value == "true")
        {
            bool truth = values.Count > 0 && values[0].Value != "false";
            return wanted is [(_, var only)] && only == (truth ? "true" : "false") ? null : $"predicate gave {truth}";
        }

        string got = string.Join(", ", values.Select(v => $"{v.TypeName} {v.Value}"));
        if (wanted.Length != values.Count) return $"{wanted.Length} items expected, got {values.Count}: {Short(got)}";
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!Same(wanted[i].Type, wanted[i].Value, values[i])) return $"expected {wanted[i].Type} {wanted[i].Value}, got {Short(got)}";
        }

        return null;
    }

    private static string Short(string text) => text.ReplaceLineEndings(" ") is { Length: > 80 } longer ? longer[..80] : text.ReplaceLineEndings(" ");

    private static bool Same(string? type, string value, FhirPathValue actual)
    {
        if (type is not null && !string.Equals(type, actual.TypeName, StringComparison.OrdinalIgnoreCase)
            && !(actual.Namespace == "System" && type is "code" or "id" && actual.TypeName == "String")) return false;
        if (value.Length == 0) return true;
        // Date and time literals stand with their '@' in the suite's outputs.
        string wanted = value.StartsWith('@') ? value.TrimStart('@').TrimStart('T') : value;
        if (type is "decimal" or "Quantity" && decimal.TryParse(wanted.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            && actual.Value is { } text && decimal.TryParse(text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal other))
        {
            return number == other && wanted.Split(' ').Skip(1).SequenceEqual(text.Split(' ').Skip(1));
        }

        // -0.0 and 0.0 are the same number.
        if (actual.TypeName == "Decimal" && decimal.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal zero) && zero == 0) return actual.Value == wanted.TrimStart('-');
        return actual.Value == wanted;
    }

    private FhirDocument Input(string? file)
    {
        // A test without an input still needs a focus.
        if (file is null) return FhirDocument.Parse("""{"resourceType":"Basic"}"""u8.ToArray());
        if (_inputs.TryGetValue(file, out FhirDocument? known)) return known;
        string path = Corpora.Path("fhir/fhirpath-tests/input/" + file);
        if (!File.Exists(path)) path = Path.ChangeExtension(path, ".json");
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        FhirDocument document = path.EndsWith(".xml", StringComparison.Ordinal) ? FhirDocument.ParseXml(bytes) : FhirDocument.Parse(bytes);
        _inputs.Add(file, document);
        return document;
    }
}
