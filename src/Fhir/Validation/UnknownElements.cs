using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>Says of a property that R4 does not know where it stands, and of which one it may be a slip (FHIR R4 json.html).</summary>
internal static class UnknownElements
{
    public static void Report(ValidationContext context, int child, int type)
    {
        R4Tables tables = context.Tables;
        string where = tables.Text(tables.Types[type].Path);
        ReadOnlySpan<byte> name = context.Document.PropertyName(child);
        string hint = string.Empty;
        if (name.Length > 1 && name[0] == '_' && tables.FindProperty(type, name[1..], TableFormat.Hash(name[1..])).Element != 0)
        {
            hint = " ('_' joins extensions to a primitive; this element is none)";
        }
        else if (ChoiceNamed(tables, type, name) is { } choice)
        {
            hint = $" ({choice} carries its type in its name, such as {choice[..^3]}{Capital(tables.TypeName(FirstType(tables, type, choice)))})";
        }

        context.Issues.Error(child, "structure", $"{where} has no element {FhirDocument.Shown(name)}{hint}.");
    }

    private static string? ChoiceNamed(R4Tables tables, int type, ReadOnlySpan<byte> name)
    {
        ref readonly TypeRow row = ref tables.Types[type];
        for (int i = row.ElementStart; i < row.ElementStart + row.ElementCount; i++)
        {
            ReadOnlySpan<byte> element = tables.Utf8(tables.Elements[i].Name);
            if ((tables.Elements[i].Flags & ElementFlags.Choice) != 0 && name.SequenceEqual(element)) return tables.Text(tables.Elements[i].Name) + "[x]";
        }

        return null;
    }

    private static int FirstType(R4Tables tables, int type, string choice)
    {
        ref readonly TypeRow row = ref tables.Types[type];
        for (int i = row.ElementStart; i < row.ElementStart + row.ElementCount; i++)
        {
            if (tables.Text(tables.Elements[i].Name) == choice[..^3]) return tables.ElementTypes[tables.Elements[i].TypeStart].Type;
        }

        return 0;
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
