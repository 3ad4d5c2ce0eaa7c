using System.Collections.Frozen;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>What an entry is, by its templateId (<c>entry-templates.tsv</c>).</summary>
/// <param name="Kind">Which reader reads it.</param>
/// <param name="Argument">What the reader needs to know; null for nothing.</param>
internal sealed record EntryTemplates(string Kind, string? Argument)
{
    private static readonly FrozenDictionary<string, EntryTemplates> Known = DataTable.BuiltIn("cda/entry-templates.tsv", 4)
        .ToFrozenDictionary(row => row.Cells[0], row => new EntryTemplates(row.Cells[1], row[2]), StringComparer.Ordinal);

    /// <summary>All kinds that the table names.</summary>
    public static IEnumerable<string> Kinds => Known.Values.Select(template => template.Kind).Distinct(StringComparer.Ordinal);

    /// <summary>The first of a statement's templates that the table knows and that is no detail, else the detail; null where it knows none.</summary>
    public static EntryTemplates? Of(CdaNode statement)
    {
        EntryTemplates? found = null;
        for (CdaNode? child = statement.First; child is not null; child = child.Next)
        {
            if (child.Name != "templateId" || child["root"] is not { } root || Known.GetValueOrDefault(root) is not { } known) continue;
            if (known.Kind != "detail") return known;
            found ??= known;
        }

        return found;
    }
}
