using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Hl7V2.Language.Load;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2;

/// <summary>HL7 v2 messages in ER7 (vertical-bar) form, after HL7's own v2-to-FHIR mapping tables.</summary>
internal sealed class Hl7V2Adapter(MapSource? maps = null) : IRecordAdapter, IExplainingAdapter
{
    private readonly MapSource _maps = maps ?? new MapSource();

    private static readonly AdapterDescription Description = new("hl7v2", "1.0", AdapterDescription.House)
    {
        Formats = ["HL7 v2 messages in ER7 form (vertical bars)"],
    };

    private static readonly DraftObject Author = DraftNode.Shared(Element.CodeableConcept(CodeSystems.ProvenanceParticipant, "author", "Author", null)!);

    /// <inheritdoc/>
    public string Name => Description.Name;

    /// <inheritdoc/>
    public string Version => Description.Version;

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    public int Detect(RawRecord record)
    {
        ReadOnlySpan<byte> start = record.Bytes.Span;
        start = start[..Math.Min(start.Length, 4096)];
        if (Er7Charset.IsWide(start)) return 100;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = start[3..];
        start = start.TrimStart(" \t\r\n\v\0"u8);
        if (start.Length < 4) return 0;
        bool header = start.StartsWith("MSH"u8) || start.StartsWith("FHS"u8) || start.StartsWith("BHS"u8);
        return header && !char.IsAsciiLetterOrDigit((char)start[3]) && start[3] > 0x20 ? 100 : 0;
    }

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        Er7File file;
        ConversionResult? unreadable = null;
        try
        {
            file = Er7File.Read(record.Bytes, context.Charset);
        }
        catch (Er7FormatException e)
        {
            file = null!;
            unreadable = ConversionResult.Rejected(0, null, ToIssue(e));
        }

        if (unreadable is not null)
        {
            yield return unreadable;
            yield break;
        }

        int index = 0;
        foreach (Er7Slice slice in file.Messages)
        {
            yield return ConvertMessage(record, context, slice, index);
            index++;
        }

        // Messages are good each by itself; that some are missing is for a person to know.
        if (file.Problems.Count > 0) yield return ConversionResult.Rejected(index, null, [.. file.Problems.Select(ToIssue)]);
    }

    /// <inheritdoc/>
    public IEnumerable<RecordExplanation> Explain(RawRecord record, ConversionContext context)
    {
        Er7File file;
        try
        {
            file = Er7File.Read(record.Bytes, context.Charset);
        }
        catch (Er7FormatException)
        {
            yield break; // Convert says why
        }

        int index = 0;
        foreach (Er7Slice slice in file.Messages)
        {
            yield return ExplainMessage(record, context, slice, index++);
        }
    }

    private RecordExplanation ExplainMessage(RawRecord record, ConversionContext context, Er7Slice slice, int index)
    {
        try
        {
            MapSet maps = _maps.Current;
            var conversion = new MessageConversion(record, context, Er7Message.Parse(slice), maps.Tables);
            var trace = new List<TraceEntry>();
            Map(conversion, maps, trace);
            return Explanations.Of(index, conversion, trace);
        }
        catch (Er7FormatException)
        {
            return new RecordExplanation(index, [], []);
        }
    }

    private ConversionResult ConvertMessage(RawRecord record, ConversionContext context, Er7Slice slice, int index)
    {
        string? controlId = null;
        try
        {
            Er7Message message = Er7Message.Parse(slice);
            controlId = message.Header[10].Text;
            MapSet maps = _maps.Current;
            var conversion = new MessageConversion(record, context, message, maps.Tables);
            MessagePlan? plan = Map(conversion, maps);
            if (plan is null || conversion.Issues.Any(issue => issue.Severity <= IssueSeverity.Error)) return ConversionResult.Rejected(index, controlId, [.. conversion.Issues]);

            DraftObject provenance = ProvenanceFactory.Create(record, this, plan.Name, maps.Version, context, conversion.References, index);
            AddEvent(provenance, conversion);
            UnmappedFields.Report(conversion, plan.MappedSegments);
            return new ConversionResult
            {
                Index = index,
                ControlId = controlId,
                Resources = conversion.WithProvenance(provenance),
                Issues = conversion.Issues,
            };
        }
        catch (Er7FormatException e)
        {
            return ConversionResult.Rejected(index, controlId, ToIssue(e));
        }
    }

    /// <summary>Maps by MSH-9; gives the map, or null where there is none (an error is noted).</summary>
    private static MessagePlan? Map(MessageConversion conversion, MapSet maps, List<TraceEntry>? trace = null)
    {
        Er7Value type = conversion.Message.Header[9];
        if (maps.Find(type[1].Text, type[2].Text, type[3].Text) is { } plan)
        {
            MessageRun.Map(plan, conversion, trace);
            return plan;
        }

        conversion.Error(
            "not-supported", type,
            $"the message type {Shown(type[1].Text)}^{Shown(type[2].Text)} has no map. The message is kept; release it from quarantine once the site has one.");
        return null;
    }

    // EVN-6 (or EVN-2) and the sender belong to the record's history, which is Provenance (EVN[Provenance], MSH[Provenance-Source]).
    private static void AddEvent(DraftObject provenance, MessageConversion conversion)
    {
        Er7Segment header = conversion.Message.Header;
        if (conversion.Message.First("EVN") is { } happened)
        {
            happened.MarkRead(1);
            provenance.Set("occurredDateTime", Times.DateTime(happened[6], conversion) ?? Times.DateTime(happened[2], conversion));
            provenance.Set("reason", CodedValues.Concept(happened[4], conversion) is { } reason ? new DraftArray(reason) : null);
        }

        (string? application, string? facility) = (header[3][1].Text, header[4][1].Text);
        string? sender = application is null ? facility : facility is null ? application : $"{application} | {facility}";
        AddAuthor(provenance, sender is null ? null : Element.LogicalReference(null, sender));

        // MSH-22: the organization that answers for the content, which need not be the facility that sends it.
        AddAuthor(provenance, header[22][1].Text is { } responsible ? Element.LogicalReference(null, responsible, "Organization") : null);
    }

    private static void AddAuthor(DraftObject provenance, DraftObject? who)
    {
        if (who is null) return;
        provenance["agent"]!.AsArray().Add(new DraftObject()
            .Set("type", Author)
            .Set("who", who));
    }

    // The type is shown only where it looks like one: a damaged message may have anything in its place.
    private static string Shown(string? code) => code is { Length: <= 8 } && code.All(char.IsAsciiLetterOrDigit) ? code : code is null ? "(empty)" : "(unreadable)";

    private static OutcomeIssue ToIssue(Er7FormatException e) => new(
        IssueSeverity.Error, e.Code, e.Place is null ? $"line {e.Line}: {e.Message}" : $"{e.Place}: {e.Message}", e.Place ?? $"line {e.Line}", e.Line);
}
