using System.Text;

namespace Consortium.Fhir.Tests.Paths;

/// <summary>Functions on their edges: empty input, several items, other types, overflow (FHIRPath N1 5).</summary>
public sealed class FunctionTests
{
    [Theory]
    [InlineData("{}.allTrue()", "true")]
    [InlineData("{}.anyTrue()", "false")]
    [InlineData("{}.all(false)", "true")]
    [InlineData("{}.count()", "0")]
    [InlineData("{}.isDistinct()", "true")]
    [InlineData("{}.subsetOf(1)", "true")]
    [InlineData("(1).supersetOf({})", "true")]
    [InlineData("{}.first()", "")]
    [InlineData("(1|2|3).skip(-1).count()", "3")]
    [InlineData("(1|2|3).skip(5)", "")]
    [InlineData("(1|2|3).take(-1)", "")]
    [InlineData("(1|2|3).take(0)", "")]
    [InlineData("(1|2|3)[3]", "")]
    [InlineData("(1|2|3)[-1]", "")]
    [InlineData("(1|2|3).tail()", "2,3")]
    [InlineData("{}.single()", "")]
    [InlineData("(1).combine(1).count()", "2")]
    [InlineData("(1).union(1).count()", "1")]
    [InlineData("(1|2|3).exclude(2)", "1,3")]
    [InlineData("(1|2|3).intersect(2|3|4)", "2,3")]
    [InlineData("(1|2|3).aggregate($this + $total, 0)", "6")]
    [InlineData("(1|2|3).aggregate(iif($total.empty(), $this, iif($this < $total, $this, $total)))", "1")]
    [InlineData("(3|1|2).sort()", "1,2,3")]
    [InlineData("(3|1|2).sort(-$this)", "3,2,1")]
    [InlineData("('b'|'a'|'c').sort(-$this)", "c,b,a")]
    [InlineData("name.sort(-family, use).use", "usual,official")]
    [InlineData("{}.coalesce({}, 2, 3)", "2")]
    [InlineData("iif({}, 1, 2)", "2")]
    [InlineData("iif(true, 1, 1 / 'a')", "1")]
    [InlineData("repeat(contact).count()", "1")]
    [InlineData("repeatAll(contact | name).given.count()", "3")]
    public void Collections(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("'abc'.substring(3)", "")]
    [InlineData("'abc'.substring(-1)", "")]
    [InlineData("'abc'.substring(1, 0)", "")]
    [InlineData("'abc'.substring(1, 10)", "bc")]
    [InlineData("'abc'.substring({})", "")]
    [InlineData("'abc'.indexOf('')", "0")]
    [InlineData("'abc'.indexOf('z')", "-1")]
    [InlineData("{}.indexOf('a')", "")]
    [InlineData("'abc'.replace('', 'x')", "xaxbxcx")]
    [InlineData("'11/30/1972'.replaceMatches('\\\\b(?<month>\\\\d{1,2})/(?<day>\\\\d{1,2})/(?<year>\\\\d{2,4})\\\\b', '${day}-${month}-${year}')", "30-11-1972")]
    [InlineData("'a,b'.split(',').join('-')", "a-b")]
    [InlineData("'t'.encode('hex')", "74")]
    [InlineData("'dA=='.decode('base64')", "t")]
    [InlineData("'x'.encode('nonsense')", "")]
    [InlineData("' a '.trim().length()", "1")]
    [InlineData("'abc'.toChars().count()", "3")]
    [InlineData("'a' & {} & 'b'", "ab")]
    [InlineData("{} + 'b'", "")]
    public void Strings(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("2147483647 + 1", "")]
    [InlineData("5 div 2", "2")]
    [InlineData("-5 div 2", "-2")]
    [InlineData("5.5 div 0.7", "7")]
    [InlineData("5 mod 2", "1")]
    [InlineData("5 div 0", "")]
    [InlineData("5 mod 0", "")]
    [InlineData("5.5 mod 0.7", "0.6")]
    [InlineData("(-1).sqrt()", "")]
    [InlineData("(-1).power(0.5)", "")]
    [InlineData("2.power(3)", "8")]
    [InlineData("2.power(-1)", "0.5")]
    [InlineData("16.log(2)", "4")]
    [InlineData("0.ln()", "")]
    [InlineData("1.5.round()", "2")]
    [InlineData("3.14159.round(3)", "3.142")]
    [InlineData("(-1.5).truncate()", "-1")]
    [InlineData("(-1.5).floor()", "-2")]
    [InlineData("1.1.ceiling()", "2")]
    [InlineData("(-5).abs()", "5")]
    [InlineData("{}.abs()", "")]
    [InlineData("1.587.lowBoundary(2)", "1.58")]
    [InlineData("1.587.highBoundary(2)", "1.59")]
    [InlineData("1.58700.precision()", "5")]
    public void Numbers(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("'1.0'.toInteger()", "")]
    [InlineData("'+1'.toInteger()", "1")]
    [InlineData("'99999999999'.toInteger()", "")]
    [InlineData("'1.'.toDecimal()", "")]
    [InlineData("'.5'.toDecimal()", "")]
    [InlineData("'1e3'.toDecimal()", "")]
    [InlineData("'-1.50'.toDecimal()", "-1.50")]
    [InlineData("'Yes'.toBoolean()", "true")]
    [InlineData("'maybe'.toBoolean()", "")]
    [InlineData("'2015-02-30'.toDate()", "")]
    [InlineData("'25:00'.toTime()", "")]
    [InlineData("@2015-02-04.toDateTime()", "2015-02-04")]
    [InlineData("{}.toString()", "")]
    [InlineData("name.first().convertsToString()", "false")]
    public void Conversions(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("@2016-02-29 + 1 year", "2017-02-28")]
    [InlineData("@2020-01-31 + 1 month", "2020-02-29")]
    [InlineData("@2020 + 13 months", "2021")]
    [InlineData("@2020 + 366 days", "2021")]
    [InlineData("@2020-01 + 31 days", "2020-02")]
    [InlineData("@2014 + 24 months", "2016")]
    [InlineData("@T23:00 + 2 hours", "01:00")]
    [InlineData("@T01:00 - 2 hours", "23:00")]
    [InlineData("@9999-12-31 + 1 day", "")]
    [InlineData("@2020-01-01 + 9999999999 weeks", "")]
    [InlineData("@2020-03-01T00:00:00Z - 1 second", "2020-02-29T23:59:59Z")]
    [InlineData("@2020 = @2020-01", "")]
    [InlineData("@2020 ~ @2020-01", "false")]
    [InlineData("@2020-01-01T10:00:00Z = @2020-01-01T12:00:00+02:00", "true")]
    [InlineData("@2020-01-01T10:00:00.000Z = @2020-01-01T10:00:00Z", "true")]
    [InlineData("@2020-01-01 < @2020-01-01T10:00:00Z", "")]
    [InlineData("@2020-05 > @2019", "true")]
    [InlineData("@T10:30 > @T10:15:30", "true")]
    [InlineData("@2014.lowBoundary(6)", "2014-01")]
    [InlineData("@2014-05.highBoundary(8)", "2014-05-31")]
    [InlineData("@2020-02-03T04:05:06.007+08:00.monthOf()", "2")]
    [InlineData("@2020-02-03T04:05:06.007+08:00.millisecondOf()", "7")]
    [InlineData("@2020-02-03T04:05:06.007+08:00.timezoneOffsetOf()", "8")]
    [InlineData("@2020-02-03T04:05.dateOf()", "2020-02-03")]
    [InlineData("@2020-02-03T04:05.timeOf()", "04:05")]
    [InlineData("@2020.monthOf()", "")]
    public void DatesAndTimes(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("(1|2).single()")]
    [InlineData("name.given.startsWith('B')")]
    [InlineData("1.startsWith('a')")]
    [InlineData("'a'.abs()")]
    [InlineData("'a' > 1")]
    [InlineData("1.5.round(-1)")]
    [InlineData("'a'.substring('b')")]
    [InlineData("iif('text', 1, 2)")]
    [InlineData("@2020-01-01 + 1 'mo'")]
    [InlineData("@2020-01-01 + 1 'kg'")]
    [InlineData("slice('http://x', 'y')")]
    [InlineData("name.subsumes(name)")]
    [InlineData("conformsTo('http://example.org/unknown')")]
    [InlineData("1.nonsense()")]
    public void WrongInput_IsRefused(string expression) => Assert.NotEmpty(Evaluating.Refused(expression).Message);

