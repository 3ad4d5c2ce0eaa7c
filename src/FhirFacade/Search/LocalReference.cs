using Consortium.Fhir;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search;

/// <summary>Reads a literal reference to a resource of this server (FHIR R4 references.html#literal).</summary>
internal static class LocalReference
{
    /// <summary>Understands <c>Type/id</c>, <c>Type/id/_history/vid</c> and both below the server's base URL.</summary>
    public static bool TryParse(string reference, string serverBase, out RecordKey key)
    {
        key = default;
        ReadOnlySpan<char> rest = reference;
        if (rest.StartsWith(serverBase, StringComparison.Ordinal) && rest.Length > serverBase.Length && rest[serverBase.Length] == '/') rest = rest[(serverBase.Length + 1)..];
        int slash = rest.IndexOf('/');
        if (slash <= 0) return false;
        ReadOnlySpan<char> type = rest[..slash];
        ReadOnlySpan<char> id = rest[(slash + 1)..];
        int version = id.IndexOf("/_history/", StringComparison.Ordinal);
        if (version >= 0) id = id[..version];
        if (!LogicalId.IsValid(id)) return false;
        string name = type.ToString();
        if (!FhirR4.IsResourceType(name)) return false;
        key = new RecordKey(name, id.ToString());
        return true;
    }
}
