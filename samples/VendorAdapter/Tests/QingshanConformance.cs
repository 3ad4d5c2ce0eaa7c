using Consortium.Adapters;
using Consortium.Adapters.Testing;
using Xunit.Abstractions;

namespace Qingshan.Adapter.Tests;

/// <summary>What the hospital asks of every adapter.</summary>
public sealed class QingshanConformance(ITestOutputHelper output) : AdapterConformance(output)
{
    protected override bool NoticesMissingEnd => true;

    protected override IEnumerable<SampleRecord> Samples => new[] { "admission.xml", "labreport.xml" }
        .Select(name => SampleRecord.FromFile(Records.Path(name), "李小红", "999999196005120016"));

    protected override IRecordAdapter CreateAdapter() => new QingshanAdapter();
}