    [Theory]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "true")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", "false")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/DomainResource')", "true")]
    [InlineData("name.first().elementDefinition().path", "Patient.name")]
    [InlineData("name.first().given.first().elementDefinition().max", "*")]
    [InlineData("managingOrganization.resolve().name", "O")]
    [InlineData("managingOrganization.reference.resolve().name", "O")]
    [InlineData("gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true")]
    [InlineData("'Patient/1'.resolve()", "")]
    public void WhatDefinitionsSay(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Fact]
    public void ConformsTo_Profile_ChecksIt()
    {
        FhirDocument vital = FhirDocument.Parse(Encoding.UTF8.GetBytes("""
            {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01",
            "valueQuantity":{"value":60,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}}
            """));
        FhirDocument other = FhirDocument.Parse("""{"resourceType":"Observation","status":"final","code":{"text":"x"}}"""u8.ToArray());
        CompiledPath path = FhirPath.Compile("conformsTo('http://hl7.org/fhir/StructureDefinition/heartrate')");
        Assert.Equal("true", path.Evaluate(vital)[0].Value);
        Assert.Equal("false", path.Evaluate(other)[0].Value);
    }

    [Fact]
    public void Resolve_OutsideTheDocument_AsksTheCaller()
    {
        FhirDocument patient = FhirDocument.Parse("""{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"Practitioner/2"}]}"""u8.ToArray());
        FhirPathEnvironment environment = new()
        {
            ResolveReference = static reference => reference == "Practitioner/1" ? FhirDocument.Parse("""{"resourceType":"Practitioner","id":"1"}"""u8.ToArray()) : null,
        };
        FhirPathValue found = Assert.Single(FhirPath.Compile("generalPractitioner.resolve().id").Evaluate(patient.Root, environment));
        Assert.Equal("1", found.Value);
    }

    [Fact]
    public void Subsumes_WalksTheHierarchy()
    {
        FhirDefinitions definitions = FhirDefinitions.R4.With([FhirDocument.Parse("""
            {"resourceType":"CodeSystem","url":"http://example.org/cs","status":"active","content":"complete","concept":[{"code":"a","concept":[{"code":"b","concept":[{"code":"c"}]}]},{"code":"d"}]}
            """u8.ToArray())]);
        FhirDocument basic = FhirDocument.Parse("""
            {"resourceType":"ValueSet","status":"active","jurisdiction":[{"coding":[{"system":"http://example.org/cs","code":"a"}]},{"coding":[{"system":"http://example.org/cs","code":"c"}]},{"coding":[{"system":"http://example.org/cs","code":"d"}]},{"coding":[{"system":"http://other.example","code":"a"}]}]}
            """u8.ToArray());
        string Values(string expression) => string.Join(",", FhirPath.Compile(expression).Evaluate(basic.Root, new FhirPathEnvironment { Definitions = definitions }).Select(v => v.Value));
        Assert.Equal("true", Values("jurisdiction[0].subsumes(jurisdiction[1])"));
        Assert.Equal("true", Values("jurisdiction[1].coding.subsumedBy(jurisdiction[0].coding)"));
        Assert.Equal("false", Values("jurisdiction[1].subsumes(jurisdiction[0])"));
        Assert.Equal("false", Values("jurisdiction[0].subsumes(jurisdiction[2])"));
        Assert.Equal("true", Values("jurisdiction[3].subsumes(jurisdiction[3])"));
    }
}
