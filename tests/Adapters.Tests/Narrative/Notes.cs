using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Table;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Notes written in tests, and what became of them.</summary>
internal static class Notes
{
    public const string Head = "出院小结\n姓名：王小明 性别：男 住院号：ZY1 入院日期：2026-11-05 出院日期：2026-11-12\n";

    public static ConversionResult Convert(string text) => Convert(Encoding.UTF8.GetBytes(text));

    public static ConversionResult Convert(byte[] bytes) =>
        Assert.Single(new NarrativeAdapter().Convert(new RawRecord(bytes, "emr", Tables.ReceivedAt, "note.txt"), Tables.Context));

    public static NoteReading Read(string text) => NoteReading.Of(RecordText.Decode(Encoding.UTF8.GetBytes(text), out _)!);

    /// <summary>The facts of a note with a valid head and this body, which must not be refused.</summary>
    public static IReadOnlyList<NarrativeFact> Facts(string body)
    {
        NoteReading reading = Read(Head + body);
        Assert.False(reading.IsRefused, string.Join("\n", reading.Issues.Select(issue => issue.Diagnostics)));
        return reading.Facts;
    }

    /// <summary>The errors of a note with a valid head and this body.</summary>
    public static OutcomeIssue[] Errors(string body) => [.. Convert(Head + body).Issues.Where(issue => issue.Severity == IssueSeverity.Error)];

    public static DraftObject[] Of(ConversionResult result, string type)
    {
        Assert.False(result.IsRejected, string.Join("\n", result.Issues.Select(issue => issue.Diagnostics)));
        return [.. result.Resources.Where(draft => draft.ResourceType == type).Select(draft => draft.Json)];
    }
}
