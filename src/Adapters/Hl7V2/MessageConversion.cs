using System.Runtime.InteropServices;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2;

/// <summary>One message on its way to FHIR: what it has made so far, and what was noticed.</summary>
internal sealed class MessageConversion(RawRecord record, ConversionContext context, Er7Message message, CodeTables tables)
{
    private const int MostRemembered = 16;

    /// <summary>A map numbers more kinds of things than a message has doctors.</summary>
    private const int MostSystems = 48;

    /// <summary>Few messages make more resources.</summary>
    private const int MostUsual = 32;

    private readonly List<OutcomeIssue> _issues = [];
    private readonly List<ResourceDraft> _drafts = new(MostUsual);
    private readonly Dictionary<(string Type, string Id), (int Position, Er7Segment? From)> _positions = new(MostUsual, ResourceKeys.Comparer);
    private readonly List<(Er7Value Written, string Reference, string? Display)> _practitioners = [];
    private readonly List<(Er7Value Written, string Time)> _times = [];
    private readonly List<(string Kind, string System)> _systems = [];
    private readonly List<(string Authority, string System)> _authorities = [];
    private readonly List<(string Name, string System)> _codeSystems = [];

    public RawRecord Record { get; } = record;

    public ConversionContext Context { get; } = context;

    public Er7Message Message { get; } = message;

    /// <summary>The code tables of the functions, as the site has them.</summary>
    public CodeTables Tables { get; } = tables;

    public IReadOnlyList<OutcomeIssue> Issues => _issues;

    public IReadOnlyList<ResourceDraft> Drafts => _drafts;

    /// <summary>A Reference to each of them.</summary>
    public DraftArray References { get; } = new(MostUsual);

    public string Source => Record.Source;

    /// <summary>The record must be looked at by a person: nothing of it is published.</summary>
    public void Error(string code, Er7Value at, string message) => Add(IssueSeverity.Error, code, at.Place, at.Segment.Line, message);

    /// <inheritdoc cref="Error(string, Er7Value, string)"/>
    public void Error(string code, Er7Segment at, string message) => Add(IssueSeverity.Error, code, at.Label, at.Line, message);

    /// <summary>Published, but something is less than it might be.</summary>
    public void Warn(string code, Er7Value at, string message) => Add(IssueSeverity.Warning, code, at.Place, at.Segment.Line, message);

    /// <summary>A remark.</summary>
    public void Inform(string code, string? place, int? line, string message) => Add(IssueSeverity.Information, code, place, line, message);

    /// <summary>A logical id of this conversion.</summary>
    public string Id(string resourceType, string system, ReadOnlySpan<char> value) => Context.Ids.For(system, resourceType, value.Trim());

    /// <summary>
    /// Adds a resource. Where the message makes the same one twice (a doctor who attends and orders), the one that speaks with more authority stays, or the fuller one.
    /// Two segments that both state one thing and differ are an error: one of them would be lost, and which is right nobody here can know.
    /// What a data type says in passing is less than that, and only a warning.
    /// </summary>
    /// <param name="json">The resource.</param>
    /// <param name="apply">Whether it holds, or is only mentioned.</param>
    /// <param name="from">The segment that made it; null for one that a data type brought along.</param>
    /// <param name="entry">The entry that made it; null with <paramref name="from"/>.</param>
    /// <param name="reference">The shared Reference to it; null where nobody made one.</param>
    public ResourceDraft Add(DraftObject json, ApplyMode apply, Er7Segment? from = null, MakePlan? entry = null, DraftObject? reference = null)
    {
        var draft = new ResourceDraft(json, apply);
        (string, string) key = (draft.ResourceType, draft.Id);
        if (!_positions.TryGetValue(key, out (int Position, Er7Segment? From) known))
        {
            _positions.Add(key, (_drafts.Count, from));
            _drafts.Add(draft);
            References.Add(reference ?? Element.Reference(draft));
            return draft;
        }

        ResourceDraft earlier = _drafts[known.Position];
        if (apply == ApplyMode.Update && earlier.Apply == ApplyMode.Update && !DraftNode.DeepEquals(json, earlier.Json))
        {
            if (from is null || known.From is null) Add(IssueSeverity.Warning, "conflict", Message.Header.Label, Message.Header.Line, $"the message says two different things of one {draft.ResourceType}, by its numbers; the fuller one stays, the other is kept in the raw record. Two things need two numbers.");
            else Error("duplicate", from, $"by {entry!.IdentityText} this is the same {draft.ResourceType} as that of {known.From.Label}, and it says something else of it; which holds must not be guessed. Have the sender give each its own number there, or send a message for each; or give the entry an identity that tells them apart ({entry.At.At}).");
        }

        bool replaces = apply == earlier.Apply ? Fullness(json) > Fullness(earlier.Json) : apply == ApplyMode.Update;
        if (replaces) _drafts[known.Position] = draft;
        return replaces ? draft : earlier;
    }

