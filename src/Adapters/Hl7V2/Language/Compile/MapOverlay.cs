using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Fhir;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Lays a site's maps over the built-in ones: what has the same name adds to it or replaces parts of it.</summary>
internal static class MapOverlay
{
    /// <summary>The maps that are in force.</summary>
    public static MapLibrary Over(MapLibrary builtIn, MapLibrary site)
    {
        var result = new MapLibrary();
        Merge(builtIn.Segments, site.Segments, result.Segments, Rows);
        Merge(builtIn.Types, site.Types, result.Types, Rows);
        Merge(builtIn.Tables, site.Tables, result.Tables, Codes);
        Merge(builtIn.Messages, site.Messages, result.Messages, Message);
        foreach (MessageModel extension in builtIn.Extensions.Concat(site.Extensions))
        {
            if (extension.Name != "*" && !result.Messages.ContainsKey(extension.Name))
            {
                throw extension.At.Fault($"there is no message map {extension.Name} to extend{Nearest.Hint(extension.Name, result.Messages.Keys)}.");
            }

            foreach (string name in result.Messages.Keys.Where(name => extension.Name is "*" || extension.Name == name).ToList())
            {
                result.Messages[name] = Message(result.Messages[name], extension.Name is "*" ? ForEach(extension, result.Messages[name], result.Messages.Values) : extension);
            }
        }

        return result;
    }

    // What is for every message is for those that make the resource which it writes into: a master file has no patient. A name that no message knows stays, to be refused.
    private static MessageModel ForEach(MessageModel extension, MessageModel message, IReadOnlyCollection<MessageModel> all) => extension with
    {
        Make = [.. extension.Make.Where(entry => (entry.Into ?? entry.Needs) is not { } written || Makes(message, written.Value) || Makes(extension, written.Value)
            || !all.Any(other => Makes(other, written.Value)))],
    };

    private static bool Makes(MessageModel message, string name) => message.Make.Any(entry => entry.Name?.Value == name);

    private static void Merge<T>(Dictionary<string, T> below, Dictionary<string, T> above, Dictionary<string, T> result, Func<T, T, T> over)
    {
        foreach ((string name, T value) in below) result[name] = value;
        foreach ((string name, T value) in above) result[name] = below.TryGetValue(name, out T? covered) ? over(covered, value) : value;
    }

    private static RowMapModel Rows(RowMapModel below, RowMapModel above)
    {
        if (above.Replaces) return above;
        var rows = new List<RowModel>(below.Rows);
        foreach (RowModel row in above.Rows.Where(row => row.Remove is not null))
        {
            if (rows.RemoveAll(other => other.To?.Value == row.Remove!.Value) == 0) throw row.Remove!.Fault($"no row of {below.Name} has this `to`.");
        }

        // The site's rows stand where the first row that they replace stood, since a label belongs to the first row that names it.
        foreach (IGrouping<string, RowModel> group in above.Rows.Where(row => row.To is not null).GroupBy(row => row.To!.Value, StringComparer.Ordinal))
        {
            bool repeats = Repeats(above.Name.Target, group.Key);
            bool Replaced(RowModel other) => other.To?.Value == group.Key && (!repeats || group.Any(row => row.From?.Value == other.From?.Value));
            int at = rows.FindIndex(Replaced);
            rows.RemoveAll(Replaced);
            rows.InsertRange(at < 0 ? rows.Count : at, group);
        }

        rows.AddRange(above.Rows.Where(row => row.Unused.Count > 0));
        return above with { Rows = rows, Identity = above.Identity ?? below.Identity, Apply = above.Apply ?? below.Apply, Tests = [.. below.Tests, .. above.Tests] };
    }

    // Whether the last step of a path repeats; a path that does not compile is told of later, with its place.
    private static bool Repeats(string target, string to)
    {
        FhirElementType? type = FhirElementType.Find(target);
        FhirElement? element = null;
        int depth = 0, start = 0;
        for (int i = 0; i <= to.Length && type is not null; i++)
        {
            if (i < to.Length && to[i] is '(' or '[') depth++;
            if (i < to.Length && to[i] is ')' or ']') depth--;
            if (i < to.Length && (to[i] != '.' || depth > 0)) continue;
            string name = to[start..i];
            int end = name.IndexOfAny(['(', '[']);
            element = type.Element(end < 0 ? name : name[..end]);
            type = element?.Type;
            start = i + 1;
        }

        return element is { Repeats: true };
    }

    private static TableModel Codes(TableModel below, TableModel above)
    {
        if (above.Replaces) return above;
        var codes = new Dictionary<string, IReadOnlyList<TableEntryModel>>(below.Codes, StringComparer.Ordinal);

        // A code without a system of its own is of its own file's system.
        if (above.ToSystem is not null && above.ToSystem != below.ToSystem)
        {
            foreach (string code in codes.Keys.ToList()) codes[code] = [.. codes[code].Select(entry => entry with { System = entry.System ?? below.ToSystem })];
        }

        foreach ((string code, IReadOnlyList<TableEntryModel> entries) in above.Codes) codes[code] = entries;
        return above with
        {
            Codes = codes,
            FromSystem = above.FromSystem ?? below.FromSystem,
            ToSystem = above.ToSystem ?? below.ToSystem,
            MatchCase = above.MatchCase ?? below.MatchCase,
            Otherwise = above.Otherwise.Count > 0 ? above.Otherwise : below.Otherwise,
            Tests = [.. below.Tests, .. above.Tests],
        };
    }

    private static MessageModel Message(MessageModel below, MessageModel above)
    {
        if (above.Replaces) return above;
        var groups = new List<GroupModel>(below.Groups);
        foreach (GroupModel group in above.Groups)
        {
            int at = groups.FindIndex(other => other.Name.Value == group.Name.Value);
            if (at < 0) groups.Add(group);
            else groups[at] = group;
        }

        var make = new List<MakeModel>(below.Make);
        foreach (MakeModel entry in above.Make)
        {
            int at = entry.Name is null ? -1 : make.FindIndex(other => other.Name?.Value == entry.Name.Value);
            if (at < 0) make.Add(entry);
            else make[at] = entry;
        }

        return below with
        {
            Events = above.Events.Count > 0 && !above.Extends ? above.Events : below.Events,
            Groups = groups,
            Make = make,
            Tests = [.. below.Tests, .. above.Tests],
        };
    }
}
