using Consortium.Adapters;
using Consortium.Adapters.Testing;
using Xunit.Abstractions;

namespace VendorFeed.Tests;

/// <summary>What a hospital asks of an adapter; the tests come with the package Consortium.Adapters.Testing.</summary>
public sealed class ConformanceTests(ITestOutputHelper output) : AdapterConformance(output)
{
    protected override bool NoticesMissingEnd => true;

    // Behind each file: the patient data in it, which must never stand in an error message.
    protected override IEnumerable<SampleRecord> Samples =>
    [
        SampleRecord.FromFile(Path.Combine(AppContext.BaseDirectory, "Records", "record.xml"), "李小红"),
    ];

    protected override IRecordAdapter CreateAdapter() => new RecordAdapter();
}
