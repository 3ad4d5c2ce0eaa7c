using System.Text;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>Broken and hostile input, with fixed seeds: issues or a <see cref="FhirFormatException"/>, never another exception.</summary>
public sealed class FuzzTests
{
    private static readonly byte[] s_seed = Encoding.UTF8.GetBytes("""
        {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":
        {"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='a'>x &amp; y</p></div>"},
        "contained":[{"resourceType":"Organization","id":"o","name":"x"}],"managingOrganization":{"reference":"#o"},
        "identifier":[{"system":"urn:oid:1.2.3","value":"1","period":{"start":"2020-01-01","end":"2021-01-01T00:00:00Z"}}],
        "name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"http://example.org","valueDecimal":1.50}]}]}],"_birthDate":{"id":"b"},
        "deceasedBoolean":false,"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},
        "photo":[{"contentType":"image/png","data":"QUJD"}],"contact":[{"name":{"text":"\u738b"}}]}}]}
        """);

    private static void Survives(byte[] input)
    {
        ValidationResult result = FhirValidator.R4.Validate(input);
        Assert.All(result.Issues, i => Assert.False(i.Severity == IssueSeverity.Fatal && i.Line is null));
    }

    [Fact]
    public void Validate_Seed_IsValid() => Assert.True(FhirValidator.R4.Validate(s_seed).IsValid);

    [Fact]
    public void Validate_EveryTruncation_IsRefusedWithAPlace()
    {
        for (int length = 0; length < s_seed.Length; length++)
        {
            OutcomeIssue issue = Assert.Single(FhirValidator.R4.Validate(s_seed.AsMemory(0, length)).Issues);
            Assert.Equal(IssueSeverity.Fatal, issue.Severity);
            Assert.True(issue is { Line: > 0, Column: > 0 });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Validate_FlippedBytes_NeverThrows(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 4000; round++)
        {
            byte[] input = (byte[])s_seed.Clone();
            for (int flips = random.Next(1, 5); flips > 0; flips--) input[random.Next(input.Length)] = (byte)random.Next(256);
            Survives(input);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Validate_MovedPieces_NeverThrows(int seed)
    {
        // Whole JSON tokens change places, so that most inputs are well-formed JSON of wrong shapes.
        string[] pieces = ["{}", "[]", "null", "true", "1", "-0.0e-999", "\"\"", "\"#\"", "\"Patient/1\"", "{\"resourceType\":\"Patient\"}", "[[]]", "[null]", "[{}]", "{\"extension\":[{}]}", "\"\\ud83d\\ude00\"", "[1,\"a\",{}]"];
        Random random = new(seed);
        string text = Encoding.UTF8.GetString(s_seed);
        int[] colons = [.. Enumerable.Range(0, text.Length).Where(i => text[i] == ':' && text[i - 1] == '"')];
        for (int round = 0; round < 4000; round++)
        {
            int at = colons[random.Next(colons.Length)] + 1;
            int end = at;
            for (int depth = 0; end < text.Length && (depth > 0 || text[end] is not (',' or '}' or ']')); end++)
            {
                depth += text[end] is '{' or '[' ? 1 : text[end] is '}' or ']' ? -1 : 0;
            }

            Survives(Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, at), pieces[random.Next(pieces.Length)], text.AsSpan(end))));
        }
    }

    [Fact]
    public void Validate_RandomBytes_NeverThrows()
    {
        Random random = new(21);
        for (int round = 0; round < 2000; round++)
        {
            byte[] input = new byte[random.Next(200)];
            random.NextBytes(input);
            Survives(input);
        }
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{\"a\":", 100_000)]
    [InlineData("{\"extension\":[", 50_000)]
    public void Validate_DeepNesting_IsRefusedWithAPlace(string opening, int depth)
    {
        OutcomeIssue issue = Assert.Single(FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, depth)))).Issues);
        Assert.Contains("deeper than 256", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_DeepestAllowedExtensions_IsWithinTheStack()
    {
        string open = string.Concat(Enumerable.Repeat("{\"url\":\"u:x\",\"extension\":[", 120)), close = string.Concat(Enumerable.Repeat("]}", 120));
        Survives(Encoding.UTF8.GetBytes($"{{\"resourceType\":\"Basic\",\"extension\":[{open}{{\"url\":\"u:y\",\"valueCode\":\"z\"}}{close}]}}"));
    }

    [Fact]
    public void Validate_HugeNumber_KeepsItAndDoesNotThrow()
    {
        string number = new('9', 100_000);
        Survives(Encoding.UTF8.GetBytes("""{"resourceType":"Observation","valueQuantity":{"value":N},"referenceRange":[{"low":{"value":N},"high":{"value":1e999999}}]}""".Replace("N", number, StringComparison.Ordinal)));
    }

    [Fact]
    public void ValidateXml_Mutations_NeverThrow()
    {
        byte[] xml = Encoding.UTF8.GetBytes("""
            <Patient xmlns="http://hl7.org/fhir"><id value="a"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></text>
            <contained><Organization><id value="o"/><name value="x"/></Organization></contained><active value="true"/><name><given value="a"><extension url="http://x"><valueInteger value="1"/></extension></given></name></Patient>
            """);
        Random random = new(31);
        for (int round = 0; round < 3000; round++)
        {
            byte[] input = (byte[])xml.Clone();
            for (int flips = random.Next(1, 4); flips > 0; flips--) input[random.Next(input.Length)] = (byte)random.Next(256);
            FhirValidator.R4.ValidateXml(input);
        }
    }

    [CorpusFact]
    public void Validate_MutatedOfficialExamples_NeverThrow()
    {
        Random random = new(41);
        string[] files = [.. Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json").Order(StringComparer.Ordinal).Where(f => new FileInfo(f).Length < 20_000)];
        for (int round = 0; round < 1500; round++)
        {
            byte[] input = File.ReadAllBytes(files[random.Next(files.Length)]);
            for (int flips = random.Next(1, 6); flips > 0; flips--) input[random.Next(input.Length)] = (byte)random.Next(32, 127);
            Survives(input);
        }
    }

    [Theory]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a|aa)+\\1$')")]
    [InlineData("repeat($this | 1).count()")]
    [InlineData("repeat(($this.length() + 1).toString()).count()")]
    public void Evaluate_HostileExpression_Ends(string expression)
    {
        try
        {
            FhirPath.Compile(expression).Evaluate(FhirDocument.Parse("""{"resourceType":"Basic"}"""u8.ToArray()));
        }
        catch (FhirPathException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }

    [Fact]
    public void Compile_DeepExpression_IsRefused()
    {
        foreach (string expression in new[] { new string('(', 10_000) + "1" + new string(')', 10_000), string.Concat(Enumerable.Repeat("1+", 10_000)) + "1", new string('-', 10_000) + "1", string.Concat(Enumerable.Repeat("a.", 10_000)) + "a" })
        {
            Assert.Throws<FhirPathException>(() => FhirPath.Compile(expression));
        }
    }
}
