using System.Text;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Tests.Terminology;

/// <summary>FHIR R4 terminology-service.html: look-up, expansion and validation over R4 and packages, without a network.</summary>
public sealed class TerminologyServiceTests
{
    private const string Site = "http://example.org/fhir";

    private static readonly FhirTerminology s_core = FhirDefinitions.R4.Terminology;

    private static readonly string[] s_package =
    [
        $$"""
        {"resourceType":"CodeSystem","url":"{{Site}}/wards","version":"2","name":"Wards","status":"active","content":"complete","caseSensitive":true,
         "property":[{"code":"beds","type":"integer"},{"code":"inactive","type":"boolean"}],
         "concept":[{"code":"surgery","display":"Surgery","concept":[{"code":"cardiac","display":"Cardiac surgery","property":[{"code":"beds","valueInteger":12}]},{"code":"hand","property":[{"code":"inactive","valueBoolean":true}]}]},
                    {"code":"er","display":"Emergency"}]}
        """,
        $$"""
        {"resourceType":"CodeSystem","url":"{{Site}}/wards-zh","status":"active","content":"supplement","supplements":"{{Site}}/wards",
         "concept":[{"code":"er","designation":[{"language":"zh","value":"急诊"}]},{"code":"new","display":"Not a code"}]}
        """,
        Set("surgical", $$"""{"include":[{"system":"{{Site}}/wards","filter":[{"property":"concept","op":"is-a","value":"surgery"}]}]}"""),
        Set("below-surgery", $$"""{"inactive":false,"include":[{"system":"{{Site}}/wards","filter":[{"property":"concept","op":"descendent-of","value":"surgery"}]}]}"""),
        Set("with-beds", $$"""{"include":[{"system":"{{Site}}/wards","filter":[{"property":"beds","op":"exists","value":"true"}]}]}"""),
        Set("by-regex", $$"""{"include":[{"system":"{{Site}}/wards","filter":[{"property":"code","op":"regex","value":"[a-e].*"}]}]}"""),
        Set("all-but", $$"""{"include":[{"system":"{{Site}}/wards"}],"exclude":[{"valueSet":["{{Site}}/ValueSet/surgical"]}]}"""),
        Set("both", $$"""{"include":[{"valueSet":["{{Site}}/ValueSet/surgical","{{Site}}/ValueSet/by-regex"]}]}"""),
        Set("mixed", $$"""{"include":[{"system":"{{Site}}/wards"},{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"257622000"}]}]}"""),
        Set("circle", $$"""{"include":[{"valueSet":["{{Site}}/ValueSet/circle-2"]},{"system":"{{Site}}/wards"}]}"""),
        Set("circle-2", $$"""{"include":[{"valueSet":["{{Site}}/ValueSet/circle"]}]}"""),
        Set("core-codes", """{"include":[{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"female","display":"Woman"}]}]}"""),
    ];

    private static readonly FhirTerminology s_site = FhirDefinitions.R4.With(s_package.Select(j => FhirDocument.Parse(Encoding.UTF8.GetBytes(j)))).Terminology;

    [Theory]
    [InlineData("surgical", "surgery cardiac hand")]
    [InlineData("below-surgery", "cardiac")]
    [InlineData("with-beds", "cardiac")]
    [InlineData("by-regex", "cardiac er")]
    [InlineData("all-but", "er")]
    [InlineData("both", "cardiac")]
    [InlineData("core-codes", "female")]
    public void Expand_ComposesTheCodes(string valueSet, string codes)
    {
        ExpandedValueSet expansion = s_site.Expand($"{Site}/ValueSet/{valueSet}")!;
        Assert.Null(expansion.Incomplete);
        Assert.Equal(codes, string.Join(' ', expansion.Codes.Select(c => c.Code)));
    }

    [Fact]
    public void Expand_FiltersAndPages()
    {
        ExpandedValueSet page = s_site.Expand($"{Site}/ValueSet/surgical", "surgery", offset: 1, count: 1)!;
        Assert.Equal((2, "cardiac"), (page.Total, Assert.Single(page.Codes).Code));
    }

    [Fact]
    public void Expand_UnknownValueSet_IsNull() => Assert.Null(s_core.Expand("http://example.org/none"));