    /// <summary>The resources, and their Provenance last.</summary>
    public ResourceDraft[] WithProvenance(DraftObject provenance)
    {
        var all = new ResourceDraft[_drafts.Count + 1];
        _drafts.CopyTo(all);
        all[^1] = new ResourceDraft(provenance);
        return all;
    }

    /// <summary>The practitioner whom an XCN of these very bytes gave earlier in this message; null where there was none.</summary>
    public (string Reference, string? Display)? KnownPractitioner(ReadOnlySpan<byte> written)
    {
        foreach ((Er7Value earlier, string reference, string? display) in CollectionsMarshal.AsSpan(_practitioners))
        {
            if (earlier.Bytes.SequenceEqual(written)) return (reference, display);
        }

        return null;
    }

    /// <summary>Keeps whom an XCN gave.</summary>
    public void Remember(Er7Value written, string reference, string? display)
    {
        if (_practitioners.Count < MostRemembered) _practitioners.Add((written, reference, display));
    }

    /// <summary>The FHIR dateTime that these very bytes gave earlier in this message; null where they did not. One moment stands in many fields.</summary>
    public string? KnownTime(ReadOnlySpan<byte> written)
    {
        foreach ((Er7Value earlier, string time) in CollectionsMarshal.AsSpan(_times))
        {
            if (earlier.Bytes.SequenceEqual(written)) return time;
        }

        return null;
    }

    /// <summary>Keeps what a time gave.</summary>
    public void Remember(Er7Value written, string time)
    {
        if (_times.Count < MostRemembered) _times.Add((written, time));
    }

    /// <summary>The system of what the source numbers itself (<see cref="IdentifierSystems.OfSource"/>).</summary>
    public string SystemOf(string kind)
    {
        foreach ((string known, string system) in CollectionsMarshal.AsSpan(_systems))
        {
            if (known == kind) return system;
        }

        string made = IdentifierSystems.OfSource(Source, kind);
        if (_systems.Count < MostSystems) _systems.Add((kind, made));
        return made;
    }

    /// <summary>The URI of a coding system as messages name it (<see cref="Codes.System"/>).</summary>
    public string CodeSystemOf(string name)
    {
        foreach ((string known, string system) in CollectionsMarshal.AsSpan(_codeSystems))
        {
            if (known == name) return system;
        }

        string made = Codes.FindSystem(name, this);
        if (_codeSystems.Count < MostRemembered) _codeSystems.Add((name, made));
        return made;
    }

    /// <summary>The system of an assigning authority (<see cref="IdentifierSystems.OfAuthority"/>).</summary>
    public string SystemOfAuthority(string authority)
    {
        foreach ((string known, string system) in CollectionsMarshal.AsSpan(_authorities))
        {
            if (known == authority) return system;
        }

        string made = Context.IdentifierSystems.OfAuthority(authority);
        if (_authorities.Count < MostRemembered) _authorities.Add((authority, made));
        return made;
    }

    /// <summary>True where this message has made a resource of that type and id.</summary>
    public bool Has(string resourceType, string id) => _positions.ContainsKey((resourceType, id));

    /// <summary>How much a resource says, in characters and elements.</summary>
    private static int Fullness(DraftNode? node)
    {
        int sum = 1;
        switch (node)
        {
            case DraftObject json:
                foreach ((string name, DraftNode? value) in json) sum += name.Length + Fullness(value);
                break;
            case DraftArray array:
                foreach (DraftNode? item in array) sum += Fullness(item);
                break;
            case DraftValue value when value.TryGetText(out string text):
                sum += text.Length;
                break;
        }

        return sum;
    }

    // Ids are 32 hexadecimal digits of a keyed hash (LogicalIds): a few of them are spread as well as all.
    private sealed class ResourceKeys : IEqualityComparer<(string Type, string Id)>
    {
        private const int Enough = 8;

        public static ResourceKeys Comparer { get; } = new();

        public bool Equals((string Type, string Id) x, (string Type, string Id) y) => x.Id == y.Id && x.Type == y.Type;

        public int GetHashCode((string Type, string Id) key)
        {
            int hash = 0;
            if (key.Id.Length >= Enough) return MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(key.Id.AsSpan(Enough / 2))).GetHashCode();
            foreach (char c in key.Id) hash = (hash * 31) + c;
            return hash;
        }
    }

    private void Add(IssueSeverity severity, string code, string? place, int? line, string message)
    {
        var issue = new OutcomeIssue(severity, code, place is null ? message : $"{place}: {message}", place, line);
        if (!_issues.Contains(issue)) _issues.Add(issue); // a field that feeds two resources is reported once
    }
}
