using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// What the entries of a transaction refer to, and the rewriting of it to the ids and versions that were given (FHIR R4 http.html#trules,
/// bundle.html#references): in Reference.reference, in elements of type uri, url, oid and uuid, and in <c>href</c> and <c>src</c> of the narrative.
/// All other bytes stay as they are.
/// </summary>
internal sealed class TransactionReferences
{
    private const string History = "/_history/";

    private readonly Dictionary<string, PlannedEntry> _byUrl = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<int, string> _ids;
    private readonly string _serverBase;

    /// <param name="plan">The entries.</param>
    /// <param name="ids">The id of each entry's resource, by index.</param>
    /// <param name="serverBase">The server's base URL.</param>
    public TransactionReferences(TransactionPlan plan, IReadOnlyDictionary<int, string> ids, string serverBase)
    {
        _ids = ids;
        _serverBase = serverBase;
        foreach (PlannedEntry one in plan.Entries)
        {
            if (one.Entry is { FullUrl: { } url, Order: 1 or 2 }) _byUrl[url] = one;
        }
    }

    /// <summary>True for <c>Patient?identifier=…</c>.</summary>
    public static bool IsConditional(string reference) => reference.IndexOf('?', StringComparison.Ordinal) is > 0 and var mark && !reference.AsSpan(0, mark).ContainsAny(':', '/', '#');

    /// <summary>What must be known before an entry's references can be rewritten.</summary>
    /// <exception cref="FhirException">400: a reference names an entry that the transaction does not have.</exception>
    public ReferenceNeeds Needs(PlannedEntry one, IReadOnlyList<Link> links, IReadOnlyDictionary<int, long> versions)
    {
        List<string> conditions = [];
        bool waiting = false;
        foreach (Link link in links)
        {
            if (link.Kind != LinkKind.Reference) continue;
            string reference = link.Node.Value!;
            if (IsConditional(reference)) conditions.Add(reference);
            else if (Target(one, reference, relative: true) is { } target) waiting |= target.Version is { } version && version == target.Entry.Entry.VersionId && !versions.ContainsKey(target.Entry.Entry.Index);
            else if (IsUrn(reference)) throw FhirException.BadRequest("not-found", "A reference names an entry (urn:uuid or urn:oid) that the transaction does not have.", $"{one.Entry.At}.resource");
        }

        return new ReferenceNeeds(conditions, waiting);
    }

    /// <summary>The resource with every reference to another entry rewritten.</summary>
    public ResourceJson Rewrite(PlannedEntry one, ResourceJson content, IReadOnlyList<Link> links, IReadOnlyDictionary<string, string> conditions, IReadOnlyDictionary<int, long> versions)
    {
        ReadOnlySpan<byte> source = content.Bytes.Span;
        ArrayBufferWriter<byte>? output = null;
        int copied = 0;
        foreach (Link link in links)
        {
            string value = link.Node.Value!;
            string? rewritten = link.Kind switch
            {
                LinkKind.Reference => conditions.GetValueOrDefault(value) ?? Rewritten(value, relative: true),
                LinkKind.Uri => Rewritten(value, relative: false),
                _ => Narrative(value, url => Rewritten(url, relative: true)),
            };
            if (rewritten is null || rewritten == value) continue;
            ReadOnlySpan<byte> json = link.Node.Utf8Json.Span;
            source.Overlaps(json, out int start);
            output ??= new ArrayBufferWriter<byte>(source.Length + 256);
            output.Write(source[copied..start]);
            output.Write("\""u8);
            output.Write(JsonEncodedText.Encode(rewritten, Negotiation.Compact.Encoder).EncodedUtf8Bytes);
            output.Write("\""u8);
            copied = start + json.Length;
        }

        if (output is null) return content;
        output.Write(source[copied..]);
        return ResourceJson.Read(output.WrittenSpan.ToArray());

        string? Rewritten(string reference, bool relative)
        {
            if (Target(one, reference, relative) is not { } target) return null;
            string url = $"{target.Entry.Type}/{_ids[target.Entry.Entry.Index]}";
            if (target.Version is not { } version) return url + target.Fragment;
            bool isThis = version == target.Entry.Entry.VersionId && versions.ContainsKey(target.Entry.Entry.Index);
            return url + History + (isThis ? versions[target.Entry.Entry.Index].ToString(CultureInfo.InvariantCulture) : version);
        }
    }

