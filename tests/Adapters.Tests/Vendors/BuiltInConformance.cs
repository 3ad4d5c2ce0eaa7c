using Consortium.Adapters.Testing;
using Consortium.Testing;
using Xunit.Abstractions;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>The built-in HL7 v2 adapter keeps what vendors are asked to keep.</summary>
public sealed class Hl7V2Conformance(ITestOutputHelper output) : AdapterConformance(output)
{
    protected override IEnumerable<SampleRecord> Samples => SampleFiles.In("hl7v2", "*.hl7", "赵", "999999196005120016");

    protected override IRecordAdapter CreateAdapter() => AdapterRegistry.BuiltIn().ByName("hl7v2")!;
}

/// <summary>The built-in table adapter does too.</summary>
public sealed class TableConformance(ITestOutputHelper output) : AdapterConformance(output)
{
    protected override IEnumerable<SampleRecord> Samples => SampleFiles.In("table", "lab-export*");

    protected override IRecordAdapter CreateAdapter() => AdapterRegistry.BuiltIn().ByName("table")!;
}

/// <summary>And the narrative adapter.</summary>
public sealed class NarrativeConformance(ITestOutputHelper output) : AdapterConformance(output)
{
    protected override IEnumerable<SampleRecord> Samples => SampleFiles.In("narrative", "discharge-note-?.txt", "999999196005120016");

    protected override IRecordAdapter CreateAdapter() => AdapterRegistry.BuiltIn().ByName("narrative")!;

    protected override int Mutations => 25;
}

internal static class SampleFiles
{
    public static IEnumerable<SampleRecord> In(string folder, string pattern, params IReadOnlyList<string> patientData) =>
        Directory.GetFiles(Repository.Path($"samples/{folder}"), pattern).Order(StringComparer.Ordinal).Select(file => SampleRecord.FromFile(file, patientData));
}
