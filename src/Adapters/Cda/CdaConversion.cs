using System.Globalization;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Cda;

/// <summary>One document on its way to FHIR: what it has made so far, and what was noticed.</summary>
internal sealed class CdaConversion
{
    private readonly List<OutcomeIssue> _issues = [];
    private readonly List<ResourceDraft> _drafts = [];
    private readonly Dictionary<(string Type, string Id), int> _positions = [];
    private readonly HashSet<(string Type, string Id)> _given = [];

    public CdaConversion(RawRecord record, ConversionContext context, CdaNode document)
    {
        Record = record;
        Context = context;
        Document = document;
        Narrative = new NarrativeIndex(document);
        CdaNode? id = document.Child("id");
        DocumentKey = id?["root"] is { } root ? $"{root}|{id["extension"]}" : record.Digest;
        DocumentOffset = Types.Times.OffsetOf(document.Child("effectiveTime")?["value"]);
    }

    public RawRecord Record { get; }

    public ConversionContext Context { get; }

    public CdaNode Document { get; }

    /// <summary>The pieces of narrative that entries refer to.</summary>
    public NarrativeIndex Narrative { get; }

    /// <summary>What names the document: its id, or its digest where it has none.</summary>
    public string DocumentKey { get; }

    /// <summary>The offset from UTC of the document's own time: that of times in it which have none.</summary>
    public TimeSpan? DocumentOffset { get; }

    public IReadOnlyList<OutcomeIssue> Issues => _issues;

    public IReadOnlyList<ResourceDraft> Drafts => _drafts;

    public bool IsRefused => _issues.Exists(issue => issue.Severity <= IssueSeverity.Error);

    /// <summary>Reads what stands in words alone; null where nobody does.</summary>
    public Narrative.NarrativeAdapter? Notes { get; init; }

    /// <summary>The reference to the patient of the document.</summary>
    public DraftObject Subject { get; set; } = [];

    /// <summary>The reference to the encounter that the document is about; null where it names none.</summary>
    public DraftObject? Encounter { get; set; }

    /// <summary>The document must be looked at by a person: nothing of it is published.</summary>
    public void Error(string code, CdaNode at, string message) => Add(IssueSeverity.Error, code, at, message);

    /// <summary>Published, but something is less than it might be.</summary>
    public void Warn(string code, CdaNode at, string message) => Add(IssueSeverity.Warning, code, at, message);

    /// <summary>A remark.</summary>
    public void Inform(string code, CdaNode at, string message) => Add(IssueSeverity.Information, code, at, message);

    /// <summary>
    /// The logical id of what a statement says: from its first identifier, else from the document's and the place in it. A second statement under one identifier
    /// (copied templates do that) gets one by its place, so that neither is lost.
    /// </summary>
    public string IdFor(string type, CdaNode statement)
    {
        foreach (CdaNode id in statement.Children("id"))
        {
            if (id["root"] is not { } root || id.NullFlavor is not null) continue;
            string found = Context.Ids.For($"urn:oid:{root}", type, id["extension"] ?? "");
            if (_given.Add((type, found))) return found;
            Warn("duplicate", statement, "another statement has this identifier; both are kept, this one under its place in the document. Have the sender number each.");
            break;
        }

        string placed = PlacedId(type, statement, "");
        _given.Add((type, placed));
        return placed;
    }

    /// <summary>The logical id of something that has no identifier: by the document and the place in it.</summary>
    public string PlacedId(string type, CdaNode at, string part) => Context.Ids.For(Record.Source, type, $"{DocumentKey}|{at.Place}|{part}");

    /// <summary>Adds a resource; one of the same type and id that is there already stays where it says as much.</summary>
    public DraftObject Add(DraftObject json, ApplyMode apply = ApplyMode.Update)
    {
        var draft = new ResourceDraft(json, apply);
        (string, string) key = (draft.ResourceType, draft.Id);
        if (_positions.TryGetValue(key, out int at))
        {
            if (Fullness(json) > Fullness(_drafts[at].Json)) _drafts[at] = draft;
        }
        else
        {
            _positions.Add(key, _drafts.Count);
            _drafts.Add(draft);
        }

        return Element.Reference(draft);
    }

    /// <summary>The resource that a reference names; null where it is none of this conversion's.</summary>
    public ResourceDraft? Draft(DraftObject reference)
    {
        string[] parts = ((string?)reference["reference"] ?? "").Split('/');
        return parts.Length == 2 && _positions.TryGetValue((parts[0], parts[1]), out int at) ? _drafts[at] : null;
    }

    private static int Fullness(DraftNode? node)
    {
        int sum = 1;
        if (node is DraftObject json)
        {
            foreach ((string name, DraftNode? value) in json) sum += name.Length + Fullness(value);
        }
        else if (node is DraftArray array)
        {
            foreach (DraftNode? item in array) sum += Fullness(item);
        }
        else if (node is DraftValue value && value.TryGetText(out string text))
        {
            sum += text.Length;
        }

        return sum;
    }

    private void Add(IssueSeverity severity, string code, CdaNode at, string message)
    {
        string place = at.Place;
        _issues.Add(new OutcomeIssue(severity, code, string.Create(CultureInfo.InvariantCulture, $"{place} (line {at.Line}): {message}"), place, at.Line));
    }
}
