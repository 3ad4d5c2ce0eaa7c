using System.Globalization;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>What can be wrong with an adapter.</summary>
public enum Flaw
{
    None, ForgetsFormats, ClaimsEverything, MakesInvalidResources, CountsConversions, ReadsReceivedAt, UsesIdentifierAsId, RefersToNothing, NoProvenance,
    BreaksPromise, UsesCulture, UsesServersZone, SharesState, ConvertsAnything, ThrowsOnDamage, LeaksPatientData, RejectsWithoutPlace, IgnoresMissingEnd, ThrowsOnHuge, IsSlow,
}

/// <summary>
/// Reads <c>patient NUMBER NAME TIME end</c> in UTF-8, well but for one flaw: a sample with which each of the kit's tests can be seen to fail.
/// </summary>
public sealed class FlawedAdapter(Flaw flaw) : IRecordAdapter
{
    private static int _conversions;

    private readonly AdapterDescription _description = new("flawed", "1", "The tests")
    {
        Formats = flaw == Flaw.ForgetsFormats ? [] : ["one line"],
        ResourceTypes = flaw == Flaw.BreaksPromise ? ["Observation", "Provenance"] : ["Patient", "Provenance"],
    };

    private string _number = "";

    public AdapterDescription Describe() => _description;

    public int Detect(RawRecord record) => flaw == Flaw.ClaimsEverything || record.Bytes.Span.StartsWith("patient "u8) ? 80 : 0;

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        string text = Encoding.UTF8.GetString(record.Bytes.Span).Trim();
        if (flaw == Flaw.ThrowsOnHuge && text.Length > 1_000_000) throw new InvalidOperationException();
        if (flaw == Flaw.IsSlow) Thread.Sleep(2);
        string[] words = text.Split(' ');
        bool good = words is ["patient", { Length: 6 }, _, _, ..] && DateTime.TryParseExact(words[3], "yyyyMMddHHmm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && words[1].All(char.IsAsciiDigit) && words[2].All(char.IsAsciiLetter) && (words is [_, _, _, _, "end"] || flaw == Flaw.IgnoresMissingEnd);
        if (!good && flaw != Flaw.ConvertsAnything)
        {
            if (flaw == Flaw.ThrowsOnDamage && text.StartsWith("patient", StringComparison.Ordinal)) throw new FormatException();
            string said = flaw == Flaw.LeaksPatientData ? $"{text} is no record" : "this is no record";
            return [ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Error, "structure", said, flaw == Flaw.RejectsWithoutPlace ? null : "line 1"))];
        }

        return [One(record, context, good ? words : ["patient", "000000", "nobody", "202603010800", "end"])];
    }

    private ConversionResult One(RawRecord record, ConversionContext context, string[] words)
    {
        string number = words[1];
        if (flaw == Flaw.SharesState)
        {
            _number = number;
            Thread.Sleep(1);
            number = _number;
        }

        DateTime time = DateTime.ParseExact(words[3], "yyyyMMddHHmm", CultureInfo.InvariantCulture);
        TimeZoneInfo zone = flaw == Flaw.UsesServersZone ? TimeZoneInfo.Local : context.TimeZone;
        string id = flaw == Flaw.UsesIdentifierAsId ? number : context.Ids.For(record.Source, "Patient", number);
        var patient = new ResourceDraft(JsonBuilding.Resource("Patient", id)
            .SetAll("name", [Element.HumanName(words[2])])
            .Set("gender", flaw == Flaw.MakesInvalidResources ? "m" : null)
            .Set("deceasedDateTime", Element.LocalDateTime(words[3], "yyyyMMddHHmm", zone)));
        string? remark = flaw switch
        {
            Flaw.CountsConversions => Interlocked.Increment(ref _conversions).ToString(CultureInfo.InvariantCulture),
            Flaw.ReadsReceivedAt => record.ReceivedAt.ToString("O", CultureInfo.InvariantCulture),
            Flaw.UsesCulture => time.ToString("d", CultureInfo.CurrentCulture),
            _ => null,
        };
        patient.Json.SetAll("identifier", [Element.Identifier("urn:test", remark)]);
        if (flaw == Flaw.RefersToNothing) patient.Json["managingOrganization"] = Element.Reference("Organization", "none");
        ResourceDraft[] drafts = flaw == Flaw.NoProvenance ? [patient] : [patient, new ResourceDraft(ProvenanceFactory.Create(record, this, "line", "1", context, [patient]))];
        return new ConversionResult { Index = 0, Resources = drafts };
    }
}
