using System.Text;
using System.Text.Json;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Testing;

/// <summary>Conversions in a form that can be compared.</summary>
internal static class Conversions
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 1, 8, 0, 0, TimeSpan.FromHours(8));

    public static RawRecord Raw(ReadOnlyMemory<byte> bytes, string? fileName = null) => new(bytes, "conformance", ReceivedAt, fileName);

    public static List<ConversionResult> Convert(IRecordAdapter adapter, RawRecord record, ConversionContext context) => [.. adapter.Convert(record, context)];

    /// <summary>Everything that a result says, as text.</summary>
    public static string Text(IEnumerable<ConversionResult> results, Func<ResourceDraft, bool>? where = null)
    {
        var text = new StringBuilder();
        foreach (ConversionResult result in results)
        {
            text.Append(result.Index).Append(' ').Append(result.ControlId).Append(' ').AppendLine(result.BundleType);
            foreach (OutcomeIssue issue in result.Issues) text.AppendLine(issue.ToString());
            foreach (ResourceDraft draft in result.Resources.Where(where ?? (_ => true))) text.Append(draft.Apply).Append(' ').AppendLine(draft.Json.ToJsonString());
        }

        return text.ToString();
    }

    public static IEnumerable<ResourceDraft> Drafts(IEnumerable<ConversionResult> results) => results.SelectMany(result => result.Resources);

    public static string Errors(ConversionResult result) => string.Join("; ", result.Issues
        .Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));

    /// <summary>Every literal reference in a resource.</summary>
    public static IEnumerable<string> References(DraftNode? node) => node switch
    {
        DraftObject element => element.SelectMany(property => property.Key == "reference" && property.Value is DraftValue { Kind: JsonValueKind.String } value
            ? [value.GetValue<string>()]
            : References(property.Value)),
        DraftArray array => array.SelectMany(References),
        _ => [],
    };
}
