using System.Text;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// What is stored and committed when a resource is deleted: a minimal resource of the same type and id that says so.
/// A deletion is a version like any other, so a replay can tell a recorded deletion from a row that vanished
/// (<c>docs/decisions/0061-deletions-are-committed.md</c>).
/// </summary>
internal static class Tombstone
{
    /// <summary>The code system of the tag that marks a deletion.</summary>
    public const string System = "urn:consortium:record-lifecycle";

    /// <summary>The code of the tag.</summary>
    public const string Code = "deleted";

    /// <summary>The content of a deletion, before it is stamped with version and time.</summary>
    public static ResourceJson Of(RecordKey key) => ResourceJson.Read(Encoding.UTF8.GetBytes(
        $$$"""{"resourceType":"{{{key.Type}}}","id":"{{{key.Id}}}","meta":{"tag":[{"system":"{{{System}}}","code":"{{{Code}}}"}]}}"""));
}