    [Fact]
    public void Expand_WhatCannotBeEnumerated_SaysWhy()
    {
        ExpandedValueSet expansion = s_site.Expand($"{Site}/ValueSet/mixed")!;
        Assert.Equal(4, expansion.Total);
        Assert.Contains("http://snomed.info/sct", expansion.Incomplete, StringComparison.Ordinal);
    }

    [Fact]
    public void Expand_ValueSetsInACircle_EndsAndSaysSo() => Assert.NotNull(s_site.Expand($"{Site}/ValueSet/circle")!.Incomplete);

    [Theory]
    [InlineData("mixed", Site + "/wards", "er", CodeVerdict.Valid)]
    [InlineData("mixed", Site + "/wards", "er2", CodeVerdict.Invalid)]
    [InlineData("mixed", "http://snomed.info/sct", "40983000", CodeVerdict.Unknown)]
    [InlineData("mixed", "http://loinc.org", "8480-6", CodeVerdict.Invalid)]
    [InlineData("none", "http://loinc.org", "8480-6", CodeVerdict.Unknown)]
    public void ValidateCode_TellsInvalidFromUnknown(string valueSet, string system, string code, CodeVerdict verdict) =>
        Assert.Equal(verdict, s_site.ValidateCode($"{Site}/ValueSet/{valueSet}", system, code).Verdict);

    [Fact]
    public void ValidateCode_WithoutASystem_FindsTheOneThatTheValueSetImplies()
    {
        CodeValidation found = s_core.ValidateCode("http://hl7.org/fhir/ValueSet/administrative-gender", null, "female");
        Assert.Equal((CodeVerdict.Valid, "http://hl7.org/fhir/administrative-gender", "Female"), (found.Verdict, found.System, found.Display));
    }

    [Fact]
    public void ValidateCode_DisplayOfASupplement_IsOneOfTheConcepts()
    {
        Assert.Null(s_site.ValidateCode(null, $"{Site}/wards", "er", "急诊").Message);
        Assert.NotNull(s_site.ValidateCode(null, $"{Site}/wards", "er", "Surgery").Message);
    }

    [Fact]
    public void Lookup_GivesHierarchyPropertiesAndSupplements()
    {
        ConceptDetails cardiac = s_site.Lookup($"{Site}/wards", "cardiac")!;
        Assert.Equal(("Cardiac surgery", "2", "surgery"), (cardiac.Display, cardiac.Version, Assert.Single(cardiac.Parents)));
        Assert.Equal(new ConceptProperty("beds", "12"), Assert.Single(cardiac.Properties));
        Assert.Equal("急诊", Assert.Single(s_site.Lookup($"{Site}/wards", "er")!.Designations).Value);
        Assert.Null(s_site.Lookup($"{Site}/wards", "new"));
        Assert.Equal(["cardiac", "hand"], s_site.Lookup($"{Site}/wards", "surgery")!.Children);
    }

    [Fact]
    public void Validate_CodingsOfAPackagesCodeSystem_AreLookedUp()
    {
        FhirValidator validator = new(FhirDefinitions.R4.With(s_package.Select(j => FhirDocument.Parse(Encoding.UTF8.GetBytes(j)))));
        bool IsValid(string system, string code) => validator.Validate(Encoding.UTF8.GetBytes($$$"""{"resourceType":"Basic","code":{"coding":[{"system":"{{{Site}}}/{{{system}}}","code":"{{{code}}}"}]}}""")).IsValid;
        Assert.True(IsValid("wards", "er"));
        Assert.False(IsValid("wards", "ER"));
        Assert.False(IsValid("wards", "new"));
        Assert.False(IsValid("wards-zh", "er"));
    }

    [Fact]
    public void Expand_EveryCoreValueSet_AgreesWithTheTablesThatTheValidatorReads()
    {
        Definitions.R4Tables tables = Definitions.R4Tables.Instance;
        int compared = 0;
        for (int row = 1; row < tables.ValueSets.Length; row += 7)
        {
            string url = tables.Text(tables.ValueSets[row].Url);
            if (s_core.Expand(url) is not { } expansion) continue;
            compared++;
            Assert.Equal(tables.ValueSets[row].CodeCount, expansion.Total);
            Assert.Equal(tables.ValueSets[row].OpenCount == 0, expansion.Incomplete is null);
        }

        Assert.True(compared > 150);
    }

    private static string Set(string name, string compose) =>
        $$"""{"resourceType":"ValueSet","url":"{{Site}}/ValueSet/{{name}}","status":"active","compose":{{compose}}}""";
}
