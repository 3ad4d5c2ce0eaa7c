using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Access.Smart;

/// <summary>What a scope lets its holder do (SMART App Launch 2.2.0, scopes-and-launch-context.html).</summary>
[Flags]
internal enum Permissions
{
    None = 0,

    /// <summary>c: create.</summary>
    Create = 1,

    /// <summary>r: read, vread, history of an instance.</summary>
    Read = 2,

    /// <summary>u: update and patch.</summary>
    Update = 4,

    /// <summary>d: delete.</summary>
    Delete = 8,

    /// <summary>s: search, history of a type and of the system.</summary>
    Search = 16,

    All = Create | Read | Update | Delete | Search,
}

/// <summary>Whose rights a scope is about.</summary>
internal enum ScopeContext
{
    /// <summary>Of one patient's records.</summary>
    Patient,

    /// <summary>What the user may.</summary>
    User,

    /// <summary>A client by itself, without a user.</summary>
    System,
}

/// <summary>A SMART scope for FHIR resources, of version 2 (<c>user/Observation.rs?category=…</c>) or 1 (<c>user/Observation.read</c>).</summary>
/// <param name="Context">Whose rights.</param>
/// <param name="Type">The resource type; <c>*</c> for all.</param>
/// <param name="Permissions">What may be done.</param>
/// <param name="Query">The search that resources must match, without the question mark; empty for none.</param>
internal sealed partial record SmartScope(ScopeContext Context, string Type, Permissions Permissions, string Query)
{
    public const string AnyType = "*";

    private static readonly (char Letter, Permissions Permission)[] s_letters =
        [('c', Permissions.Create), ('r', Permissions.Read), ('u', Permissions.Update), ('d', Permissions.Delete), ('s', Permissions.Search)];

    /// <summary>Reads a scope; false for one that is not about FHIR resources, or not as the specification writes it: it then gives no right.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmartScope? scope)
    {
        scope = null;
        Match match = Form().Match(text);
        if (!match.Success) return false;
        string type = match.Groups["type"].Value, rights = match.Groups["rights"].Value, query = match.Groups["query"].Value;
        if (type != AnyType && !FhirR4.IsResourceType(type)) return false;
        bool isOld = rights is "read" or "write" or "*";
        if (isOld && query.Length > 0) return false; // restrictions came with version 2
        Permissions permissions = rights switch
        {
            "read" => Permissions.Read | Permissions.Search,
            "write" => Permissions.Create | Permissions.Update | Permissions.Delete,
            "*" => Permissions.All,
            _ => s_letters.Where(one => rights.Contains(one.Letter, StringComparison.Ordinal)).Aggregate(Permissions.None, (all, one) => all | one.Permission),
        };
        scope = new SmartScope(Enum.Parse<ScopeContext>(match.Groups["context"].Value, ignoreCase: true), type, permissions, query);
        return true;
    }

    /// <summary>The letters of permissions, in the order of the specification.</summary>
    public static string Letters(Permissions permissions) => string.Concat(s_letters.Where(one => permissions.HasFlag(one.Permission)).Select(one => one.Letter));

    /// <summary>True where the scope is about a type and gives all of these permissions.</summary>
    public bool Gives(string type, Permissions permissions) => (Type == AnyType || Type == type) && (Permissions & permissions) == permissions;

    /// <summary>The scope as version 2 writes it.</summary>
    public override string ToString() => $"{Context.ToString().ToLowerInvariant()}/{Type}.{Letters(Permissions)}{(Query.Length > 0 ? "?" + Query : "")}";

    // The letters stand in the order cruds, each once.
    [GeneratedRegex(@"^(?<context>patient|user|system)/(?<type>\*|[A-Z][A-Za-z]*)\.(?<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(\?(?<query>\S+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
