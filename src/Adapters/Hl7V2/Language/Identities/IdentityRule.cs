using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Run;

namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>Whose id is asked for.</summary>
/// <param name="ResourceType">The type of the resource.</param>
/// <param name="Segment">The segment that makes it.</param>
/// <param name="Scope">What stands around it.</param>
/// <param name="Run">The message.</param>
/// <param name="Names">The resources made so far, by name; null within a type map.</param>
internal readonly record struct IdentityRequest(string ResourceType, Er7Segment Segment, Scope Scope, MapRun Run, IResourceNames? Names);

/// <summary>Finds the resources that the message has made, by the names that its map gives them.</summary>
internal interface IResourceNames
{
    /// <summary>The id of the one resource of this name that is nearest; null where there is none, or not just one.</summary>
    string? IdOf(string name);

    /// <summary>Counts how often a key was asked for in this message: 1 for the first time.</summary>
    int Count(string key);
}

/// <summary>
/// How the logical id of a resource is found: from source and business identifier, so that a repeat updates instead of duplicating.
/// Rules look at values without saying that they were used: an identifier that no row maps is reported all the same.
/// </summary>
internal abstract class IdentityRule
{
    /// <summary>The logical id; null where the message has nothing that identifies it.</summary>
    public abstract string? Find(IdentityRequest request);
}
