using static Consortium.Fhir.Tests.Profiles.Profiling;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>FHIR R4 profiling.html#slicing: each kind of discriminator, what may stand besides the slices, order, numbers, re-slicing.</summary>
public sealed class SlicingTests
{
    private static FhirDocument Identifiers(string rules = "open", bool ordered = false, string slices = Mrn + "," + Ssn) => Profile("Patient", $$$"""
        {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"ordered":{{{(ordered ? "true" : "false")}}},"rules":"{{{rules}}}"}},{{{slices}}}
        """);

    private const string Mrn = """
        {"id":"Patient.identifier:mrn","path":"Patient.identifier","sliceName":"mrn","min":1,"max":"1"},
        {"id":"Patient.identifier:mrn.system","path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/mrn"},
        {"id":"Patient.identifier:mrn.value","path":"Patient.identifier.value","min":1}
        """;

    private const string Ssn = """
        {"id":"Patient.identifier:ssn","path":"Patient.identifier","sliceName":"ssn","min":0,"max":"1"},
        {"id":"Patient.identifier:ssn.system","path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/ssn"}
        """;

    private const string MrnItem = """{"system":"http://example.org/mrn","value":"1"}""";
    private const string SsnItem = """{"system":"http://example.org/ssn","value":"2"}""";
    private const string OtherItem = """{"system":"http://example.org/other","value":"3"}""";

    private static string With(params string[] identifiers) => Patient($"\"identifier\":[{string.Join(',', identifiers)}]");

    [Fact]
    public void Validate_MissingRequiredSlice_SaysWhyEachCandidateDoesNotMatch()
    {
        OutcomeIssue issue = OnlyError(With(OtherItem, SsnItem), Identifiers());
        Assert.Equal("required", issue.Code);
        Assert.Equal(
            "Patient.identifier:mrn is required: at least 1, found 0; identifier[0]: system is not \"http://example.org/mrn\" (profile http://example.org/StructureDefinition/under-test).",
            issue.Diagnostics);
    }

