using System.Globalization;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>Finds the logical ids of a group's resources: from source and business identifier, so that a repeat updates instead of duplicating.</summary>
internal sealed class CellIdentities(GroupRun run, Func<CellResource, string, CellResource?> related)
{
    private readonly HashSet<CellResource> _open = [];

    /// <summary>The id of a resource, found when first asked for.</summary>
    public string Of(CellResource resource)
    {
        if (resource.Id is not null) return resource.Id;
        string? id = null;
        if (_open.Add(resource)) id = resource.Entry.Identity is { } identity ? identity.Rule is null ? FromColumns(resource, identity) : FromIdentifiers(resource, identity.Rule) : null;
        _open.Remove(resource);
        if (id is null && run.HasErrors) id = "rejected";
        if (id is null)
        {
            // Never the same id for two things: what nothing identifies belongs to this row of this record alone.
            id = run.Context.Ids.For(run.Source, resource.Entry.Type, string.Create(CultureInfo.InvariantCulture, $"{run.Record.Digest}|{run.Table.Grid.Sheet}|{resource.Entry.Name}|{resource.Rows[0].Line}"));
            if (resource.Entry.Identity is not { Rule: "none" })
            {
                run.Add(run.Table.Grid.Issue(IssueSeverity.Warning, "incomplete", resource.Rows[0].Line, $"nothing identifies this {resource.Entry.Type}: a repeat or a correction of it cannot be matched and will make another one ({resource.Entry.At.At})."));
            }
        }

        resource.Id = id;
        resource.Json["id"] = id;
        return id;
    }

    private string? FromColumns(CellResource resource, CellIdentity identity)
    {
        string? number = null;
        foreach (int column in identity.From)
        {
            if ((number = One(resource, column)) is not null) break;
        }

        if (number is null) return null;
        string key = number;
        foreach (int column in identity.And) key += "|" + One(resource, column);
        string system = IdentifierSystems.OfSource(run.Source, identity.Kind!);
        if (identity.Within.Length == 0) return run.Context.Ids.For(system, resource.Entry.Type, key.Trim());
        foreach (string name in identity.Within)
        {
            if (related(resource, name) is { } owner) return run.Context.Ids.For(run.Source, resource.Entry.Type, $"{Of(owner)}|{system}|{key}");
        }

        return null;
    }

    // `patient`: the hospital's own record number before the identity card's, before any other; `identifier`: the first one.
    private string? FromIdentifiers(CellResource resource, string rule)
    {
        if (rule == "none") return null;
        DraftObject[] identifiers = [.. (resource.Json["identifier"] as DraftArray ?? []).OfType<DraftObject>().Where(identifier => identifier["value"] is not null && identifier["system"] is not null)];
        if (identifiers.Length == 0)
        {
            if (rule == "patient") run.Error("required", resource.Rows[0], "no number says whose row this is; a name alone does not.");
            return null;
        }

        string own = run.Context.IdentifierSystems.MedicalRecordOf(run.Source);
        DraftObject best = rule == "patient"
            ? Array.Find(identifiers, identifier => (string?)identifier["system"] == own) ?? Array.Find(identifiers, identifier => (string?)identifier["system"] == IdentifierSystems.ChineseResidentId) ?? identifiers[0]
            : identifiers[0];
        return run.Context.Ids.For((string)best["system"]!, resource.Entry.Type, ((string)best["value"]!).Trim());
    }

    private string? One(CellResource resource, int column)
    {
        string? found = null;
        TableRow? at = null;
        foreach (TableRow row in resource.Rows)
        {
            if (run.Table.Cell(row, column) is not { } text || text == found) continue;
            if (found is null) (found, at) = (text, row);
            else run.Add(run.Table.Issue(IssueSeverity.Error, "conflict", row, column, $"the rows that belong together disagree: {run.Table.Place(at!, column)} says something else, and the {resource.Entry.Type} is identified by it."));
        }

        return found;
    }
}
