using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Expressions.Typing;

/// <summary>The R4 model as FHIRPath sees it: which elements a type has, and of which types they are.</summary>
internal static class ModelTypes
{
    private static readonly R4Tables s_tables = R4Tables.Instance;

    private static readonly Lazy<StaticType> s_anyResource = new(() =>
        StaticType.Of(Enumerable.Range(1, s_tables.Types.Length - 1).Where(i => s_tables.Types[i].Kind == TypeKind.Resource)));

    public static StaticType AnyResource => s_anyResource.Value;

    /// <summary>A named type; a resource's abstract base is any resource.</summary>
    public static StaticType Named(string name) => OfRow(s_tables.FindType(Encoding.UTF8.GetBytes(name)));

    public static StaticType OfRow(int row)
    {
        if (row == 0) return StaticType.Any;
        if (row == s_tables.Resource || row == s_tables.DomainResource) return AnyResource;
        return s_tables.Types[row].Kind == TypeKind.Abstract ? StaticType.Any : StaticType.Of([row]);
    }

    /// <summary>The types of an element of any of those types; null where none of them can have it.</summary>
    public static StaticType? Child(StaticType parent, string name)
    {
        if (parent.IsAny) return parent;
        if (parent.IsEmpty) return StaticType.Empty;
        int number = s_tables.FindName(Encoding.UTF8.GetBytes(name));
        StaticType? found = null;
        foreach (int row in parent.Fhir)
        {
            StaticType? type = number < 0 ? null : Element(row, number);
            // The System value of a primitive (FHIR R4 fhirpath.html): what is said of it depends on the engine.
            if (type is null && name == "value" && s_tables.Types[row].Kind == TypeKind.Primitive) type = StaticType.Any;
            if (type is not null) found = found?.Or(type) ?? type;
        }

        foreach (PathKind kind in parent.System)
        {
            if (kind == PathKind.TypeInfo ? name is "name" or "namespace" or "baseType" or "element" : kind == PathKind.Quantity && name is "value" or "unit" or "code" or "system")
            {
                found = found?.Or(StaticType.Any) ?? StaticType.Any;
            }
        }

        return found?.Ordered(parent.IsOrdered);
    }

    /// <summary>All child elements together.</summary>
    public static StaticType Children(StaticType parent)
    {
        if (parent.IsAny) return parent;
        StaticType all = StaticType.Empty;
        foreach (int row in parent.Fhir)
        {
            for (int i = 0; i < s_tables.Types[row].ElementCount && !all.IsAny; i++) all = all.Or(TypesOf(s_tables.Elements[s_tables.Types[row].ElementStart + i]));
        }

        return all;
    }

    /// <summary>Whether the name is that of a type which an item of these types may be.</summary>
    public static bool IsOwnName(StaticType focus, string name, out StaticType type)
    {
        type = focus;
        int row = s_tables.FindType(Encoding.UTF8.GetBytes(name));
        if (row == 0 || focus.IsAny) return row != 0;
        int[] matching = [.. focus.Fhir.Where(r => s_tables.IsA(r, row))];
        if (matching.Length == 0) return false;
        type = StaticType.Of(matching);
        return true;
    }

    /// <summary>The closest element name, or how a choice is written, for the message about a name that does not exist.</summary>
    public static string Hint(StaticType parent, string name)
    {
        foreach (int row in parent.Fhir)
        {
            ref readonly TypeRow type = ref s_tables.Types[row];
            for (int i = type.ElementStart; i < type.ElementStart + type.ElementCount; i++)
            {
                ref readonly ElementRow element = ref s_tables.Elements[i];
                string known = s_tables.Text(element.Name);
                if ((element.Flags & ElementFlags.Choice) != 0 && name.StartsWith(known, StringComparison.Ordinal) && name.Length > known.Length)
                {
                    for (int t = 0; t < element.TypeCount; t++)
                    {
                        string code = s_tables.TypeName(s_tables.ElementTypes[element.TypeStart + t].Type);
                        if (name.AsSpan(known.Length).Equals(code, StringComparison.OrdinalIgnoreCase)) return $"; write {known}.ofType({code})";
                    }
                }

                if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return $"; {known} is meant, perhaps";
            }
        }

        return string.Empty;
    }

    private static StaticType? Element(int row, int name)
    {
        ref readonly TypeRow type = ref s_tables.Types[row];
        for (int i = type.ElementStart; i < type.ElementStart + type.ElementCount; i++)
        {
            if (s_tables.Elements[i].Name == name) return TypesOf(s_tables.Elements[i]);
        }

        return null;
    }

    private static StaticType TypesOf(in ElementRow element)
    {
        StaticType types = StaticType.Empty;
        for (int t = 0; t < element.TypeCount; t++) types = types.Or(OfRow(s_tables.ElementTypes[element.TypeStart + t].Type));
        return types.IsEmpty ? StaticType.Any : types;
    }
}
