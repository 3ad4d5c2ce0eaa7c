using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Patch;

/// <summary>A change of a resource that was read from a request, and can be made of any version of it.</summary>
internal abstract class ResourcePatch
{
    /// <summary>More operations than a person or a program means.</summary>
    protected const int MostOperations = 1000;

    /// <summary>The changed resource; what the change does not touch keeps its bytes.</summary>
    /// <exception cref="FhirException">422: the change cannot be made of this resource, at the operation that the error names.</exception>
    public abstract byte[] Apply(byte[] resource);

    /// <summary>422 with the operation.</summary>
    protected static FhirException Failed(int operation, string reason) => new(422, "processing", $"Operation {operation} of the patch: {reason} Nothing was changed.");

    /// <summary>400 with the operation.</summary>
    protected static FhirException Malformed(int operation, string reason) => FhirException.BadRequest("structure", $"Operation {operation} of the patch: {reason}");

    /// <summary>413 where there are too many.</summary>
    protected static void RequireFew(int operations)
    {
        if (operations > MostOperations) throw new FhirException(413, "too-long", $"The patch has more than the {MostOperations} operations that this server takes. Send it in parts.");
    }
}
