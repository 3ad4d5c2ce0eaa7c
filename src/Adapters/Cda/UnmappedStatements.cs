using System.Globalization;
using Consortium.Adapters.Cda.Entries;
using Consortium.Adapters.Cda.Xml;

namespace Consortium.Adapters.Cda;

/// <summary>
/// What nothing was made of: counted by template and named, so that nothing is dropped silently. The words of it are in the section's narrative, the whole in the original.
/// </summary>
internal static class UnmappedStatements
{
    /// <summary>An issue for each kind of statement that was left over.</summary>
    public static void Report(CdaConversion conversion)
    {
        foreach (var group in Of(conversion.Document).GroupBy(statement => (Template(statement), statement.Name)))
        {
            CdaNode first = group.First();
            int count = group.Count();
            conversion.Inform("not-supported", first, string.Create(
                CultureInfo.InvariantCulture,
                $"{count} {(count == 1 ? "statement" : "statements")} ({group.Key.Name}, {group.Key.Item1 ?? "no known template"}) not mapped; in the section's text and the original."));
        }
    }

    /// <summary>The topmost statements of a document that were not used.</summary>
    public static IEnumerable<CdaNode> Of(CdaNode document)
    {
        var open = new Stack<CdaNode>();
        if (document.Down("component", "structuredBody") is { } body) open.Push(body);
        while (open.TryPop(out CdaNode? node))
        {
            List<CdaNode> below = [];
            foreach (CdaNode child in node.Elements())
            {
                if (child.Name is "component" or "section" or "entry" or "entryRelationship")
                {
                    if (Statements.Of(child) is { } statement)
                    {
                        if (!statement.Used) yield return statement;
                        else below.Add(statement);
                    }
                    else
                    {
                        below.Add(child);
                    }
                }
            }

            for (int i = below.Count - 1; i >= 0; i--) open.Push(below[i]);
        }
    }

    /// <summary>The OID of the statement's template, or the code that tells what it is; null where it has neither.</summary>
    public static string? Template(CdaNode statement)
    {
        string? template = statement.Children("templateId").Select(id => id["root"]).FirstOrDefault(root => root is not null && Hl7V2.Types.Oid.IsValid(root));
        if (template is not null) return template;
        CdaNode? code = statement.Child("code");
        return code?["codeSystem"] is { } system && Hl7V2.Types.Oid.IsValid(system) && code["code"] is { Length: <= 20 } value && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') ? $"{system}#{value}" : null;
    }
}