    /// <summary>The entry that a reference of another entry names, with the version and the fragment that it names; null where it names none.</summary>
    private (PlannedEntry Entry, string? Version, string Fragment)? Target(PlannedEntry from, string reference, bool relative)
    {
        if (_byUrl.Count == 0 || reference.Length == 0 || reference[0] == '#') return null;
        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        string fragment = hash < 0 ? "" : reference[hash..];
        string url = hash < 0 ? reference : reference[..hash];
        string? version = null;
        if (url.LastIndexOf(History, StringComparison.Ordinal) is >= 0 and var history) (url, version) = (url[..history], url[(history + History.Length)..]);
        if (_byUrl.TryGetValue(url, out PlannedEntry? entry)) return (entry, version, fragment);
        // bundle.html#references: a relative reference is relative to the base of the entry that has it.
        bool isRelative = relative && !url.Contains(':', StringComparison.Ordinal);
        return isRelative && _byUrl.TryGetValue($"{Base(from.Entry.FullUrl) ?? _serverBase}/{url}", out entry) ? (entry, version, fragment) : null;
    }

    /// <summary>The base of a RESTful URL: what stands before <c>/Type/id</c>; null where it is another kind of URL.</summary>
    private static string? Base(string? fullUrl)
    {
        if (fullUrl is null || !fullUrl.StartsWith("http", StringComparison.Ordinal)) return null;
        string[] parts = fullUrl.Split('/');
        return parts.Length > 4 && FhirR4.IsResourceType(parts[^2]) ? string.Join('/', parts[..^2]) : null;
    }

    private static bool IsUrn(string value) => value.StartsWith("urn:uuid:", StringComparison.Ordinal) || value.StartsWith("urn:oid:", StringComparison.Ordinal);

    /// <summary>The places of a resource that may refer to something, in the order of its bytes.</summary>
    public static IReadOnlyList<Link> Links(FhirDocument document)
    {
        List<Link> links = [];
        Collect(document.Root, links);
        return links;
    }

    private static void Collect(FhirNode node, List<Link> links)
    {
        foreach (FhirNode child in node.Children)
        {
            switch (child.TypeName)
            {
                case "uri" or "url" or "oid" or "uuid":
                    if (child.HasValue && !(node.TypeName == "Extension" && child.Name == "url")) links.Add(new Link(child, LinkKind.Uri)); // the url of an extension is its name
                    break;
                case "xhtml":
                    if (child.HasValue) links.Add(new Link(child, LinkKind.Narrative));
                    break;
                case "string" when node.TypeName == "Reference" && child.Name == "reference":
                    if (child.HasValue) links.Add(new Link(child, LinkKind.Reference));
                    break;
                default:
                    Collect(child, links);
                    break;
            }
        }
    }

    // <a href="…"> and <img src="…">, with either quotation mark.
    private static string? Narrative(string div, Func<string, string?> rewritten)
    {
        StringBuilder? text = null;
        int copied = 0;
        for (int at = div.IndexOf('=', StringComparison.Ordinal); at > 0 && at + 2 < div.Length; at = div.IndexOf('=', at + 1))
        {
            ReadOnlySpan<char> before = div.AsSpan(0, at).TrimEnd();
            bool isLink = (before.EndsWith("href", StringComparison.Ordinal) && IsSpaceBefore(before, 4)) || (before.EndsWith("src", StringComparison.Ordinal) && IsSpaceBefore(before, 3));
            if (!isLink) continue;
            int quote = at + 1;
            while (quote < div.Length && char.IsWhiteSpace(div[quote])) quote++;
            if (quote >= div.Length || div[quote] is not ('"' or '\'')) continue;
            int end = div.IndexOf(div[quote], quote + 1);
            if (end < 0) break;
            if (rewritten(div[(quote + 1)..end]) is not { } url) continue;
            (text ??= new StringBuilder(div.Length + 64)).Append(div, copied, quote + 1 - copied).Append(url);
            copied = end;
        }

        return text?.Append(div, copied, div.Length - copied).ToString();
    }

    private static bool IsSpaceBefore(ReadOnlySpan<char> text, int name) => text.Length > name && char.IsWhiteSpace(text[^(name + 1)]);
}

/// <summary>What a place that may refer to something is.</summary>
internal enum LinkKind
{
    /// <summary>Reference.reference.</summary>
    Reference,

    /// <summary>An element of type uri, url, oid or uuid.</summary>
    Uri,

    /// <summary>A narrative, with its links.</summary>
    Narrative,
}

/// <summary>A place that may refer to something.</summary>
/// <param name="Node">The primitive.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct Link(FhirNode Node, LinkKind Kind);

/// <summary>What an entry's references wait for.</summary>
/// <param name="Conditions">Its conditional references.</param>
/// <param name="IsWaiting">True where one names the version of an entry that is not written yet.</param>
internal sealed record ReferenceNeeds(IReadOnlyList<string> Conditions, bool IsWaiting);
