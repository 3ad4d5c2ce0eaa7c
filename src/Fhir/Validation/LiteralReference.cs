using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>Reads what a literal reference of the RESTful form says: <c>[base/]Type/id[/_history/version]</c>, or <c>Type?search</c> (FHIR R4 references.html#literal).</summary>
internal static class LiteralReference
{
    /// <summary>The row of the resource type that it names; 0 for another form.</summary>
    public static int TypeOf(ReadOnlySpan<byte> literal)
    {
        if (literal.IsEmpty || literal[0] == '#' || literal.StartsWith("urn:"u8)) return 0;
        int query = literal.IndexOf((byte)'?');
        if (query >= 0) literal = literal[..query];
        int version = literal.IndexOf("/_history/"u8);
        if (version >= 0) literal = literal[..version];
        int slash = literal.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> id = slash < 0 ? default : literal[(slash + 1)..];
        ReadOnlySpan<byte> before = slash < 0 ? literal : literal[..slash];
        int type = R4Tables.Instance.FindType(before[(before.LastIndexOf((byte)'/') + 1)..]);
        bool named = query >= 0 ? slash < 0 : PrimitiveFormats.IsId(id);
        return named && R4Tables.Instance.Types[type].Kind == TypeKind.Resource ? type : 0;
    }
}
