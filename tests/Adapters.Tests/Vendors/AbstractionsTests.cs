using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Fhir;
using Consortium.Fhir.Model;

namespace Consortium.Adapters.Tests.Vendors;

public sealed class AbstractionsTests
{
    private static readonly ConversionContext Context = new(LogicalIds.Unkeyed, TimeZoneInfo.Utc);
    private static readonly RawRecord Record = new("record"u8.ToArray(), "his", new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.FromHours(8)));

    [Theory]
    [InlineData("acme")]
    [InlineData("acme-lab2")]
    public void AdapterName_OfTheForm_IsTaken(string name) => Assert.Equal(name, new AdapterDescription(name, "1", "Acme").Name);

    [Theory]
    [InlineData("")]
    [InlineData("Acme")]
    [InlineData("2acme")]
    [InlineData("acme lab")]
    [InlineData("acme\n")]
    [InlineData("a23456789012345678901234567890123")]
    public void AdapterName_OfAnotherForm_IsRefused(string name) => Assert.Throws<ArgumentException>(() => new AdapterDescription(name, "1", "Acme"));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(-1, 0, false)]
    [InlineData(1, 0, false)]
    public void Contract_TakesItsOwnMajorVersionAndNoLaterMinorOne(int major, int minor, bool taken)
    {
        Version host = AdapterContract.Version;
        int wanted = host.Major + major;
        Assert.Equal(taken, AdapterContract.Accepts(new Version(wanted, host.Minor + minor)));
    }

    [Fact]
    public void NameAndVersion_ComeFromTheDescription()
    {
        IRecordAdapter adapter = new Described(new AdapterDescription("acme", "2.1", "Acme Health"));
        Assert.Equal(("acme", "2.1"), (adapter.Name, adapter.Version));
    }

    [Fact]
    public void Draft_OfATypedResource_KeepsTheDigitsOfADecimal()
    {
        var observation = new Observation { Id = "o" };
        observation.Value = new Quantity { Value = Fhir.Model.FhirDecimal.Parse("36.50") };
        ResourceDraft draft = ResourceDraft.Of(observation, ApplyMode.CreateIfAbsent);
        Assert.Equal(("Observation", "o", ApplyMode.CreateIfAbsent), (draft.ResourceType, draft.Id, draft.Apply));
        Assert.Contains("36.50", draft.Json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Provenance_OfAVendorsAdapter_NamesAdapterVendorMapAndDigest()
    {
        var draft = new ResourceDraft(JsonBuilding.Resource("Patient", "p"));
        DraftObject provenance = ProvenanceFactory.Create(Record, new Described(new AdapterDescription("acme", "2.1", "Acme Health")), "admission", "7", Context, [draft]);
        DraftNode agent = provenance["agent"]![0]!;
        Assert.Equal("acme/2.1", (string?)agent["who"]!["identifier"]!["value"]);
        Assert.Equal("Acme Health", (string?)agent["onBehalfOf"]!["display"]);
        Assert.Equal("urn:consortium:mapping:admission:7", (string?)provenance["policy"]![0]);
        Assert.Equal($"urn:sha256:{Record.Digest}", (string?)provenance["entity"]![0]!["what"]!["identifier"]!["value"]);
        Assert.True(FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(provenance.ToJsonString())).IsValid);
    }

    [Fact]
    public void Provenance_OfABuiltInAdapter_NamesNoVendor()
    {
        IRecordAdapter adapter = AdapterRegistry.BuiltIn().ByName("table")!;
        DraftObject provenance = ProvenanceFactory.Create(Record, adapter, "m", "1", Context, [new ResourceDraft(JsonBuilding.Resource("Patient", "p"))]);
        Assert.Null(provenance["agent"]![0]!["onBehalfOf"]);
    }

    [Fact]
    public void BuiltInAdapters_DescribeThemselves() => Assert.All(AdapterRegistry.BuiltIn().Adapters, adapter =>
    {
        AdapterDescription description = adapter.Describe();
        Assert.Equal((adapter.Name, adapter.Version), (description.Name, description.Version));
        Assert.NotEmpty(description.Formats);
        Assert.Same(description, adapter.Describe());
    });

    [Fact]
    public void Validator_RejectsAnInvalidResource_AndNamesTheElementWithoutTheBundle()
    {
        DraftObject patient = JsonBuilding.Resource("Patient", "p").Set("gender", "unheard-of");
        ConversionResult result = ConversionValidator.Validate(new ConversionResult { Index = 3, Resources = [new ResourceDraft(patient)] });
        Assert.True(result.IsRejected);
        Assert.Equal(3, result.Index);
        Assert.Contains(result.Issues, issue => issue.Expression == "Patient.gender");
    }

    [Fact]
    public void Validator_RejectsAResultWithoutResources() =>
        Assert.True(ConversionValidator.Validate(new ConversionResult { Index = 0 }).IsRejected);

    private sealed class Described(AdapterDescription description) : IRecordAdapter
    {
        public AdapterDescription Describe() => description;

        public int Detect(RawRecord record) => 0;

        public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [];
    }
}
