using System.Reflection;
using Consortium.Adapters.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>Each test of the kit passes for a good adapter and fails for one with the flaw that it is there for.</summary>
public sealed class ConformanceKitTests
{
    public static TheoryData<string, Flaw> Flaws { get; } = new()
    {
        { nameof(AdapterConformance.Describes_itself), Flaw.ForgetsFormats },
        { nameof(AdapterConformance.Recognises_its_own_records_and_no_others), Flaw.ClaimsEverything },
        { nameof(AdapterConformance.Converts_every_sample_to_valid_resources), Flaw.MakesInvalidResources },
        { nameof(AdapterConformance.Same_record_gives_the_same_result), Flaw.CountsConversions },
        { nameof(AdapterConformance.Record_that_arrives_again_changes_nothing), Flaw.ReadsReceivedAt },
        { nameof(AdapterConformance.Ids_are_keyed_by_the_site), Flaw.UsesIdentifierAsId },
        { nameof(AdapterConformance.References_lead_somewhere), Flaw.RefersToNothing },
        { nameof(AdapterConformance.Provenance_names_record_adapter_and_resources), Flaw.NoProvenance },
        { nameof(AdapterConformance.Makes_only_what_it_promises), Flaw.BreaksPromise },
        { nameof(AdapterConformance.Result_does_not_depend_on_the_culture), Flaw.UsesCulture },
        { nameof(AdapterConformance.Result_does_not_depend_on_the_servers_time_zone), Flaw.UsesServersZone },
        { nameof(AdapterConformance.One_adapter_serves_many_threads), Flaw.SharesState },
        { nameof(AdapterConformance.Rejects_what_is_no_record), Flaw.ConvertsAnything },
        { nameof(AdapterConformance.Rejects_what_is_no_record), Flaw.RejectsWithoutPlace },
        { nameof(AdapterConformance.Survives_damaged_records), Flaw.ThrowsOnDamage },
        { nameof(AdapterConformance.Survives_damaged_records), Flaw.LeaksPatientData },
        { nameof(AdapterConformance.Survives_records_that_were_cut_off), Flaw.IgnoresMissingEnd },
        { nameof(AdapterConformance.Survives_huge_records), Flaw.ThrowsOnHuge },
        { nameof(AdapterConformance.Converts_as_fast_as_the_vendor_promises), Flaw.IsSlow },
    };

    public static TheoryData<string> Facts { get; } = [.. FactsOf().Select(fact => fact.Name)];

    [Theory, MemberData(nameof(Flaws))]
    public void FlawedAdapter_FailsTheTestThatIsThereForIt(string fact, Flaw flaw) => Assert.ThrowsAny<XunitException>(() => Run(fact, flaw));

    [Theory, MemberData(nameof(Facts))]
    public void GoodAdapter_Passes(string fact) => Run(fact, Flaw.None);

    [Fact]
    public void EachTestOfTheKit_CanFail() =>
        Assert.Empty(FactsOf().Select(fact => fact.Name).Except(Flaws.Select(row => (string)((object[])row)[0])));

    private static IEnumerable<MethodInfo> FactsOf() => typeof(AdapterConformance).GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null);

    private static void Run(string fact, Flaw flaw)
    {
        try
        {
            typeof(AdapterConformance).GetMethod(fact)!.Invoke(new Kit(flaw), null);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
        }
    }

    private sealed class Kit(Flaw flaw) : AdapterConformance(new NoOutput())
    {
        protected override IEnumerable<SampleRecord> Samples =>
        [
            new("first", "patient 000001 Zhao 202603010800 end"u8.ToArray()) { PatientData = ["Zhao"] },
            new("second", "patient 000002 Qian 202603010801 end"u8.ToArray()) { PatientData = ["Qian"] },
        ];

        protected override bool NoticesMissingEnd => true;

        protected override double? LeastRecordsPerSecond => flaw == Flaw.IsSlow ? 1000 : null;

        protected override IRecordAdapter CreateAdapter() => new FlawedAdapter(flaw);
    }

    private sealed class NoOutput : ITestOutputHelper
    {
        public void WriteLine(string message)
        {
        }

        public void WriteLine(string format, params object[] args)
        {
        }
    }
}