    [Fact]
    public void Validate_TooManyOfASlice_IsAnError() =>
        Assert.Contains("Patient.identifier:mrn may stand at most 1 times, found 2", OnlyError(With(MrnItem, MrnItem), Identifiers()).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Validate_RulesOfASlice_HoldForItsItemsOnly()
    {
        Accepts(With(MrnItem, """{"system":"http://example.org/other"}"""), Identifiers());
        Assert.Equal("Patient.identifier[1]", OnlyError(With(OtherItem, """{"system":"http://example.org/mrn"}"""), Identifiers()).Expression);
    }

    [Fact]
    public void Validate_ContentOfNoSlice_IsAnErrorOnlyInClosedSlicing()
    {
        Accepts(With(OtherItem, MrnItem), Identifiers());
        OutcomeIssue issue = OnlyError(With(OtherItem, MrnItem), Identifiers("closed"));
        Assert.Equal("Patient.identifier[0]", issue.Expression);
        Assert.Contains("mrn: system is not \"http://example.org/mrn\"; ssn: system is not \"http://example.org/ssn\"", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OpenAtEnd_AllowsOtherContentAfterTheSlicesOnly()
    {
        Accepts(With(MrnItem, SsnItem, OtherItem), Identifiers("openAtEnd"));
        Assert.Equal("Patient.identifier[2]", OnlyError(With(MrnItem, OtherItem, SsnItem), Identifiers("openAtEnd")).Expression);
    }

    [Fact]
    public void Validate_OrderedSlices_StandInTheProfilesOrder()
    {
        Accepts(With(MrnItem, SsnItem), Identifiers(ordered: true));
        Assert.Equal("Patient.identifier[1]", OnlyError(With(SsnItem, MrnItem), Identifiers(ordered: true)).Expression);
    }

    [Fact]
    public void Validate_PatternDiscriminator_TellsSlicesApartByContent()
    {
        FhirDocument profile = Profile("Observation", """
            {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"}},
            {"id":"Observation.category:lab","path":"Observation.category","sliceName":"lab","min":1,"max":"1","patternCodeableConcept":{"coding":[{"system":"http://s.org","code":"lab"}]}}
            """);
        Accepts(Observation("""  "category":[{"text":"a"},{"coding":[{"system":"http://s.org","code":"lab","display":"L"}]}]"""), profile);
        Assert.Contains("category[0]: $this does not match", OnlyError(Observation("""  "category":[{"coding":[{"system":"http://s.org","code":"x"}]}]"""), profile).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ExistsDiscriminator_TellsByPresence()
    {
        FhirDocument profile = Profile("Patient", """
            {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"exists","path":"period"}],"rules":"closed"}},
            {"id":"Patient.name:now","path":"Patient.name","sliceName":"now","min":0,"max":"1"},
            {"id":"Patient.name:now.period","path":"Patient.name.period","max":"0"},
            {"id":"Patient.name:then","path":"Patient.name","sliceName":"then","min":0,"max":"*"},
            {"id":"Patient.name:then.period","path":"Patient.name.period","min":1},
            {"id":"Patient.name:then.use","path":"Patient.name.use","min":1}
            """);
        Accepts(Patient("""  "name":[{"family":"a"},{"family":"b","use":"old","period":{"end":"2000"}}]"""), profile);
        Assert.Equal("Patient.name[0]", OnlyError(Patient("""  "name":[{"family":"b","period":{"end":"2000"}}]"""), profile).Expression);
        Assert.Contains("Patient.name:now may stand at most 1", OnlyError(Patient("""  "name":[{"family":"b"},{"family":"c"}]"""), profile).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TypeDiscriminator_TellsTheTypesOfAChoice()
    {
        FhirDocument profile = Profile("Observation", """
            {"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
            {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity","min":0,"max":"1","type":[{"code":"Quantity"}]},
            {"id":"Observation.value[x]:valueQuantity.code","path":"Observation.value[x].code","min":1}
            """);
        Accepts(Observation("""  "valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"} """), profile);
        Assert.Contains("valueQuantity.code is required", OnlyError(Observation("""  "valueQuantity":{"value":1}"""), profile).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("$this is not of type Quantity", OnlyError(Observation("\"valueString\":\"x\""), profile).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TypeOfAResolvedReference_TellsSlicesApart()
    {
        FhirDocument profile = Profile("Observation", """
            {"id":"Observation.performer","path":"Observation.performer","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],"rules":"open"}},
            {"id":"Observation.performer:org","path":"Observation.performer","sliceName":"org","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]}
            """);
        Accepts(Observation("""  "performer":[{"reference":"Practitioner/1"},{"reference":"Organization/2"}]"""), profile);
        Assert.Contains("resolve() is not of type Organization", OnlyError(Observation("""  "performer":[{"reference":"Practitioner/1"}]"""), profile).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ProfileDiscriminator_TellsByConformance()
    {
        FhirDocument named = Profile("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", "http://example.org/StructureDefinition/named");
        FhirDocument profile = Profile("Bundle", """
            {"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"open"}},
            {"id":"Bundle.entry:named","path":"Bundle.entry","sliceName":"named","min":1,"max":"1"},
            {"id":"Bundle.entry:named.resource","path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient","profile":["http://example.org/StructureDefinition/named"]}]}
            """);
        const string Bundle = """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Patient","name":[{"family":"x"}]}}]}""";
        Accepts(Bundle, profile, named);
        Assert.Contains("does not conform to http://example.org/StructureDefinition/named", OnlyError(Bundle.Replace("name", "contact", StringComparison.Ordinal).Replace("\"family\":\"x\"", "\"gender\":\"male\",\"organization\":{\"display\":\"x\"}", StringComparison.Ordinal), profile, named).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_DiscriminatorThroughAnExtension_FollowsItsUrl()
    {
        FhirDocument kind = Extension("http://example.org/kind", """{"type":"element","expression":"Address"}""", """{"id":"Extension.value[x]","path":"Extension.value[x]","type":[{"code":"code"}]}""");
        FhirDocument profile = Profile("Patient", """
            {"id":"Patient.address","path":"Patient.address","slicing":{"discriminator":[{"type":"value","path":"extension('http://example.org/kind').value"}],"rules":"open"}},
            {"id":"Patient.address:legal","path":"Patient.address","sliceName":"legal","min":1,"max":"1"},
            {"id":"Patient.address:legal.extension:kind","path":"Patient.address.extension","sliceName":"kind","min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/kind"]}]},
            {"id":"Patient.address:legal.extension:kind.value[x]","path":"Patient.address.extension.value[x]","min":1,"fixedCode":"legal"},
            {"id":"Patient.address:legal.city","path":"Patient.address.city","min":1}
            """);
        static string Address(string kind, string city) => Patient($$"""  "address":[{"extension":[{"url":"http://example.org/kind","valueCode":"{{kind}}"}],{{city}}}]""");
        Accepts(Address("legal", "\"city\":\"x\""), profile, kind);
        Assert.Contains("Patient.address:legal.city is required", OnlyError(Address("legal", "\"text\":\"x\""), profile, kind).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("Patient.address:legal is required", OnlyError(Address("other", "\"text\":\"x\""), profile, kind).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SeveralDiscriminators_AreMetTogether()
    {
        FhirDocument profile = Profile("Patient", """
            {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"},{"type":"value","path":"use"}],"rules":"open"}},
            {"id":"Patient.telecom:home","path":"Patient.telecom","sliceName":"home","min":1,"max":"1"},
            {"id":"Patient.telecom:home.system","path":"Patient.telecom.system","min":1,"fixedCode":"phone"},
            {"id":"Patient.telecom:home.use","path":"Patient.telecom.use","min":1,"fixedCode":"home"}
            """);
        Accepts(Patient("""  "telecom":[{"system":"phone","use":"home","value":"1"}]"""), profile);
        OnlyError(Patient("""  "telecom":[{"system":"phone","use":"work","value":"1"},{"system":"email","use":"home","value":"2"}]"""), profile);
    }

    [Fact]
    public void Validate_ReSlice_CountsWithinItsSlice()
    {
        FhirDocument profile = Profile("Patient", """
            {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"id":"Patient.identifier:mrn","path":"Patient.identifier","sliceName":"mrn","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"},"min":1,"max":"3"},
            {"id":"Patient.identifier:mrn.system","path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/mrn"},
            {"id":"Patient.identifier:mrn/old","path":"Patient.identifier","sliceName":"mrn/old","min":0,"max":"1"},
            {"id":"Patient.identifier:mrn/old.use","path":"Patient.identifier.use","min":1,"fixedCode":"old"}
            """);
        const string Old = """{"system":"http://example.org/mrn","use":"old","value":"1"}""";
        Accepts(With(Old, MrnItem), profile);
        Assert.Contains("Patient.identifier:mrn/old may stand at most 1", OnlyError(With(Old, Old), profile).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_DefaultSlice_HoldsForWhatNoOtherSliceTakes()
    {
        const string Default = """
            ,{"id":"Patient.identifier:@default","path":"Patient.identifier","sliceName":"@default","min":0,"max":"*"},
            {"id":"Patient.identifier:@default.assigner","path":"Patient.identifier.assigner","min":1}
            """;
        FhirDocument profile = Identifiers("closed", slices: Mrn + Default);
        Accepts(With(MrnItem, """{"system":"http://example.org/other","assigner":{"display":"x"}}"""), profile);
        Assert.Equal("Patient.identifier[1]", OnlyError(With(MrnItem, OtherItem), profile).Expression);
    }

    [Fact]
    public void Validate_ItemThatFitsTwoSlices_IsAnErrorOfTheProfileThatSaysSo()
    {
        string twin = Mrn.Replace("mrn\"", "twin\"", StringComparison.Ordinal).Replace("identifier:mrn", "identifier:twin", StringComparison.Ordinal).Replace("org/twin", "org/mrn", StringComparison.Ordinal).Replace("\"min\":1,\"max\"", "\"min\":0,\"max\"", StringComparison.Ordinal);
        Assert.Contains("matches two slices", OnlyError(With(MrnItem), Identifiers(slices: Mrn + "," + twin)).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SlicesOfTheVitalSignsProfiles_AreAppliedByCode()
    {
        // FHIR R4 observation-vitalsigns.html: a body weight conforms to the profile whether it says so or not.
        const string Weight = """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01","valueQuantity":{"value":70,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}""";
        Assert.Contains(Validating.Json(Weight).Issues, i => i.Severity == IssueSeverity.Error && i.Diagnostics.StartsWith("Observation.category:VSCat is required", StringComparison.Ordinal));
        Validating.HasNoErrors(Weight.Replace("\"code\":{\"coding\"", """  "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding" """, StringComparison.Ordinal));
    }
}
